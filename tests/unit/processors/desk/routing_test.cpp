#include "processors/desk/routing.h"

#include <gtest/gtest.h>

#include "processors/desk/assignment.h"

namespace earshot::desk {
namespace {

TEST(Routing, TakesTheFirstRuleThatMatchesEveryCondition) {
  std::vector<RoutingRule> rules(4);
  rules[0].department = "chinese-refunds";
  rules[0].issues = {IssueType::refund, IssueType::billing};
  rules[0].languages = {Language::zh};
  rules[0].priority = Priority::high;
  rules[1].department = "refunds";
  rules[1].issues = {IssueType::refund};
  rules[2].department = "gold";
  rules[2].tiers = {"gold"};
  rules[2].channels = {"email", "web_chat"};
  rules[2].regions = {"DE"};
  rules[2].products = {"app"};
  rules[2].sentiments = {Sentiment::negative};
  rules[2].origins = {CaseOrigin::message};
  rules[3].department = "rest";

  Matter gold;
  gold.tier = "gold";
  gold.channel = "web_chat";
  gold.region = "DE";
  gold.product = "app";
  gold.sentiment = Sentiment::negative;
  gold.origin = CaseOrigin::message;
  Matter silver = gold;
  silver.tier = "silver";
  Matter chinese;
  chinese.issues = {IssueType::delivery, IssueType::refund};
  chinese.language = Language::zh;
  Matter english = chinese;
  english.language = Language::en;

  EXPECT_EQ(route(rules, chinese).rule->department, "chinese-refunds");
  EXPECT_EQ(route(rules, chinese).priority, Priority::high);
  EXPECT_EQ(route(rules, english).rule->department, "refunds");
  EXPECT_EQ(route(rules, english).priority, Priority::normal);
  EXPECT_EQ(route(rules, gold).rule->department, "gold");
  EXPECT_EQ(route(rules, silver).rule->department, "rest");
  EXPECT_EQ(route(rules, Matter{}).rule->department, "rest");
}

TEST(Priority, IsTheHighestOfAllThatPresses) {
  DeskSettings settings = default_desk_settings();
  settings.tiers = {{"gold", Priority::high}};
  struct Row {
    const char* name;
    Pressure pressure;
    Priority priority;
  };
  const auto with = [](auto&& set) {
    Pressure pressure;
    set(pressure);
    return pressure;
  };
  const Row rows[] = {
      {"nothing", with([](Pressure&) {}), Priority::normal},
      {"a low rule", with([](Pressure& p) { p.rule = Priority::low; }), Priority::low},
      {"urgency 1", with([](Pressure& p) { p.urgency = 1; }), Priority::normal},
      {"urgency 2", with([](Pressure& p) { p.urgency = 2; }), Priority::urgent},
      {"safety", with([](Pressure& p) { p.cause = UrgencyCause::safety; }), Priority::urgent},
      {"legal", with([](Pressure& p) { p.cause = UrgencyCause::legal; }), Priority::urgent},
      {"fraud", with([](Pressure& p) { p.cause = UrgencyCause::fraud; }), Priority::urgent},
      {"an outage", with([](Pressure& p) { p.cause = UrgencyCause::outage; }), Priority::normal},
      {"reach at the limit", with([](Pressure& p) { p.reach = 10'000; }), Priority::normal},
      {"reach above it", with([](Pressure& p) { p.reach = 10'001; }), Priority::high},
      {"the second case", with([](Pressure& p) { p.same_type_before = 1; }), Priority::normal},
      {"the third case", with([](Pressure& p) { p.same_type_before = 2; }), Priority::high},
      {"a gold customer", with([](Pressure& p) { p.tier = "gold"; }), Priority::high},
      {"a rule above the others", with([](Pressure& p) {
         p.rule = Priority::urgent;
         p.tier = "gold";
       }),
       Priority::urgent},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const Ranked ranked = rank(settings, row.pressure);
    EXPECT_EQ(ranked.priority, row.priority);
    EXPECT_EQ(ranked.reason.empty(), ranked.priority == row.pressure.rule) << "what raised it is said";
  }
}

TEST(Policies, TakeTheFirstThatMatchesAndMayHaveNoTarget) {
  std::vector<SlaPolicy> policies(2);
  policies[0].name = "none for reviews";
  policies[0].channels = {"review"};
  policies[1].name = "rest";
  policies[1].targets = {{Priority::normal, 60, 120}};
  Matter review;
  review.channel = "review";
  EXPECT_EQ(choose_policy(policies, review, "support", Priority::normal).target, nullptr);
  EXPECT_EQ(choose_policy(policies, review, "support", Priority::normal).policy, &policies[0]);
  EXPECT_EQ(choose_policy(policies, Matter{}, "support", Priority::normal).target, &policies[1].targets[0]);
  EXPECT_EQ(choose_policy(policies, Matter{}, "support", Priority::high).target, nullptr);
  EXPECT_EQ(choose_policy({}, Matter{}, "support", Priority::normal).policy, nullptr);
}

TEST(SameType, IsASharedIssueOrNoneOnBothSides) {
  EXPECT_TRUE(same_type({IssueType::refund, IssueType::app}, {IssueType::app}));
  EXPECT_FALSE(same_type({IssueType::refund}, {IssueType::app}));
  EXPECT_TRUE(same_type({}, {}));
  EXPECT_FALSE(same_type({}, {IssueType::app}));
}

Candidate agent(const char* handle, std::int64_t load, std::int64_t capacity, int idle_since_hour) {
  return {handle, true, true, load, capacity, Timestamp{std::chrono::hours{idle_since_hour}}};
}

std::string chosen(const std::vector<Candidate>& candidates, const std::string& last_agent = "") {
  const Candidate* owner = choose_owner(candidates, last_agent);
  return owner == nullptr ? "" : owner->handle;
}

TEST(Assignment, ChoosesByLoadThenIdlenessThenHandle) {
  EXPECT_EQ(chosen({agent("b", 1, 2, 1), agent("a", 6, 10, 1)}), "b") << "1 of 2 is less than 6 of 10";
  EXPECT_EQ(chosen({agent("a", 1, 10, 5), agent("b", 1, 10, 4)}), "b") << "idle for longer";
  EXPECT_EQ(chosen({agent("b", 1, 10, 4), agent("a", 2, 20, 4)}), "a") << "the lowest handle";
  EXPECT_EQ(chosen({}), "");
}

TEST(Assignment, KeepsTheCustomersLastAgentIfTheyCanTakeIt) {
  EXPECT_EQ(chosen({agent("a", 0, 10, 1), agent("b", 9, 10, 9)}, "b"), "b");
  EXPECT_EQ(chosen({agent("a", 0, 10, 1), agent("b", 10, 10, 9)}, "b"), "a") << "no room";
  EXPECT_EQ(chosen({agent("a", 0, 10, 1)}, "gone"), "a");
}

TEST(Assignment, PassesOverWhoIsAwayUnskilledOrFull) {
  Candidate away = agent("a", 0, 10, 1);
  away.on_shift = false;
  Candidate unskilled = agent("b", 0, 10, 1);
  unskilled.has_skill = false;
  EXPECT_EQ(chosen({away, unskilled, agent("c", 9, 10, 9)}), "c");
  EXPECT_EQ(chosen({away, unskilled, agent("c", 10, 10, 9)}), "");
}

TEST(Assignment, GivesTheSameOwnerForTheSameInputInAnyOrder) {
  std::vector<Candidate> candidates{agent("c", 2, 4, 3), agent("a", 1, 2, 3), agent("b", 5, 10, 3),
                                    agent("d", 1, 2, 2)};
  std::sort(candidates.begin(), candidates.end(),
            [](const Candidate& a, const Candidate& b) { return a.handle < b.handle; });
  do {
    EXPECT_EQ(chosen(candidates), "d");
  } while (std::next_permutation(candidates.begin(), candidates.end(),
                                 [](const Candidate& a, const Candidate& b) { return a.handle < b.handle; }));
}

TEST(Skill, NeedsALanguageAndOneOfTheIssues) {
  AgentSettings agent_settings;
  agent_settings.issues = {IssueType::refund};
  agent_settings.languages = {Language::zh};
  Matter matter;
  EXPECT_TRUE(has_skill(agent_settings, matter)) << "nothing is known that they could lack";
  matter.language = Language::en;
  EXPECT_FALSE(has_skill(agent_settings, matter));
  matter.language = Language::zh;
  matter.issues = {IssueType::app};
  EXPECT_FALSE(has_skill(agent_settings, matter));
  matter.issues = {IssueType::app, IssueType::refund};
  EXPECT_TRUE(has_skill(agent_settings, matter));
  EXPECT_TRUE(has_skill(AgentSettings{}, matter)) << "no list means all";
}

}  // namespace
}  // namespace earshot::desk
