// The customer of a key is a function of the set of links and vetoes: played in any order, with repeats, identity ends where a
// model ends that looks at the whole set at once.
#include <algorithm>
#include <set>

#include "support/identity_feed.h"
#include "support/random_test.h"

namespace earshot {
namespace {

using testing::IdentityFeed;
using Keys = std::set<std::string>;

struct Said {
  std::string first;
  std::string second;
  bool undone = false;
};

class Model {
 public:
  explicit Model(const std::vector<Said>& all) {
    std::set<std::pair<std::string, std::string>> vetoes;
    for (const Said& one : all) {
      claims_[one.first].insert(one.second);
      claims_[one.second].insert(one.first);
      if (one.undone) vetoes.insert(std::minmax(one.first, one.second));
    }
    for (const auto& [key, others] : claims_) {
      for (const std::string& other : others) {
        if (!is_shared(key) && !is_shared(other) && !vetoes.contains(std::minmax(key, other))) links_[key].insert(other);
      }
    }
  }

  Keys keys() const {
    Keys all;
    for (const auto& [key, others] : claims_) all.insert(key);
    return all;
  }

  CustomerId customer_of(const std::string& key) const {
    if (is_strong(key) || is_shared(key)) return IdentityFeed::named(key);
    const Keys group = group_of(key);
    if (group.size() > kKeysPerCustomer) return IdentityFeed::named(key);
    const Keys strong = strong_of(group);
    if (strong.size() == 1 && size_of(*strong.begin()) <= kKeysPerCustomer) return IdentityFeed::named(*strong.begin());
    CustomerId smallest = IdentityFeed::named(key);
    for (const std::string& member : group) smallest = std::min(smallest, IdentityFeed::named(member));
    return smallest;
  }

 private:
  static bool is_strong(const std::string& key) { return IdentityFeed::kind_of(key) == "customer"; }
  bool is_shared(const std::string& key) const { return claims_.at(key).size() > static_cast<std::size_t>(kClaimsPerKey); }
  const Keys& links_of(const std::string& key) const {
    static const Keys none;
    const auto found = links_.find(key);
    return found == links_.end() ? none : found->second;
  }
  Keys group_of(const std::string& key) const {
    Keys group{key};
    std::vector<std::string> open{key};
    while (!open.empty()) {
      const std::string next = open.back();
      open.pop_back();
      for (const std::string& link : links_of(next)) {
        if (!is_strong(link) && group.insert(link).second) open.push_back(link);
      }
    }
    return group;
  }
  Keys strong_of(const Keys& group) const {
    Keys strong;
    for (const std::string& key : group) {
      for (const std::string& link : links_of(key)) {
        if (is_strong(link)) strong.insert(link);
      }
    }
    return strong;
  }
  std::size_t size_of(const std::string& strong) const {
    Keys all{strong};
    for (const std::string& link : links_of(strong)) {
      if (is_strong(link)) continue;
      const Keys group = group_of(link);
      if (group.size() <= kKeysPerCustomer && strong_of(group).size() == 1) all.insert(group.begin(), group.end());
    }
    return all.size();
  }

  std::map<std::string, Keys> claims_;
  std::map<std::string, Keys> links_;
};

// A world with few keys has many conflicts; one with a hub has crowds.
struct World {
  const char* name;
  int weak;
  int strong;
  int pairs;
  double hub;   // how often one side is a key that everybody knows
  double undo;
  bool hub_is_strong = false;  // always, and not only every second time
};

std::vector<Said> random_set(const World& world, Random& random) {
  std::vector<Said> all;
  const auto key = [&] {
    if (random.chance(world.hub)) return std::string(world.hub_is_strong || random.chance(0.5) ? "customer:0" : "email:0");
    const auto number = static_cast<int>(random.below(static_cast<std::uint64_t>(world.weak + world.strong)));
    return (number < world.strong ? "customer:" : "email:") + std::to_string(number);
  };
  while (static_cast<int>(all.size()) < world.pairs) {
    Said one{key(), key(), random.chance(world.undo)};
    if (one.first != one.second) all.push_back(std::move(one));
  }
  return all;
}

void shuffle(std::vector<Said>& all, Random& random) {
  for (std::size_t i = all.size(); i > 1; --i) std::swap(all[i - 1], all[random.below(i)]);
}

TEST(IdentityLaws, TheCustomerOfAKeyIsAFunctionOfTheSetOfLinks) {
  Random random(test::seed_of_test(20261126));
  const World worlds[] = {{"small and full of conflicts", 8, 3, 14, 0.1, 0.2},
                          {"ordinary", 40, 15, 50, 0.05, 0.05},
                          {"groups about as large as a customer may be", 75, 2, 90, 0.0, 0.05},
                          {"a strong id with about as many keys as it may have", 200, 3, 150, 0.5, 0.03, true},
                          {"keys that everybody shares", 320, 6, 330, 0.8, 0.05}};
  for (const World& world : worlds) {
    SCOPED_TRACE(world.name);
    for (int round = 0; round < test::scaled(world.pairs > 60 ? 4 : 40); ++round) {
      std::vector<Said> all = random_set(world, random);
      const Model model(all);
      const Keys keys = model.keys();
      for (int order = 0; order < 3; ++order) {
        shuffle(all, random);
        IdentityFeed who;
        for (std::size_t i = 0; i < all.size(); ++i) {
          const Said& one = all[random.chance(0.1) ? random.below(i + 1) : i];  // now and then something is said again
          who.pair(one.first, one.second, !one.undone, one.undone);
          if (&one != &all[i]) who.pair(all[i].first, all[i].second, !all[i].undone, all[i].undone);
        }
        for (const std::string& key : keys) ASSERT_EQ(who.customer_of(key).hex(), model.customer_of(key).hex()) << key << " in round " << round;
      }
    }
  }
}

}  // namespace
}  // namespace earshot
