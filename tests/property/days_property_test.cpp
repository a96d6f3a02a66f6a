// DaySet against std::set.
#include <set>

#include <gtest/gtest.h>

#include "processors/customer/days.h"
#include "support/random_test.h"

namespace earshot {
namespace {

constexpr int kCases = 20'000;

// Clusters, long gaps and the ends of the range.
DayNumber any_day(Random& random) {
  if (random.chance(0.05)) return static_cast<DayNumber>(random.between(0, kDayMax));
  if (random.chance(0.05)) return random.chance(0.5) ? 0 : kDayMax;
  return static_cast<DayNumber>(20'000 + random.below(random.chance(0.5) ? 60 : 2000));
}

void expect_same(const DaySet& ours, const std::set<DayNumber>& model) {
  ASSERT_EQ(ours.days(), std::vector<DayNumber>(model.begin(), model.end()));
  ASSERT_EQ(ours.count(), static_cast<int>(model.size()));
  if (!model.empty()) {
    ASSERT_EQ(ours.first(), *model.begin());
    ASSERT_EQ(ours.last(), *model.rbegin());
  }
  const auto read = DaySet::parse(ours.bytes());
  ASSERT_TRUE(read.has_value());
  ASSERT_EQ(read->bytes(), ours.bytes());
  ASSERT_EQ(read->count(), ours.count());
  ASSERT_EQ(read->first(), ours.first());
  ASSERT_EQ(read->last(), ours.last());
}

TEST(DaySetLaws, BehavesAsASetWhateverTheOrder) {
  Random random{test::seed_of_test(21)};
  for (int i = test::scaled(kCases); i > 0; --i) {
    DaySet ours;
    std::set<DayNumber> model;
    for (auto n = random.below(40); n > 0; --n) {
      const DayNumber day = any_day(random);
      ASSERT_EQ(ours.insert(day), model.insert(day).second);
      const DayNumber probe = any_day(random);
      ASSERT_EQ(ours.contains(probe), model.count(probe) == 1);
    }
    expect_same(ours, model);
    // A set that was read goes on as one that was kept.
    DaySet read = DaySet::parse(ours.bytes()).value();
    const DayNumber day = any_day(random);
    ASSERT_EQ(read.insert(day), ours.insert(day));
    ASSERT_EQ(read, ours);
  }
}

TEST(DaySetLaws, UnionIsThatOfSets) {
  Random random{test::seed_of_test(22)};
  for (int i = test::scaled(kCases); i > 0; --i) {
    std::vector<DaySet> sets(random.below(5));
    std::set<DayNumber> model;
    for (DaySet& set : sets) {
      for (auto n = random.below(20); n > 0; --n) {
        const DayNumber day = any_day(random);
        set.insert(day);
        model.insert(day);
      }
    }
    expect_same(DaySet::united(sets), model);
  }
}

TEST(DaySetLaws, AnyBytesAreRefusedOrWrittenBackUnchanged) {
  Random random{test::seed_of_test(23)};
  for (int i = test::scaled(kCases * 5); i > 0; --i) {
    std::string bytes(random.below(12), '\0');
    for (char& byte : bytes) byte = static_cast<char>(random.chance(0.5) ? random.below(128) : random.below(256));
    const auto set = DaySet::parse(bytes);
    if (!set) continue;
    DaySet again;
    for (const DayNumber day : set->days()) again.insert(day);
    ASSERT_EQ(again.bytes(), bytes);
  }
}

}  // namespace
}  // namespace earshot
