#include "text/analyzer.h"

#include <algorithm>

#include "text/evidence.h"
#include "text/stream.h"

namespace earshot {
namespace {

using namespace text;

// What a word of the lexicon alone is worth for an issue, whatever the weights say.
constexpr std::uint16_t kProblemPermille = 800;
constexpr std::uint16_t kTopicPermille = 600;
// A leaving head without a pattern may raise attention, but only a sure one says yes.
constexpr std::uint16_t kLeaveSurePermille = 900;
constexpr std::uint16_t kLeaveUnsurePermille = 490;
constexpr std::uint16_t kYesPermille = 500;
constexpr std::uint16_t kSurelyNotPermille = 50;  // below it an intent is written as 0
// A clause without a word of praise or blame only names its aspects, unless the weights are as sure as this.
constexpr std::uint16_t kOpinionPermille = 600;
// Emoji alone are in no language; some say as much as a word, others stand for anything.
constexpr std::uint16_t kEmojiSurePermille = 700;

// A question mark alone; after harsh words it is rather a reproach.
constexpr std::uint16_t kMarkAsksPermille = 700;
constexpr std::uint16_t kMarkReproachesPermille = 350;

bool is_grave(UrgencyCause cause) {
  return cause == UrgencyCause::safety || cause == UrgencyCause::fraud || cause == UrgencyCause::outage ||
         cause == UrgencyCause::deadline;
}

// Safety before money before time.
void set_urgency(const Reading& reading, Analysis& analysis) {
  std::array<bool, kUrgencyCauses> told{};
  for (const Finding& finding : reading.findings) {
    if (finding.meaning != Meaning::urgent) continue;
    told[static_cast<std::size_t>(finding.cause)] = true;
    const std::uint8_t urgency = is_grave(finding.cause) ? 2 : 1;
    if (urgency > analysis.urgency || (urgency == analysis.urgency && finding.cause < analysis.urgency_cause)) {
      analysis.urgency = urgency;
      analysis.urgency_cause = finding.cause;
    }
  }
  for (std::size_t cause = 1; cause < told.size(); ++cause) {
    if (told[cause]) analysis.alarms.push_back(static_cast<UrgencyCause>(cause));
  }
}

bool has(const Reading& reading, Meaning meaning) {
  return std::any_of(reading.findings.begin(), reading.findings.end(),
                     [&](const Finding& finding) { return finding.meaning == meaning; });
}

bool names_an_aspect(const Reading& reading) {
  return std::any_of(reading.hits.begin(), reading.hits.end(),
                     [](const Hit& hit) { return hit.word_class >= kAspectFirst && hit.word_class < kBrand; });
}

// Whether a clause has a word of praise or blame. To be asked about clauses in their order.
class Opinions {
 public:
  explicit Opinions(const std::vector<Hit>& hits) : hits_(hits) {}
  bool any(std::uint32_t from, std::uint32_t to) {
    while (at_ < hits_.size() && hits_[at_].from < from) ++at_;
    for (; at_ < hits_.size() && hits_[at_].from < to; ++at_) {
      if (hits_[at_].word_class == kPositive || hits_[at_].word_class == kNegative) return true;
    }
    return false;
  }

 private:
  const std::vector<Hit>& hits_;
  std::size_t at_ = 0;
};

std::uint16_t strongest(const Reading& reading, Meaning meaning) {
  std::uint16_t permille = 0;
  for (const Finding& finding : reading.findings) {
    if (finding.meaning == meaning) permille = std::max(permille, finding.permille);
  }
  return permille;
}

std::uint16_t unless_surely_not(std::uint16_t permille) {
  return permille < kSurelyNotPermille ? std::uint16_t{0} : permille;
}

bool is_emoji_only(const Normalised& text) {
  return text.emoji > 0 && text.han + text.latin + text.kana + text.foreign == 0;
}

Sentiment sentiment_of(const std::array<std::uint16_t, 3>& shares) {
  const auto top = std::max_element(shares.begin(), shares.end()) - shares.begin();
  return top == 0 ? Sentiment::negative : top == 1 ? Sentiment::neutral : Sentiment::positive;
}

void forget_sentiment(Analysis& analysis) {
  analysis.sentiment = Sentiment::unknown;
  analysis.negative_permille = analysis.neutral_permille = analysis.positive_permille = 0;
}

void clear(Analysis& analysis) {
  analysis.language = Language::unknown;
  forget_sentiment(analysis);
  analysis.complaint = analysis.courtesy = analysis.agent_fault = false;
  analysis.issues.clear();
  analysis.aspects.clear();
  analysis.leave_permille = analysis.complaint_permille = analysis.ask_permille = analysis.suggest_permille = 0;
  analysis.urgency = 0;
  analysis.urgency_cause = UrgencyCause::none;
  analysis.alarms.clear();
  analysis.evidence.clear();
  analysis.issue_permille.fill(0);
  analysis.clauses.clear();
}

}  // namespace

struct Analyzer::Scratch {
  Reading reading;
  std::vector<std::uint32_t> ends;
  std::vector<ClauseLogits> clauses;
  WordMemo memo;
};

Result<Analyzer> Analyzer::load(StableBytes model_bytes) {
  auto model = Model::load(model_bytes.view());
  if (!model) return std::move(model.error());
  auto reader = Reader::make(model->lexicon, model->simplified);
  if (!reader) return std::move(reader.error()).in("the lexicon of the text model");
  return Analyzer(std::move(model_bytes), std::move(*model), std::move(*reader));
}

Analysis Analyzer::analyze(std::string_view utf8_text, std::string_view declared_language,
                           AnalyzeOptions options) const {
  Analysis analysis;
  analyze(utf8_text, declared_language, options, analysis);
  return analysis;
}

void Analyzer::analyze(std::string_view utf8_text, std::string_view declared_language, AnalyzeOptions options,
                       Analysis& analysis) const {
  // Scratch only: every read overwrites all of it, so no text leaves a trace in the next one's answer.
  thread_local Scratch scratch;
  const Reading& reading = scratch.reading;
  clear(analysis);
  analysis.model = model_.name;
  reader_.skim(utf8_text, {.with_origin = options.evidence}, scratch.reading);
  const std::size_t language = reading.normalised.han * 2 > reading.normalised.latin ? kChinese : kEnglish;

  scratch.clauses.clear();
  scratch.ends.clear();
  if (options.evidence || names_an_aspect(reading)) clause_ends(reading, scratch.ends);
  for (const std::uint32_t end : scratch.ends) scratch.clauses.push_back({.to = end});
  LanguageHint hint{.declared = declared_language};
  const Logits logits = score(model_, reading, language, scratch.clauses, scratch.memo, hint);
  analysis.language = language_of(reading.normalised, hint);
  const bool is_known = analysis.language != Language::unknown && logits.known > 0;

  analysis.courtesy = is_courtesy(reading);
  if (is_known || !options.may_abstain) {
    set_sentiment(logits, language, analysis);
  } else if (logits.known > 0 && is_emoji_only(reading.normalised)) {
    set_sentiment(logits, language, analysis);
    const std::uint16_t top = std::max(analysis.negative_permille, analysis.positive_permille);
    if (top < kEmojiSurePermille) forget_sentiment(analysis);
  }
  set_urgency(reading, analysis);
  if (is_known) {
    set_issues(reading, logits, language, analysis);
    set_intents(reading, logits, language, analysis);
    set_aspects(scratch, logits.head[kGenreHead], language, analysis);
  }
  if (is_known && !analysis.courtesy) analysis.complaint = is_complaint(reading, analysis, language);
  if (options.by_agent) analysis.agent_fault = has(reading, Meaning::agent_fault);
  if (!options.evidence) return;
  if (is_known && scratch.clauses.size() > 1) {
    const auto& origin = reading.normalised.origin;
    std::uint32_t from = 0;
    for (const ClauseLogits& clause : scratch.clauses) {
      const auto parts = shares(clause.negative, clause.positive, logits.head[kGenreHead], language);
      analysis.clauses.push_back({origin[from], origin[clause.to], parts[0], parts[2]});
      from = clause.to;
    }
  }
  analysis.evidence = find_evidence(model_, reading, logits, analysis, scratch.memo);
}

std::uint16_t Analyzer::permille(const Logits& logits, std::size_t language, std::size_t head) const {
  return sigmoid_permille(logits.head[head] * model_.numbers.sharpness[language][head] >> 16);
}

std::array<std::uint16_t, 3> Analyzer::shares(Fixed negative, Fixed positive, Fixed genre, std::size_t language) const {
  const auto& sharpness = model_.numbers.sharpness[language];
  const std::int64_t social = sigmoid_permille(genre);
  const auto mixed = [&](Head review, Head post) {
    return sharpness[review] + (sharpness[post] - sharpness[review]) * social / 1000;
  };
  return softmax_permille({negative * mixed(kNegativeHead, kSocialNegativeHead) >> 16, 0,
                           positive * mixed(kPositiveHead, kSocialPositiveHead) >> 16});
}

void Analyzer::set_sentiment(const Logits& logits, std::size_t language, Analysis& analysis) const {
  const auto permille =
      shares(logits.head[kNegativeHead], logits.head[kPositiveHead], logits.head[kGenreHead], language);
  analysis.negative_permille = permille[0];
  analysis.neutral_permille = permille[1];
  analysis.positive_permille = permille[2];
  analysis.sentiment = sentiment_of(permille);
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
    analysis.issue_permille[i] = score;
    if (score >= model_.numbers.threshold[language][head])
      analysis.issues.push_back({static_cast<IssueType>(i), score});
  }
  std::sort(analysis.issues.begin(), analysis.issues.end(), [](const IssueScore& a, const IssueScore& b) {
    return a.permille != b.permille ? a.permille > b.permille : a.type < b.type;
  });
}

void Analyzer::set_intents(const Reading& reading, const Logits& logits, std::size_t language,
                           Analysis& analysis) const {
  const std::uint16_t leave = permille(logits, language, kLeaveHead);
  const bool is_guarded = has(reading, Meaning::not_leave);
  analysis.leave_permille = leave >= kLeaveSurePermille && !is_guarded ? leave : std::min(leave, kLeaveUnsurePermille);
  if (const Finding* finding = leaving(reading))
    analysis.leave_permille = std::max(analysis.leave_permille, finding->permille);
  if (analysis.courtesy) return;

  analysis.complaint_permille = unless_surely_not(permille(logits, language, kComplaintHead));
  const std::uint16_t suggested = strongest(reading, Meaning::suggest);
  analysis.suggest_permille = unless_surely_not(std::max(permille(logits, language, kSuggestHead), suggested));
  const bool reproaches = analysis.sentiment == Sentiment::negative;
  const bool has_mark = reading.normalised.text.find('?') != std::string::npos;
  std::uint16_t ask = strongest(reading, Meaning::ask);
  if (has_mark) ask = std::max(ask, reproaches ? kMarkReproachesPermille : kMarkAsksPermille);
  analysis.ask_permille = ask;
}

void Analyzer::set_aspects(const Scratch& scratch, Fixed genre, std::size_t language, Analysis& analysis) const {
  std::size_t clause = 0;
  std::size_t asked = scratch.clauses.size();
  Opinions opinions(scratch.reading.hits);
  bool has_opinion = false;
  for (const Hit& hit : scratch.reading.hits) {
    if (hit.word_class < kAspectFirst || hit.word_class >= kBrand) continue;
    while (clause + 1 < scratch.clauses.size() && scratch.clauses[clause].to <= hit.from) ++clause;
    const ClauseLogits& logits = scratch.clauses[clause];
    if (clause != asked) has_opinion = opinions.any(clause == 0 ? 0 : scratch.clauses[clause - 1].to, logits.to);
    asked = clause;
    const auto parts = shares(logits.negative, logits.positive, genre, language);
    const std::uint16_t top = *std::max_element(parts.begin(), parts.end());
    const bool is_named_only = !has_opinion && top < kOpinionPermille;
    const AspectScore score{static_cast<Aspect>(hit.word_class - kAspectFirst),
                            is_named_only ? Sentiment::neutral : sentiment_of(parts), is_named_only ? parts[1] : top};
    const auto same = std::find_if(analysis.aspects.begin(), analysis.aspects.end(), [&](const AspectScore& other) {
      return other.aspect == score.aspect && other.polarity == score.polarity;
    });
    if (same == analysis.aspects.end()) {
      analysis.aspects.push_back(score);
    } else {
      same->permille = std::max(same->permille, score.permille);
    }
  }
  // Said well or badly in one place, it is not lukewarm because another place only names it.
  std::erase_if(analysis.aspects, [&](const AspectScore& score) {
    return score.polarity == Sentiment::neutral &&
           std::any_of(analysis.aspects.begin(), analysis.aspects.end(), [&](const AspectScore& other) {
             return other.aspect == score.aspect && other.polarity != Sentiment::neutral;
           });
  });
}

bool Analyzer::is_complaint(const Reading& reading, const Analysis& analysis, std::size_t language) const {
  if (analysis.urgency > 0) return true;
  if (has(reading, Meaning::not_complaint)) return false;
  const bool blames = analysis.sentiment == Sentiment::negative && !analysis.issues.empty();
  return analysis.complaint_permille >= model_.numbers.threshold[language][kComplaintHead] || blames ||
         has(reading, Meaning::complaint);
}

}  // namespace earshot
