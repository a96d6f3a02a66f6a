#include "text/operator_words.h"

#include <algorithm>
#include <iterator>

namespace earshot::text {
namespace {

constexpr std::uint16_t kPhrasePermille = 900;  // an operator knows what their words mean
constexpr std::ptrdiff_t kSpansPerLabel = 2;

void add_issue(IssueType type, Analysis& analysis) {
  const auto known = std::find_if(analysis.issues.begin(), analysis.issues.end(),
                                  [&](const IssueScore& issue) { return issue.type == type; });
  if (known == analysis.issues.end()) {
    analysis.issues.push_back({type, kPhrasePermille});
  } else {
    known->permille = std::max(known->permille, kPhrasePermille);
  }
  auto& permille = analysis.issue_permille[static_cast<std::size_t>(type)];
  permille = std::max(permille, kPhrasePermille);
}

// What was found before makes room for what an operator's phrases say, the weakest of it first.
void add_evidence(std::vector<Evidence> own, std::vector<Evidence>& evidence) {
  if (own.size() > kEvidenceMax) own.resize(kEvidenceMax);
  if (evidence.size() > kEvidenceMax - own.size()) evidence.resize(kEvidenceMax - own.size());
  evidence.insert(evidence.end(), std::make_move_iterator(own.begin()), std::make_move_iterator(own.end()));
  std::stable_sort(evidence.begin(), evidence.end(),
                   [](const Evidence& a, const Evidence& b) { return a.weight_milli > b.weight_milli; });
}

}  // namespace

Result<OperatorWords> OperatorWords::make(std::vector<Group> groups, const Simplified& simplified) {
  std::vector<Lexicon::Phrase> phrases;
  for (std::size_t group = 0; group < groups.size(); ++group) {
    for (const std::string& phrase : groups[group].phrases)
      phrases.push_back({phrase, static_cast<std::uint16_t>(kKnownClasses + group)});
  }
  auto lexicon = Lexicon::of(phrases, simplified);
  if (!lexicon) return std::move(lexicon.error());
  return OperatorWords(std::move(groups), std::move(*lexicon), simplified);
}

std::string OperatorWords::masked(std::string_view text) const {
  Normalised normalised;
  std::vector<Hit> hits;
  normalise(text, simplified_, {.with_origin = true}, normalised);
  lexicon_.find(normalised.text, hits);
  std::string out(text);
  for (const Hit& hit : hits) {
    if (!groups_[hit.word_class - kKnownClasses].is_overlooked()) continue;
    std::fill(out.begin() + normalised.origin[hit.from], out.begin() + normalised.origin[hit.to], ' ');
  }
  return out;
}

void OperatorWords::apply(std::string_view text, bool with_evidence, Analysis& analysis, std::string& product) const {
  Normalised normalised;
  std::vector<Hit> hits;
  normalise(text, simplified_, {.with_origin = with_evidence}, normalised);
  lexicon_.find(normalised.text, hits);
  std::vector<Evidence> evidence;
  for (const Hit& hit : hits) {
    const Group& group = groups_[hit.word_class - kKnownClasses];
    const auto show = [&](std::string label) {
      const auto shown =
          std::count_if(evidence.begin(), evidence.end(), [&](const Evidence& other) { return other.label == label; });
      if (!with_evidence || shown >= kSpansPerLabel) return;
      evidence.push_back(
          {std::move(label), normalised.origin[hit.from], normalised.origin[hit.to], std::int32_t{kPhrasePermille}});
    };
    for (const IssueType type : group.issues) {
      add_issue(type, analysis);
      show(std::string(name_of(type)));
    }
    if (!group.product.empty() && (product.empty() || product == group.product)) show("product");
    if (product.empty()) product = group.product;
    if (group.urgency == 0) continue;
    show(std::string(name_of(UrgencyCause::operator_word)));
    analysis.complaint = true;
    if (std::find(analysis.alarms.begin(), analysis.alarms.end(), UrgencyCause::operator_word) == analysis.alarms.end())
      analysis.alarms.push_back(UrgencyCause::operator_word);
    if (group.urgency <= analysis.urgency) continue;
    analysis.urgency = group.urgency;
    analysis.urgency_cause = UrgencyCause::operator_word;
  }
  add_evidence(std::move(evidence), analysis.evidence);
  std::stable_sort(analysis.issues.begin(), analysis.issues.end(), [](const IssueScore& a, const IssueScore& b) {
    return a.permille != b.permille ? a.permille > b.permille : a.type < b.type;
  });
}

}  // namespace earshot::text
