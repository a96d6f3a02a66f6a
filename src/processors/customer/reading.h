// What an activity says of its customer: whether it is a sign of life, whether they are happy with us. In one place for
// all parts.
#pragma once

#include <optional>

#include "earshot/event.h"
#include "processors/customer/settings.h"

namespace earshot {

struct Reading {
  bool sign_of_life = false;  // the customer themselves did or said something
  bool active_day = false;    // counts for their rhythm
  bool feedback = false;      // they said something that can be scored
  bool unhappy = false;
  bool happy = false;
  std::optional<int> score_permille;  // of a rating or survey, on [0, 1000]
};

bool says_they_leave(const ActivityRecorded& activity);
Reading read_activity(const ActivityRecorded& activity, const CustomerSettings& settings);

}  // namespace earshot
