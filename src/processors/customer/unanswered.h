// Who used to answer our surveys and no longer does is on their way out, also while they still order.
//
// Raised when kUnanswered surveys in a row have gone without an answer for kAnswerWithin, by somebody who answered
// kAnswersMin before; cleared by an answer. What is kept are the newest invitations and answers of each key, so the
// order in which they were heard does not matter. Nothing waits for it: it is looked at whenever something is heard of
// the customer, the next invitation at the latest.
#pragma once

#include "earshot/processor.h"
#include "processors/customer/profile.h"

namespace earshot {

class Unanswered {
 public:
  static constexpr int kUnanswered = 3;
  static constexpr int kAnswersMin = 2;
  static constexpr std::chrono::days kAnswerWithin{7};
  static constexpr std::size_t kInvitationsKept = 8;  // of a key

  static void note(const ActivityRecorded& activity, state::Facet& facet);
  static void merge(const state::Facet& other, state::Facet& facet);

  // After Profile has taken the activity, or a facet has come or gone. True if something was raised or cleared.
  static bool look(KeyHash facet, bool has_moved, Step& step);
};

}  // namespace earshot
