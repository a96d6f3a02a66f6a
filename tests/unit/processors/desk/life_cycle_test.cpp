#include "processors/desk/life_cycle.h"

#include <gtest/gtest.h>

#include "event/names.h"

namespace earshot::desk {
namespace {

using enum CaseState;

constexpr CaseState kStates[] = {fresh, open, pending_customer, on_hold, resolved, closed, merged};

LifeFacts everything() {
  LifeFacts facts;
  facts.told_customer = facts.has_department = facts.has_reason = facts.has_promise = facts.has_resolution =
      facts.has_cause = true;
  return facts;
}

// What the reference says, written out: where each event leads from each state; - is a refusal, = stays.
TEST(LifeCycle, IsExactlyTheTableOfTheReference) {
  struct Row {
    LifeEvent event;
    const char* name;
    const char* to[kCaseStates];  // new, open, pending, hold, resolved, closed, merged
  };
  const Row rows[] = {
      {LifeEvent::opened, "opened", {"-", "-", "-", "-", "-", "-", "-"}},
      {LifeEvent::taken, "taken", {"open", "=", "=", "=", "-", "-", "-"}},
      {LifeEvent::human_replied, "human_replied", {"open", "=", "=", "=", "-", "-", "-"}},
      {LifeEvent::customer_wrote, "customer_wrote", {"=", "=", "open", "open", "open", "-", "-"}},
      {LifeEvent::asked_customer,
       "asked_customer",
       {"pending_customer", "pending_customer", "-", "pending_customer", "-", "-", "-"}},
      {LifeEvent::held, "held", {"on_hold", "on_hold", "-", "-", "-", "-", "-"}},
      {LifeEvent::reported, "reported", {"-", "-", "-", "open", "-", "-", "-"}},
      {LifeEvent::handed_over, "handed_over", {"=", "=", "=", "=", "-", "-", "-"}},
      {LifeEvent::noted, "noted", {"=", "=", "=", "=", "=", "-", "-"}},
      {LifeEvent::resolved, "resolved", {"resolved", "resolved", "resolved", "resolved", "-", "-", "-"}},
      {LifeEvent::expired, "expired", {"-", "-", "-", "-", "closed", "-", "-"}},
      {LifeEvent::merged, "merged", {"merged", "merged", "merged", "merged", "merged", "-", "-"}},
  };
  ASSERT_EQ(std::size(rows), static_cast<std::size_t>(kLifeEvents));
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < std::size(kStates); ++i) {
      SCOPED_TRACE(std::string(row.name) + " in " + std::string(name_of(kStates[i])));
      LifeFacts facts = everything();
      facts.within_reopen = row.event != LifeEvent::expired;
      const Transition to = next_state(kStates[i], row.event, facts);
      const std::string expected = row.to[i];
      if (expected == "-") {
        EXPECT_FALSE(to.accepted());
        EXPECT_EQ(to.state, kStates[i]) << "a refused event changes nothing";
      } else {
        EXPECT_TRUE(to.accepted()) << to.refusal;
        EXPECT_EQ(name_of(to.state), expected == "=" ? name_of(kStates[i]) : expected);
      }
    }
  }
}

TEST(LifeCycle, RefusesWhatLacksWhatItNeeds) {
  struct Row {
    const char* name;
    CaseState state;
    LifeEvent event;
    void (*spoil)(LifeFacts&);
    std::string_view code;
  };
  const Row rows[] = {
      {"a question nobody sees", open, LifeEvent::asked_customer, [](LifeFacts& f) { f.told_customer = false; },
       kNeedsPublicMessage},
      {"waiting for nobody", open, LifeEvent::held, [](LifeFacts& f) { f.has_department = false; }, kNeedsDepartment},
      {"waiting without a reason", fresh, LifeEvent::held, [](LifeFacts& f) { f.has_reason = false; }, kNeedsReason},
      {"waiting without a promise", fresh, LifeEvent::held, [](LifeFacts& f) { f.has_promise = false; }, kNeedsPromise},
      {"resolved without a code", open, LifeEvent::resolved, [](LifeFacts& f) { f.has_resolution = false; },
       kNeedsResolution},
      {"resolved without a cause", open, LifeEvent::resolved, [](LifeFacts& f) { f.has_cause = false; }, kNeedsCause},
      {"resolved in silence", open, LifeEvent::resolved, [](LifeFacts& f) { f.told_customer = false; },
       kNeedsPublicMessage},
      {"closed too early", resolved, LifeEvent::expired, [](LifeFacts& f) { f.within_reopen = true; }, kTooEarly},
      {"too late to reopen", resolved, LifeEvent::customer_wrote, [](LifeFacts& f) { f.within_reopen = false; },
       kFollowUp},
      {"merged into nothing", open, LifeEvent::merged, [](LifeFacts& f) { f.target = MergeTarget::unknown; },
       kUnknownTarget},
      {"merged across customers", open, LifeEvent::merged, [](LifeFacts& f) { f.target = MergeTarget::other_customer; },
       kOtherCustomer},
      {"merged into a closed case", open, LifeEvent::merged, [](LifeFacts& f) { f.target = MergeTarget::wrong_state; },
       kTargetClosed},
      {"merged into itself", open, LifeEvent::merged, [](LifeFacts& f) { f.target = MergeTarget::itself; }, kCycle},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    LifeFacts facts = everything();
    row.spoil(facts);
    const Transition to = next_state(row.state, row.event, facts);
    EXPECT_EQ(to.refusal, row.code);
    EXPECT_EQ(to.state, row.state);
  }
}

TEST(LifeCycle, StaysResolvedWhenTheCustomerSaysThanks) {
  LifeFacts facts = everything();
  facts.courtesy = true;
  EXPECT_EQ(next_state(resolved, LifeEvent::customer_wrote, facts).state, resolved);
  EXPECT_TRUE(next_state(resolved, LifeEvent::customer_wrote, facts).accepted());
  EXPECT_EQ(next_state(pending_customer, LifeEvent::customer_wrote, facts).state, open);
}

}  // namespace
}  // namespace earshot::desk
