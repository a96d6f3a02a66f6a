#include "text/training/own_rows.h"

#include <map>
#include <set>
#include <sstream>

#include "base/hash.h"
#include "base/random.h"
#include "text/lexicon.h"
#include "text/training/labelled.h"

namespace earshot::text {
namespace {

constexpr int kDepthMax = 4;  // of lists within lists

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// The brace that closes the one at `open`.
std::size_t closing(std::string_view text, std::size_t open) {
  int depth = 0;
  for (std::size_t at = open; at < text.size(); ++at) {
    depth += text[at] == '{' ? 1 : text[at] == '}' ? -1 : 0;
    if (depth == 0) return at;
  }
  return text.npos;
}

// What stands between bars that are in no brace.
std::vector<std::string> choices_of(std::string_view text) {
  std::vector<std::string> choices(1);
  int depth = 0;
  for (const char c : text) {
    depth += c == '{' ? 1 : c == '}' ? -1 : 0;
    if (c == '|' && depth == 0) {
      choices.emplace_back();
    } else {
      choices.back() += c;
    }
  }
  return choices;
}

class Sentences {
 public:
  Result<void> add_line(std::string_view line, std::vector<OwnRow>& rows) {
    if (line.front() == '{') return add_list(line);
    const std::size_t colon = line.find(" : ");
    if (colon == line.npos) return Error{ErrorKind::Invalid, "expected `LANGUAGE SENTIMENT WORDS : sentence`"};
    OwnRow row;
    std::istringstream words{std::string(line.substr(0, colon))};
    words >> row.language >> row.sentiment;
    if (row.language != "en" && row.language != "zh")
      return Error{ErrorKind::Invalid, "unknown language " + row.language};
    for (std::string word; words >> word;) {
      if (auto added = add_word(word, row); !added) return added;
    }
    const std::string_view sentence = trimmed(line.substr(colon + 3));
    Random random(fingerprint(sentence).low);
    std::set<std::string> seen;
    for (std::size_t i = 0; i < kRowsPerLine * 2 && seen.size() < kRowsPerLine; ++i) {
      row.text.clear();
      if (auto told = tell(sentence, random, 0, row.text); !told) return told;
      if (seen.insert(row.text).second) rows.push_back(row);
    }
    return {};
  }

 private:
  Result<void> add_list(std::string_view line) {
    const std::size_t end = line.find("} = ");
    if (end == line.npos) return Error{ErrorKind::Invalid, "expected `{name} = one | another`"};
    auto& list = lists_[std::string(line.substr(1, end - 1))];
    for (const std::string& one : split(line.substr(end + 4), '|')) list.emplace_back(trimmed(one));
    return {};
  }

  static Result<void> add_word(const std::string& word, OwnRow& row) {
    if (word == "complaint") return row.complaint = true, Result<void>{};
    if (word == "leave") return row.leave = true, Result<void>{};
    if (word == "suggest") return row.suggest = true, Result<void>{};
    for (int i = 1; i < kIssueTypes; ++i) {
      if (word != name_of(static_cast<IssueType>(i))) continue;
      row.issues = static_cast<std::uint16_t>(row.issues | 1 << (i - 1));
      return {};
    }
    return Error{ErrorKind::Invalid, "unknown word " + word};
  }

  // Writes a sentence in which every brace is one of its choices.
  Result<void> tell(std::string_view sentence, Random& random, int depth, std::string& out) const {
    if (depth > kDepthMax) return Error{ErrorKind::Invalid, "lists are nested too deeply"};
    while (!sentence.empty()) {
      const std::size_t open = sentence.find('{');
      out += sentence.substr(0, open);
      if (open == sentence.npos) return {};
      const std::size_t close = closing(sentence, open);
      if (close == sentence.npos) return Error{ErrorKind::Invalid, "a brace is not closed"};
      const std::string_view inside = sentence.substr(open + 1, close - open - 1);
      const std::vector<std::string> own = choices_of(inside);
      const auto list = lists_.find(std::string(inside));
      if (own.size() == 1 && list == lists_.end() && inside.find('{') == inside.npos)
        return Error{ErrorKind::Invalid, "unknown list {" + own[0] + "}"};
      const auto& choices = list != lists_.end() ? list->second : own;
      if (auto told = tell(choices[random.below(choices.size())], random, depth + 1, out); !told) return told;
      sentence.remove_prefix(close + 1);
    }
    return {};
  }

  std::map<std::string, std::vector<std::string>> lists_;
};

}  // namespace

Result<OwnRows> read_own_rows(const std::filesystem::path& path) {
  auto bytes = read_bytes(path.string());
  if (!bytes) return std::move(bytes.error());
  OwnRows own;
  own.sha256 = sha256_hex(*bytes);
  Sentences sentences;
  int number = 0;
  for (const std::string& line : split(*bytes, '\n')) {
    ++number;
    if (line.empty() || line.front() == '#') continue;
    if (auto added = sentences.add_line(line, own.rows); !added)
      return std::move(added.error()).in(path.string() + " line " + std::to_string(number));
  }
  return own;
}

}  // namespace earshot::text
