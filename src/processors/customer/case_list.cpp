#include "processors/customer/case_list.h"

namespace earshot {
namespace {

using Cases = google::protobuf::RepeatedPtrField<state::CustomerCase>;

constexpr int kOverMax = 16;

int find(const Cases& cases, const state::KeyRef& id) {
  int at = 0;
  while (at < cases.size() && (cases.Get(at).id().high() != id.high() || cases.Get(at).id().low() != id.low())) ++at;
  return at;
}

template <class Id>
state::KeyRef ref_of(const Id& id) {
  state::KeyRef ref;
  ref.set_high(id.high);
  ref.set_low(id.low);
  return ref;
}

bool is_of(const state::CustomerCase& one, KeyHash facet) {
  return one.facet().high() == facet.high && one.facet().low() == facet.low;
}

void take(Cases& from, KeyHash facet, Cases& into) {
  for (int i = 0; i < from.size();) {
    if (!is_of(from.Get(i), facet)) {
      ++i;
      continue;
    }
    *into.Add() = from.Get(i);
    from.DeleteSubrange(i, 1);
  }
}

}  // namespace

bool CaseList::apply(const CaseChanged& change, bool is_moved) {
  state::CustomerCase told;
  *told.mutable_id() = ref_of(change.case_id);
  *told.mutable_facet() = ref_of(change.facet);
  told.set_state(static_cast<std::int32_t>(change.state));
  told.set_revision(change.revision);
  auto* cases = customer_.mutable_cases();
  const int at = find(*cases, told.id());
  const bool known = at < cases->size();
  const bool is_late = known && change.revision != 0 && change.revision <= cases->Get(at).revision();
  if (is_late || find(customer_.over(), told.id()) < customer_.over_size()) return false;
  const bool over = change.state == CaseState::closed || change.state == CaseState::merged;
  if (over) {
    if (known) cases->DeleteSubrange(at, 1);
    if (is_moved) put_in_over(told);
    return known;
  }
  auto* entry = known ? cases->Mutable(at) : cases->Add();
  const bool changed = !known || entry->state() != told.state();
  *entry = std::move(told);
  return changed;
}

void CaseList::put_in_over(const state::CustomerCase& one) {
  auto* over = customer_.mutable_over();
  if (find(*over, one.id()) < over->size()) return;
  if (over->size() >= kOverMax) over->DeleteSubrange(0, 1);
  *over->Add() = one;
}

void CaseList::take_out(KeyHash facet, state::MovedFacet& moved) {
  take(*customer_.mutable_cases(), facet, *moved.mutable_cases());
  take(*customer_.mutable_over(), facet, *moved.mutable_over());
}

void CaseList::put_in(const state::MovedFacet& moved) {
  auto* cases = customer_.mutable_cases();
  for (const auto& one : moved.over()) {
    const int at = find(*cases, one.id());
    if (at < cases->size()) cases->DeleteSubrange(at, 1);
    put_in_over(one);
  }
  for (const auto& one : moved.cases()) {
    if (find(customer_.over(), one.id()) < customer_.over_size()) continue;
    const int at = find(*cases, one.id());
    if (at == cases->size()) {
      *cases->Add() = one;
    } else if (one.revision() > cases->Get(at).revision()) {
      *cases->Mutable(at) = one;
    }
  }
}

}  // namespace earshot
