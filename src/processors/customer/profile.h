// Who a customer is, as far as they let us know: first and last seen, active days, how they feel. Kept per facet.
#pragma once

#include <string>
#include <vector>

#include "earshot/processor.h"
#include "processors/customer/days.h"
#include "processors/customer/settings.h"
#include "state/customer.pb.h"

namespace earshot {

// What an activity says about its customer, in one place for all parts.
struct Reading {
  bool sign_of_life = false;  // the customer themselves did or said something
  bool active_day = false;    // counts for their rhythm
  bool feedback = false;      // they said something that can be scored
  bool unhappy = false;
  bool happy = false;
  std::optional<int> score_permille;  // of a rating or survey, on [0, 1000]
};

Reading read_activity(const ActivityRecorded& activity, const CustomerSettings& settings);

// All facets of a customer as one.
struct CombinedProfile {
  Timestamp first_seen{};
  std::optional<Timestamp> last_heard;
  DaySet days;
  std::int64_t feedback = 0;
  std::int64_t negative = 0;
  int sentiment_permille = 0;  // the average of the facets, weighted by their feedback
  std::optional<Timestamp> last_negative;
};

// The part of it that silence follows from. What every activity asks, so it is found without reading the days of a customer
// with one key.
struct Presence {
  DayNumber first_day = 0;  // of the active ones
  DayNumber last_day = 0;
  int days = 0;
  Timestamp last_heard{};
};

class Profile {
 public:
  static std::string facet_name(KeyHash facet) { return "facet/" + facet.hex(); }

  // Adds an activity to its facet, and the facet to its customer. Gives true when the customer has a new facet.
  bool apply(const ActivityRecorded& activity, const Reading& reading, Step& step) const;

  static CombinedProfile combine(const std::vector<state::Facet>& facets);
  static CombinedProfile combined(Step& step);  // of the customer of this step

  // Nothing for who never had an active day.
  static std::optional<Presence> presence(Step& step);
  static std::optional<Presence> presence_of(const CombinedProfile& profile);
  static std::optional<Timestamp> last_negative(Step& step);

 private:
  static void score(const Reading& reading, const ActivityRecorded& activity, state::Facet& facet);
};

}  // namespace earshot
