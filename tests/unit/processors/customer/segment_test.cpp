// Who belongs where: the first rule that holds, by facts that add up in any order.
#include "processors/customer/segment.h"

#include <gtest/gtest.h>

namespace earshot {
namespace {

const std::vector<SegmentRule> kRules{
    {.name = "gold", .plans = {"gold", "platinum"}, .contract = true},
    {.name = "app-cn", .channels = {"app", "wechat"}, .regions = {"CN"}},
    {.name = "abroad", .regions = {"GB", "DE-BE"}},
    {.name = "free", .contract = false},
};

TEST(Segment, IsTheFirstRuleOfWhichAllConditionsHold) {
  struct Row {
    std::string name;
    std::string channel, region, plan;
    bool has_contract;
    std::string segment;
  };
  for (const Row& row : std::vector<Row>{
           {"plan", "web", "GB", "gold", true, "gold"},
           {"plan that ran out", "web", "FR", "gold", false, "free"},
           {"another plan", "web", "FR", "silver", true, ""},
           {"channel and region", "wechat", "CN-31", "", false, "app-cn"},
           {"channel without region", "wechat", "", "", false, "free"},
           {"region without channel", "web", "CN-31", "", false, "free"},
           {"a part of the area", "web", "GB-LND", "", false, "abroad"},
           {"the area itself", "web", "DE-BE", "", false, "abroad"},
           {"the area is larger than the rule", "web", "DE", "", false, "free"},
           {"only looks like it", "web", "GBX", "", false, "free"},
       }) {
    SCOPED_TRACE(row.name);
    Traits traits;
    traits.add_channel(row.channel);
    traits.add_region(row.region, 1);
    if (!row.plan.empty()) traits.add_contract(row.plan, row.has_contract, 1);
    EXPECT_EQ(segment_of(kRules, traits), row.segment);
  }
  EXPECT_EQ(segment_of({}, Traits()), "");
}

TEST(Segment, FollowsTheNewestRegionAndContractInAnyOrder) {
  Traits one, two;
  one.add_region("GB", 5);
  one.add_region("FR", 4);
  one.add_contract("gold", true, 7);
  one.add_contract("gold", false, 6);
  two.add_contract("gold", false, 6);
  two.add_contract("gold", true, 7);
  two.add_region("FR", 4);
  two.add_region("GB", 5);
  EXPECT_EQ(segment_of(kRules, one), "gold");
  EXPECT_EQ(segment_of(kRules, two), "gold");
  const std::vector<SegmentRule> abroad{kRules[2]};
  EXPECT_EQ(segment_of(abroad, one), "abroad");
  EXPECT_EQ(segment_of(abroad, two), "abroad");
}

TEST(SegmentRules, SayWhatIsWrongWithThem) {
  EXPECT_TRUE(validate(kRules));
  const auto refused = [](std::vector<SegmentRule> rules) {
    const auto valid = validate(rules);
    return valid ? std::string() : valid.error().message;
  };
  EXPECT_NE(refused({{.name = "Gold", .plans = {"gold"}}}).find("small letters"), std::string::npos);
  EXPECT_NE(refused({{.name = "", .plans = {"gold"}}}).find("small letters"), std::string::npos);
  EXPECT_NE(refused({{.name = std::string(65, 'a'), .plans = {"gold"}}}).find("small letters"), std::string::npos);
  EXPECT_EQ(refused({{.name = std::string(64, 'a'), .plans = {"gold"}}}), "");
  EXPECT_NE(refused({{.name = "gold"}}).find("no condition"), std::string::npos);
  EXPECT_NE(refused({{.name = "a", .contract = true}, {.name = "a", .contract = false}}).find("twice"),
            std::string::npos);
  std::vector<SegmentRule> many;
  for (int i = 0; i < 33; ++i) many.push_back({.name = std::to_string(i), .contract = true});
  EXPECT_NE(refused(many).find("more than 32"), std::string::npos);
  many.pop_back();
  EXPECT_EQ(refused(many), "");
}

}  // namespace
}  // namespace earshot
