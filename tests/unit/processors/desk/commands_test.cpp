// Each command: who may give it, what it needs, and what it leaves behind.
#include "desk_room.h"
#include "processors/desk/labels.h"

namespace earshot {
namespace {

using namespace testing;  // NOLINT: a test reads better without the prefix

TEST(Commands, AnswerTheSameRequestTheSameWayAndActOnce) {
  DeskRoom room;
  const CaseId id = room.open(monday(10));
  const Command take = room.command(CommandKind::take, "agent-3", id);
  const auto first = Feed::only<CommandAnswered>(room.give(monday(10, 1), take));
  const auto before = room.feed().values();
  const auto again = room.give(monday(10, 2), take);
  EXPECT_EQ(again.size(), 1u) << "an answer and nothing else";
  EXPECT_EQ(Feed::only<CommandAnswered>(again), first);
  EXPECT_EQ(room.feed().values(), before);

  const Command refused = room.command(CommandKind::report, "agent-3", id);
  const auto no = Feed::only<CommandAnswered>(room.give(monday(10, 3), refused));
  EXPECT_EQ(no[0].code, "wrong_state");
  EXPECT_EQ(room.hold(monday(10, 4), "agent-3", id, monday(12)), "");
  EXPECT_EQ(Feed::only<CommandAnswered>(room.give(monday(10, 5), refused)), no)
      << "also when it would be accepted by now";
}

TEST(Commands, AreAnsweredOnTheTopicOfCases) {
  DeskRoom room;
  const CaseId id = room.open(monday(10));
  const auto taken = room.give(monday(10, 1), room.command(CommandKind::take, "agent-3", id));
  EXPECT_EQ(taken.back().topic, Topic::cases);
  EXPECT_EQ(taken.back().key, "acme/" + id.hex());
  const Command shift = room.command(CommandKind::agent_off_shift, "agent-3", {});
  EXPECT_EQ(room.give(monday(10, 2), shift).back().key, "acme/" + shift.request);
}

TEST(Commands, ForgetTheirAnswersAfterThirtyDays) {
  DeskRoom room;
  const CaseId id = room.open(monday(10));
  const Command take = room.command(CommandKind::take, "agent-3", id);
  room.give(monday(10), take);
  const auto has_answer = [&] { return room.feed().values().contains({"acme", "request/" + take.request}); };
  room.pass_time_to(on_day(30, 10));
  EXPECT_TRUE(has_answer());
  room.pass_time_to(on_day(31, 10));
  EXPECT_FALSE(has_answer());
  for (const auto& [key, value] : room.feed().values()) EXPECT_FALSE(key.second.starts_with("request")) << key.second;
}

TEST(Commands, RefuseWhatLacksWhatItNeedsAndLeaveTheCaseAlone) {
  struct Row {
    const char* name;
    CommandKind kind;
    void (*set)(Command&);
    const char* code;
  };
  const Row rows[] = {
      {"nobody", CommandKind::take, [](Command& c) { c.actor = ""; }, "unknown_actor"},
      {"a stranger", CommandKind::take, [](Command& c) { c.actor = "agent-99"; }, "unknown_actor"},
      {"another department", CommandKind::take, [](Command& c) { c.actor = "agent-1"; }, "not_allowed"},
      {"no case", CommandKind::take, [](Command& c) { c.case_id.reset(); }, "unknown_case"},
      {"an unknown case", CommandKind::take,
       [](Command& c) {
         c.case_id = CaseId{1, 2};
       },
       "unknown_case"},
      {"no request id", CommandKind::take, [](Command& c) { c.request = ""; }, "bad_request"},
      {"a long request id", CommandKind::take, [](Command& c) { c.request = std::string(129, 'r'); }, "bad_request"},
      {"an empty reply", CommandKind::reply, [](Command&) {}, "needs_text"},
      {"an empty note", CommandKind::note, [](Command&) {}, "needs_text"},
      {"a question nobody sees", CommandKind::ask_customer, [](Command&) {}, "needs_public_message"},
      {"waiting for nobody", CommandKind::hold, [](Command&) {}, "needs_department"},
      {"waiting without a reason", CommandKind::hold, [](Command& c) { c.department = "supplier"; }, "needs_reason"},
      {"waiting without a promise", CommandKind::hold, [](Command& c) { c.department = c.reason = "x"; },
       "needs_promise"},
      {"a promise in the past", CommandKind::hold,
       [](Command& c) {
         c.department = c.reason = "x";
         c.promised = monday(11);
       },
       "needs_promise"},
      {"no report awaited", CommandKind::report, [](Command&) {}, "wrong_state"},
      {"transfer to nowhere", CommandKind::transfer,
       [](Command& c) {
         c.department = "sales";
         c.text = "x";
       },
       "unknown_department"},
      {"transfer to where it is", CommandKind::transfer,
       [](Command& c) {
         c.department = "billing";
         c.text = "x";
       },
       "same_department"},
      {"transfer without a story", CommandKind::transfer, [](Command& c) { c.department = "support"; },
       "needs_summary"},
      {"resolved without a code", CommandKind::resolve, [](Command& c) { c.text = c.cause = "x"; }, "needs_resolution"},
      {"resolved without a cause", CommandKind::resolve, [](Command& c) { c.text = c.resolution = "x"; },
       "needs_cause"},
      {"resolved in silence", CommandKind::resolve, [](Command& c) { c.resolution = c.cause = "x"; },
       "needs_public_message"},
      {"merged into nothing", CommandKind::merge, [](Command&) {}, "unknown_target"},
      {"no priority", CommandKind::set_priority, [](Command&) {}, "needs_priority"},
      {"assigned to nobody", CommandKind::assign, [](Command&) {}, "unknown_agent"},
      {"assigned by a colleague", CommandKind::assign, [](Command& c) { c.agent = "agent-4"; }, "not_allowed"},
      {"assigned to another department", CommandKind::assign,
       [](Command& c) {
         c.actor = "supervisor-2";
         c.agent = "agent-1";
       },
       "not_allowed"},
      {"opened for nobody", CommandKind::open_case, [](Command&) {}, "needs_customer"},
      {"a label of nothing", CommandKind::relabel, [](Command& c) { c.sentiment = Sentiment::negative; },
       "needs_target"},
      {"a label that says nothing", CommandKind::relabel,
       [](Command& c) {
         c.target = Target{"/acme/x", "1"};
       },
       "needs_sentiment"},
      {"a label of great urgency", CommandKind::relabel,
       [](Command& c) {
         c.target = Target{"/acme/x", "1"};
         c.sentiment = Sentiment::negative;
         c.urgency = 3;
       },
       "bad_urgency"},
      {"a shift of a stranger", CommandKind::agent_on_shift, [](Command& c) { c.agent = "agent-99"; }, "unknown_agent"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    DeskRoom room;
    const CaseId id = room.open(monday(11));
    Command made = room.command(row.kind, "agent-3", id);
    row.set(made);
    const std::string before = room.stored(id).SerializeAsString();
    EXPECT_EQ(room.send(monday(11), made), row.code);
    EXPECT_EQ(room.stored(id).SerializeAsString(), before);
  }
}

TEST(Commands, ACorrectedAnalysisIsKeptAndChangesTheCaseThatIsNamed) {
  DeskRoom room;
  const CaseId id = room.open(monday(10), "user-1", {IssueType::quality});
  Command label = room.command(CommandKind::relabel, "agent-3", id);
  label.target = Target{"/acme/shop", "r-1"};
  label.sentiment = Sentiment::neutral;
  label.issues = {IssueType::delivery, IssueType::service};
  label.urgency = 1;
  const auto emitted = room.give(monday(10, 5), label);
  const auto steps = Feed::only<CaseChanged>(emitted);
  ASSERT_EQ(steps.size(), 2u) << "on `cases`, and to the customer";
  EXPECT_EQ(steps[0].step, CaseStep::noted);
  EXPECT_EQ(steps[0].actor, "agent-3");
  EXPECT_EQ(steps[0].issues, label.issues);
  EXPECT_EQ(steps[0].note, "analysis corrected: neu · delivery, service");
  EXPECT_EQ(room.stored(id).sentiment(), static_cast<std::uint32_t>(Sentiment::neutral));

  // Of an input without a case, too; the last word counts, and each input is counted once.
  Command other = room.command(CommandKind::relabel, "agent-4", CaseId{});
  other.target = Target{"/acme/shop", "r-2"};
  other.sentiment = Sentiment::negative;
  EXPECT_EQ(room.send(monday(10, 6), other), "");
  label.request = "request-again";
  label.case_id.reset();
  label.actor = "agent-4";
  label.sentiment = Sentiment::positive;
  label.issues.clear();
  EXPECT_EQ(room.send(monday(10, 7), label), "");
  EXPECT_EQ(room.value<state::DeskLabels>(desk::kLabels).count(), 2u);
  const auto kept = room.value<state::DeskLabel>(desk::label_name(*label.target));
  EXPECT_EQ(kept.sentiment(), static_cast<std::uint32_t>(Sentiment::positive));
  EXPECT_EQ(kept.issues_size(), 0);
  EXPECT_EQ(kept.actor(), "agent-4");
  EXPECT_EQ(room.stored(id).sentiment(), static_cast<std::uint32_t>(Sentiment::neutral)) << "the case was not named";
}

TEST(Commands, LeaveATakenCaseToWhoTookIt) {
  DeskRoom room;
  const CaseId id = room.open(monday(10));
  EXPECT_EQ(room.take(monday(10, 1), "agent-4", id), "") << "the first one to take it, whoever it was offered to";
  EXPECT_EQ(room.owner(id), "agent-4");
  EXPECT_EQ(room.person("agent-3").cases_size(), 0);
  EXPECT_EQ(room.take(monday(10, 2), "agent-3", id), "owned_by_other");
  Command assign = room.command(CommandKind::assign, "supervisor-2", id);
  assign.agent = "agent-3";
  EXPECT_EQ(room.send(monday(10, 3), assign), "");
  EXPECT_EQ(room.owner(id), "agent-3");
  EXPECT_EQ(room.stored(id).transfers(), 1u) << "a change of person after somebody touched it";
  room.pass_time_to(monday(10, 18));
  EXPECT_EQ(room.owner(id), "liaison-2") << "who was named must take it too";
}

TEST(Commands, OpenACaseByHandOrJoinOne) {
  DeskRoom room;
  Command open = room.command(CommandKind::open_case, "agent-2", {});
  open.customer = customer("user-1");
  open.issues = {IssueType::app};
  open.priority = Priority::high;
  const auto first = Feed::only<CommandAnswered>(room.give(monday(10), open));
  ASSERT_TRUE(first[0].accepted);
  ASSERT_TRUE(first[0].case_id.has_value());
  EXPECT_EQ(room.owner(*first[0].case_id), "agent-2") << "who opens it keeps it if they can";
  EXPECT_EQ(room.stored(*first[0].case_id).priority(), static_cast<std::uint32_t>(Priority::high));
  open.request = "another";
  const auto second = Feed::only<CommandAnswered>(room.give(monday(11), open));
  EXPECT_EQ(second[0].case_id, first[0].case_id);
  EXPECT_EQ(second[0].code, "joined");
}

// A million random sequences found that this stopped the program.
TEST(Commands, OpenNothingTwiceWhenARequestIsReusedAfterItsAnswerWasForgotten) {
  DeskRoom room;
  Command open = room.command(CommandKind::open_case, "agent-2", {});
  open.customer = customer("user-1");
  const auto first = Feed::only<CommandAnswered>(room.give(monday(10), open));
  ASSERT_EQ(room.resolve(monday(11), "agent-2", *first[0].case_id), "");
  room.pass_time_to(on_day(40, 10));
  const auto again = Feed::only<CommandAnswered>(room.give(on_day(40, 11), open));
  EXPECT_EQ(again[0].case_id, first[0].case_id);
  EXPECT_EQ(again[0].code, "joined");
}

TEST(Transfers, CarryTheStoryAndStartTheSearchAnew) {
  DeskRoom room;
  const CaseId id = room.open(monday(10));
  ASSERT_EQ(room.take(monday(10, 1), "agent-3", id), "");
  Command made = room.command(CommandKind::transfer, "agent-3", id);
  made.department = "support";
  made.text = "the app charges twice";
  const auto changes = Feed::only<CaseChanged>(room.give(monday(11), made));
  ASSERT_FALSE(changes.empty());
  EXPECT_EQ(changes[0].note, "the app charges twice");
  EXPECT_EQ(changes[0].department, "support");
  EXPECT_EQ(changes[0].owner, "agent-1");
  EXPECT_EQ(changes[0].transfers, 1);
  EXPECT_EQ(changes[0].state, CaseState::open) << "the customer does not start over";
  EXPECT_EQ(room.person("agent-3").cases_size(), 0);
  room.pass_time_to(monday(11, 15));
  EXPECT_EQ(room.owner(id), "liaison-1");
}

TEST(Transfers, DoNotKickACaseBack) {
  DeskRoom room;
  const CaseId id = room.open(monday(10));
  ASSERT_EQ(room.take(monday(10, 1), "agent-3", id), "");
  ASSERT_EQ(room.transfer(monday(10, 10), "agent-3", id, "support"), "");
  ASSERT_EQ(room.take(monday(10, 11), "agent-1", id), "");
  EXPECT_EQ(room.transfer(monday(10, 12), "agent-1", id, "billing"), "needs_supervisor");
  EXPECT_EQ(room.transfer(monday(10, 12), "supervisor-1", id, "billing"), "needs_supervisor")
      << "the supervisor of the other department";
  EXPECT_EQ(room.stored(id).department(), "support");
  EXPECT_EQ(room.transfer(monday(10, 13), "supervisor-2", id, "billing"), "");
  EXPECT_EQ(room.owner(id), "supervisor-2");
  EXPECT_EQ(room.transfer(monday(10, 14), "agent-3", id, "support"), "needs_supervisor");
  EXPECT_EQ(room.take(monday(10, 14), "agent-3", id), "supervisor_owns");
  EXPECT_EQ(room.resolve(monday(10, 15), "agent-3", id), "supervisor_owns");
  EXPECT_EQ(room.resolve(monday(10, 16), "supervisor-2", id), "") << "theirs until it is resolved";
}

// What Earshot itself does before a person has touched the case is routing, and so is the way from a queue to its first
// owner.
TEST(Transfers, AreCountedFromTheFirstPersonOn) {
  DeskRoom room;
  const CaseId id = room.open(monday(10));
  ASSERT_EQ(room.owner(id), "agent-3");
  ASSERT_EQ(room.send(monday(10, 1), room.command(CommandKind::agent_off_shift, "agent-3", {})), "");
  EXPECT_EQ(room.owner(id), "agent-4");
  room.pass_time_to(monday(10, 20));
  EXPECT_EQ(room.owner(id), "liaison-2");
  EXPECT_EQ(room.stored(id).transfers(), 0u) << "nobody had touched it";

  ASSERT_EQ(room.take(monday(10, 21), "liaison-2", id), "");
  Command assign = room.command(CommandKind::assign, "liaison-2", id);
  assign.agent = "agent-4";
  ASSERT_EQ(room.send(monday(10, 22), assign), "");
  EXPECT_EQ(room.stored(id).transfers(), 1u) << "another owner inside the department";

  for (const char* agent : {"agent-1", "agent-2"})
    ASSERT_EQ(room.send(monday(10, 23), room.command(CommandKind::agent_off_shift, agent, {})), "");
  ASSERT_EQ(room.transfer(monday(10, 24), "agent-4", id, "support"), "");
  EXPECT_EQ(room.owner(id), "");
  EXPECT_EQ(room.stored(id).transfers(), 2u) << "a stop in another department's queue is one";
  ASSERT_EQ(room.send(monday(10, 25), room.command(CommandKind::agent_on_shift, "agent-2", {})), "");
  EXPECT_EQ(room.owner(id), "agent-2");
  EXPECT_EQ(room.stored(id).transfers(), 2u) << "from the queue to its first owner is none";
}

TEST(Transfers, NeedASupervisorForTheThird) {
  desk::DeskSettings settings = two_departments();
  for (const char* name : {"third", "fourth"}) {
    desk::DepartmentSettings department = settings.departments[0];
    department.name = name;
    department.supervisor = std::string("supervisor-") + name;
    department.liaison = std::string("liaison-") + name;
    settings.departments.push_back(department);
  }
  DeskRoom room(settings);
  const CaseId id = room.open(monday(10));
  ASSERT_EQ(room.transfer(monday(10, 1), "agent-3", id, "support"), "");
  ASSERT_EQ(room.transfer(monday(10, 2), "agent-1", id, "third"), "");
  EXPECT_EQ(room.transfer(monday(10, 3), "liaison-third", id, "fourth"), "needs_supervisor");
  EXPECT_EQ(room.transfer(monday(10, 4), "supervisor-fourth", id, "fourth"), "");
  EXPECT_EQ(room.owner(id), "supervisor-fourth");
}

TEST(Hold, TellsWhenThePromisedUpdateDidNotCome) {
  DeskRoom room;
  const CaseId id = room.open(monday(10));
  ASSERT_EQ(room.reply(monday(10, 1), "agent-3", id), "");
  ASSERT_EQ(room.hold(monday(10, 2), "agent-3", id, monday(12, 0)), "");
  EXPECT_EQ(room.state(id), CaseState::on_hold);
  const auto alerts = Feed::only<AlertRaised>(room.pass_time_to(monday(12)));
  ASSERT_EQ(alerts.size(), 1u);
  EXPECT_EQ(alerts[0].title, "a promised update did not come: billing, high, agent-3");
  EXPECT_EQ(room.stored(id).priority(), static_cast<std::uint32_t>(Priority::high));
  EXPECT_EQ(room.send(monday(12, 5), room.command(CommandKind::report, "agent-1", id)), "")
      << "another department reports";
  EXPECT_EQ(room.state(id), CaseState::open);
}

TEST(Merge, MovesIntoTheRootAndCancelsTheClocks) {
  DeskRoom room;
  const CaseId a = room.open(monday(10), "user-1", {IssueType::refund});
  const CaseId b = room.open(monday(10, 1), "user-1", {IssueType::app});
  const CaseId c = room.open(monday(10, 2), "user-1", {IssueType::delivery});
  const CaseId other = room.open(monday(10, 3), "user-2");
  ASSERT_EQ(room.reply(monday(10, 30), "agent-3", a), "");
  EXPECT_EQ(room.merge(monday(10, 31), "agent-3", a, a), "cycle");
  EXPECT_EQ(room.merge(monday(10, 31), "agent-3", a, other), "other_customer");
  EXPECT_EQ(room.merge(monday(10, 32), "agent-3", a, b), "");
  EXPECT_EQ(room.state(a), CaseState::merged);
  EXPECT_EQ(room.merge(monday(10, 33), "liaison-1", b, a), "cycle") << "the other is this one by now";
  EXPECT_EQ(room.merge(monday(10, 33), "liaison-1", c, a), "") << "what was merged stands for its root";
  EXPECT_EQ(room.stored(c).merged_into(), b.hex());
  EXPECT_EQ(room.stored(b).issues_size(), 3);
  EXPECT_EQ(room.stored(b).first_reply_ms(), to_millis(monday(10, 30)))
      << "a reply to the merged case is one to the case that stays";
  room.pass_time_to(on_day(3, 12));
  for (const CaseId merged : {a, c}) EXPECT_EQ(room.stored(merged).resolution().outcome(), 4u);
  EXPECT_EQ(room.take(on_day(3, 12), "agent-3", a), "wrong_state");
}

TEST(Merge, LeavesNoChains) {
  DeskRoom room;
  const CaseId a = room.open(monday(10), "user-1", {IssueType::refund});
  const CaseId b = room.open(monday(10, 1), "user-1", {IssueType::app});
  const CaseId c = room.open(monday(10, 2), "user-1", {IssueType::delivery});
  ASSERT_EQ(room.merge(monday(10, 3), "agent-3", a, b), "");
  ASSERT_EQ(room.merge(monday(10, 4), "agent-1", b, c), "");
  EXPECT_EQ(room.stored(a).merged_into(), c.hex());
  EXPECT_EQ(room.stored(b).merged_into(), c.hex());
}

TEST(Merge, RefusesAClosedTarget) {
  DeskRoom room;
  const CaseId closed = room.open(monday(10), "user-1", {IssueType::refund});
  ASSERT_EQ(room.resolve(monday(11), "agent-3", closed), "");
  room.pass_time_to(on_day(14, 11));
  const CaseId id = room.open(on_day(14, 12), "user-1", {IssueType::app});
  EXPECT_EQ(room.merge(on_day(14, 12), "agent-1", id, closed), "target_closed");
}

TEST(Priorities, KeepElapsedTimeAndSwapTheTarget) {
  DeskRoom room;
  const CaseId id = room.open(monday(10));
  ASSERT_EQ(room.take(monday(10, 1), "agent-3", id), "");
  Command made = room.command(CommandKind::set_priority, "agent-3", id);
  made.priority = Priority::high;
  const auto changes = Feed::only<CaseChanged>(room.give(monday(10, 20), made));
  EXPECT_EQ(changes[0].first_reply_due, monday(11));
  EXPECT_EQ(changes[0].resolution_due, monday(14));
  made = room.command(CommandKind::set_priority, "agent-3", id);
  made.priority = Priority::low;
  EXPECT_EQ(Feed::only<CaseChanged>(room.give(monday(10, 30), made))[0].resolution_due, std::nullopt)
      << "there is no target for low";
  made = room.command(CommandKind::set_priority, "agent-3", id);
  made.priority = Priority::normal;
  EXPECT_EQ(Feed::only<CaseChanged>(room.give(monday(10, 40), made))[0].resolution_due, on_day(1, 10))
      << "time went on all the while";
}

TEST(Automations, DoNotCountAsPeople) {
  desk::DeskSettings settings = two_departments();
  settings.automations = {"robot"};
  DeskRoom room(settings);
  const CaseId id = room.open(monday(10));
  EXPECT_EQ(room.reply(monday(10, 1), "robot", id), "");
  EXPECT_EQ(room.state(id), CaseState::fresh);
  const auto before = room.feed().now();
  EXPECT_EQ(room.resolve(before + std::chrono::minutes{1}, "robot", id), "");
  EXPECT_EQ(room.state(id), CaseState::resolved);
  EXPECT_EQ(room.stored(id).first_reply().outcome(), 4u) << "cancelled: neither met nor breached";
  EXPECT_EQ(room.stored(id).resolution().outcome(), 2u);
}

}  // namespace
}  // namespace earshot
