#include "pipeline/import.h"

#include <gtest/gtest.h>

#include "support/scratch.h"
#include "unit/pipeline/toy.h"

namespace earshot::test {
namespace {

// Imports one event; gives it as the log has it.
Event imported(bool lives) {
  MemoryDisk disk;
  MemoryStore store{MemoryStore::Settings{}};
  auto log = MemoryLog::open(disk, store, {.topics = toy_topics(1)});
  EXPECT_TRUE(log);
  Pump::Settings settings;
  settings.partitions = 1;
  auto pump = Pump::start(**log, store, {[] { return std::make_unique<Toy>("up", Topic::feedback, Topic::measures); }},
                          settings);
  EXPECT_TRUE(pump);
  const Scratch scratch;
  ImportRules rules;
  rules.record_key = [](const Event& event) { return "acme/" + event.id; };
  rules.is_known = [](const Event&, std::string_view, ValueView&) { return false; };
  rules.imported_until = [](ValueView&) { return kEarliest; };
  Import import(**pump, rules,
                {.tenant = "acme", .wall_clock = minute(10), .lives = lives, .temporary = scratch.path()});
  EXPECT_TRUE(import.add(said("e1", minute(1))));
  EXPECT_EQ(import.run({})->accepted, 1);
  std::optional<Event> found;
  EXPECT_TRUE((*log)->read({index_of(Topic::feedback), 0}, 0, 10, [&](const StoredRecord& record) {
    auto event = EventDecoder{}.decode(record.value);
    if (event && event->id == "e1") found = std::move(*event);
    return true;
  }));
  EXPECT_TRUE(found);
  return found.value_or(Event{});
}

// Else its id would be forgotten thirty days from now, and a second import of the same file would count it again.
TEST(Import, MarksWhatComesIntoALogThatLives) {
  EXPECT_TRUE(imported(true).imported);
  EXPECT_FALSE(imported(false).imported);
}

}  // namespace
}  // namespace earshot::test
