#include "processors/customer/days.h"

#include <gtest/gtest.h>

namespace earshot {
namespace {

DaySet set_of(std::initializer_list<DayNumber> days) {
  DaySet set;
  for (const DayNumber day : days) set.insert(day);
  return set;
}

TEST(DaySet, IsEmptyAtFirst) {
  const DaySet set;
  EXPECT_TRUE(set.empty());
  EXPECT_EQ(set.first(), std::nullopt);
  EXPECT_EQ(set.last(), std::nullopt);
  EXPECT_FALSE(set.contains(0));
  EXPECT_EQ(DaySet::parse("").value(), set);
}

TEST(DaySet, CountsADayOnce) {
  DaySet set;
  EXPECT_TRUE(set.insert(20'000));
  EXPECT_FALSE(set.insert(20'000));
  EXPECT_EQ(set.count(), 1);
}

TEST(DaySet, TakesDaysInAnyOrder) {
  const DaySet set = set_of({20'400, 20'000, 20'007, 20'006, 20'401});
  EXPECT_EQ(set.days(), (std::vector<DayNumber>{20'000, 20'006, 20'007, 20'400, 20'401}));
  EXPECT_EQ(set, set_of({20'000, 20'006, 20'007, 20'400, 20'401}));
  EXPECT_EQ(set.first(), 20'000);
  EXPECT_EQ(set.last(), 20'401);
  EXPECT_TRUE(set.contains(20'006));
  EXPECT_FALSE(set.contains(20'008));
}

TEST(DaySet, ReachesFromTheFirstDayToTheLastPossible) {
  const DaySet set = set_of({kDayMax, 0});
  EXPECT_EQ(set.first(), 0);
  EXPECT_EQ(set.last(), kDayMax);
  EXPECT_EQ(DaySet::parse(set.bytes()).value(), set);
}

TEST(DaySet, TakesOneByteForAGapOfUpTo128Days) {
  EXPECT_EQ(set_of({20'000}).bytes(), "\xa0\x9c\x01");
  EXPECT_EQ(set_of({20'000, 20'128}).bytes(), "\xa0\x9c\x01\x7f");
  EXPECT_EQ(set_of({20'000, 20'129}).bytes(), "\xa0\x9c\x01\x80\x01");
}

TEST(DaySet, IsTheUnionOfThoseOfLinkedKeys) {
  const DaySet sets[] = {set_of({1, 5, 9}), {}, set_of({5, 6}), set_of({0, 9, 300})};
  EXPECT_EQ(DaySet::united(sets), set_of({0, 1, 5, 6, 9, 300}));
  EXPECT_TRUE(DaySet::united({}).empty());
}

TEST(DaySet, GoesOnFromWhatWasKeptBesideTheBytes) {
  DaySet read;
  for (const DayNumber day : {20'000, 19'000, 21'000, 18'999, 20'000}) {
    if (!read.empty()) read = DaySet::kept(read.bytes(), read.count(), *read.first(), *read.last());
    read.insert(day);
  }
  EXPECT_EQ(read, set_of({18'999, 19'000, 20'000, 21'000}));
  EXPECT_EQ(read.count(), 4);
  EXPECT_EQ(read.first(), 18'999);
  EXPECT_EQ(read.last(), 21'000);
}

TEST(DaySet, RefusesBytesThatItDidNotWrite) {
  using namespace std::string_literals;
  const struct {
    const char* name;
    std::string bytes;
  } rows[] = {
      {"cut within a number", "\xa0\x9c"s},
      {"cut within a later number", "\x05\x80"s},
      {"longer than it need be", "\x85\x00"s},
      {"number of five bytes", "\x80\x80\x80\x80\x01"s},
      {"day after kDayMax", set_of({kDayMax}).bytes() + "\x00"s},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const auto set = DaySet::parse(row.bytes);
    ASSERT_FALSE(set.has_value());
    EXPECT_EQ(set.error().kind, ErrorKind::Corrupt);
  }
}

TEST(DaySetDeathTest, RefusesADayOutsideTime) {
  DaySet set;
  EXPECT_DEATH(set.insert(-1), "kEarliest");
  EXPECT_DEATH(set.insert(kDayMax + 1), "kEarliest");
}

TEST(DayOf, IsTheUtcDate) {
  EXPECT_EQ(day_of(kEarliest), 0);
  EXPECT_EQ(day_of(from_millis(86'399'999)), 0);
  EXPECT_EQ(day_of(from_millis(86'400'000)), 1);
  EXPECT_EQ(day_of(kNever), kDayMax);
}

}  // namespace
}  // namespace earshot
