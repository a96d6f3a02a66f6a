// Which case something belongs to, and who gets it.
#include "desk_room.h"

namespace earshot {
namespace {

using namespace testing;  // NOLINT: a test reads better without the prefix

TEST(Dedupe, JoinsAnUnresolvedCaseOfTheSameMatter) {
  struct Row {
    const char* name;
    void (*set)(CaseRequested&);
    bool joins;
  };
  const Row rows[] = {
      {"the same type", [](CaseRequested&) {}, true},
      {"an overlapping type",
       [](CaseRequested& r) {
         r.issues = {IssueType::app, IssueType::refund};
       },
       true},
      {"another type and text",
       [](CaseRequested& r) {
         r.issues = {IssueType::app};
         r.similarity = 0;
       },
       false},
      {"another type, a similar text",
       [](CaseRequested& r) {
         r.issues = {IssueType::app};
         r.similarity = 0xff00ff00ff00ffffull;
       },
       true},
      {"a text that differs by one bit too many",
       [](CaseRequested& r) {
         r.issues = {IssueType::app};
         r.similarity = 0xff00ff00ff01ffffull;
       },
       false},
      {"a similar text a day later",
       [](CaseRequested& r) {
         r.issues = {IssueType::app};
         r.similarity = 0xff00ff00ff00ff00ull;
         r.at = on_day(1, 10);
       },
       false},
      {"a similar text just within a day",
       [](CaseRequested& r) {
         r.issues = {IssueType::app};
         r.similarity = 0xff00ff00ff00ff00ull;
         r.at = on_day(1, 10) - Millis{1};
       },
       true},
      {"the same thread",
       [](CaseRequested& r) {
         r.issues = {IssueType::app};
         r.similarity = 0;
         r.thread = "thread-1";
       },
       true},
      {"another customer", [](CaseRequested& r) { r.customer = customer("user-2"); }, false},
      {"silence of somebody who is cared for",
       [](CaseRequested& r) {
         r.issues = {};
         r.similarity = 0;
         r.proactive = true;
       },
       true},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    DeskRoom room;
    CaseRequested first = DeskRoom::complaint(monday(10), "user-1");
    first.similarity = 0xff00ff00ff00ff00ull;
    first.thread = "thread-1";
    room.open(first);
    CaseRequested second = DeskRoom::complaint(monday(11), "user-1");
    second.similarity = 1;
    row.set(second);
    EXPECT_EQ(room.open(second).empty(), row.joins);
  }
}

TEST(Dedupe, OpensANewCaseOnceTheFirstIsResolved) {
  DeskRoom room;
  const CaseId first = room.open(monday(10));
  ASSERT_EQ(room.resolve(monday(11), "agent-3", first), "");
  const CaseId second = room.open(monday(12));
  EXPECT_FALSE(second.empty());
  EXPECT_NE(second, first);
}

TEST(Dedupe, ReopensForAMessageOfTheSameType) {
  DeskRoom room;
  const CaseId first = room.open(monday(10));
  ASSERT_EQ(room.resolve(monday(11), "agent-3", first), "");
  CaseRequested again = DeskRoom::complaint(monday(12), "user-1");
  again.origin = CaseOrigin::message;
  EXPECT_TRUE(room.open(again).empty());
  EXPECT_EQ(room.state(first), CaseState::open);
  EXPECT_EQ(room.stored(first).reopens(), 1u);
}

TEST(Dedupe, OpensOneProactiveCaseACustomer) {
  DeskRoom room;
  CaseRequested silent = DeskRoom::complaint(monday(10), "user-1", {});
  silent.proactive = true;
  silent.origin = CaseOrigin::silence;
  EXPECT_FALSE(room.open(silent).empty());
  silent.at = monday(11);
  EXPECT_TRUE(room.open(silent).empty());
}

TEST(Proactive, StartsTheReplyClockWithTheCustomersFirstMessage) {
  DeskRoom room;
  CaseRequested silent = DeskRoom::complaint(monday(9), "user-1", {});
  silent.proactive = true;
  silent.origin = CaseOrigin::silence;
  const auto opened = room.give(monday(9), silent);
  const CaseChanged first = Feed::only<CaseChanged>(opened)[0];
  EXPECT_EQ(first.first_reply_due, std::nullopt);
  EXPECT_EQ(first.resolution_due, monday(17));
  EXPECT_EQ(Feed::only<AlertRaised>(opened).size(), 1u);
  EXPECT_TRUE(measures_of(room.give(monday(9, 30), DeskRoom::answer(monday(9, 30), "user-1", first.owner)),
                          MeasureKind::first_response)
                  .empty())
      << "nobody waits yet";
  EXPECT_EQ(Feed::only<CaseChanged>(room.writes(monday(10), "user-1"))[0].first_reply_due, monday(14));
  EXPECT_TRUE(measures_of(room.give(monday(10, 40), DeskRoom::answer(monday(9, 59), "user-1", first.owner)),
                          MeasureKind::first_response)
                  .empty())
      << "heard of late, but from before they waited";
  const auto measured = measures_of(room.give(monday(10, 45), DeskRoom::answer(monday(10, 45), "user-1", first.owner)),
                                    MeasureKind::first_response);
  ASSERT_EQ(measured.size(), 1u);
  EXPECT_EQ(measured[0].value, Millis{std::chrono::minutes{45}}.count());
}

TEST(Conversation, BelongsToItsThreadElseToTheCaseThatWaits) {
  DeskRoom room;
  CaseRequested first = DeskRoom::complaint(monday(10), "user-1", {IssueType::refund});
  first.thread = "thread-1";
  CaseRequested second = DeskRoom::complaint(monday(10, 1), "user-1", {IssueType::app});
  second.thread = "thread-2";
  const CaseId a = room.open(first);
  const CaseId b = room.open(second);
  ASSERT_EQ(room.ask(monday(10, 10), "agent-3", a), "");
  MessageForwarded threaded = DeskRoom::message(monday(11), "user-1");
  threaded.thread = "thread-2";
  EXPECT_EQ(Feed::only<CaseChanged>(room.give(monday(11), threaded))[0].case_id, b);
  EXPECT_EQ(Feed::only<CaseChanged>(room.writes(monday(11, 1), "user-1"))[0].case_id, a) << "the one that asked";
}

TEST(Conversation, IgnoresMessagesOfPeopleWithoutACase) {
  DeskRoom room;
  EXPECT_TRUE(room.writes(monday(10), "user-9").empty());
}

TEST(Conversation, SeesARepeatedMessageOnce) {
  DeskRoom room;
  const CaseId id = room.open(monday(10));
  ASSERT_EQ(room.ask(monday(10, 5), "agent-3", id), "");
  const MessageForwarded message = DeskRoom::message(monday(11), "user-1");
  EXPECT_FALSE(room.give(monday(11), message, "m-1").empty());
  ASSERT_EQ(room.ask(monday(11, 5), "agent-3", id), "");
  EXPECT_TRUE(room.give(monday(11, 6), message, "m-1").empty());
  EXPECT_EQ(room.state(id), CaseState::pending_customer);
}

TEST(Conversation, ReopensWithSomebodyElseWhenTheOwnerIsAway) {
  DeskRoom room;
  const CaseId id = room.open(monday(10));
  ASSERT_EQ(room.resolve(monday(11), "agent-3", id), "");
  ASSERT_EQ(room.send(monday(11, 1), room.command(CommandKind::agent_off_shift, "agent-3", {})), "");
  room.writes(monday(12), "user-1");
  EXPECT_EQ(room.state(id), CaseState::open);
  EXPECT_EQ(room.owner(id), "agent-4");
}

TEST(Owners, AreTheCustomersLastAgentIfTheyCan) {
  DeskRoom room;
  const CaseId first = room.open(monday(10));
  ASSERT_EQ(room.take(monday(10, 1), "agent-4", first), "");
  ASSERT_EQ(room.resolve(monday(11), "agent-4", first), "");
  room.open(monday(11, 1), "user-2");
  EXPECT_EQ(room.owner(room.open(monday(12))), "agent-4");
}

TEST(Owners, WaitInTheQueueUntilSomebodyHasRoom) {
  desk::DeskSettings settings = two_departments();
  for (auto& agent : settings.agents) agent.capacity = 1;
  DeskRoom room(settings);
  const CaseId first = room.open(monday(10), "user-1");
  ASSERT_EQ(room.take(monday(10), "agent-4", room.open(monday(10), "user-2")), "");
  const CaseId waiting = room.open(monday(10, 1), "user-3");
  CaseRequested urgent = DeskRoom::complaint(monday(10, 2), "user-4");
  urgent.urgency = 2;
  const CaseId pressing = room.open(urgent);
  EXPECT_EQ(room.owner(waiting), "");
  ASSERT_EQ(room.resolve(monday(10, 3), "agent-3", first), "");
  EXPECT_EQ(room.owner(pressing), "agent-3") << "the most pressing first";
  EXPECT_EQ(room.value<state::DeskQueue>("queue/billing").cases_size(), 2)
      << "the halves of one id: the other left the queue";
  EXPECT_EQ(room.owner(waiting), "");
  room.pass_time_to(monday(10, 16));
  EXPECT_EQ(room.owner(waiting), "liaison-2");
}

TEST(Owners, AreFoundAnewWhenSomebodyLeavesTheSettings) {
  DeskRoom room;
  const CaseId id = room.open(monday(10));
  ASSERT_EQ(room.take(monday(10, 1), "agent-3", id), "");
  desk::DeskSettings settings = two_departments();
  std::erase_if(settings.agents, [](const auto& agent) { return agent.handle == "agent-3"; });
  room.configure(settings);
  EXPECT_EQ(room.owner(id), "agent-4");
  EXPECT_EQ(room.person("agent-3").cases_size(), 0);
}

TEST(Owners, FollowTheDeputyWhenTheLiaisonIsAway) {
  DeskRoom room;
  ASSERT_EQ(room.send(monday(9), room.command(CommandKind::agent_off_shift, "liaison-2", {})), "");
  const CaseId id = room.open(monday(10));
  room.pass_time_to(monday(10, 15));
  EXPECT_EQ(room.owner(id), "deputy-2");
}

TEST(Owners, WorkInShiftsOfTheirCalendar) {
  desk::DeskSettings settings = two_departments();
  settings.calendars.push_back({"mornings", "UTC", {"mon-fri 09:00-13:00"}, {}, {}});
  settings.agents[2].calendar = "mornings";
  DeskRoom room(settings);
  EXPECT_EQ(room.owner(room.open(monday(12, 59), "user-1")), "agent-3");
  EXPECT_EQ(room.owner(room.open(monday(13), "user-2")), "agent-4");
}

TEST(Pressure, RaisesTheThirdCaseOfAType) {
  DeskRoom room;
  for (int n = 0; n < 3; ++n) {
    const CaseId id = room.open(on_day(7 * n, 10));
    EXPECT_EQ(static_cast<Priority>(room.stored(id).priority()), n < 2 ? Priority::normal : Priority::high);
    ASSERT_EQ(room.resolve(on_day(7 * n, 11), "agent-3", id), "");
  }
}

TEST(Pressure, RaisesACaseThatAMorePressingMatterJoins) {
  DeskRoom room;
  const CaseId id = room.open(monday(10));
  ASSERT_EQ(room.take(monday(10, 1), "agent-3", id), "");
  CaseRequested worse = DeskRoom::complaint(monday(11), "user-1");
  worse.urgency = 2;
  worse.urgency_cause = UrgencyCause::safety;
  const auto alerts = Feed::only<AlertRaised>(room.give(monday(11), worse));
  ASSERT_EQ(alerts.size(), 1u);
  EXPECT_EQ(alerts[0].severity, Severity::critical);
  EXPECT_EQ(static_cast<Priority>(room.stored(id).priority()), Priority::urgent);
}

TEST(Settings, ApplyFromTheirPlaceInTheLogAndOnlyUpwards) {
  DeskRoom room;
  desk::DeskSettings settings = two_departments();
  settings.departments[1].liaison = "liaison-9";
  room.configure(settings);
  EXPECT_EQ(Feed::only<CaseChanged>(room.give(monday(10), DeskRoom::complaint(monday(10), "user-1")))[0].liaison,
            "liaison-9");
  room.give(monday(11), ConfigChanged{"desk", 1, write_json(two_departments())});
  EXPECT_EQ(Feed::only<CaseChanged>(room.give(monday(12), DeskRoom::complaint(monday(12), "user-2")))[0].liaison,
            "liaison-9");
  const auto alerts = Feed::only<AlertRaised>(room.give(monday(13), ConfigChanged{"desk", 9, R"({"close_days":0})"}));
  ASSERT_EQ(alerts.size(), 1u);
  EXPECT_EQ(Feed::only<CaseChanged>(room.give(monday(14), DeskRoom::complaint(monday(14), "user-3")))[0].liaison,
            "liaison-9");
}

TEST(Settings, LeaveRunningClocksTheirCalendar) {
  DeskRoom room;
  const CaseId id = room.open(monday(16));
  ASSERT_EQ(room.take(monday(16, 1), "agent-3", id), "");
  desk::DeskSettings settings = two_departments();
  settings.calendars[0].week = {"mon-fri 09:00-21:00"};
  room.configure(settings);
  Command made = room.command(CommandKind::set_priority, "agent-3", id);
  made.priority = Priority::high;
  const auto changes = Feed::only<CaseChanged>(room.give(on_day(1, 10), made));
  // Two hours passed under the old calendar; of four, two are left of the new one.
  EXPECT_EQ(changes[0].resolution_due, on_day(1, 12));
}

}  // namespace
}  // namespace earshot
