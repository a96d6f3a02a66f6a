// Plays every sample of every connector folder, and holds each connector to what all of them promise. A new sample is a
// new test without new code; EARSHOT_UPDATE_GOLDEN=1 rewrites what is expected.
#include <cstdlib>
#include <set>

#include <gtest/gtest.h>

#include "base/utf8.h"
#include "event/validate.h"
#include "support/connector_samples.h"
#include "support/random_test.h"

namespace earshot::test {
namespace {

std::unique_ptr<Connector> connector_of(const Sample& sample) {
  auto made = make_connector(sample.connector, sample.settings);
  EXPECT_TRUE(made.has_value()) << sample.title() << ": " << (made ? "" : made.error().message);
  return made ? std::move(*made) : nullptr;
}

template <class Check>
void for_each_sample(Check check) {
  int played = 0;
  for (const Sample& sample : all_samples()) {
    SCOPED_TRACE(sample.title());
    const auto connector = connector_of(sample);
    ASSERT_NE(connector, nullptr);
    check(*connector, sample);
    ++played;
  }
  EXPECT_GT(played, 10);
}

TEST(ConnectorSamples, GiveWhatIsExpected) {
  const bool update = std::getenv("EARSHOT_UPDATE_GOLDEN") != nullptr;
  for_each_sample([&](const Connector& connector, const Sample& sample) {
    const std::string found = show(play(connector, sample, sample.body));
    if (update) std::ofstream(sample.expected_path(), std::ios::binary) << found;
    EXPECT_EQ(found, read_file(sample.expected_path()));
  });
}

TEST(ConnectorSamples, EveryConnectorHasSamplesAndAReadme) {
  for (const std::string_view name : connector_names()) {
    const auto folder = std::filesystem::path(EARSHOT_SOURCE_DIR) / "connectors" / name;
    EXPECT_TRUE(std::filesystem::exists(folder / "README.md")) << name;
    EXPECT_FALSE(std::filesystem::is_empty(folder / "samples")) << name;
  }
}

TEST(ConnectorSamples, PiecesOfAnySizeGiveTheSame) {
  for_each_sample([](const Connector& connector, const Sample& sample) {
    const std::string whole = show(play(connector, sample, sample.body));
    for (const std::size_t piece : {1, 2, 7, 64})
      EXPECT_EQ(show(play(connector, sample, sample.body, piece)), whole) << piece;
  });
}

TEST(ConnectorSamples, EventsAreAcceptableAndSurviveTheCodec) {
  for_each_sample([](const Connector& connector, const Sample& sample) {
    EventDecoder decoder;
    for (const Event& event : play(connector, sample, sample.body).events) {
      const auto decoded = decoder.decode(encode(event));
      ASSERT_TRUE(decoded) << decoded.error().detail;
      EXPECT_EQ(*decoded, event);
      if (const auto* input = std::get_if<Input>(&event.body)) {
        EXPECT_FALSE(refuse(*input));
      }
      EXPECT_FALSE(refuse_envelope(event));
      EXPECT_EQ(event.tenant, "acme");
    }
  });
}

// What is cut short may lose items, never change one. A row of separated values that was cut in its last cell cannot be
// told from a whole one, so there the last row is left out of the comparison.
TEST(ConnectorSamples, NoTruncationMakesAWrongEvent) {
  for_each_sample([](const Connector& connector, const Sample& sample) {
    std::set<std::string> right;
    for (const Event& event : play(connector, sample, sample.body).events) right.insert(encode(event));
    const bool is_rows = sample.connector == "csv";
    for (std::size_t size = 0; size < sample.body.size(); ++size) {
      auto events = play(connector, sample, std::string_view(sample.body).substr(0, size)).events;
      if (is_rows && !events.empty()) events.pop_back();
      for (const Event& event : events)
        ASSERT_TRUE(right.contains(encode(event))) << "cut at byte " << size << ": " << encode(event);
    }
  });
}

TEST(ConnectorSamples, DamagedBytesNeverMakeAnUnacceptableEvent) {
  Random random(seed_of_test(7));
  const int rounds = scaled(100);
  for_each_sample([&](const Connector& connector, const Sample& sample) {
    for (int round = 0; round < rounds && !sample.body.empty(); ++round) {
      std::string damaged = sample.body;
      for (int hits = 0; hits < 3; ++hits) damaged[random.below(damaged.size())] = static_cast<char>(random.below(256));
      const Found found = play(connector, sample, damaged, 1 + random.below(50));
      EventDecoder decoder;
      for (const Event& event : found.events) {
        const auto decoded = decoder.decode(encode(event));
        ASSERT_TRUE(decoded) << decoded.error().detail;
        if (const auto* input = std::get_if<Input>(&event.body)) {
          ASSERT_FALSE(refuse(*input));
        }
      }
      for (const DeadLetter& letter : found.letters) ASSERT_TRUE(is_valid_utf8(letter.detail + letter.place));
    }
  });
}

}  // namespace
}  // namespace earshot::test
