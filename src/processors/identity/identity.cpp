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

KeyHash key_of(const state::KeyName& name) { return {name.high(), name.low()}; }
CustomerId customer_named(KeyHash key) { return {key.high, key.low}; }

// Names are kept ascending, so that the same set has the same bytes.
int place_of(const Names& names, KeyHash key) {
  const auto found = std::lower_bound(names.begin(), names.end(), key,
                                      [](const auto& name, KeyHash wanted) { return key_of(name) < wanted; });
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

const state::Decided* decision_on(const state::IdentityKey& key, KeyHash other) {
  const auto found = std::find_if(key.decided().begin(), key.decided().end(),
                                  [&](const auto& one) { return key_of(one.other()) == other; });
  return found == key.decided().end() ? nullptr : &*found;
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

  void take(const KeysPaired& paired, Timestamp at) {
    if (paired.actor.empty() ? is_known(paired) : is_old(paired, at)) return;
    consider(paired.first);  // as it was: a group that falls apart may leave room with its strong id
    consider(paired.second);
    const auto decided = paired.actor.empty() ? std::nullopt : std::optional(at);
    claim(paired.first, paired.second, paired.first_kind, paired.undone, decided);
    claim(paired.second, paired.first, paired.second_kind, paired.undone, decided);
    group_of_.clear();
    joined_.clear();
    for (const KeyHash key : std::set<KeyHash>(starts_)) consider(key);
    for (const KeyHash strong : strong_) {
      starts_.insert(strong);
      for (const auto& link : find(strong)->links()) starts_.insert(key_of(link));
    }
    for (const KeyHash key : starts_) decide(key);
    const bool are_strong = is_strong(paired.first) && is_strong(paired.second);
    if (!paired.undone && paired.actor.empty() && are_strong) propose_strong(paired.first, paired.second);
  }

 private:
  const state::IdentityKey* find(KeyHash key) { return step_.find<state::IdentityKey>(identity_key_name(key)); }
  state::IdentityKey& edit(KeyHash key) { return step_.edit<state::IdentityKey>(identity_key_name(key)); }
  bool is_strong(KeyHash key) { return find(key)->kind() == "customer"; }

  bool is_known(const KeysPaired& paired) {
    const auto* first = find(paired.first);
    const auto* second = find(paired.second);
    if (first == nullptr || second == nullptr) return false;
    const bool tells_kind = (first->kind().empty() && !paired.first_kind.empty()) ||
                            (second->kind().empty() && !paired.second_kind.empty());
    if (tells_kind) return false;
    if (decision_on(*first, paired.second) != nullptr) return true;  // a person has said more
    if (paired.undone) return holds(first->vetoes(), paired.second) && holds(second->vetoes(), paired.first);
    return holds(first->links(), paired.second) && holds(second->links(), paired.first);
  }

  // Of what people say of two keys the newest word counts, and of one moment that they are not one.
  bool is_old(const KeysPaired& paired, Timestamp at) {
    const auto* first = find(paired.first);
    const auto* known = first == nullptr ? nullptr : decision_on(*first, paired.second);
    if (known == nullptr || known->at_ms() < to_millis(at)) return false;
    return known->at_ms() > to_millis(at) || !known->same() || known->same() == !paired.undone;
  }

  // Notes what was said about `key` and `other`. Once too much was said the key is shared for good, whatever the order
  // in which it was said: so its lists are no longer needed.
  void claim(KeyHash key, KeyHash other, const std::string& kind, bool undone, std::optional<Timestamp> decided) {
    auto& value = edit(key);
    if (!kind.empty()) value.set_kind(kind);
    if (value.shared()) return;
    if (!decided && decision_on(value, other) != nullptr) return;
    if (decided) {
      decide_pair(value, other, {*decided, !undone});
      if (!undone) remove(*value.mutable_vetoes(), other);
    }
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
    value.clear_decided();
  }

  struct Word {
    Timestamp at;
    bool same;
  };
  static void decide_pair(state::IdentityKey& value, KeyHash other, Word word) {
    auto* known = const_cast<state::Decided*>(decision_on(value, other));
    if (known == nullptr) {
      known = value.add_decided();
      known->mutable_other()->set_high(other.high);
      known->mutable_other()->set_low(other.low);
    }
    known->set_at_ms(to_millis(word.at));
    known->set_same(word.same);
  }

  // The group around `key`, and the strong ids whose share of keys may change with it, are to be looked at.
  void consider(KeyHash key) {
    starts_.insert(key);
    const auto* known = find(key);
    if (known == nullptr) return;
    if (is_strong(key)) {
      const auto& joined = joined_with(key);
      strong_.insert(joined.begin(), joined.end());
    } else if (const Group& group = group_around(key); group.fits()) {
      for (const KeyHash strong : group.strong) strong_.insert(joined_with(strong).begin(), joined_with(strong).end());
      starts_.insert(group.keys.begin(), group.keys.end());
    }
  }

  // The strong ids that people have said are one with this one, and itself. Too many are each alone again.
  const std::set<KeyHash>& joined_with(KeyHash start) {
    const auto known = joined_.find(start);
    if (known != joined_.end()) return known->second;
    std::set<KeyHash> all{start};
    std::vector<KeyHash> open{start};
    while (!open.empty() && all.size() <= kKeysPerCustomer) {
      const auto* key = find(open.back());
      open.pop_back();
      if (key == nullptr || key->shared()) continue;
      for (const auto& decided : key->decided()) {
        const KeyHash other = key_of(decided.other());
        if (decided.same() && is_strong(other) && !find(other)->shared() && all.insert(other).second)
          open.push_back(other);
      }
    }
    if (all.size() > kKeysPerCustomer) all = {start};
    return joined_.emplace(start, std::move(all)).first->second;
  }
  KeyHash root_of(KeyHash strong) { return *joined_with(strong).begin(); }
  std::set<KeyHash> roots_of(const Group& group) {
    std::set<KeyHash> roots;
    for (const KeyHash strong : group.strong) roots.insert(root_of(strong));
    return roots;
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

  // Whether all keys that only `root` and those joined with it claim, and themselves, are few enough for one customer.
  bool has_room(KeyHash root) {
    const auto known = room_.find(root);
    return known != room_.end() ? known->second : room_.emplace(root, counts_few_keys(root)).first->second;
  }

  bool counts_few_keys(KeyHash root) {
    const std::set<KeyHash>& joined = joined_with(root);
    std::set<KeyHash> keys = joined;
    for (const KeyHash strong : joined) {
      for (const auto& link : find(strong)->links()) {
        const KeyHash key = key_of(link);
        if (keys.contains(key) || is_strong(key) || find(key)->shared()) continue;
        const Group& group = group_around(key);
        if (group.fits() && roots_of(group).size() == 1) keys.insert(group.keys.begin(), group.keys.end());
        if (keys.size() > kKeysPerCustomer) return false;
      }
    }
    return true;
  }

  void decide(KeyHash key) {
    if (!decided_.insert(key).second) return;
    if (is_strong(key)) return assign(key, root_of(key));
    const Group& group = group_around(key);
    if (!group.fits() || find(key)->shared()) return assign(key, key);
    const std::set<KeyHash> roots = roots_of(group);
    const bool is_claimed = roots.size() == 1 && has_room(*roots.begin());
    const KeyHash owner = is_claimed ? *roots.begin() : group.keys.front();
    for (const KeyHash member : group.keys) {
      assign(member, owner);
      decided_.insert(member);
    }
    if (roots.size() > 1) propose(group, roots);
  }

  void assign(KeyHash key, KeyHash owner) {
    const auto* known = find(key);
    const KeyHash before = known->has_customer() ? key_of(known->customer()) : key;
    if (before == owner) return;
    auto& value = edit(key);
    value.mutable_customer()->set_high(owner.high);
    value.mutable_customer()->set_low(owner.low);
    value.set_epoch(value.epoch() + 1);
    step_.emit(Topic::feedback, record_key(step_.tenant(), key),
               IdentityAssigned{key, customer_named(owner), value.epoch()}, step_.now());
  }

  // Several strong ids claim one group: a person must look, once for each new claim.
  void propose(const Group& group, const std::set<KeyHash>& roots) {
    const auto knows_all = [&](KeyHash member) {
      const auto& shown = find(member)->proposed();
      return std::all_of(roots.begin(), roots.end(), [&](KeyHash strong) { return holds(shown, strong); });
    };
    if (std::any_of(group.keys.begin(), group.keys.end(), knows_all)) return;
    auto& value = edit(group.keys.front());
    IdentityProposed proposed{group.keys.front(), {}};
    for (const KeyHash strong : roots) {
      add(*value.mutable_proposed(), strong);
      if (proposed.candidates.size() < kKeysPerCustomer) proposed.candidates.push_back(customer_named(strong));
    }
    step_.emit(Topic::desk, tenant_key(step_.tenant()), std::move(proposed), step_.now());
  }

  // Two strong ids are said to be one: that, too, only a person may decide.
  void propose_strong(KeyHash first, KeyHash second) {
    if (find(first)->shared() || find(second)->shared() || holds(find(first)->vetoes(), second)) return;
    const auto [low, high] = std::minmax(first, second);
    step_.emit(Topic::desk, tenant_key(step_.tenant()),
               IdentityProposed{low, {customer_named(low), customer_named(high)}}, step_.now());
  }

  Step& step_;
  std::set<KeyHash> starts_;
  std::set<KeyHash> strong_;
  std::set<KeyHash> decided_;
  std::deque<Group> groups_;
  std::map<KeyHash, const Group*> group_of_;     // of the links as they are now
  std::map<KeyHash, std::set<KeyHash>> joined_;  // as they are now
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
    keep_evidence(event, *paired, step);
    Decision(step).take(*paired, event.time);
  }
  void fire(const Timer&, Step&) override {}

 private:
  // For people who ask why: what linked the two keys first, and who had the last word.
  static void keep_evidence(const Event& event, const KeysPaired& paired, Step& step) {
    auto& evidence = step.edit<state::LinkEvidence>(evidence_name(paired.first, paired.second));
    if (!paired.actor.empty()) {
      if (evidence.decided_ms() > to_millis(event.time)) return;
      evidence.set_actor(paired.actor);
      evidence.set_same(!paired.undone);
      evidence.set_decided_ms(to_millis(event.time));
      evidence.set_decision(event.caused_by);
    } else if (evidence.event().empty()) {
      evidence.set_channel(paired.channel);
      evidence.set_event(event.caused_by);
      evidence.set_at_ms(to_millis(event.time));
    }
  }
};

}  // namespace

std::string evidence_name(KeyHash first, KeyHash second) {
  const auto [low, high] = std::minmax(first, second);
  return "evidence/" + low.hex() + "/" + high.hex();
}

std::unique_ptr<Processor> make_identity() { return std::make_unique<Identity>(); }

}  // namespace earshot
