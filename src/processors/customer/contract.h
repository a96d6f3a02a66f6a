// Who has a contract leaves when it ends, and most often soon after it began: of the customers of a telephone company
// that many know, 61 in 100 of those in their first month left, 42 in the rest of the first year and 17 later. So a
// silence of theirs counts sooner in the first kFirstMonth of a contract and in the days before it renews, while there
// is still something to be said.
#pragma once

#include <optional>
#include <string>

#include "earshot/processor.h"

namespace earshot {

struct Contract {
  Timestamp since{};
  std::optional<Timestamp> renews;
};

inline constexpr std::chrono::days kFirstMonth{30};

// Of the customer of this step, if one is in force: the newest that any of their keys has.
std::optional<Contract> contract_of(Step& step);

// When a silence that would count at `usual`, and in those days at `sooner` already, does: `usual` if none of them
// comes.
Timestamp due_of(const Contract& contract, std::int64_t renewal_days, Timestamp sooner, Timestamp usual);

// `contract since 3 May, in its first month`; `contract renews on 3 May, in 12 days`. Empty when neither is so.
std::string fact_of(const Contract& contract, std::int64_t renewal_days, Timestamp at);

}  // namespace earshot
