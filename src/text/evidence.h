// Which words of the text spoke for an answer, so that a person sees why. Costs about as much as the answer itself.
#pragma once

#include <vector>

#include "earshot/analysis.h"
#include "text/model.h"
#include "text/reading.h"
#include "text/stream.h"

namespace earshot::text {

// Needs a reading made with origins. Spans are bytes of the original text, strongest first, at most kEvidenceMax.
std::vector<Evidence> find_evidence(const Model& model, const Reading& reading, const Logits& logits,
                                    const Analysis& analysis, WordMemo& memo);

}  // namespace earshot::text
