// One sent survey. Of its answers the latest valid one counts; late, partial and off-scale ones are shown beside it.
#include <algorithm>
#include <optional>
#include <tuple>

#include "processors/insight/items.h"

namespace earshot::insight {
namespace {

bool comes_before(const state::SurveyAnswer& a, const state::SurveyAnswer& b) {
  return std::tuple(a.at_ms(), std::string_view(a.item())) < std::tuple(b.at_ms(), std::string_view(b.item()));
}

bool merge_invitation(state::SurveyItem& item, const MeasureTaken& measure) {
  const std::int64_t at = to_millis(measure.at);
  const bool is_earlier =
      item.invited_ms() == 0 || at < item.invited_ms() || (at == item.invited_ms() && measure.channel < item.channel());
  if (!is_earlier) return false;
  item.set_invited_ms(at);
  item.set_family(static_cast<std::uint32_t>(measure.survey->family));
  item.set_channel(measure.channel);
  return true;
}

bool merge_answer(state::SurveyItem& item, const MeasureTaken& measure) {
  const Survey& survey = *measure.survey;
  state::SurveyAnswer answer;
  answer.set_at_ms(to_millis(measure.at));
  answer.set_item(measure.item);
  answer.set_family(static_cast<std::uint32_t>(survey.family));
  answer.set_has_score(survey.score.has_value());
  answer.set_score(survey.score.value_or(0));
  answer.set_min(survey.min);
  answer.set_max(survey.max);
  answer.set_channel(measure.channel);
  for (const IssueType issue : measure.issues) answer.add_issues(static_cast<std::uint32_t>(issue));
  if (survey.invited_at) answer.set_invited_ms(to_millis(*survey.invited_at));

  auto& answers = *item.mutable_answers();
  const auto place = std::lower_bound(answers.begin(), answers.end(), answer, comes_before) - answers.begin();
  if (place < answers.size() && !comes_before(answer, answers.Get(static_cast<int>(place)))) return false;
  if (answers.size() >= kAnswersMax) {
    if (place == 0) return false;  // older than those that are kept
    answers.DeleteSubrange(0, 1);
  }
  *answers.Add() = std::move(answer);
  std::sort(answers.begin(), answers.end(), comes_before);
  return true;
}

// The score on the family's own scale: as it is there, in equal steps from any other. Nothing if it is off its own
// scale, or is a recommendation that was not asked for on 0 to 10: promoters are defined on that scale only.
std::optional<int> score_on_scale(const state::SurveyAnswer& answer) {
  if (answer.max() <= answer.min() || answer.score() < answer.min() || answer.score() > answer.max())
    return std::nullopt;
  const auto family = static_cast<SurveyFamily>(answer.family());
  if (family == SurveyFamily::nps) {
    if (answer.min() != 0 || answer.max() != 10) return std::nullopt;
    return static_cast<int>(answer.score());
  }
  const std::int64_t steps = family == SurveyFamily::csat ? 4 : 6;
  const std::int64_t width = answer.max() - answer.min();
  const std::int64_t above = answer.score() - answer.min();
  return static_cast<int>(1 + (2 * above * steps + width) / (2 * width));
}

Counter score_counter(SurveyFamily family, int score) {
  switch (family) {
    case SurveyFamily::nps: return Counter::nps_0 + score;
    case SurveyFamily::csat: return Counter::csat_1 + (score - 1);
    case SurveyFamily::ces: break;
  }
  return Counter::ces_1 + (score - 1);
}

Place place_of(const state::SurveyAnswer& answer) {
  Place place{answer.channel(), "", {}};
  for (const std::uint32_t issue : answer.issues()) place.issues.push_back(static_cast<IssueType>(issue));
  return place;
}

// When it was sent: the invitation itself, else the earliest an answer speaks of; 0: nobody knows.
std::int64_t sent_ms(const state::SurveyItem& item) {
  if (item.invited_ms() != 0) return item.invited_ms();
  std::int64_t earliest = 0;
  for (const state::SurveyAnswer& answer : item.answers()) {
    const std::int64_t said = answer.invited_ms();
    if (said != 0 && (earliest == 0 || said < earliest)) earliest = said;
  }
  return earliest;
}

}  // namespace

bool merge(state::SurveyItem& item, const MeasureTaken& measure) {
  if (!measure.survey) return false;
  return measure.kind == MeasureKind::survey_invited ? merge_invitation(item, measure) : merge_answer(item, measure);
}

Contributions contributions_of(const state::SurveyItem& item, const Settings& settings) {
  const std::int64_t sent = sent_ms(item);
  const std::int64_t valid_until = sent + settings.survey_days * 24 * kHourMillis;
  const state::SurveyAnswer* counted = nullptr;
  const state::SurveyAnswer* late = nullptr;
  const state::SurveyAnswer* partial = nullptr;
  const state::SurveyAnswer* invalid = nullptr;
  for (const state::SurveyAnswer& answer : item.answers()) {  // oldest first: the latest of each stays
    if (!answer.has_score()) {
      partial = &answer;
    } else if (!score_on_scale(answer)) {
      invalid = &answer;
    } else if (sent != 0 && answer.at_ms() > valid_until) {
      late = &answer;
    } else {
      counted = &answer;
    }
  }

  Contributions all;
  const Place invited{item.channel(), "", {}};
  const auto family_of = [](const state::SurveyAnswer& answer) { return static_cast<int>(answer.family()); };
  if (item.invited_ms() != 0) {
    const Timestamp at = from_millis(item.invited_ms());
    add_everywhere(all, at, invited, Counter::sent + static_cast<int>(item.family()));
    if (counted != nullptr) add_everywhere(all, at, invited, Counter::responded + static_cast<int>(item.family()));
  }
  if (counted != nullptr) {
    const auto family = static_cast<SurveyFamily>(counted->family());
    add_everywhere(all, from_millis(counted->at_ms()), place_of(*counted),
                   score_counter(family, *score_on_scale(*counted)));
  } else if (late != nullptr) {
    add_everywhere(all, from_millis(late->at_ms()), place_of(*late), Counter::late + family_of(*late));
  } else if (partial != nullptr) {
    add_everywhere(all, from_millis(partial->at_ms()), place_of(*partial), Counter::partial + family_of(*partial));
  } else if (invalid != nullptr) {
    add_everywhere(all, from_millis(invalid->at_ms()), place_of(*invalid), Counter::invalid + family_of(*invalid));
  }
  return all;
}

}  // namespace earshot::insight
