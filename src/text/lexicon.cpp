#include "text/lexicon.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <map>
#include <optional>

namespace earshot::text {
namespace {

constexpr std::size_t kNodesMax = 65535;
constexpr std::size_t kHitsMax = 512;  // what a longer text says beyond these cannot make time grow with its square
constexpr std::array<std::string_view, kIssueTypes> kIssueNames = {
    "none",  "delivery", "order_error", "quality", "authenticity", "service",
    "price", "billing",  "refund",      "account", "app",          "technical"};
constexpr std::array<std::string_view, kAspects> kAspectNames = {
    "food",      "portion",    "menu",       "packaging", "delivery", "service",  "staff", "price",
    "quality",   "fit",        "appearance", "comfort",   "battery",  "screen",   "sound", "performance",
    "usability", "connection", "place",      "ambience",  "hygiene",  "content",  "power", "fuel",
    "handling",  "interior",   "exterior",   "space",     "safety",   "equipment"};
constexpr std::array<std::string_view, kUrgencyCauses> kCauseNames = {
    "none", "safety", "fraud", "legal", "outage", "deadline", "repeated_contact", "long_wait", "operator_word"};

bool is_word_byte(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

std::string_view next_word(std::string_view& line) {
  while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
  const std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(word.size());
  return word;
}

template <std::size_t N>
std::optional<std::size_t> index_of(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Sentiment words hide each other, and so do the words of issues: "不错" is no "错".
int hiding_group(std::uint16_t word_class) {
  if (word_class <= kNegator) return 1;
  if (word_class >= kIssueFirst && word_class < kAspectFirst) return 2;
  return 0;
}

constexpr std::uint32_t kStartBits = 1 << 16;
constexpr std::size_t kAsciiStart = 6;  // bytes by which most places are told to begin no entry

// The first bytes of a text, seven at most, as a number; what is not there is 0.
std::uint64_t first_bytes(std::string_view text) {
  std::uint64_t value = 0;
  if (text.size() >= sizeof value) {
    std::memcpy(&value, text.data(), sizeof value);
  } else {
    std::memcpy(&value, text.data(), text.size());
  }
  if constexpr (std::endian::native == std::endian::big) value = __builtin_bswap64(value);
  return value;
}

// Of the first `size` of them.
std::uint32_t start_hash(std::uint64_t bytes, std::uint32_t size) {
  const std::uint64_t value = (bytes & ((std::uint64_t{1} << 8 * size) - 1)) | std::uint64_t{size} << 56;
  return static_cast<std::uint32_t>(value * 0x9e3779b97f4a7c15ull >> 48);
}

bool ends_sentence(char c) { return c == '.' || c == '!' || c == '?' || c == ';'; }

std::uint32_t signs_between(std::string_view text, std::uint32_t from, std::uint32_t to) {
  std::uint32_t signs = 0;
  for (std::uint32_t i = from; i < to; ++i) signs += (static_cast<unsigned char>(text[i]) & 0xc0) != 0x80 ? 1 : 0;
  return signs;
}

}  // namespace

std::string_view name_of(IssueType type) { return kIssueNames[static_cast<std::size_t>(type)]; }
std::string_view name_of(Aspect aspect) { return kAspectNames[static_cast<std::size_t>(aspect)]; }
std::string_view name_of(UrgencyCause cause) { return kCauseNames[static_cast<std::size_t>(cause)]; }

bool crosses_sentence(std::string_view text, std::uint32_t from, std::uint32_t to) {
  for (std::uint32_t i = from; i < to; ++i) {
    if (ends_sentence(text[i])) return true;
  }
  return false;
}

Result<Lexicon> Lexicon::parse(std::string_view text, const Simplified& simplified) {
  Lexicon lexicon;
  lexicon.class_names_ = {"positive", "negative", "negator", "contrast", "courtesy", "filler"};
  for (const std::string_view name : kIssueNames) lexicon.class_names_.emplace_back(name);
  for (const std::string_view name : kIssueNames) lexicon.class_names_.push_back(std::string(name) + "_topic");
  for (const std::string_view name : kAspectNames) lexicon.class_names_.push_back("aspect_" + std::string(name));
  lexicon.class_names_.insert(lexicon.class_names_.end(), {"brand", "person"});

  std::vector<std::pair<std::string, Entry>> words;
  std::optional<std::uint16_t> current;
  Normalised normalised;
  int line_number = 0;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    ++line_number;
    line = line.substr(0, line.find('#'));
    const std::string place = "lexicon line " + std::to_string(line_number);
    if (line.starts_with('=')) {
      if (auto added = lexicon.add_rule(line.substr(1)); !added) return std::move(added.error()).in(place);
      continue;
    }
    while (true) {
      std::string_view word = next_word(line);
      if (word.empty()) break;
      if (word.front() == '[' && word.back() == ']') {
        current = lexicon.class_id(word.substr(1, word.size() - 2));
        continue;
      }
      if (!current) return Error{ErrorKind::Invalid, place + ": a word stands before the first [class]"};
      const bool is_open = word.back() == '*' && word.size() > 1;
      if (is_open) word.remove_suffix(1);
      std::string spaced(word);
      std::replace(spaced.begin(), spaced.end(), '_', ' ');
      normalise(spaced, simplified, {}, normalised);
      if (normalised.text.empty()) return Error{ErrorKind::Invalid, place + ": a word without a sign"};
      const std::string& plain = normalised.text;
      words.emplace_back(plain, entry_of(plain, *current, is_open));
    }
  }
  lexicon.build(std::move(words));
  if (lexicon.nodes_.size() > kNodesMax)
    return Error{ErrorKind::Invalid, "the lexicon is too large: at most 65,535 signs in all"};
  return lexicon;
}

Result<Lexicon> Lexicon::of(const std::vector<Phrase>& phrases, const Simplified& simplified) {
  Lexicon lexicon;
  std::vector<std::pair<std::string, Entry>> words;
  Normalised normalised;
  for (const Phrase& phrase : phrases) {
    normalise(phrase.text, simplified, {}, normalised);
    if (normalised.text.empty()) return Error{ErrorKind::Invalid, "a phrase without a sign: " + phrase.text};
    words.emplace_back(normalised.text, entry_of(normalised.text, phrase.word_class, false));
  }
  lexicon.build(std::move(words));
  if (lexicon.nodes_.size() > kNodesMax)
    return Error{ErrorKind::Invalid, "the phrases are too many: at most 65,535 bytes in all"};
  return lexicon;
}

Lexicon::Entry Lexicon::entry_of(const std::string& plain, std::uint16_t word_class, bool is_open) {
  return {word_class, is_word_byte(plain.front()), is_word_byte(plain.back()) && !is_open,
          static_cast<std::uint32_t>(plain.size())};
}

std::uint16_t Lexicon::class_id(std::string_view name) {
  const auto found = std::find(class_names_.begin(), class_names_.end(), name);
  if (found == class_names_.end()) {
    class_names_.emplace_back(name);
    return static_cast<std::uint16_t>(class_names_.size() - 1);
  }
  return static_cast<std::uint16_t>(found - class_names_.begin());
}

Result<void> Lexicon::add_rule(std::string_view line) {
  Rule rule;
  const std::string_view name = next_word(line);
  constexpr std::array<std::string_view, 10> kMeanings = {"leave",   "not_leave",  "courtesy",      "urgent",
                                                          "issue",   "complaint",  "not_complaint", "ask",
                                                          "suggest", "agent_fault"};
  if (const auto meaning = index_of(kMeanings, name)) {
    rule.finding.meaning = static_cast<Meaning>(*meaning);
  } else if (const auto cause = index_of(kCauseNames, name)) {
    rule.finding.meaning = Meaning::urgent;
    rule.finding.cause = static_cast<UrgencyCause>(*cause);
  } else if (const auto issue = index_of(kIssueNames, name)) {
    rule.finding.meaning = Meaning::issue;
    rule.finding.issue = static_cast<IssueType>(*issue);
  } else {
    return Error{ErrorKind::Invalid, "unknown meaning " + std::string(name)};
  }
  const auto permille = number(next_word(line));
  if (!permille || *permille > 1000)
    return Error{ErrorKind::Invalid, "a rule needs a number from 0 to 1000 after its meaning"};
  rule.finding.permille = static_cast<std::uint16_t>(*permille);
  std::string_view word = next_word(line);
  if (word == "gap") {
    const auto gap = number(next_word(line));
    if (!gap) return Error{ErrorKind::Invalid, "gap needs a number of signs"};
    rule.gap = *gap;
    word = next_word(line);
  }
  if (word != ":") return Error{ErrorKind::Invalid, "a rule needs a colon before its classes"};
  for (word = next_word(line); !word.empty(); word = next_word(line)) rule.classes.push_back(class_id(word));
  if (rule.classes.empty()) return Error{ErrorKind::Invalid, "a rule needs at least one class"};
  rules_.push_back(std::move(rule));
  return {};
}

void Lexicon::build(std::vector<std::pair<std::string, Entry>> words) {
  byte_class_.assign(256, 0);
  begins_.assign(256, 0);
  starts_.assign(kStartBits / 64, 0);
  for (const auto& [word, entry] : words) {
    add_start(word);
    for (const char c : word) {
      std::uint8_t& known = byte_class_[static_cast<unsigned char>(c)];
      if (known == 0) known = static_cast<std::uint8_t>(byte_classes_++);
    }
  }
  std::vector<std::map<std::uint8_t, std::uint32_t>> children(1);
  std::vector<std::vector<Entry>> ends(1);
  for (const auto& [word, entry] : words) {
    std::uint32_t node = 0;
    for (const char c : word) {
      const auto [child, is_new] = children[node].try_emplace(byte_class_[static_cast<unsigned char>(c)],
                                                              static_cast<std::uint32_t>(children.size()));
      node = child->second;
      if (is_new) {
        children.emplace_back();
        ends.emplace_back();
      }
    }
    ends[node].push_back(entry);
  }
  nodes_.resize(children.size());
  if (children.size() > kNodesMax) return;  // refused by the caller

  // Nodes are numbered breadth first: those near the root, where almost all of the time is spent, share few cache
  // lines, and the state a node falls back to is complete before the node needs it.
  std::vector<std::uint32_t> order = {0};
  for (std::size_t head = 0; head < order.size(); ++head) {
    for (const auto& [byte, child] : children[order[head]]) order.push_back(child);
  }
  std::vector<std::uint32_t> number(order.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) number[order[i]] = i;

  next_.assign(order.size() * byte_classes_, 0);
  std::vector<std::uint32_t> fail(order.size(), 0);
  for (std::uint32_t node = 0; node < order.size(); ++node) {
    const auto& own = ends[order[node]];
    nodes_[node].first_entry = static_cast<std::uint32_t>(entries_.size());
    nodes_[node].entries = static_cast<std::uint32_t>(own.size());
    entries_.insert(entries_.end(), own.begin(), own.end());
    const std::uint32_t fallback = fail[node];
    if (node != 0) {
      nodes_[node].suffix = nodes_[fallback].entries > 0 ? fallback : nodes_[fallback].suffix;
      std::copy_n(next_.begin() + fallback * byte_classes_, byte_classes_, next_.begin() + node * byte_classes_);
    }
    for (const auto& [byte, child] : children[order[node]]) {
      fail[number[child]] = node == 0 ? 0 : next_[fallback * byte_classes_ + byte];
      next_[node * byte_classes_ + byte] = static_cast<std::uint16_t>(number[child]);
    }
  }
}

// Remembers how an entry begins: with up to four bytes, or two wide signs.
void Lexicon::add_start(std::string_view word) {
  const bool is_wide = static_cast<unsigned char>(word[0]) >= 0xe0 && static_cast<unsigned char>(word[0]) < 0xf0;
  const std::size_t size =
      is_wide ? (word.size() >= 6 ? 6 : std::min<std::size_t>(3, word.size())) : std::min(kAsciiStart, word.size());
  std::uint8_t& sizes = begins_[static_cast<unsigned char>(word[0])];
  sizes = static_cast<std::uint8_t>(sizes | 1u << size);
  const std::uint32_t hash = start_hash(first_bytes(word), static_cast<std::uint32_t>(size));
  starts_[hash / 64] |= std::uint64_t{1} << hash % 64;
}

// Whether an entry may begin here. Most places are told from the first bytes, without a look at the automaton, which is
// larger than what is near.
bool Lexicon::may_start(std::string_view text, std::uint32_t at) const {
  const char first = text[at];
  std::uint32_t sizes = begins_[static_cast<unsigned char>(first)];
  if (sizes == 0 || (at > 0 && is_word_byte(first) && is_word_byte(text[at - 1]))) return false;
  const std::uint64_t bytes = first_bytes(text.substr(at));
  for (; sizes != 0; sizes &= sizes - 1) {
    const auto size = static_cast<std::uint32_t>(std::countr_zero(sizes));
    const std::uint32_t hash = start_hash(bytes, size);
    if ((starts_[hash / 64] >> hash % 64 & 1) != 0) return true;
  }
  return false;
}

void Lexicon::find(std::string_view text, std::vector<Hit>& hits) const {
  hits.clear();
  std::uint32_t node = 0;
  for (std::uint32_t i = 0; i < text.size() && hits.size() < kHitsMax; ++i) {
    if (node == 0) {
      while (i < text.size() && !may_start(text, i)) ++i;
      if (i == text.size()) break;
    }
    node = next_[node * byte_classes_ + byte_class_[static_cast<unsigned char>(text[i])]];
    if (node == 0) continue;
    const std::uint32_t end = i + 1;
    for (std::uint32_t at = nodes_[node].entries > 0 ? node : nodes_[node].suffix; at != 0; at = nodes_[at].suffix) {
      for (std::uint32_t e = 0; e < nodes_[at].entries; ++e) {
        const Entry& entry = entries_[nodes_[at].first_entry + e];
        const std::uint32_t from = end - entry.size;
        if (entry.whole_start && from > 0 && is_word_byte(text[from - 1])) continue;
        if (entry.whole_end && end < text.size() && is_word_byte(text[end])) continue;
        hits.push_back({entry.word_class, false, from, end});
      }
    }
  }
  // By place, longer first, so that what is hidden follows what hides it.
  std::sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) {
    if (a.from != b.from) return a.from < b.from;
    if (a.to != b.to) return a.to > b.to;
    return a.word_class < b.word_class;
  });
  std::uint32_t hidden_to[3] = {0, 0, 0};
  std::uint32_t hidden_from[3] = {0, 0, 0};
  std::erase_if(hits, [&](const Hit& hit) {
    const int group = hiding_group(hit.word_class);
    if (group == 0) return false;
    const bool same = hit.from == hidden_from[group] && hit.to == hidden_to[group];
    if (hit.to <= hidden_to[group] && !same) return true;
    hidden_from[group] = hit.from;
    hidden_to[group] = hit.to;
    return false;
  });
}

void Lexicon::judge(std::string_view text, const std::vector<Hit>& hits, std::vector<Finding>& findings) const {
  findings.clear();
  if (hits.empty()) return;
  std::array<std::uint64_t, 8> present{};
  for (const Hit& hit : hits) present[hit.word_class / 64 % 8] |= std::uint64_t{1} << hit.word_class % 64;
  for (const Rule& rule : rules_) {
    bool possible = true;
    for (const std::uint16_t c : rule.classes) possible = possible && (present[c / 64 % 8] >> c % 64 & 1) != 0;
    if (!possible) continue;
    for (std::size_t first = 0; first < hits.size(); ++first) {
      if (hits[first].word_class != rule.classes[0]) continue;
      Finding finding = rule.finding;
      finding.from = hits[first].from;
      finding.to = hits[first].to;
      if (match(rule, 1, first, text, hits, finding)) findings.push_back(finding);
    }
  }
}

bool Lexicon::match(const Rule& rule, std::size_t part, std::size_t first_hit, std::string_view text,
                    const std::vector<Hit>& hits, Finding& finding) const {
  if (part == rule.classes.size()) return true;
  const Hit& before = hits[first_hit];
  for (std::size_t i = first_hit + 1; i < hits.size(); ++i) {
    const Hit& hit = hits[i];
    if (hit.from < before.to) continue;
    if (hit.from - before.to > rule.gap * 4) break;
    if (hit.word_class != rule.classes[part]) continue;
    if (signs_between(text, before.to, hit.from) > rule.gap || crosses_sentence(text, before.to, hit.from)) break;
    if (!match(rule, part + 1, i, text, hits, finding)) continue;
    finding.to = std::max(finding.to, hit.to);
    return true;
  }
  return false;
}

}  // namespace earshot::text
