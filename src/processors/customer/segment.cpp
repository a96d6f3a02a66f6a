#include "processors/customer/segment.h"

#include <algorithm>
#include <utility>

namespace earshot {
namespace {

bool holds(const std::vector<std::string>& values, std::string_view value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

bool lies_in(std::string_view region, std::string_view area) {
  return region.starts_with(area) && (region.size() == area.size() || region[area.size()] == '-');
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kSegmentNameBytesMax && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

}  // namespace

Result<void> validate(const std::vector<SegmentRule>& rules) {
  if (rules.size() > kSegmentsMax) return Error{ErrorKind::Invalid, "silence.segments are more than 32"};
  for (const SegmentRule& rule : rules) {
    const std::string where = "silence.segments '" + rule.name + "' ";
    if (!is_name(rule.name))
      return Error{ErrorKind::Invalid, where + "is no name of 1 to 64 small letters, digits, - and _"};
    const auto same =
        std::count_if(rules.begin(), rules.end(), [&](const SegmentRule& other) { return other.name == rule.name; });
    if (same > 1)
      return Error{ErrorKind::Invalid,
                   where + "stands twice; of the rules that hold the first one counts, so give each its own name"};
    if (rule.channels.empty() && rule.regions.empty() && rule.plans.empty() && !rule.contract) {
      return Error{ErrorKind::Invalid, where + "has no condition: name channels, regions, plans or contract"};
    }
  }
  return {};
}

void Traits::add_region(std::string_view region, std::int64_t at_ms) {
  if (region.empty() || std::pair(at_ms, region) <= std::pair(region_ms_, region_)) return;
  region_ = region;
  region_ms_ = at_ms;
}

void Traits::add_contract(std::string_view plan, bool in_force, std::int64_t at_ms) {
  if (at_ms == 0 || std::pair(at_ms, plan) < std::pair(contract_ms_, plan_)) return;
  plan_ = plan;
  has_contract_ = in_force;
  contract_ms_ = at_ms;
}

bool Traits::meet(const SegmentRule& rule) const {
  if (rule.contract && *rule.contract != has_contract_) return false;
  if (!rule.channels.empty() &&
      std::none_of(channels_.begin(), channels_.end(), [&](std::string_view one) { return holds(rule.channels, one); }))
    return false;
  if (!rule.regions.empty() && std::none_of(rule.regions.begin(), rule.regions.end(),
                                            [&](const std::string& area) { return lies_in(region_, area); }))
    return false;
  return rule.plans.empty() || (contract_ms_ != 0 && holds(rule.plans, plan_));
}

std::string_view segment_of(const std::vector<SegmentRule>& rules, const Traits& traits) {
  const auto found =
      std::find_if(rules.begin(), rules.end(), [&](const SegmentRule& rule) { return traits.meet(rule); });
  return found == rules.end() ? std::string_view{} : std::string_view(found->name);
}

}  // namespace earshot
