// Moves what was heard under a key to the customer the key belongs to from now on.
//
//     intake ──reassigned──► old customer ──moved, in parts──► new customer ──reassigned──► desk
//                                 │                                               its cases follow
//                                 └── leaves a mark: what comes for the key later is sent after it
//
// A key may move on before what it left behind has arrived: then that, too, finds a mark and goes after it. All that is
// kept of a facet can be added up in any order (Profile::merge, Timeline::put_in, CaseList), so that where it was on
// the way, and what was heard of it there, makes no difference. Each part counts once.
#pragma once

#include <optional>

#include "earshot/processor.h"

namespace earshot::moving {

// Whose the facet is, when it was moved away from the customer of this step.
std::optional<CustomerId> gone_to(KeyHash facet, Step& step);

// Sends what is here of the facet to its new customer and leaves a mark. True when something was here: the customer of
// this step is to be judged anew, and has perhaps no facet any more.
bool release(const FacetReassigned& reassigned, Step& step);

// Adds what comes, or sends it after the facet. True when something was added: the customer is to be judged anew.
bool receive(const FacetMoved& moved, Step& step);

}  // namespace earshot::moving
