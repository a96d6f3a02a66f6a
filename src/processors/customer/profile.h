// Who a customer is, as far as they let us know: first and last seen, active days, how they feel. Kept per facet.
#pragma once

#include <string>
#include <vector>

#include "earshot/processor.h"
#include "processors/customer/days.h"
#include "processors/customer/reading.h"
#include "processors/customer/settings.h"
#include "state/customer.pb.h"

namespace earshot {

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

// The part of it that silence follows from. What every activity asks, so it is found without reading the days of a
// customer with one key.
struct Presence {
  DayNumber first_day = 0;  // of the active ones
  DayNumber last_day = 0;
  int days = 0;
  Timestamp last_heard{};
};

// How the customer feels and fares, as of the newest that is known of each; kEarliest: never.
struct Mood {
  Timestamp unhappy = kEarliest;
  bool asks_to_act = false;  // the unhappy item was urgent, or said that they leave
  Timestamp happy = kEarliest;
  Timestamp setback = kEarliest;
  bool cancelled = false;  // the setback was a contract, not a payment
  Timestamp recovery = kEarliest;

  bool is_unhappy() const { return unhappy > happy; }
  bool is_at_risk() const { return setback > recovery; }
};

class Profile {
 public:
  static KeyHash key_of(const state::Facet& facet) { return {facet.high(), facet.low()}; }
  // nullptr when the customer has no such key, or is not known.
  static const state::Facet* facet(KeyHash key, Step& step);
  static const state::Facet* facet(KeyHash key, const state::Customer& customer);
  // Adds it to the customer of this step when it is new, and the customer with it.
  static state::Facet& edit_facet(KeyHash key, Step& step);
  // Drops what was kept of it, but for its timeline.
  static void remove_facet(KeyHash key, Step& step);

  // Adds an activity to its facet, and the facet to its customer.
  struct Heard {
    bool joined = false;          // the customer has a new facet
    bool is_another_day = false;  // of activity, not the first of this facet
  };
  Heard apply(const ActivityRecorded& activity, const Reading& reading, Step& step) const;

  static CombinedProfile combined(const state::Customer& customer);

  // Nothing for who never had an active day.
  static std::optional<Presence> presence(Step& step);
  static std::optional<Presence> presence_of(const CombinedProfile& profile);
  static std::optional<Timestamp> last_negative(Step& step);
  static Mood mood(Step& step);

  // Of one without facets. What tells later signals from earlier ones stays.
  static void remove_customer(Step& step);

  // Adds what was kept of a facet elsewhere, but for its timeline, to what is kept of it here: the same in any order.
  static void merge(const state::Facet& other, state::Facet& facet);
  static GapHabit gap_habit(Step& step);
  // Which of the tenant's segments the customer belongs to; empty: none.
  static std::string_view segment(const CustomerSettings& settings, Step& step);
  static bool has_contract(const state::Facet& facet);  // in force
  static void add_traits(const state::Facet& facet, Traits& traits);
  static void note_traits(const ActivityRecorded& activity, const Reading& reading, state::Facet& facet);
  static Timestamp first_seen(Step& step);
  static std::int64_t spent(Step& step);  // minor units of the currency of the first key that spent anything

 private:
  static void score(const Reading& reading, const ActivityRecorded& activity, state::Facet& facet);
  static void fare(const ActivityRecorded& activity, state::Facet& facet);
};

}  // namespace earshot
