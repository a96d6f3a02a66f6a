// Events live for ever: whatever a build has written, every later build reads. tests/contract/event_bytes holds one
// event of each type and version as it was written first. EARSHOT_UPDATE_GOLDEN=1 adds types that are new and touches
// no other line.
#include <cstdlib>
#include <fstream>
#include <map>

#include <gtest/gtest.h>

#include "event/codec.h"
#include "support/random_event.h"

namespace earshot::test {
namespace {

const std::string kPath = std::string(EARSHOT_SOURCE_DIR) + "/tests/contract/event_bytes/events.ndjson";
constexpr std::uint64_t kSeed = 20261126;

std::map<std::string, std::string> lines_by_type() {
  std::map<std::string, std::string> lines;
  std::ifstream file(kPath, std::ios::binary);
  for (std::string line; std::getline(file, line);) {
    const std::string_view key = "\"type\":\"";
    const std::size_t from = line.find(key) + key.size();
    lines[line.substr(from, line.find('"', from) - from)] = line;
  }
  return lines;
}

void add_new_types() {
  const auto known = lines_by_type();
  std::ofstream file(kPath, std::ios::binary | std::ios::app);
  for (const EventBody& body : event_bodies()) {
    if (known.contains(type_of(body))) continue;
    Random random(kSeed);
    Event event = testing::random_event(random, body);
    event.id = "1";
    event.source = "/acme/bytes";
    event.tenant = "acme";
    file << encode(event) << "\n";
  }
}

TEST(EventBytes, OfEveryTypeAreReadByEveryBuild) {
  if (std::getenv("EARSHOT_UPDATE_GOLDEN") != nullptr) add_new_types();
  const auto lines = lines_by_type();
  EventDecoder decoder;
  for (const auto& [type, line] : lines) {
    SCOPED_TRACE(type);
    const auto event = decoder.decode(line);
    ASSERT_TRUE(event) << event.error().detail << "\n" << line;
    if (type_of(event->body) != type) continue;  // an older version, read as its newest
    EXPECT_EQ(encode(*event), line) << "nothing of an old event may be lost or change";
  }
  for (const std::string& type : event_types())
    EXPECT_TRUE(lines.contains(type)) << type << " has no bytes; run with EARSHOT_UPDATE_GOLDEN=1";
}

}  // namespace
}  // namespace earshot::test
