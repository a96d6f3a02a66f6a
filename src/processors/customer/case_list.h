// The cases of a customer that are not over, as desk tells of them. Each names the identity key it came in under, and
// moves with it.
//
// News of a case whose key has moved may come late, by way of the customer who had it: what is older than what is known
// changes nothing, and a case that is over stays over.
#pragma once

#include "earshot/event.h"
#include "state/customer.pb.h"

namespace earshot {

class CaseList {
 public:
  explicit CaseList(state::Customer& customer) : customer_(customer) {}

  // True when the list, or a state in it, changed. `is_moved`: its facet was another customer's once.
  bool apply(const CaseChanged& change, bool is_moved);

  // Of one facet: out of the list, and into that of the customer who has it now.
  void take_out(KeyHash facet, state::MovedFacet& moved);
  void put_in(const state::MovedFacet& moved);

 private:
  void put_in_over(const state::CustomerCase& one);

  state::Customer& customer_;
};

}  // namespace earshot
