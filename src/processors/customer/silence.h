// Notices that a customer who used to be heard from went quiet.
//
// Silence is an absence, so no incoming event can reveal it. The moment at which the forecast passes the tenant's threshold
// if nothing more is heard is known beforehand: it is one timer. A sign of life moves that moment; the timer itself is moved
// only when the new moment is earlier, otherwise it finds out when it fires.
//
// A raised signal is cleared by the next sign of life, and taken back when news of an older one shows that it came too early.
//
// A share of the customers, chosen by a hash, gets no case: whether reaching out brings customers back is seen by comparing.
#pragma once

#include "earshot/processor.h"
#include "processors/customer/profile.h"
#include "processors/customer/settings.h"

namespace earshot {

Rhythm rhythm_of(const Presence& presence);

class Silence {
 public:
  static constexpr std::string_view kTimer = "silence";

  // After Profile has taken the activity: clears a raised signal, sets the timer.
  void apply(const ActivityRecorded& activity, const Reading& reading, const CustomerSettings& settings, Step& step) const;

  // After a facet has come or gone: a signal that would not have been raised by what is known now is cleared, the timer is set.
  void reconsider(KeyHash moved, const CustomerSettings& settings, Step& step) const;

  // True if something was raised.
  bool fire(const Timer& timer, const CustomerSettings& settings, Step& step) const;

  struct Due {
    Timestamp at;        // the exact moment
    SignalLevel level;
    bool young = false;  // by the rule for the young, not by the forecast: they were active on one day only
  };
  // When a level is reached if nothing more is heard. Nothing: it never is.
  static std::optional<Due> due_of(SignalLevel level, const Presence& presence, const CustomerSettings& settings);

 private:
  static std::optional<Due> next_due(const Presence& presence, const state::Customer& customer, const CustomerSettings& settings);
  static bool is_over(const ActivityRecorded& activity, const std::optional<Presence>& presence, const CustomerSettings& settings, Step& step);
  static void clear(const ActivityRecorded& activity, Step& step);
  static void arm(const std::optional<Presence>& presence, const CustomerSettings& settings, Step& step);
  static void ask_for_case(const SignalChanged& signal, Step& step);
  static bool is_untouched(const CustomerSettings& settings, Step& step);
  static void measure_return(const ActivityRecorded& activity, const std::string& signal, Step& step);
  static void raise(const Due& due, const Presence& presence, const CustomerSettings& settings, Step& step);
  static std::vector<std::string> reasons(const Due& due, const Presence& presence, const CustomerSettings& settings, Step& step);
};

}  // namespace earshot
