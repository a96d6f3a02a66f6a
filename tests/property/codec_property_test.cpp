#include <gtest/gtest.h>

#include "event/codec.h"
#include "support/random_event.h"
#include "support/random_test.h"

namespace earshot {
namespace {

using test::scaled;
using test::seed_of_test;
using testing::random_event;

TEST(Codec, DecodingUndoesEncodingForEveryType) {
  Random random(seed_of_test(20261122));
  EventDecoder decoder;
  for (int round = 0; round < scaled(200); ++round) {
    for (const EventBody& body : event_bodies()) {
      const Event event = random_event(random, body);
      const std::string bytes = encode(event);
      SCOPED_TRACE(bytes);
      const auto decoded = decoder.decode(bytes);
      ASSERT_TRUE(decoded) << decoded.error().detail;
      ASSERT_EQ(*decoded, event);
    }
  }
}

TEST(Codec, EveryTruncationIsRefused) {
  Random random(seed_of_test(20261122));
  EventDecoder decoder;
  const std::string bytes = encode(random_event(random, Input{.kind = InputKind::review}));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto decoded = decoder.decode(std::string_view(bytes).substr(0, size));
    ASSERT_FALSE(decoded) << size;
    EXPECT_EQ(decoded.error().reason, DeadLetterReason::not_json);
  }
}

}  // namespace
}  // namespace earshot
