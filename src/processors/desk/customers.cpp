#include "processors/desk/customers.h"

#include <algorithm>
#include <bit>

#include "processors/desk/deadlines.h"
#include "processors/desk/life_cycle.h"

namespace earshot::desk {
namespace {

bool is_similar(const DeskSettings& settings, const state::Case& one, const CaseRequested& request) {
  if (one.similarity() == 0 || request.similarity == 0) return false;
  const Timestamp last = from_millis(std::max(one.opened_ms(), one.last_text_ms()));
  if (request.at - last >= std::chrono::hours{settings.dedupe_hours}) return false;
  return std::popcount(one.similarity() ^ request.similarity) <= settings.similar_bits;
}

bool same_thread(const state::Case& one, const std::string& thread) {
  return !thread.empty() && one.thread() == thread;
}

std::vector<const state::Case*> cases_of(CaseBook& book, CustomerId customer) {
  std::vector<const state::Case*> cases;
  const auto* known = book.find_customer(customer);
  if (known == nullptr) return cases;
  for (const CaseId id : ids_of(known->cases())) cases.push_back(book.find_case(id));
  return cases;
}

}  // namespace

bool is_new_event(CaseBook& book, CustomerId customer, std::uint64_t event) {
  if (const auto* known = book.find_customer(customer)) {
    if (std::find(known->seen().begin(), known->seen().end(), event) != known->seen().end()) return false;
  }
  state::CustomerCases& edited = book.edit_customer(customer);
  if (edited.seen_size() >= kSeenMax) edited.mutable_seen()->erase(edited.seen().begin());
  edited.add_seen(event);
  return true;
}

void close_expired(CaseBook& book, CustomerId customer, Timestamp at) {
  for (const state::Case* one : cases_of(book, customer)) {
    if (state_of(*one) != CaseState::resolved || one->close_due_ms() == 0 || one->close_due_ms() > to_millis(at))
      continue;
    run_due(book, book.edit_case(id_of(*one)), at);
  }
}

std::optional<CaseId> find_joinable(CaseBook& book, const CaseRequested& request) {
  const std::vector<const state::Case*> cases = cases_of(book, request.customer);
  for (const state::Case* one : cases) {
    if (!is_unresolved(state_of(*one))) continue;
    // Nobody wrote, so there is no matter to compare: whoever has a case of this customer already cares for them.
    if (request.proactive || same_thread(*one, request.thread)) return id_of(*one);
    if (same_type(issues_of(*one), request.issues) || is_similar(book.settings(), *one, request)) return id_of(*one);
  }
  const bool is_conversation = request.origin == CaseOrigin::message || request.origin == CaseOrigin::call;
  if (!is_conversation) return std::nullopt;
  for (const state::Case* one : cases) {
    if (state_of(*one) != CaseState::resolved) continue;
    if (same_thread(*one, request.thread) || same_type(issues_of(*one), request.issues)) return id_of(*one);
  }
  return std::nullopt;
}

std::optional<CaseId> find_conversation(CaseBook& book, CustomerId customer, const std::string& thread) {
  const auto rank = [&](const state::Case& one) {
    if (same_thread(one, thread)) return 4;
    if (state_of(one) == CaseState::pending_customer) return 3;
    return is_unresolved(state_of(one)) ? 2 : 1;
  };
  const state::Case* best = nullptr;
  for (const state::Case* one : cases_of(book, customer)) {
    if (best == nullptr || rank(*one) >= rank(*best)) best = one;  // of equals the newest
  }
  if (best == nullptr) return std::nullopt;
  return id_of(*best);
}

std::optional<CaseId> find_followed(CaseBook& book, CustomerId customer, const std::string& thread,
                                    const std::vector<IssueType>& issues, bool any) {
  const auto* known = book.find_customer(customer);
  if (known == nullptr) return std::nullopt;
  std::optional<CaseId> newest;
  for (const CaseId id : ids_of(known->closed())) {
    const state::Case* one = book.find_case(id);
    if (any || same_thread(*one, thread) || (!issues.empty() && same_type(issues_of(*one), issues))) newest = id;
  }
  return newest;
}

std::int64_t count_repeat(CaseBook& book, const CaseRequested& request, const std::vector<IssueType>& issues,
                          Timestamp at) {
  state::CustomerCases& known = book.edit_customer(request.customer);
  const Timestamp from = at - std::chrono::days{book.settings().repeat_days};
  std::int64_t count = 0;
  for (const state::Opening& opening : known.openings()) {
    std::vector<IssueType> before;
    for (const std::uint32_t issue : opening.issues()) before.push_back(static_cast<IssueType>(issue));
    if (opening.at_ms() > to_millis(from) && same_type(before, issues)) ++count;
  }
  if (known.openings_size() >= kOpeningsMax) known.mutable_openings()->erase(known.openings().begin());
  state::Opening& opening = *known.add_openings();
  opening.set_at_ms(to_millis(at));
  opening.set_facet_high(request.facet.high);
  opening.set_facet_low(request.facet.low);
  for (const IssueType issue : issues) opening.add_issues(static_cast<std::uint32_t>(issue));
  return count;
}

}  // namespace earshot::desk
