#include "text/analyzer.h"

#include <algorithm>

#include "text/evidence.h"

namespace earshot {
namespace {

using namespace text;

// What a word of the lexicon alone is worth for an issue, whatever the weights say.
constexpr std::uint16_t kProblemPermille = 800;
constexpr std::uint16_t kTopicPermille = 600;
// A leaving head without a pattern may raise attention, but only a sure one says yes.
constexpr std::uint16_t kLeaveSurePermille = 900;
constexpr std::uint16_t kLeaveUnsurePermille = 490;

// Safety before money before time.
void set_urgency(const Reading& reading, Analysis& analysis) {
  for (const Finding& finding : reading.findings) {
    if (finding.meaning != Meaning::urgent) continue;
    const bool is_grave = finding.cause == UrgencyCause::safety || finding.cause == UrgencyCause::fraud ||
                          finding.cause == UrgencyCause::outage || finding.cause == UrgencyCause::deadline;
    const std::uint8_t urgency = is_grave ? 2 : 1;
    if (urgency > analysis.urgency || (urgency == analysis.urgency && finding.cause < analysis.urgency_cause)) {
      analysis.urgency = urgency;
      analysis.urgency_cause = finding.cause;
    }
  }
}

bool has(const Reading& reading, Meaning meaning) {
  return std::any_of(reading.findings.begin(), reading.findings.end(),
                     [&](const Finding& finding) { return finding.meaning == meaning; });
}

}  // namespace

Result<Analyzer> Analyzer::load(std::string_view model_bytes) {
  auto model = Model::load(model_bytes);
  if (!model) return std::move(model.error());
  auto reader = Reader::make(model->lexicon, model->simplified);
  if (!reader) return std::move(reader.error()).in("the lexicon of the text model");
  return Analyzer(std::move(*model), std::move(*reader));
}

Analysis Analyzer::analyze(std::string_view utf8_text, std::string_view declared_language,
                           AnalyzeOptions options) const {
  // Scratch only: every read overwrites all of it, so no text leaves a trace in the next one's answer.
  thread_local Reading reading;
  reader_.read(utf8_text, {.with_origin = options.evidence}, reading);

  Analysis analysis;
  analysis.model = model_.name;
  analysis.language = language_of(reading.normalised, hint(reading, declared_language));
  const std::size_t language = reading.normalised.han * 2 > reading.normalised.latin ? kChinese : kEnglish;
  const Logits logits = score(model_, reading.features, language);
  const bool is_known = analysis.language != Language::unknown && logits.known > 0;

  analysis.courtesy = is_courtesy(reading);
  if (is_known || !options.may_abstain) set_sentiment(logits, language, analysis);
  set_urgency(reading, analysis);
  if (is_known) {
    set_leave(reading, logits, language, analysis);
    set_issues(reading, logits, language, analysis);
  }
  if (is_known && !analysis.courtesy) {
    const bool blames = analysis.sentiment == Sentiment::negative && !analysis.issues.empty();
    const auto threshold = model_.numbers.threshold[language][kComplaintHead];
    analysis.complaint = permille(logits, language, kComplaintHead) >= threshold || blames || analysis.urgency > 0 ||
                         has(reading, Meaning::complaint);
    if (has(reading, Meaning::not_complaint) && analysis.urgency == 0) analysis.complaint = false;
  }
  if (options.evidence) analysis.evidence = find_evidence(model_, reading, logits, analysis);
  return analysis;
}

LanguageHint Analyzer::hint(const Reading& reading, std::string_view declared) const {
  LanguageHint hint{.declared = declared};
  for (const Feature& feature : reading.features) {
    if (feature.kind != kWord) continue;
    const char first = reading.normalised.text[feature.from];
    if (first < 'a' || first > 'z') continue;
    ++hint.words;
    hint.words_known += model_.known.has(feature.bucket) ? 1 : 0;
  }
  return hint;
}

std::uint16_t Analyzer::permille(const Logits& logits, std::size_t language, std::size_t head) const {
  return sigmoid_permille(logits.head[head] * model_.numbers.sharpness[language][head] >> 16);
}

void Analyzer::set_sentiment(const Logits& logits, std::size_t language, Analysis& analysis) const {
  const auto& sharpness = model_.numbers.sharpness[language];
  const auto permille = softmax_permille({logits.head[kNegativeHead] * sharpness[kNegativeHead] >> 16, 0,
                                          logits.head[kPositiveHead] * sharpness[kPositiveHead] >> 16});
  analysis.negative_permille = permille[0];
  analysis.neutral_permille = permille[1];
  analysis.positive_permille = permille[2];
  const auto top = std::max_element(permille.begin(), permille.end()) - permille.begin();
  analysis.sentiment = top == 0 ? Sentiment::negative : top == 1 ? Sentiment::neutral : Sentiment::positive;
}

void Analyzer::set_issues(const Reading& reading, const Logits& logits, std::size_t language,
                          Analysis& analysis) const {
  if (analysis.courtesy) return;
  const auto mentioned = issues_mentioned(reading);
  for (std::size_t i = 1; i < kIssueTypes; ++i) {
    const std::size_t head = kIssueHead + i - 1;
    std::uint16_t score = permille(logits, language, head);
    if (mentioned[i] == Mention::problem) score = std::max(score, kProblemPermille);
    if (mentioned[i] == Mention::topic && analysis.sentiment != Sentiment::positive)
      score = std::max(score, kTopicPermille);
    if (score >= model_.numbers.threshold[language][head])
      analysis.issues.push_back({static_cast<IssueType>(i), score});
  }
  std::stable_sort(analysis.issues.begin(), analysis.issues.end(),
                   [](const IssueScore& a, const IssueScore& b) { return a.permille > b.permille; });
}

void Analyzer::set_leave(const Reading& reading, const Logits& logits, std::size_t language, Analysis& analysis) const {
  const std::uint16_t head = permille(logits, language, kLeaveHead);
  const bool is_guarded = has(reading, Meaning::not_leave);
  analysis.leave_permille = head >= kLeaveSurePermille && !is_guarded ? head : std::min(head, kLeaveUnsurePermille);
  if (const Finding* finding = leaving(reading))
    analysis.leave_permille = std::max(analysis.leave_permille, finding->permille);
}

}  // namespace earshot
