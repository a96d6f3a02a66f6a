// When an identity key turns out to be another customer's, the cases that came in under it become that customer's.
//
// A key may move on before the news of an earlier move has arrived: the newest assignment counts.
#pragma once

#include "processors/desk/case_book.h"

namespace earshot::desk {

void on_reassigned(CaseBook& book, const FacetReassigned& reassigned);

// Whose a customer's own key is now: of one who was moved, the customer they have become.
CustomerId customer_now(CaseBook& book, CustomerId customer);

}  // namespace earshot::desk
