#include "processors/customer/contract.h"

#include <algorithm>

#include "processors/customer/profile.h"

namespace earshot {

std::optional<Contract> contract_of(Step& step) {
  const auto* customer = step.find<state::Customer>("customer");
  if (customer == nullptr) return std::nullopt;
  std::int64_t newest = 0, since = 0, renewal = 0, renews = 0;
  bool is_in_force = false;
  for (const auto& facet : customer->facets()) {
    if (facet.contract_ms() == 0) continue;
    if (facet.contract_ms() >= newest) {
      is_in_force = Profile::has_contract(facet) || (facet.contract_ms() == newest && is_in_force);
      newest = facet.contract_ms();
    }
    if (facet.contract_since_ms() != 0)
      since = since == 0 ? facet.contract_since_ms() : std::min<std::int64_t>(since, facet.contract_since_ms());
    if (facet.renewal_ms() >= renewal && facet.renews_ms() != 0) {
      renews = facet.renewal_ms() == renewal ? std::max<std::int64_t>(renews, facet.renews_ms()) : facet.renews_ms();
      renewal = facet.renewal_ms();
    }
  }
  if (!is_in_force) return std::nullopt;
  Contract contract{from_millis(since), std::nullopt};
  if (renews != 0) contract.renews = from_millis(renews);
  return contract;
}

Timestamp due_of(const Contract& contract, std::int64_t renewal_days, Timestamp sooner, Timestamp usual) {
  Timestamp due = usual;
  const auto consider = [&](Timestamp from, Timestamp to) {
    const Timestamp at = std::max(from, sooner);
    if (at < to) due = std::min(due, at);
  };
  consider(contract.since, contract.since + kFirstMonth);
  if (contract.renews) consider(*contract.renews - std::chrono::days{renewal_days}, *contract.renews);
  return due;
}

std::string fact_of(const Contract& contract, std::int64_t renewal_days, Timestamp at) {
  const auto date = [](Timestamp when) { return format_rfc3339(when).substr(0, 10); };
  if (contract.renews && at >= *contract.renews - std::chrono::days{renewal_days} && at < *contract.renews) {
    const auto left = std::chrono::ceil<std::chrono::days>(*contract.renews - at).count();
    return "contract renews on " + date(*contract.renews) + ", in " + std::to_string(left) +
           (left == 1 ? " day" : " days");
  }
  if (at >= contract.since && at < contract.since + kFirstMonth)
    return "contract since " + date(contract.since) + ", in its first month";
  return "";
}

}  // namespace earshot
