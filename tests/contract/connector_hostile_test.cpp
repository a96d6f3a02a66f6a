// What an enemy, or a broken exporter, may send to any connector: it costs dead letters, never the process or its
// memory.
#include <gtest/gtest.h>

#include "base/hash.h"
#include "support/connector_samples.h"
#include "support/random_test.h"
#include "support/shared_data.h"

namespace earshot::test {
namespace {

// One sample of each connector and settings, to be fed with other bytes.
std::vector<std::pair<std::unique_ptr<Connector>, Sample>> one_of_each() {
  std::vector<std::pair<std::unique_ptr<Connector>, Sample>> each;
  for (Sample& sample : all_samples()) {
    const auto same = [&](const auto& one) {
      return one.second.connector == sample.connector && one.second.settings == sample.settings &&
             one.second.head == sample.head;
    };
    if (std::any_of(each.begin(), each.end(), same)) continue;
    auto connector = make_connector(sample.connector, sample.settings);
    EXPECT_TRUE(connector.has_value());
    if (connector) each.emplace_back(std::move(*connector), std::move(sample));
  }
  return each;
}

void expect_harmless(const Found& found, bool may_be_text = false) {
  // Where a request's headers make any JSON object the data of an event, hostile text is a text like any other.
  if (!may_be_text) {
    EXPECT_TRUE(found.events.empty()) << encode(found.events.front());
  }
  for (const Event& event : found.events) EXPECT_TRUE(EventDecoder().decode(encode(event)));
  for (const DeadLetter& letter : found.letters) {
    EXPECT_LE(letter.bytes.size(), kDeadLetterBytesMax);
    EXPECT_EQ(letter.sha256.size(), 64u);
    EXPECT_LT(letter.detail.size(), 600u);
  }
}

TEST(HostileInput, SharedSamplesMakeNoEvent) {
  const auto folder = shared_file("reference/samples/_hostile");
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no " << folder;
  for (const auto& [connector, sample] : one_of_each()) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      SCOPED_TRACE(sample.title() + " fed with " + entry.path().filename().string());
      expect_harmless(play(*connector, sample, read_file(entry.path())), parse_head(sample.head).contains("ce-type"));
    }
  }
}

TEST(HostileInput, DeepNestingAndBytesThatAreNoText) {
  std::string pairs;
  for (int i = 0; i < 10'000; ++i) pairs += "{\"a\":";
  const std::string every_byte = [] {
    std::string bytes;
    for (int i = 0; i < 4096; ++i) bytes += static_cast<char>(i * 37 % 256);
    return bytes;
  }();
  for (const auto& [connector, sample] : one_of_each()) {
    SCOPED_TRACE(sample.title());
    expect_harmless(play(*connector, sample, std::string(10'000, '[') + std::string(10'000, ']')));
    expect_harmless(play(*connector, sample, pairs + "1" + std::string(10'000, '}')));
    expect_harmless(play(*connector, sample, every_byte));
    expect_harmless(play(*connector, sample, std::string(5000, '\0')));
  }
}

// Bounded memory is tested where the buffers are, in tests/unit/connectors; here the letter says how long it was.
TEST(HostileInput, AVeryLongLineIsOneDeadLetterWithItsLengthAndDigest) {
  const std::string piece(1'000'000, 'x');
  const int pieces = scaled(100);
  Sha256 digest;
  for (int i = 0; i < pieces; ++i) digest.add(piece);
  const std::string sha256 = digest.hex();
  for (const auto& [connector, sample] : one_of_each()) {
    SCOPED_TRACE(sample.title());
    Found found;
    auto reader = sample.head.empty()
                      ? connector->open(origin_of(sample), found)
                      : connector->open_request(origin_of(sample), parse_head(sample.head), found).value();
    for (int i = 0; i < pieces; ++i) reader->feed(piece);
    reader->finish();
    expect_harmless(found);
    ASSERT_EQ(found.letters.size(), 1u);
    if (pieces * 1'000'000 <= static_cast<int>(kPayloadBytesMax))
      continue;  // a small scale does not reach the limit of a payload
    EXPECT_EQ(found.letters[0].reason, DeadLetterReason::too_large);
    EXPECT_EQ(found.letters[0].length, std::int64_t{1'000'000} * pieces);
    EXPECT_EQ(found.letters[0].sha256, sha256);
  }
}

}  // namespace
}  // namespace earshot::test
