// Silences open so many cases a day and no more; the others wait by rank.
#include "processors/desk/outreach.h"

#include "desk_room.h"

namespace earshot {
namespace {

using namespace testing;  // NOLINT: a test reads better without the prefix
using desk::kWaitingMax;

CaseRequested silence(Timestamp at, const std::string& who, std::int64_t spent = 0, std::uint16_t gone = 800) {
  CaseRequested request;
  request.customer = customer(who);
  request.facet = hash_key("", "customer:" + who);
  request.origin = CaseOrigin::silence;
  request.at = at;
  request.proactive = true;
  request.signal = "silent-" + who;
  request.value_minor = spent;
  request.probability_permille = gone;
  return request;
}

// Whose cases were opened, in order.
std::vector<std::string> opened(const std::vector<Emitted>& emitted, const std::vector<std::string>& names) {
  std::vector<std::string> found;
  for (const Emitted& one : emitted) {
    const auto* changed = std::get_if<CaseChanged>(&one.event.body);
    if (changed == nullptr || one.topic != Topic::cases || changed->step != CaseStep::opened) continue;
    for (const std::string& name : names) {
      if (customer(name) == changed->customer) found.push_back(name);
    }
  }
  return found;
}
using Names = std::vector<std::string>;

class Outreach : public ::testing::Test {
 protected:
  void allow(int cases) {
    room_.give(
        room_.feed().now(),
        ConfigChanged{"silence", ++version_, R"({"late_days":7,"cases_per_day_max":)" + std::to_string(cases) + "}"});
  }
  Names ask(const CaseRequested& request) { return opened(room_.give(request.at, request), kNames); }
  Names pass_time_to(Timestamp to) { return opened(room_.pass_time_to(to), kNames); }
  int waiting() const { return room_.value<state::DeskOutreach>("outreach").waiting_size(); }

  const Names kNames{"a", "b", "c", "d", "e", "f"};
  DeskRoom room_;
  std::int64_t version_ = 0;
};

TEST_F(Outreach, OpensAtOnceWhileTheDayHasRoomAndThenByRankAtMidnight) {
  allow(2);
  EXPECT_EQ(ask(silence(monday(10), "a")), Names{"a"});
  EXPECT_EQ(ask(silence(monday(11), "b")), Names{"b"});
  const auto held = room_.give(monday(12), silence(monday(12), "c", 100, 900));
  EXPECT_TRUE(opened(held, kNames).empty());
  const auto measures = measures_of(held, MeasureKind::signal);
  ASSERT_EQ(measures.size(), 1u);
  EXPECT_EQ(measures[0].outcome, "waiting");
  EXPECT_EQ(measures[0].item, "silent-c/waiting");
  EXPECT_TRUE(ask(silence(monday(13), "d", 200, 800)).empty());
  EXPECT_TRUE(ask(silence(monday(14), "e", 0, 999)).empty());
  EXPECT_EQ(waiting(), 3);
  EXPECT_TRUE(pass_time_to(monday(23, 59)).empty());
  EXPECT_EQ(pass_time_to(on_day(1, 0)), (Names{"d", "c"})) << "200 x 0.8 before 100 x 0.9";
  EXPECT_TRUE(ask(silence(on_day(1, 10), "f", 300)).empty()) << "the day is full";
  EXPECT_EQ(pass_time_to(on_day(2, 0)), (Names{"f", "e"}));
  EXPECT_EQ(waiting(), 0);
  EXPECT_EQ(pass_time_to(on_day(30, 0)), Names{});
}

TEST_F(Outreach, ForgetsWhoIsHeardMeanwhileAndWhoHasWaitedTooLong) {
  allow(1);
  EXPECT_EQ(ask(silence(monday(10), "a")), Names{"a"});
  EXPECT_TRUE(ask(silence(monday(10), "b", 500)).empty());
  EXPECT_TRUE(ask(silence(monday(10), "c")).empty());
  CaseRequested heard = silence(monday(11), "b");
  heard.withdrawn = true;
  EXPECT_TRUE(ask(heard).empty());
  EXPECT_EQ(waiting(), 1);
  EXPECT_EQ(pass_time_to(on_day(1, 0)), Names{"c"});
  EXPECT_TRUE(ask(heard).empty()) << "and a withdrawal of what is not there is nothing";

  allow(0);
  EXPECT_TRUE(ask(silence(on_day(1, 10), "d")).empty());
  EXPECT_TRUE(pass_time_to(on_day(8, 0)).empty());
  EXPECT_EQ(waiting(), 1) << "seven days are not over";
  EXPECT_TRUE(pass_time_to(on_day(9, 0)).empty());
  EXPECT_EQ(waiting(), 0);
}

TEST_F(Outreach, CountsOnlyCasesThatSilencesOpen) {
  allow(1);
  room_.open(monday(9), "a");
  EXPECT_TRUE(ask(silence(monday(10), "a")).empty()) << "joins the case there is";
  EXPECT_EQ(waiting(), 0);
  EXPECT_EQ(ask(silence(monday(10), "b")), Names{"b"});
  EXPECT_EQ(opened(room_.give(monday(10), DeskRoom::complaint(monday(10), "c")), kNames), Names{"c"})
      << "who complains never waits";
  const CaseRequested twice = silence(monday(11), "d");
  room_.give(monday(11), twice, "the-same");
  room_.give(monday(11), twice, "the-same");
  EXPECT_EQ(waiting(), 1);
}

TEST_F(Outreach, KeepsTheFirstInRankOfVeryMany) {
  allow(0);
  for (int i = 0; i < kWaitingMax + 5; ++i) ask(silence(monday(10), "many-" + std::to_string(i), i));
  const auto kept = room_.value<state::DeskOutreach>("outreach");
  ASSERT_EQ(kept.waiting_size(), kWaitingMax);
  EXPECT_EQ(kept.waiting(kWaitingMax - 1).customer(), customer("many-5").hex());
  EXPECT_EQ(room_.value<state::DeskWaiting>("waiting/" + customer("many-4").hex()).request(), "")
      << "nothing is left of who had to go";
}

TEST(SourceGap, IsAlertedOnceByOnePartition) {
  const ConnectorGap gap{"shop", monday(9), kNever, "it answers 500", {}, false};
  DeskRoom room;
  const auto begun = Feed::only<AlertRaised>(room.give(monday(10), gap));
  ASSERT_EQ(begun.size(), 1u);
  EXPECT_EQ(begun[0].title, "source shop cannot be heard since 2026-11-23T09:00:00Z");
  EXPECT_EQ(begun[0].severity, Severity::critical);
  EXPECT_EQ(begun[0].reasons.at(0), "it answers 500");
  EXPECT_TRUE(Feed::only<AlertRaised>(room.give(monday(10), gap)).empty()) << "nothing new";
  ConnectorGap over = gap;
  over.to = monday(12);
  const auto ended = Feed::only<AlertRaised>(room.give(monday(12), over));
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0].severity, Severity::warning);

  ConnectorGap unknown{"forum", monday(9), monday(10), "connection lost", {}, true};
  EXPECT_TRUE(Feed::only<AlertRaised>(room.give(monday(12), unknown)).empty())
      << "nobody was told, and nothing was missed";
  unknown.caught_up = false;
  unknown.to = kNever;
  EXPECT_EQ(Feed::only<AlertRaised>(room.give(monday(12), unknown)).size(), 1u);
  unknown.caught_up = true;
  unknown.to = monday(13);
  const auto caught_up = Feed::only<AlertRaised>(room.give(monday(13), unknown));
  ASSERT_EQ(caught_up.size(), 1u);
  EXPECT_EQ(caught_up[0].severity, Severity::info);
  EXPECT_EQ(caught_up[0].reasons.at(1), "all that was said there meanwhile has come after all");

  const auto desk = make_desk();
  Feed other(*desk, "acme", 1);
  EXPECT_TRUE(other.give(monday(10), "acme", gap).empty());
}

}  // namespace
}  // namespace earshot
