#include "processors/desk/case_moves.h"

#include <algorithm>

#include "processors/desk/customers.h"

namespace earshot::desk {
namespace {

constexpr int kHopsToOwnerMax = 64;

std::string facet_name(KeyHash facet) { return "facet/" + facet.hex(); }

CustomerId customer_in(const state::DeskFacet& facet) { return {facet.customer_high(), facet.customer_low()}; }

// Oldest first, as they are kept.
void add_by_age(CaseBook& book, IdList& list, CaseId id) {
  std::vector<CaseId> ids = ids_of(list);
  const auto age = [&](CaseId one) { return std::pair(book.find_case(one)->opened_ms(), one); };
  ids.insert(std::upper_bound(ids.begin(), ids.end(), id, [&](CaseId a, CaseId b) { return age(a) < age(b); }), id);
  list.Clear();
  for (const CaseId one : ids) add_id(list, one);
}

std::vector<CaseId> take_out(CaseBook& book, IdList& list, const std::string& facet) {
  std::vector<CaseId> taken;
  for (const CaseId id : ids_of(list)) {
    if (book.find_case(id)->facet() == facet) taken.push_back(id);
  }
  for (const CaseId id : taken) remove_id(list, id);
  return taken;
}

void move_openings(KeyHash facet, state::CustomerCases& from, state::CustomerCases& to) {
  std::vector<state::Opening> all(to.openings().begin(), to.openings().end());
  for (int i = 0; i < from.openings_size();) {
    if (from.openings(i).facet_high() == facet.high && from.openings(i).facet_low() == facet.low) {
      all.push_back(from.openings(i));
      from.mutable_openings()->DeleteSubrange(i, 1);
    } else {
      ++i;
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.at_ms() < b.at_ms(); });
  if (all.size() > kOpeningsMax) all.erase(all.begin(), all.end() - kOpeningsMax);
  to.mutable_openings()->Assign(all.begin(), all.end());
}

void move_cases(CaseBook& book, KeyHash facet, CustomerId from, CustomerId to) {
  if (from == to || book.find_customer(from) == nullptr) return;
  state::CustomerCases& old = book.edit_customer(from);
  const auto open = take_out(book, *old.mutable_cases(), facet.hex());
  const auto closed = take_out(book, *old.mutable_closed(), facet.hex());
  if (open.empty() && closed.empty()) return;
  state::CustomerCases& now = book.edit_customer(to);
  if (now.last_agent().empty()) now.set_last_agent(old.last_agent());
  move_openings(facet, old, now);
  for (const CaseId id : closed) {
    book.edit_case(id).set_customer(to.hex());
    add_by_age(book, *now.mutable_closed(), id);
  }
  for (const CaseId id : open) {
    state::Case& one = book.edit_case(id);
    one.set_customer(to.hex());
    add_by_age(book, *now.mutable_cases(), id);
    Change change;
    change.step = CaseStep::moved;
    change.at = book.now();
    change.from = state_of(one);
    change.note = "from " + from.hex();
    book.publish(one, change);
  }
}

}  // namespace

void on_reassigned(CaseBook& book, const FacetReassigned& reassigned) {
  Step& step = book.step();
  const std::string name = facet_name(reassigned.facet);
  const auto* known = step.find<state::DeskFacet>(name);
  const CustomerId before = known == nullptr ? reassigned.from : customer_in(*known);
  if (known == nullptr || known->epoch() < reassigned.epoch) {
    auto& facet = step.edit<state::DeskFacet>(name);
    facet.set_customer_high(reassigned.to.high);
    facet.set_customer_low(reassigned.to.low);
    facet.set_epoch(reassigned.epoch);
  }
  const CustomerId now = customer_in(*step.find<state::DeskFacet>(name));
  move_cases(book, reassigned.facet, reassigned.from, now);
  move_cases(book, reassigned.facet, before, now);
}

CustomerId customer_now(CaseBook& book, CustomerId customer) {
  for (int hops = 0; hops < kHopsToOwnerMax; ++hops) {
    const auto* facet = book.step().find<state::DeskFacet>(facet_name({customer.high, customer.low}));
    if (facet == nullptr || customer_in(*facet) == customer) break;
    customer = customer_in(*facet);
  }
  return customer;
}

}  // namespace earshot::desk
