#include "processors/identity/identity.h"

#include <algorithm>
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

bool holds(const Names& names, KeyHash key) {
  return std::any_of(names.begin(), names.end(), [&](const auto& name) { return key_of(name) == key; });
}

// Keeps `names` ascending, so that the same set has the same bytes.
void add(Names& names, KeyHash key) {
  if (holds(names, key)) return;
  auto* added = names.Add();
  added->set_high(key.high);
  added->set_low(key.low);
  std::sort(names.pointer_begin(), names.pointer_end(), [](const auto* a, const auto* b) { return key_of(*a) < key_of(*b); });
}

void remove(Names& names, KeyHash key) {
  for (int i = 0; i < names.size(); ++i) {
    if (key_of(names[i]) == key) return names.DeleteSubrange(i, 1);
  }
}

// Weak keys that are linked to each other, and the strong ids they touch.
struct Group {
  std::vector<KeyHash> keys;
  std::set<KeyHash> strong;
};

class Identity final : public Processor {
 public:
  std::string_view name() const override { return "identity"; }
  Topic input() const override { return Topic::identity; }
  std::int32_t version() const override { return 1; }

  void apply(const Event& event, Step& step) override {
    if (keep_control(event, step)) return;
    if (const auto* paired = std::get_if<KeysPaired>(&event.body)) pair(*paired, step);
  }
  void fire(const Timer&, Step&) override {}

 private:
  static bool is_strong(const state::IdentityKey& key) { return key.kind() == "customer"; }
  static const state::IdentityKey* find(KeyHash key, Step& step) { return step.find<state::IdentityKey>(name_of_key(key)); }

  static void pair(const KeysPaired& paired, Step& step) {
    if (paired.first == paired.second || (!paired.trusted && !paired.undone)) return;
    auto& first = step.edit<state::IdentityKey>(name_of_key(paired.first));
    auto& second = step.edit<state::IdentityKey>(name_of_key(paired.second));
    first.set_kind(paired.first_kind);
    second.set_kind(paired.second_kind);
    if (paired.undone) {
      add(*first.mutable_vetoes(), paired.second);
      add(*second.mutable_vetoes(), paired.first);
      remove(*first.mutable_links(), paired.second);
      remove(*second.mutable_links(), paired.first);
    } else {
      if (holds(first.vetoes(), paired.second)) return;
      add(*first.mutable_links(), paired.second);
      add(*second.mutable_links(), paired.first);
    }
    decide(paired.first, step);
    decide(paired.second, step);  // after an unlink the two may be in different groups
  }

  // Assigns every key of the group around `key` anew.
  static void decide(KeyHash key, Step& step) {
    const auto* start = find(key, step);
    if (is_strong(*start)) {
      assign(key, customer_named(key), step);
      propose(key, strong_links(*start, step), step);
      return;
    }
    const Group group = group_around(key, step);
    const bool too_large = group.keys.size() > kKeysPerCustomer;
    const KeyHash smallest = *std::min_element(group.keys.begin(), group.keys.end());
    for (const KeyHash member : group.keys) {
      KeyHash owner = smallest;
      if (too_large) owner = member;
      if (group.strong.size() == 1 && !too_large) owner = *group.strong.begin();
      assign(member, customer_named(owner), step);
      propose(member, strong_links(*find(member, step), step), step);
    }
  }

  static std::set<KeyHash> strong_links(const state::IdentityKey& key, Step& step) {
    std::set<KeyHash> strong;
    for (const auto& link : key.links()) {
      if (is_strong(*find(key_of(link), step))) strong.insert(key_of(link));
    }
    return strong;
  }

  static Group group_around(KeyHash start, Step& step) {
    Group group;
    std::set<KeyHash> known{start};
    std::vector<KeyHash> open{start};
    while (!open.empty()) {
      const KeyHash key = open.back();
      open.pop_back();
      group.keys.push_back(key);
      for (const auto& link : find(key, step)->links()) {
        const KeyHash next = key_of(link);
        if (is_strong(*find(next, step))) {
          group.strong.insert(next);
        } else if (known.insert(next).second) {
          open.push_back(next);
        }
      }
    }
    std::sort(group.keys.begin(), group.keys.end());
    return group;
  }

  static void assign(KeyHash key, CustomerId customer, Step& step) {
    const auto* known = find(key, step);
    const CustomerId before = known->has_customer() ? CustomerId{known->customer().high(), known->customer().low()} : customer_named(key);
    if (before == customer) return;
    auto& value = step.edit<state::IdentityKey>(name_of_key(key));
    value.mutable_customer()->set_high(customer.high);
    value.mutable_customer()->set_low(customer.low);
    value.set_epoch(value.epoch() + 1);
    step.emit(Topic::feedback, record_key(step.tenant(), key), IdentityAssigned{key, customer, value.epoch()}, step.now());
  }

  // Two strong ids claim one key, or claim each other: a person must look, once for each new claim.
  static void propose(KeyHash key, const std::set<KeyHash>& strong, Step& step) {
    const auto* known = find(key, step);
    const std::size_t claims = strong.size() + (is_strong(*known) ? 1 : 0);
    if (claims < 2) return;
    const bool all_shown = std::all_of(strong.begin(), strong.end(), [&](KeyHash s) { return holds(known->proposed(), s); });
    if (all_shown) return;
    auto& value = step.edit<state::IdentityKey>(name_of_key(key));
    IdentityProposed proposed{key, {}};
    if (is_strong(value)) proposed.candidates.push_back(customer_named(key));
    for (const KeyHash s : strong) {
      add(*value.mutable_proposed(), s);
      proposed.candidates.push_back(customer_named(s));
    }
    step.emit(Topic::desk, tenant_key(step.tenant()), std::move(proposed), step.now());
  }
};

}  // namespace

std::unique_ptr<Processor> make_identity() { return std::make_unique<Identity>(); }

}  // namespace earshot
