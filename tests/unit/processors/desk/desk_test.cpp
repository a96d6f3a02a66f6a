// Stories of the whole desk: who does what, and what becomes of it.
#include "desk_room.h"

namespace earshot {
namespace {

using namespace testing;  // NOLINT: a test reads better without the prefix
using Words = std::vector<std::string>;

TEST(Desk, FollowsACaseFromTheFirstWordToItsEnd) {
  DeskRoom room;
  const CaseId id = room.open(monday(10));
  ASSERT_FALSE(id.empty());
  EXPECT_EQ(room.state(id), CaseState::fresh);
  EXPECT_EQ(room.owner(id), "agent-3") << "billing takes refunds; of two idle agents the lower handle";

  EXPECT_EQ(room.take(monday(10, 5), "agent-3", id), "");
  EXPECT_EQ(room.state(id), CaseState::open);
  EXPECT_EQ(room.reply(monday(10, 30), "agent-3", id), "");
  EXPECT_EQ(room.ask(monday(11), "agent-3", id), "");
  EXPECT_EQ(room.state(id), CaseState::pending_customer);
  room.writes(monday(15), "user-1");
  EXPECT_EQ(room.state(id), CaseState::open);
  EXPECT_EQ(room.resolve(monday(16), "agent-3", id), "");
  EXPECT_EQ(room.state(id), CaseState::resolved);
  EXPECT_EQ(room.person("agent-3").cases_size(), 0);

  room.writes(on_day(1, 10), "user-1");
  EXPECT_EQ(room.state(id), CaseState::open);
  EXPECT_EQ(room.owner(id), "agent-3");
  EXPECT_EQ(room.take(on_day(1, 10, 5), "agent-3", id), "");
  EXPECT_EQ(room.resolve(on_day(1, 11), "agent-3", id), "");
  room.writes(on_day(1, 12), "user-1", true);
  EXPECT_EQ(room.state(id), CaseState::resolved) << "thanks do not open it again";

  room.pass_time_to(on_day(15, 10, 59));
  EXPECT_EQ(room.state(id), CaseState::resolved);
  room.pass_time_to(on_day(15, 11));
  EXPECT_EQ(room.state(id), CaseState::closed);
  EXPECT_EQ(room.steps(), (Words{"opened", "assigned", "replied", "asked_customer", "warned", "customer_answered",
                                 "resolved", "reopened", "assigned", "resolved", "attached", "closed"}));
}

TEST(Desk, MeasuresTheTimesOfTheReferenceExample) {
  DeskRoom room;
  const CaseId id = room.open(monday(10));
  ASSERT_EQ(room.take(monday(10), "agent-3", id), "");
  ASSERT_EQ(room.ask(monday(11), "agent-3", id), "");
  room.writes(monday(15), "user-1");
  ASSERT_EQ(room.resolve(monday(16), "agent-3", id), "");
  EXPECT_EQ(room.stored(id).first_resolved_ms() - room.stored(id).opened_ms(), Millis{std::chrono::hours{6}}.count());
  room.writes(on_day(1, 10), "user-1");
  const auto emitted = room.give(on_day(1, 11), [&] {
    Command made = room.command(CommandKind::resolve, "agent-3", id);
    made.text = "done";
    made.resolution = "refunded";
    made.cause = "wrong_charge";
    return made;
  }());
  const auto measured = measures_of(emitted, MeasureKind::resolution);
  ASSERT_EQ(measured.size(), 1u);
  EXPECT_EQ(measured[0].value, Millis{std::chrono::hours{25}}.count());
  EXPECT_EQ(measured[0].business_value, Millis{std::chrono::hours{9}}.count()) << "10:00 to 17:00, and 9:00 to 11:00";
  EXPECT_EQ(measured[0].at, on_day(1, 11));
  EXPECT_EQ(room.stored(id).requester_wait_ms(), Millis{std::chrono::hours{3}}.count());
  EXPECT_EQ(room.stored(id).agent_work_ms(), Millis{std::chrono::hours{3}}.count());
}

TEST(Desk, CountsOnlyAPublicHumanReplyAsTheFirstResponse) {
  DeskRoom room;
  const Timestamp friday = on_day(4, 16, 30);
  const CaseId id = room.open(friday);
  const auto count = [&](const std::vector<Emitted>& emitted) {
    return measures_of(emitted, MeasureKind::first_response).size();
  };
  EXPECT_EQ(count(room.give(on_day(4, 16, 31), DeskRoom::answer(on_day(4, 16, 31), "user-1", "", Author::bot))), 0u);
  EXPECT_EQ(count(room.give(on_day(4, 16, 40), DeskRoom::answer(on_day(4, 16, 40), "user-1", "agent-3", Author::agent,
                                                                Visibility::internal))),
            0u);
  EXPECT_EQ(room.state(id), CaseState::fresh);
  const auto emitted = room.give(on_day(7, 9, 20), DeskRoom::answer(on_day(7, 9, 20), "user-1", "agent-3"));
  const auto measured = measures_of(emitted, MeasureKind::first_response);
  ASSERT_EQ(measured.size(), 1u);
  EXPECT_EQ(measured[0].value, Millis{std::chrono::minutes{64 * 60 + 50}}.count());
  EXPECT_EQ(measured[0].business_value, Millis{std::chrono::minutes{50}}.count());
  EXPECT_EQ(room.state(id), CaseState::open);
  EXPECT_EQ(count(room.give(on_day(7, 9, 30), DeskRoom::answer(on_day(7, 9, 30), "user-1", "agent-3"))), 0u)
      << "only the first";
}

TEST(Desk, WarnsAndWritesTheBreachOnceAtItsTrueInstant) {
  DeskRoom room;
  const CaseId id = room.open(monday(10, 0) + Millis{1});
  ASSERT_EQ(room.take(monday(10, 1), "agent-3", id), "");
  struct Row {
    const char* name;
    Timestamp at;
    std::string metric;
    CaseStep step;
  };
  // 4 h and 8 h of a day that ends at 17:00.
  const Row rows[] = {
      {"half of the first reply", monday(12) + Millis{1}, "first_reply", CaseStep::warned},
      {"most of it", monday(13, 12) + Millis{1}, "first_reply", CaseStep::warned},
      {"first reply missed; half of the resolution", monday(14) + Millis{1}, "first_reply", CaseStep::breached},
      {"half of the resolution", monday(14) + Millis{1}, "full_resolution", CaseStep::warned},
      {"most of the resolution", monday(16, 24) + Millis{1}, "full_resolution", CaseStep::warned},
      {"resolution missed", on_day(1, 10) + Millis{1}, "full_resolution", CaseStep::breached}};
  std::vector<Emitted> told;
  for (const Emitted& one : room.pass_time_to(on_day(3, 10))) {
    if (one.topic == Topic::cases) told.push_back(one);
  }
  ASSERT_EQ(told.size(), std::size(rows));
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    SCOPED_TRACE(rows[i].name);
    const auto& changed = std::get<CaseChanged>(told[i].event.body);
    EXPECT_EQ(told[i].event.time, rows[i].at);
    EXPECT_EQ(changed.sla_metric, rows[i].metric);
    EXPECT_EQ(changed.step, rows[i].step);
  }
  EXPECT_TRUE(
      measures_of(room.give(on_day(3, 11), room.command(CommandKind::note, "agent-3", id)), MeasureKind::sla_outcome)
          .empty());
}

TEST(Desk, TellsABreachWithItsTrueTimeWhenNoTickCame) {
  DeskRoom room;
  const CaseId id = room.open(monday(10));
  ASSERT_EQ(room.take(monday(10, 1), "agent-3", id), "");
  const Command late = [&] {
    Command made = room.command(CommandKind::reply, "agent-3", id);
    made.text = "sorry";
    return made;
  }();
  const auto outcomes = measures_of(room.give(monday(16), late), MeasureKind::sla_outcome);
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes[0].outcome, "breached");
  EXPECT_EQ(outcomes[0].at, monday(14));
  EXPECT_TRUE(measures_of(room.pass_time_to(monday(16, 30)), MeasureKind::sla_outcome).empty());
}

TEST(Desk, MeetsADeadlineToTheMillisecond) {
  struct Row {
    const char* name;
    Timestamp at;
    std::string outcome;
  };
  for (const Row& row :
       {Row{"at the deadline", monday(14), "met"}, Row{"after it", monday(14) + Millis{1}, "breached"}}) {
    SCOPED_TRACE(row.name);
    DeskRoom room;
    const CaseId id = room.open(monday(10));
    ASSERT_EQ(room.take(monday(10, 1), "agent-3", id), "");
    const auto outcomes =
        measures_of(room.give(row.at, DeskRoom::answer(row.at, "user-1", "agent-3")), MeasureKind::sla_outcome);
    ASSERT_EQ(outcomes.size(), 1u);
    EXPECT_EQ(outcomes[0].outcome, row.outcome);
  }
}

TEST(Desk, PutsABreachRightWhenTheReplyWasInTimeButHeardOfLate) {
  DeskRoom room;
  const CaseId id = room.open(monday(10));
  ASSERT_EQ(room.take(monday(10, 1), "agent-3", id), "");
  room.pass_time_to(monday(14, 5));
  const auto outcomes = measures_of(room.give(monday(14, 10), DeskRoom::answer(monday(13), "user-1", "agent-3")),
                                    MeasureKind::sla_outcome);
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes[0].outcome, "met");
  EXPECT_EQ(outcomes[0].item, id.hex() + "/first_reply/0") << "the same item as the breach, so that it corrects it";
}

TEST(Desk, GoesToTheLiaisonAndThenTheSupervisorWhenNobodyTakesIt) {
  DeskRoom room;
  const CaseId id = room.open(on_day(4, 16, 50));  // Friday, ten minutes before the weekend
  EXPECT_EQ(room.owner(id), "agent-3");
  room.pass_time_to(on_day(7, 9, 4));
  EXPECT_EQ(room.owner(id), "agent-3");
  room.pass_time_to(on_day(7, 9, 5));
  EXPECT_EQ(room.owner(id), "liaison-2") << "15 open minutes: 10 on Friday and 5 on Monday";
  room.pass_time_to(on_day(7, 9, 20));
  EXPECT_EQ(room.owner(id), "supervisor-2");
  EXPECT_EQ(room.steps(), (Words{"opened", "escalated", "escalated"}));
  EXPECT_EQ(room.state(id), CaseState::fresh);
}

TEST(Desk, MeasuresHowLongNobodyOwnedACase) {
  DeskRoom room;
  for (const char* handle : {"agent-3", "agent-4"})
    ASSERT_EQ(room.send(monday(9), room.command(CommandKind::agent_off_shift, handle, {})), "");
  const CaseId id = room.open(monday(10));
  EXPECT_EQ(room.owner(id), "");
  const auto opened = Feed::only<CaseChanged>(room.give(monday(10, 1), room.command(CommandKind::note, "agent-3", id)));
  const auto emitted = room.give(monday(10, 7), room.command(CommandKind::agent_on_shift, "agent-4", {}));
  EXPECT_EQ(room.owner(id), "agent-4") << "who comes on shift gets what waits";
  const auto measured = measures_of(emitted, MeasureKind::case_step);
  ASSERT_EQ(measured.size(), 1u);
  EXPECT_EQ(measured[0].value, Millis{std::chrono::minutes{7}}.count());
}

TEST(Desk, LinksANewCaseToAClosedOneInsteadOfReopeningIt) {
  DeskRoom room;
  const CaseId first = room.open(monday(10));
  ASSERT_EQ(room.resolve(monday(11), "agent-3", first), "");
  const auto emitted = room.writes(on_day(14, 11), "user-1");
  EXPECT_EQ(room.state(first), CaseState::closed) << "the 14 days are over, although no tick came";
  const auto changes = Feed::only<CaseChanged>(emitted);
  const auto second =
      std::find_if(changes.begin(), changes.end(), [](const CaseChanged& one) { return one.step == CaseStep::opened; });
  ASSERT_NE(second, changes.end());
  EXPECT_EQ(second->follows, first);
  EXPECT_NE(second->case_id, first);

  DeskRoom other;
  const CaseId kept = other.open(monday(10));
  ASSERT_EQ(other.resolve(monday(11), "agent-3", kept), "");
  other.writes(on_day(14, 11) - Millis{1}, "user-1");
  EXPECT_EQ(other.state(kept), CaseState::open) << "one millisecond earlier it is still the same case";
}

TEST(Desk, ChangesNothingWhenARequestComesTwice) {
  DeskRoom room;
  const CaseRequested request = DeskRoom::complaint(monday(10), "user-1");
  room.give(monday(10), request, "the-same");
  const auto before = room.feed().values();
  EXPECT_TRUE(room.give(monday(10), request, "the-same").empty());
  EXPECT_EQ(room.feed().values(), before);
}

TEST(Desk, TellsEveryChangeToTheCustomerToo) {
  DeskRoom room;
  const auto emitted = room.give(monday(10), DeskRoom::complaint(monday(10), "user-1"));
  int on_cases = 0;
  for (const Emitted& one : emitted) {
    const auto* changed = std::get_if<CaseChanged>(&one.event.body);
    if (changed == nullptr) continue;
    if (one.topic == Topic::cases) {
      ++on_cases;
      EXPECT_EQ(one.key, "acme/" + changed->case_id.hex());
    } else {
      EXPECT_EQ(one.topic, Topic::activity);
      EXPECT_EQ(one.key, "acme/" + customer("user-1").hex());
      --on_cases;
    }
  }
  EXPECT_EQ(on_cases, 0);
}

TEST(Desk, RaisesNoAlertWhileAnImportRuns) {
  DeskRoom room;
  room.give(monday(8), ImportBegan{monday(12)});
  CaseRequested urgent = DeskRoom::complaint(monday(12), "user-1");
  urgent.urgency = 2;
  EXPECT_TRUE(Feed::only<AlertRaised>(room.give(monday(12), urgent)).empty());
  urgent.customer = customer("user-2");
  urgent.at = monday(12) + Millis{1};
  const auto alerts = Feed::only<AlertRaised>(room.give(urgent.at, urgent));
  ASSERT_EQ(alerts.size(), 1u);
  EXPECT_EQ(alerts[0].severity, Severity::warning);
  EXPECT_EQ(alerts[0].due, monday(12, 30) + Millis{1});
}

TEST(Desk, AsksAPersonWhenTwoCustomersClaimOneKey) {
  DeskRoom room;
  const auto emitted =
      room.give(monday(10), IdentityProposed{hash_key("", "email:a@b.c"), {customer("user-1"), customer("user-2")}});
  const auto alerts = Feed::only<AlertRaised>(emitted);
  ASSERT_EQ(alerts.size(), 1u);
  EXPECT_EQ(alerts[0].severity, Severity::info);
}

TEST(Desk, WorksWithoutAnyConfiguration) {
  auto processor = make_desk();
  Feed feed(*processor);
  const auto changes =
      Feed::only<CaseChanged>(feed.give(monday(10), "acme", DeskRoom::complaint(monday(10), "user-1")));
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(changes[0].department, "billing");
  EXPECT_EQ(changes[0].owner, "agent-8");
  EXPECT_EQ(changes[0].liaison, "liaison-4");
}

}  // namespace
}  // namespace earshot
