#include "text/reading.h"

#include <algorithm>

#include "text/unicode.h"

namespace earshot::text {
namespace {

constexpr std::size_t kCourtesyBytesMax = 96;  // nobody says thanks at greater length and nothing else

struct ClauseWords {
  bool praises = false;
  bool blames = false;
  std::array<Mention, kIssueTypes> issues{};
};

void add_to(ClauseWords& clause, const Hit& hit) {
  if (hit.word_class == kPositive || hit.word_class == kNegative) {
    const bool good = (hit.word_class == kPositive) != hit.negated;
    (good ? clause.praises : clause.blames) = true;
  } else if (hit.word_class >= kIssueFirst && hit.word_class < kIssueTopicFirst) {
    clause.issues[hit.word_class - kIssueFirst] = Mention::problem;
  } else if (hit.word_class >= kIssueTopicFirst && hit.word_class < kAspectFirst) {
    auto& mention = clause.issues[hit.word_class - kIssueTopicFirst];
    mention = std::max(mention, Mention::topic);
  }
}

// A topic in a clause that blames is a problem; in one that praises it is none.
void end_clause(ClauseWords& clause, std::array<Mention, kIssueTypes>& issues) {
  for (std::size_t i = 0; i < issues.size(); ++i) {
    Mention mention = clause.issues[i];
    if (mention == Mention::topic && clause.blames) mention = Mention::problem;
    if (mention == Mention::topic && clause.praises) mention = Mention::none;
    issues[i] = std::max(issues[i], mention);
  }
  clause = ClauseWords{};
}

bool overlaps(const Finding& a, const Finding& b) { return a.from < b.to && b.from < a.to; }

}  // namespace

Result<Reader> Reader::make(std::string_view lexicon, const std::vector<std::pair<char32_t, char32_t>>& simplified) {
  Reader reader;
  for (const auto& [from, to] : simplified) reader.simplified_.add(from, to);
  auto parsed = Lexicon::parse(lexicon, reader.simplified_);
  if (!parsed) return std::move(parsed.error());
  reader.lexicon_ = std::move(*parsed);
  return reader;
}

void Reader::read(std::string_view text, NormaliseOptions options, Reading& reading) const {
  skim(text, options, reading);
  extract(reading.normalised, reading.hits, reading.features);
}

void Reader::skim(std::string_view text, NormaliseOptions options, Reading& reading) const {
  normalise(text, simplified_, options, reading.normalised);
  lexicon_.find(reading.normalised.text, reading.hits);
  mark_negated(reading.normalised.text, reading.hits);
  lexicon_.judge(reading.normalised.text, reading.hits, reading.findings);
}

std::array<Mention, kIssueTypes> issues_mentioned(const Reading& reading) {
  std::array<Mention, kIssueTypes> issues{};
  ClauseWords clause;
  const std::string_view text = reading.normalised.text;
  std::uint32_t read_to = 0;
  for (const Hit& hit : reading.hits) {
    if (hit.word_class >= kAspectFirst) continue;
    const bool is_break =
        hit.from > read_to && text.substr(read_to, hit.from - read_to).find_first_of(",.!?;") != text.npos;
    if (is_break || hit.word_class == kContrast) end_clause(clause, issues);
    add_to(clause, hit);
    read_to = std::max(read_to, hit.to);
  }
  end_clause(clause, issues);
  for (const Finding& finding : reading.findings) {
    if (finding.meaning == Meaning::issue) issues[static_cast<std::size_t>(finding.issue)] = Mention::problem;
  }
  return issues;
}

bool counts_as_word(std::string_view text, std::uint32_t from) { return text[from] >= 'a' && text[from] <= 'z'; }

void clause_ends(const Reading& reading, std::vector<std::uint32_t>& ends) {
  ends.clear();
  const std::string_view text = reading.normalised.text;
  auto hit = reading.hits.begin();
  bool is_empty = true;  // nothing but marks since the last end
  for (std::uint32_t at = 0; at < text.size() && ends.size() < kClausesMax; ++at) {
    for (; hit != reading.hits.end() && hit->from <= at; ++hit) {
      if (hit->from < at || hit->word_class != kContrast || is_empty) continue;
      ends.push_back(at);
      is_empty = true;
    }
    const char c = text[at];
    const bool ends_here = c == ',' || c == '.' || c == '!' || c == '?' || c == ';';
    if (ends_here && !is_empty) {
      ends.push_back(at + 1);
      is_empty = true;
    } else if (ends_here && !ends.empty()) {
      ends.back() = at + 1;
    } else if (c != ' ' && !ends_here) {
      is_empty = false;
    }
  }
  if (is_empty && !ends.empty()) ends.pop_back();
  if (ends.empty() || ends.back() < text.size()) ends.push_back(static_cast<std::uint32_t>(text.size()));
}

bool is_courtesy(const Reading& reading) {
  const std::string_view text = reading.normalised.text;
  if (text.size() > kCourtesyBytesMax) return false;
  bool any = false;
  std::uint32_t covered_to = 0;
  const auto has_letters = [&](std::uint32_t from, std::uint32_t to) {
    for (std::uint32_t at = from; at < to;) {
      const Decoded decoded = decode(text, at);
      const Sign sign = sign_of(decoded.point);
      if (sign != Sign::space && sign != Sign::punctuation && sign != Sign::emoji) return true;
      if (decoded.point == '?' || static_cast<char>(decoded.point) == kLinkToken) return true;
      at += decoded.size;
    }
    return false;
  };
  for (const Hit& hit : reading.hits) {
    if (hit.word_class != kCourtesy && hit.word_class != kFiller) continue;
    if (hit.from > covered_to && has_letters(covered_to, hit.from)) return false;
    any = any || hit.word_class == kCourtesy;
    covered_to = std::max(covered_to, hit.to);
  }
  return any && !has_letters(covered_to, static_cast<std::uint32_t>(text.size()));
}

const Finding* leaving(const Reading& reading) {
  const Finding* strongest = nullptr;
  for (const Finding& finding : reading.findings) {
    if (finding.meaning != Meaning::leave) continue;
    const bool is_guarded = std::any_of(reading.findings.begin(), reading.findings.end(), [&](const Finding& guard) {
      return guard.meaning == Meaning::not_leave && overlaps(guard, finding);
    });
    if (!is_guarded && (strongest == nullptr || finding.permille > strongest->permille)) strongest = &finding;
  }
  return strongest;
}

}  // namespace earshot::text
