// The customer of a key is a function of the set of links and vetoes: played in any order, with repeats, identity ends
// where a model ends that looks at the whole set at once.
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
  int decided = 0;  // when a person said it; 0: nobody did
};

class Model {
 public:
  explicit Model(const std::vector<Said>& all) {
    using Pair = std::pair<std::string, std::string>;
    std::set<Pair> vetoes;
    std::map<Pair, std::pair<int, bool>> words;  // when, and whether they are not one
    for (const Said& one : all) {
      claims_[one.first].insert(one.second);
      claims_[one.second].insert(one.first);
      const Pair pair = std::minmax(one.first, one.second);
      if (one.decided == 0 && one.undone) vetoes.insert(pair);
      if (one.decided != 0) words[pair] = std::max(words[pair], {one.decided, one.undone});
    }
    for (const auto& [key, others] : claims_) {
      for (const std::string& other : others) {
        if (is_shared(key) || is_shared(other)) continue;
        const Pair pair = std::minmax(key, other);
        const auto word = words.find(pair);
        if (word == words.end() ? vetoes.contains(pair) : word->second.second) continue;
        links_[key].insert(other);
        if (word != words.end() && is_strong(key) && is_strong(other)) joined_[key].insert(other);
      }
    }
  }

  Keys keys() const {
    Keys all;
    for (const auto& [key, others] : claims_) all.insert(key);
    return all;
  }

  CustomerId customer_of(const std::string& key) const {
    if (is_shared(key)) return IdentityFeed::named(key);
    if (is_strong(key)) return root_of(key);
    const Keys group = group_of(key);
    if (group.size() > kKeysPerCustomer) return IdentityFeed::named(key);
    const auto roots = roots_of(group);
    if (roots.size() == 1 && size_of(*strong_of(group).begin()) <= kKeysPerCustomer) return *roots.begin();
    CustomerId smallest = IdentityFeed::named(key);
    for (const std::string& member : group) smallest = std::min(smallest, IdentityFeed::named(member));
    return smallest;
  }

 private:
  static bool is_strong(const std::string& key) { return IdentityFeed::kind_of(key) == "customer"; }
  bool is_shared(const std::string& key) const {
    return claims_.at(key).size() > static_cast<std::size_t>(kClaimsPerKey);
  }
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
  Keys joined_with(const std::string& strong) const {
    Keys all{strong};
    std::vector<std::string> open{strong};
    while (!open.empty()) {
      const auto others = joined_.find(open.back());
      open.pop_back();
      if (others == joined_.end()) continue;
      for (const std::string& other : others->second) {
        if (all.insert(other).second) open.push_back(other);
      }
    }
    return all.size() > kKeysPerCustomer ? Keys{strong} : all;
  }
  CustomerId root_of(const std::string& strong) const {
    CustomerId smallest = IdentityFeed::named(strong);
    for (const std::string& other : joined_with(strong)) smallest = std::min(smallest, IdentityFeed::named(other));
    return smallest;
  }
  std::set<CustomerId> roots_of(const Keys& group) const {
    std::set<CustomerId> roots;
    for (const std::string& strong : strong_of(group)) roots.insert(root_of(strong));
    return roots;
  }
  std::size_t size_of(const std::string& strong) const {
    Keys all = joined_with(strong);
    for (const std::string& one : joined_with(strong)) {
      for (const std::string& link : links_of(one)) {
        if (is_strong(link)) continue;
        const Keys group = group_of(link);
        if (group.size() <= kKeysPerCustomer && roots_of(group).size() == 1) all.insert(group.begin(), group.end());
      }
    }
    return all.size();
  }

  std::map<std::string, Keys> claims_;
  std::map<std::string, Keys> links_;
  std::map<std::string, Keys> joined_;  // strong ids, by people
};

// A world with few keys has many conflicts; one with a hub has crowds.
struct World {
  const char* name;
  int weak;
  int strong;
  int pairs;
  double hub;  // how often one side is a key that everybody knows
  double undo;
  bool hub_is_strong = false;  // always, and not only every second time
  double decide = 0;           // how often a person says it
};

std::vector<Said> random_set(const World& world, Random& random) {
  std::vector<Said> all;
  const auto key = [&] {
    if (random.chance(world.hub))
      return std::string(world.hub_is_strong || random.chance(0.5) ? "customer:0" : "email:0");
    const auto number = static_cast<int>(random.below(static_cast<std::uint64_t>(world.weak + world.strong)));
    return (number < world.strong ? "customer:" : "email:") + std::to_string(number);
  };
  while (static_cast<int>(all.size()) < world.pairs) {
    Said one{key(), key(), random.chance(world.undo)};
    if (world.decide > 0 && random.chance(world.decide)) one.decided = static_cast<int>(random.between(1, 5));
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
                          {"small, and people decide", 8, 4, 20, 0.1, 0.3, false, 0.5},
                          {"people join the ids that everybody shares", 80, 20, 120, 0.4, 0.1, false, 0.5},
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
          who.say(one.first, one.second, one.undone, one.decided);
          if (&one != &all[i]) who.say(all[i].first, all[i].second, all[i].undone, all[i].decided);
        }
        for (const std::string& key : keys)
          ASSERT_EQ(who.customer_of(key).hex(), model.customer_of(key).hex()) << key << " in round " << round;
      }
    }
  }
}

}  // namespace
}  // namespace earshot
