#include "processors/identity/identity.h"

#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include "processors/control.h"
#include "state/identity.pb.h"

namespace earshot {
namespace {

using Names = google::protobuf::RepeatedPtrField<state::KeyName>;

std::string name_of_key(KeyHash key) { return "key/" + key.hex(); }
KeyHash key_of(const state::KeyName& name) { return {name.high(), name.low()}; }
CustomerId customer_named(KeyHash key) { return {key.high, key.low}; }

// Names are kept ascending, so that the same set has the same bytes.
int place_of(const Names& names, KeyHash key) {
  const auto found = std::lower_bound(names.begin(), names.end(), key, [](const auto& name, KeyHash wanted) { return key_of(name) < wanted; });
  return static_cast<int>(found - names.begin());
}

bool holds(const Names& names, KeyHash key) {
  const int place = place_of(names, key);
  return place < names.size() && key_of(names[place]) == key;
}

void add(Names& names, KeyHash key) {
  if (holds(names, key)) return;
  const int place = place_of(names, key);
  auto* added = names.Add();
  added->set_high(key.high);
  added->set_low(key.low);
  for (int i = names.size() - 1; i > place; --i) names.SwapElements(i, i - 1);
}

void remove(Names& names, KeyHash key) {
  if (holds(names, key)) names.DeleteSubrange(place_of(names, key), 1);
}

// Weak keys that are linked to each other, and the strong ids they touch.
struct Group {
  std::vector<KeyHash> keys;  // ascending; one too many when they do not fit
  std::set<KeyHash> strong;
  bool fits() const { return keys.size() <= kKeysPerCustomer; }
};

// What one pair changes: the keys around which groups are decided anew. Lives for one step.
class Decision {
 public:
  explicit Decision(Step& step) : step_(step) {}

  void take(const KeysPaired& paired) {
    if (is_known(paired)) return;
    consider(paired.first);  // as it was: a group that falls apart may leave room with its strong id
    consider(paired.second);
    claim(paired.first, paired.second, paired.first_kind, paired.undone);
    claim(paired.second, paired.first, paired.second_kind, paired.undone);
    group_of_.clear();
    for (const KeyHash key : std::set<KeyHash>(starts_)) consider(key);
    for (const KeyHash strong : strong_) {
      for (const auto& link : find(strong)->links()) starts_.insert(key_of(link));
    }
    for (const KeyHash key : starts_) decide(key);
    if (!paired.undone && is_strong(paired.first) && is_strong(paired.second)) propose_strong(paired.first, paired.second);
  }

 private:
  const state::IdentityKey* find(KeyHash key) { return step_.find<state::IdentityKey>(name_of_key(key)); }
  state::IdentityKey& edit(KeyHash key) { return step_.edit<state::IdentityKey>(name_of_key(key)); }
  bool is_strong(KeyHash key) { return find(key)->kind() == "customer"; }

  bool is_known(const KeysPaired& paired) {
    const auto* first = find(paired.first);
    const auto* second = find(paired.second);
    if (first == nullptr || second == nullptr) return false;
    if (paired.undone) return holds(first->vetoes(), paired.second) && holds(second->vetoes(), paired.first);
    return holds(first->links(), paired.second) && holds(second->links(), paired.first);
  }

  // Notes what was said about `key` and `other`. Once too much was said the key is shared for good, whatever the order in which
  // it was said: so its lists are no longer needed.
  void claim(KeyHash key, KeyHash other, const std::string& kind, bool undone) {
    auto& value = edit(key);
    value.set_kind(kind);
    if (value.shared()) return;
    if (undone) {
      add(*value.mutable_vetoes(), other);
      remove(*value.mutable_links(), other);
    } else if (!holds(value.vetoes(), other)) {
      add(*value.mutable_links(), other);
    }
    if (value.links_size() + value.vetoes_size() <= kClaimsPerKey) return;
    for (const auto& link : value.links()) starts_.insert(key_of(link));
    value.set_shared(true);
    value.clear_links();
    value.clear_vetoes();
  }

  // The group around `key`, and the strong ids whose share of keys may change with it, are to be looked at.
  void consider(KeyHash key) {
    starts_.insert(key);
    const auto* known = find(key);
    if (known == nullptr) return;
    if (is_strong(key)) {
      strong_.insert(key);
    } else if (const Group& group = group_around(key); group.fits()) {
      strong_.insert(group.strong.begin(), group.strong.end());
      starts_.insert(group.keys.begin(), group.keys.end());
    }
  }

  // A shared key is alone. Looks no further once the group does not fit.
  const Group& group_around(KeyHash start) {
    const auto known = group_of_.find(start);
    if (known != group_of_.end()) return *known->second;
    Group& group = groups_.emplace_back();
    std::set<KeyHash> seen{start};
    std::vector<KeyHash> open{start};
    while (!open.empty() && group.fits()) {
      const KeyHash key = open.back();
      open.pop_back();
      group.keys.push_back(key);
      for (const auto& link : find(key)->links()) {
        const KeyHash next = key_of(link);
        if (find(next)->shared()) continue;
        if (is_strong(next)) {
          group.strong.insert(next);
        } else if (seen.insert(next).second) {
          open.push_back(next);
        }
      }
    }
    std::sort(group.keys.begin(), group.keys.end());
    group_of_[start] = &group;
    if (group.fits()) {
      for (const KeyHash key : group.keys) group_of_[key] = &group;
    }
    return group;
  }

  // Whether all keys that only `strong` claims, and itself, are few enough for one customer.
  bool has_room(KeyHash strong) {
    const auto known = room_.find(strong);
    return known != room_.end() ? known->second : room_.emplace(strong, counts_few_keys(strong)).first->second;
  }

  bool counts_few_keys(KeyHash strong) {
    std::set<KeyHash> keys{strong};
    for (const auto& link : find(strong)->links()) {
      const KeyHash key = key_of(link);
      if (keys.contains(key) || is_strong(key) || find(key)->shared()) continue;
      const Group& group = group_around(key);
      if (group.fits() && group.strong.size() == 1) keys.insert(group.keys.begin(), group.keys.end());
      if (keys.size() > kKeysPerCustomer) return false;
    }
    return true;
  }

  void decide(KeyHash key) {
    if (is_strong(key) || !decided_.insert(key).second) return;  // a strong id is always a customer of its own
    const Group& group = group_around(key);
    if (!group.fits() || find(key)->shared()) return assign(key, key);
    const bool is_claimed = group.strong.size() == 1 && has_room(*group.strong.begin());
    const KeyHash owner = is_claimed ? *group.strong.begin() : group.keys.front();
    for (const KeyHash member : group.keys) {
      assign(member, owner);
      decided_.insert(member);
    }
    if (group.strong.size() > 1) propose(group);
  }

  void assign(KeyHash key, KeyHash owner) {
    const auto* known = find(key);
    const KeyHash before = known->has_customer() ? key_of(known->customer()) : key;
    if (before == owner) return;
    auto& value = edit(key);
    value.mutable_customer()->set_high(owner.high);
    value.mutable_customer()->set_low(owner.low);
    value.set_epoch(value.epoch() + 1);
    step_.emit(Topic::feedback, record_key(step_.tenant(), key), IdentityAssigned{key, customer_named(owner), value.epoch()}, step_.now());
  }

  // Several strong ids claim one group: a person must look, once for each new claim.
  void propose(const Group& group) {
    const auto knows_all = [&](KeyHash member) {
      const auto& shown = find(member)->proposed();
      return std::all_of(group.strong.begin(), group.strong.end(), [&](KeyHash strong) { return holds(shown, strong); });
    };
    if (std::any_of(group.keys.begin(), group.keys.end(), knows_all)) return;
    auto& value = edit(group.keys.front());
    IdentityProposed proposed{group.keys.front(), {}};
    for (const KeyHash strong : group.strong) {
      add(*value.mutable_proposed(), strong);
      if (proposed.candidates.size() < kKeysPerCustomer) proposed.candidates.push_back(customer_named(strong));
    }
    step_.emit(Topic::desk, tenant_key(step_.tenant()), std::move(proposed), step_.now());
  }

  // Two strong ids are said to be one: that, too, only a person may decide.
  void propose_strong(KeyHash first, KeyHash second) {
    if (find(first)->shared() || find(second)->shared() || holds(find(first)->vetoes(), second)) return;
    const auto [low, high] = std::minmax(first, second);
    step_.emit(Topic::desk, tenant_key(step_.tenant()), IdentityProposed{low, {customer_named(low), customer_named(high)}}, step_.now());
  }

  Step& step_;
  std::set<KeyHash> starts_;
  std::set<KeyHash> strong_;
  std::set<KeyHash> decided_;
  std::deque<Group> groups_;
  std::map<KeyHash, const Group*> group_of_;  // of the links as they are now
  std::map<KeyHash, bool> room_;
};

class Identity final : public Processor {
 public:
  std::string_view name() const override { return "identity"; }
  Topic input() const override { return Topic::identity; }
  std::int32_t version() const override { return 1; }

  void apply(const Event& event, Step& step) override {
    if (keep_control(event, step)) return;
    const auto* paired = std::get_if<KeysPaired>(&event.body);
    if (paired == nullptr || paired->first == paired->second || (!paired->trusted && !paired->undone)) return;
    Decision(step).take(*paired);
  }
  void fire(const Timer&, Step&) override {}
};

}  // namespace

std::unique_ptr<Processor> make_identity() { return std::make_unique<Identity>(); }

}  // namespace earshot
