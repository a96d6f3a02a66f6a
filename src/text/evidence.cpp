#include "text/evidence.h"

#include <algorithm>
#include <array>
#include <optional>

#include "text/extractor.h"

namespace earshot::text {
namespace {

constexpr std::size_t kSpansPerLabel = 2;
constexpr std::int64_t kWeightShare = 3;
constexpr std::size_t kBytesMax = 8192;  // evidence of a longer text comes from its beginning
constexpr std::int64_t kPatternWeight = 1000;

bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || c == '0' || c == '\'' || static_cast<unsigned char>(c) >= 0x80;
}

bool starts_sign(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

class Collector {
 public:
  Collector(const Model& model, const Reading& reading, const Logits& logits, WordMemo& memo)
      : model_(model),
        reading_(reading),
        logits_(logits),
        memo_(memo),
        social_permille_(sigmoid_permille(logits.head[kGenreHead])),
        end_(static_cast<std::uint32_t>(std::min(reading.normalised.text.size(), kBytesMax))) {
    placed_.reserve(2 * std::size_t{end_});
    extract_into(reading.normalised, reading.hits, *this);
  }

  // What the extractor tells: features the model knows, and words with all of their pieces.
  void feature(std::uint32_t hash, FeatureKind kind, std::uint32_t from, std::uint32_t to) {
    ++size_;
    const Cell* cell = to == 0 || to > end_ ? nullptr : model_.cells.find(hash);
    if (cell == nullptr) return;
    Placed& placed = placed_.emplace_back(Placed{from, to, {}});
    for (std::size_t h = 0; h < kHeads; ++h)
      placed.totals[h + 1] = static_cast<std::int16_t>(cell->weight[h] * model_.numbers.kind_weight[kind]);
  }
  void word(std::string_view word, bool negated, std::uint32_t from, std::uint32_t to) {
    if (const WordMemo::Word* known = memo_.find(model_, word, negated)) {
      size_ += features_in_word(word);
      if (to <= end_ && known->known > 0) placed_.push_back({from, to, known->totals});
    } else {
      features_of_word(word, negated, from, to, *this);
    }
  }
  std::size_t size() const { return size_; }

  void add_pattern(std::string label, const Finding& finding) {
    add(std::move(label), finding.from, finding.to, kPatternWeight * finding.permille / 1000);
  }

  // False if the text has no such words.
  bool add_hits(const std::string& label, std::uint16_t word_class) {
    std::size_t added = 0;
    for (const Hit& hit : reading_.hits) {
      if (hit.word_class != word_class || added == kSpansPerLabel) continue;
      add(label, hit.from, hit.to, kPatternWeight / 2);
      ++added;
    }
    return added > 0;
  }

  // The mark that makes a question of a text.
  void add_question_mark(const std::string& label, std::uint16_t permille) {
    const std::size_t at = reading_.normalised.text.find('?');
    if (at == std::string::npos) return;
    const auto from = static_cast<std::uint32_t>(at);
    add(label, from, from + 1, kPatternWeight * permille / 1000);
  }

  // The stretches of text whose features weigh most for `plus` and against `minus` (a head, or none).
  void add_weights(const std::string& label, int plus, int minus) {
    spread(plus, minus);
    const std::string_view text = reading_.normalised.text;
    stretches_.clear();
    std::int64_t strongest = 0;
    for (std::uint32_t at = 0; at < weight_.size();) {
      const std::uint32_t end = stretch_end(text, at);
      std::int64_t sum = 0;
      for (std::uint32_t i = at; i < end; ++i) sum += weight_[i];
      if (sum > 0) stretches_.push_back({at, end, sum});
      strongest = std::max(strongest, sum);
      at = end;
    }
    // What weighs little beside the strongest would only make a span longer.
    spans_.clear();
    for (const Span& stretch : stretches_) {
      if (stretch.weight * kWeightShare < strongest) continue;
      if (!spans_.empty() && stretch.from - spans_.back().to <= 1) {
        spans_.back().to = stretch.to;
        spans_.back().weight += stretch.weight;
      } else {
        spans_.push_back(stretch);
      }
    }
    std::stable_sort(spans_.begin(), spans_.end(), [](const Span& a, const Span& b) { return a.weight > b.weight; });
    if (spans_.size() > kSpansPerLabel) spans_.resize(kSpansPerLabel);
    for (const Span& span : spans_) add(label, span.from, span.to, span.weight * 1000 >> 16);
  }

  std::vector<Evidence> take() {
    const auto by_weight = [](const Evidence& a, const Evidence& b) { return a.weight_milli > b.weight_milli; };
    std::stable_sort(found_.begin(), found_.end(), by_weight);
    if (found_.size() > kEvidenceMax) {
      keep_one_of_each_label();
      std::stable_sort(found_.begin(), found_.end(), by_weight);
    }
    return std::move(found_);
  }

 private:
  struct Placed {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
    std::array<std::int16_t, kHeads + 1> totals{};
  };
  struct Span {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
    std::int64_t weight = 0;
  };

  // Where there is too much, a label gives up its second span before another gives up its only one, and aspects, of
  // which there may be many, come behind decisions.
  void keep_one_of_each_label() {
    const auto rank = [&](std::size_t i) {
      const auto is_same = [&](const Evidence& other) { return other.label == found_[i].label; };
      const auto end = found_.begin() + static_cast<std::ptrdiff_t>(i);
      return std::any_of(found_.begin(), end, is_same) ? 2 : found_[i].label.starts_with("aspect:") ? 1 : 0;
    };
    std::vector<Evidence> kept;
    for (int wanted = 0; wanted <= 2; ++wanted) {
      for (std::size_t i = 0; i < found_.size() && kept.size() < kEvidenceMax; ++i) {
        if (rank(i) == wanted) kept.push_back(found_[i]);
      }
    }
    found_ = std::move(kept);
  }

  // One word, one ideograph, or what lies between words.
  static std::uint32_t stretch_end(std::string_view text, std::uint32_t at) {
    const auto size = static_cast<std::uint32_t>(std::min(text.size(), kBytesMax));
    std::uint32_t end = at + 1;
    const bool is_word = static_cast<unsigned char>(text[at]) < 0x80 && is_word_byte(text[at]);
    while (end < size && (!starts_sign(text[end]) ||
                          (is_word && static_cast<unsigned char>(text[end]) < 0x80 && is_word_byte(text[end])))) {
      ++end;
    }
    return end;
  }

  // Each feature's part of the logit, shared out evenly over its bytes.
  void spread(int plus, int minus) {
    weight_.assign(std::min(reading_.normalised.text.size(), kBytesMax) + 1, 0);
    for (const Placed& placed : placed_) {
      std::int64_t value = part(placed, plus);
      if (minus >= 0) value -= part(placed, minus);
      if (value == 0) continue;
      const std::int64_t share = value / (std::int64_t{logits_.length} * (placed.to - placed.from));
      weight_[placed.from] += share;  // from here on, until taken back
      weight_[placed.to] -= share;
    }
    for (std::size_t i = 1; i < weight_.size(); ++i) weight_[i] += weight_[i - 1];
    weight_.pop_back();
  }

  std::int64_t part(const Placed& placed, int head) const {
    const auto weight = [&](int h) {
      return std::int64_t{placed.totals[static_cast<std::size_t>(h) + 1]} *
             model_.numbers.step[static_cast<std::size_t>(h)];
    };
    if (head == kNegativeHead) return weight(head) + weight(kSocialNegativeHead) * social_permille_ / 1000;
    if (head == kPositiveHead) return weight(head) + weight(kSocialPositiveHead) * social_permille_ / 1000;
    return weight(head);
  }

  void add(std::string label, std::uint32_t from, std::uint32_t to, std::int64_t weight_milli) {
    const auto& origin = reading_.normalised.origin;
    found_.push_back({std::move(label), origin[from], origin[to],
                      static_cast<std::int32_t>(std::min<std::int64_t>(weight_milli, 1 << 20))});
  }

  const Model& model_;
  const Reading& reading_;
  const Logits& logits_;
  WordMemo& memo_;
  std::int64_t social_permille_;
  std::uint32_t end_;
  std::size_t size_ = 0;
  std::vector<Placed> placed_;
  std::vector<std::int64_t> weight_;
  std::vector<Span> stretches_;
  std::vector<Span> spans_;
  std::vector<Evidence> found_;
};

}  // namespace

std::vector<Evidence> find_evidence(const Model& model, const Reading& reading, const Logits& logits,
                                    const Analysis& analysis, WordMemo& memo) {
  Collector collector(model, reading, logits, memo);
  if (analysis.sentiment == Sentiment::negative) collector.add_weights("neg", kNegativeHead, kPositiveHead);
  if (analysis.sentiment == Sentiment::positive) collector.add_weights("pos", kPositiveHead, kNegativeHead);
  for (const IssueScore& issue : analysis.issues) {
    const IssueType type = issue.type;
    const auto ordinal = static_cast<std::uint16_t>(type);
    const std::string label(name_of(type));
    const bool tells = collector.add_hits(label, static_cast<std::uint16_t>(kIssueFirst + ordinal));
    const bool names = collector.add_hits(label, static_cast<std::uint16_t>(kIssueTopicFirst + ordinal));
    if (!tells && !names) collector.add_weights(label, kIssueHead + ordinal - 1, -1);
  }
  std::optional<Aspect> last;
  for (const AspectScore& score : analysis.aspects) {
    if (last == score.aspect) continue;
    last = score.aspect;
    collector.add_hits("aspect:" + std::string(name_of(score.aspect)),
                       static_cast<std::uint16_t>(kAspectFirst + static_cast<std::uint16_t>(score.aspect)));
  }
  if (analysis.leave_permille >= 500) {
    if (const Finding* finding = leaving(reading); finding != nullptr) {
      collector.add_pattern("leave", *finding);
    } else {
      collector.add_weights("leave", kLeaveHead, -1);
    }
  }
  std::size_t complaints = 0;
  std::size_t suggestions = 0;
  std::size_t questions = 0;
  std::size_t faults = 0;
  std::array<bool, kUrgencyCauses> told{};
  for (const Finding& finding : reading.findings) {
    const auto add = [&](Meaning meaning, bool is_said, const char* label, std::size_t& added) {
      if (finding.meaning == meaning && is_said && added++ < kSpansPerLabel) collector.add_pattern(label, finding);
    };
    add(Meaning::complaint, analysis.complaint, "complaint", complaints);
    add(Meaning::suggest, analysis.suggest_permille >= 500, "suggest", suggestions);
    add(Meaning::ask, analysis.ask_permille >= 500, "ask", questions);
    add(Meaning::agent_fault, analysis.agent_fault, "agent_fault", faults);
    if (finding.meaning != Meaning::urgent) continue;
    bool& known = told[static_cast<std::size_t>(finding.cause)];
    if (!known) collector.add_pattern(std::string(name_of(finding.cause)), finding);
    known = true;
  }
  if (analysis.complaint && complaints == 0) collector.add_weights("complaint", kComplaintHead, -1);
  if (analysis.suggest_permille >= 500 && suggestions == 0) collector.add_weights("suggest", kSuggestHead, -1);
  if (analysis.ask_permille >= 500 && questions == 0) collector.add_question_mark("ask", analysis.ask_permille);
  return collector.take();
}

}  // namespace earshot::text
