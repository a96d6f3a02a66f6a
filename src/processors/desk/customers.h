// Which of a customer's cases something belongs to, and whether desk has seen it before.
#pragma once

#include <optional>

#include "processors/desk/case_book.h"

namespace earshot::desk {

// False if the event was seen; remembers it otherwise. The newest kSeenMax of a customer are remembered.
inline constexpr int kSeenMax = 64;
bool is_new_event(CaseBook& book, CustomerId customer, std::uint64_t event);

// Closes those of the customer's resolved cases whose time had come by `at`, in case no tick has done it.
void close_expired(CaseBook& book, CustomerId customer, Timestamp at);

// The case that a new request belongs to: unresolved and of the same type, in the same thread, or with a similar text
// within the limit; a customer without a word gets only one. A message may also belong to a resolved one.
std::optional<CaseId> find_joinable(CaseBook& book, const CaseRequested& request);

// The case a message belongs to: its thread, else the newest unresolved one (one that waits for the customer first),
// else the newest resolved one.
std::optional<CaseId> find_conversation(CaseBook& book, CustomerId customer, const std::string& thread);

// The closed case that a new matter follows up: the same thread or type; `any` takes the newest.
std::optional<CaseId> find_followed(CaseBook& book, CustomerId customer, const std::string& thread,
                                    const std::vector<IssueType>& issues, bool any);

inline constexpr int kOpeningsMax = 16;
// Cases of the same type that the customer opened within `repeat_days` before `at`; this one is then remembered.
std::int64_t count_repeat(CaseBook& book, const CaseRequested& request, const std::vector<IssueType>& issues,
                          Timestamp at);

}  // namespace earshot::desk
