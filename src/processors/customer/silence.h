// Notices that a customer who used to be heard from went quiet.
//
// Silence is an absence, so no incoming event can reveal it. The moment at which the forecast passes the tenant's
// threshold if nothing more is heard is known beforehand: it is one timer. A sign of life moves that moment; the timer
// itself is moved only when the new moment is earlier, otherwise it finds out when it fires.
//
// A raised signal is cleared by the next sign of life, and taken back when news of an older one shows that it came too
// early.
//
// A share of the customers, chosen by a hash, gets no case: whether reaching out brings customers back is seen by
// comparing.
#pragma once

#include "earshot/processor.h"
#include "processors/customer/blindness.h"
#include "processors/customer/profile.h"
#include "processors/customer/settings.h"

namespace earshot {

class Silence {
 public:
  static constexpr std::string_view kTimer = "silence";

  // After Profile has taken the activity: clears a raised signal, sets the timer.
  void apply(const ActivityRecorded& activity, const Reading& reading, const CustomerSettings& settings,
             Step& step) const;

  // After a facet has come or gone: a signal that would not have been raised by what is known now is cleared, the timer
  // is set.
  void reconsider(KeyHash moved, const CustomerSettings& settings, Step& step) const;

  // Of a customer who is known: desk has opened what was asked for.
  void apply(const CaseChanged& change, Step& step) const;

  // How the customer feels, or whether somebody owes them an answer, has changed: the moment may be earlier now.
  void look_again(const CustomerSettings& settings, Step& step) const;
  static bool is_unhappy(Step& step);
  static bool has_unresolved_case(const state::Customer& customer);

  // True if something was raised.
  bool fire(const Timer& timer, const CustomerSettings& settings, Step& step) const;

  struct Due {
    Timestamp at;  // the exact moment
    SignalLevel level;
    bool young = false;  // by the rule for the young, not by the forecast: they were active on one day only
    Millis blind{};      // of the wait, not counted: nobody could have heard them, or hardly anybody was
    int permille = 0;    // the level that is reached
  };
  // When the levels are reached if nothing more is heard, by a clock that never stands still; and when it does.
  struct Outlook {
    Timestamp watch;
    std::optional<Timestamp> act;
    int watch_permille = 0;
    int act_permille = 0;
    bool is_young = false;
    std::vector<BlindSpan> blind;
  };
  static const ChurnModel& model_of(const CustomerSettings& settings, Step& step);
  static Rhythm rhythm(const Presence& presence, const ChurnModel& model, Step& step);
  static SilenceSettings terms(const CustomerSettings& settings, const ChurnModel& model, Step& step);
  static Outlook look_ahead(const Presence& presence, const CustomerSettings& settings, Step& step);
  static std::optional<Due> due_of(SignalLevel level, const Presence& presence, const Outlook& outlook);

 private:
  static std::optional<Due> next_due(const Presence& presence, const state::Customer& customer,
                                     const CustomerSettings& settings, Step& step);
  static bool is_over(const ActivityRecorded& activity, const std::optional<Presence>& presence,
                      const CustomerSettings& settings, Step& step);
  static void clear(const ActivityRecorded& activity, Step& step);
  static void arm(const std::optional<Presence>& presence, const CustomerSettings& settings, Step& step);
  static void ask_for_case(const SignalChanged& signal, Step& step);
  static void withdraw(const std::string& signal, KeyHash facet, Timestamp at, Step& step);
  static bool is_untouched(const CustomerSettings& settings, Step& step);
  static void measure_return(const ActivityRecorded& activity, const std::string& signal, Step& step);
  static void raise(const Due& due, const Presence& presence, const CustomerSettings& settings, Step& step);
  // What the signal says beside that it is there.
  static void explain(const Due& due, const Presence& presence, const CustomerSettings& settings, Step& step,
                      SignalChanged& signal);
  static std::vector<std::string> reasons(const Due& due, const Presence& presence, const CustomerSettings& settings,
                                          Step& step);
};

}  // namespace earshot
