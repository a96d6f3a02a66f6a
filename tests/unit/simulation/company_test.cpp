// What the simulated company says of its customers is what its sources tell: the truth file agrees with the events.
#include "simulation/company.h"

#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "all.h"
#include "processors/customer/profile.h"
#include "support/random_test.h"

namespace earshot::simulation {
namespace {

using std::chrono::days;

const Timestamp kStart = *parse_rfc3339("2026-01-05T00:00:00Z");

Settings world(std::uint64_t seed, int customers = 400, int span = 300) {
  Settings settings;
  settings.seed = seed;
  settings.customers = customers;
  settings.start = kStart;
  settings.days = span;
  return settings;
}

class Collect : public Findings {
 public:
  void event(Event event) override { events.push_back(std::move(event)); }
  void dead_letter(DeadLetter) override {}
  void skipped() override {}
  std::vector<Event> events;
};

// As the real connectors read it.
std::vector<Event> read(const std::vector<Payload>& payloads) {
  std::map<std::string, std::unique_ptr<Connector>> connectors;
  Collect found;
  for (const Payload& payload : payloads) {
    auto& connector = connectors[payload.connector];
    if (!connector) connector = std::move(*make_connector(payload.connector, connector_settings(payload.connector)));
    auto reader = connector->open_request({"acme", "test", payload.connector, payload.at}, payload.headers, found);
    if (!reader) continue;
    (*reader)->feed(payload.body);
    (*reader)->finish();
  }
  return std::move(found.events);
}

// Something that the customer did or said themselves.
bool is_by_customer(const Input& input) {
  ActivityRecorded activity;
  activity.kind = input.kind;
  activity.message = input.message;
  activity.payment = input.payment;
  activity.subscription = input.subscription;
  return read_activity(activity, {}).sign_of_life;
}

struct Lives {
  std::vector<Truth> truth;
  std::map<std::string, std::vector<Timestamp>> acts;  // by the customer's own key, ascending
  std::map<std::string, std::set<InputKind>> kinds;
  std::int64_t strangers = 0;  // acts under a key that is nobody's
  std::vector<Event> events;
};

Lives live(const Settings& settings) {
  Company company(settings);
  Lives lives;
  lives.events = read(company.deliver(settings.start, settings.start + days{settings.days}));
  lives.truth = company.truth();
  std::map<std::string, std::string> owner;
  for (const Truth& one : lives.truth) {
    for (const std::string& key : one.keys) owner[key] = one.customer_key;
  }
  for (const Event& event : lives.events) {
    const auto* input = std::get_if<Input>(&event.body);
    if (input == nullptr || !is_by_customer(*input)) continue;
    const auto whose = owner.find(input->person.keys.front());
    if (whose == owner.end()) {
      ++lives.strangers;
      continue;
    }
    lives.acts[whose->second].push_back(event.time);
    lives.kinds[whose->second].insert(input->kind);
  }
  for (auto& [customer, acts] : lives.acts) std::sort(acts.begin(), acts.end());
  return lives;
}

TEST(SimulatedCompany, HearsNothingOfWhoHasLeft) {
  const Lives lives = live(world(test::seed_of_test(71)));
  EXPECT_EQ(lives.strangers, 0) << "the truth names every key";
  int left = 0;
  for (const Truth& one : lives.truth) {
    SCOPED_TRACE(one.customer_key + " " + one.regime + " " + one.why);
    const auto acts = lives.acts.find(one.customer_key);
    if (acts != lives.acts.end()) {
      EXPECT_GE(acts->second.front(), one.joined - Millis{1000}) << "before they came";
    }
    EXPECT_EQ(one.left.has_value(), !one.why.empty());
    if (!one.left) continue;
    ++left;
    EXPECT_GT(*one.left, one.joined);
    EXPECT_LT(*one.left, kStart + days{300});
    if (acts != lives.acts.end()) {
      EXPECT_LE(acts->second.back(), *one.left)
          << format_rfc3339(acts->second.back()) << " after " << format_rfc3339(*one.left);
    }
  }
  EXPECT_GT(left, 60);
  EXPECT_LT(left, 340);
}

// Who has not left is still about; else silence would say nothing of the truth.
TEST(SimulatedCompany, HearsOfWhoHasNotLeft) {
  const Lives lives = live(world(test::seed_of_test(72)));
  int here = 0, heard = 0;
  for (const Truth& one : lives.truth) {
    if (one.left || one.joined > kStart + days{200}) continue;
    ++here;
    const auto acts = lives.acts.find(one.customer_key);
    if (acts != lives.acts.end() && acts->second.back() > kStart + days{200}) ++heard;
  }
  EXPECT_GT(here, 50);
  EXPECT_GT(heard * 100, here * 90) << heard << " of " << here;
}

TEST(SimulatedCompany, HasAllKindsOfCustomers) {
  const Lives lives = live(world(test::seed_of_test(73)));
  std::map<std::string, int> regimes, whys;
  int complainers = 0, silent_leavers = 0, loud_leavers = 0;
  for (const Truth& one : lives.truth) {
    ++regimes[one.regime];
    if (one.left) ++whys[one.why];
    complainers += one.complains ? 1 : 0;
    if (!one.left) continue;
    const auto kinds = lives.kinds.find(one.customer_key);
    if (kinds == lives.kinds.end()) continue;
    const bool spoke = std::any_of(kinds->second.begin(), kinds->second.end(), [](InputKind kind) {
      return kind == InputKind::message || kind == InputKind::review || kind == InputKind::call ||
             kind == InputKind::mention;
    });
    ++(spoke ? loud_leavers : silent_leavers);
  }
  for (const char* regime : {"contract", "app", "shop", "shop and app"}) EXPECT_GT(regimes[regime], 15) << regime;
  for (const char* why : {"service failure", "drifted"}) EXPECT_GT(whys[why], 5) << why;
  EXPECT_GT(complainers, 50);
  EXPECT_LT(complainers, 200);
  EXPECT_GT(silent_leavers, 20) << "who leaves without a word is what all this is about";
  EXPECT_GT(loud_leavers, 10);
}

// A contract is left when it ends.
TEST(SimulatedCompany, LosesContractCustomersWhenTheyWouldRenew) {
  Settings settings = world(test::seed_of_test(74), 1200);
  const Lives lives = live(settings);
  std::map<std::string, std::vector<std::pair<Timestamp, Timestamp>>> renewals;  // when said, and for when
  for (const Event& event : lives.events) {
    const auto* input = std::get_if<Input>(&event.body);
    if (input == nullptr || !input->subscription || !input->subscription->renews_at) continue;
    renewals[input->person.keys.front()].emplace_back(event.time, *input->subscription->renews_at);
  }
  int left = 0;
  for (const Truth& one : lives.truth) {
    if (one.regime != "contract" || !one.left || one.why == "drifted") continue;
    const auto& told = renewals[one.customer_key];
    const auto before =
        std::find_if(told.rbegin(), told.rend(), [&](const auto& renewal) { return renewal.first < *one.left; });
    if (before == told.rend()) continue;  // on trial
    ++left;
    EXPECT_LE(*one.left, before->second + days{8}) << "they stayed although they had gone";
    if (before->first + days{80} <= before->second) {
      EXPECT_GE(*one.left, before->second - days{14}) << "they left in the middle of what they had paid for";
    }
  }
  EXPECT_GT(left, 5);
}

TEST(SimulatedCompany, SellsMoreInItsSeason) {
  Settings settings = world(test::seed_of_test(75), 600);
  settings.start = *parse_rfc3339("2026-08-01T00:00:00Z");
  settings.days = 110;
  const Lives lives = live(settings);
  const auto orders = [&](const char* from, const char* to) {
    return std::count_if(lives.events.begin(), lives.events.end(), [&](const Event& event) {
      const auto* input = std::get_if<Input>(&event.body);
      return input != nullptr && input->kind == InputKind::order && event.time >= *parse_rfc3339(from) &&
             event.time < *parse_rfc3339(to);
    });
  };
  const auto sale = orders("2026-11-06T00:00:00Z", "2026-11-15T00:00:00Z"),
             before = orders("2026-10-20T00:00:00Z", "2026-10-29T00:00:00Z");
  EXPECT_GT(sale * 10, before * 13) << sale << " and " << before;
}

// Replies help: the same company twice, and in the second who is about to leave is helped an hour before.
TEST(SimulatedCompany, KeepsMostOfThoseWhoAreHelped) {
  const Settings settings = world(test::seed_of_test(76), 400, 200);
  const auto play = [&](const std::multimap<Timestamp, std::string>& help) {
    Company company(settings);
    for (int day = 0; day < settings.days; ++day) {
      const Timestamp from = kStart + days{day};
      for (auto next = help.lower_bound(from); next != help.end() && next->first < from + days{1}; ++next)
        company.helped(next->second, next->first);
      (void)company.deliver(from, from + days{1});
    }
    return company.truth();
  };
  const auto without = play({});
  std::map<std::string, Timestamp> leaving;
  std::multimap<Timestamp, std::string> help;
  for (const Truth& one : without) {
    if (!one.left || one.why == "drifted" || *one.left - one.joined < days{1}) continue;
    leaving.emplace(one.customer_key, *one.left);
    help.emplace(*one.left - Millis{3'600'000}, one.customer_key);
  }
  ASSERT_GT(leaving.size(), 40u);
  std::size_t all_the_same = 0;
  for (const Truth& one : play(help)) {
    const auto found = leaving.find(one.customer_key);
    if (found != leaving.end() && one.left == found->second) ++all_the_same;
  }
  EXPECT_GT(all_the_same, 0u);
  EXPECT_LT(all_the_same * 2, leaving.size())
      << all_the_same << " of " << leaving.size() << " left although they were helped";
}

TEST(SimulatedCompany, IsTheSameForTheSameSeedHoweverTimeIsCut) {
  const Settings settings = world(test::seed_of_test(77), 120, 90);
  const auto bytes = [&](const std::vector<int>& cuts, std::uint64_t seed) {
    Settings ours = settings;
    ours.seed = seed;
    Company company(ours);
    std::string all;
    int from = 0;
    for (const int to : cuts) {
      for (const Payload& payload : company.deliver(kStart + days{from}, kStart + days{to}))
        all += format_rfc3339(payload.at) + payload.connector + payload.body + "\n";
      from = to;
    }
    for (const Truth& one : company.truth())
      all += one.customer_key + (one.left ? format_rfc3339(*one.left) : "") + one.regime + "\n";
    return all;
  };
  const std::string once = bytes({90}, settings.seed);
  EXPECT_EQ(once, bytes({1, 2, 50, 90}, settings.seed));
  EXPECT_NE(once, bytes({90}, settings.seed + 1));
  EXPECT_GT(once.size(), 100'000u);
}

}  // namespace
}  // namespace earshot::simulation
