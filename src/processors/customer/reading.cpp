#include "processors/customer/reading.h"

#include <algorithm>

namespace earshot {
namespace {

// At or below these shares of its scale a score is bad: 1 and 2 of 5, 0 to 6 of 10 (NPS), 1 to 3 of 7 (CES).
constexpr int kBadScore = 340;
constexpr int kBadNps = 600;
constexpr int kGoodScore = 750;  // 4 and 5 of 5
constexpr int kGoodNps = 900;
constexpr int kSurelyNegative = 600;
constexpr int kNegativeDespiteScore = 900;
constexpr int kSaysTheyLeave = 700;

std::optional<int> score_of(const ActivityRecorded& activity) {
  if (activity.rating) {
    const Rating& r = *activity.rating;
    return static_cast<int>((r.value_milli - r.min_milli) * 1000 / (r.max_milli - r.min_milli));
  }
  if (activity.survey && activity.survey->score) {
    const Survey& s = *activity.survey;
    return static_cast<int>((*s.score - s.min) * 1000 / (s.max - s.min));
  }
  return std::nullopt;
}

bool by_customer(const ActivityRecorded& activity) {
  switch (activity.kind) {
    case InputKind::survey_invited:
    case InputKind::edited:
    case InputKind::deleted:
    case InputKind::linked:
    case InputKind::unlinked: return false;
    case InputKind::message:
    case InputKind::call:
      return activity.message && activity.message->direction == Direction::inbound &&
             activity.message->by == Author::customer;
    case InputKind::payment: return activity.payment && activity.payment->status == PaymentStatus::succeeded;
    case InputKind::subscription:
      return activity.subscription && (activity.subscription->status == SubscriptionStatus::active ||
                                       activity.subscription->status == SubscriptionStatus::trial);
    default: return true;
  }
}

bool is_feedback(InputKind kind) {
  return kind == InputKind::review || kind == InputKind::survey_answered || kind == InputKind::mention ||
         kind == InputKind::message || kind == InputKind::call;
}

}  // namespace

bool says_they_leave(const ActivityRecorded& activity) { return activity.analysis.leave_permille >= kSaysTheyLeave; }

Reading read_activity(const ActivityRecorded& activity, const CustomerSettings& settings) {
  Reading reading;
  const bool is_activity =
      std::find(settings.activity.begin(), settings.activity.end(), activity.kind) != settings.activity.end();
  const bool may_run_by_itself = activity.kind == InputKind::payment || activity.kind == InputKind::subscription;
  reading.sign_of_life = by_customer(activity) && (is_activity || !may_run_by_itself);
  reading.active_day = reading.sign_of_life && is_activity;
  reading.feedback = reading.sign_of_life && is_feedback(activity.kind);
  if (!reading.feedback) return reading;

  const Analysis& said = activity.analysis;
  const bool text_unhappy = (said.sentiment == Sentiment::negative && said.negative_permille >= kSurelyNegative) ||
                            (said.complaint && said.sentiment != Sentiment::positive);
  reading.score_permille = score_of(activity);
  if (!reading.score_permille) {
    reading.unhappy = text_unhappy;
    reading.happy = said.sentiment == Sentiment::positive;
    return reading;
  }
  // Who gives stars has said what they think; words overrule only when there is no doubt.
  const bool nps = activity.survey && activity.survey->family == SurveyFamily::nps;
  reading.unhappy = *reading.score_permille <= (nps ? kBadNps : kBadScore) ||
                    (text_unhappy && said.negative_permille >= kNegativeDespiteScore);
  reading.happy = !reading.unhappy && *reading.score_permille >= (nps ? kGoodNps : kGoodScore);
  return reading;
}

}  // namespace earshot
