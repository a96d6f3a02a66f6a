// What does not change what a text says does not change the answer: another brand, name or gender, other punctuation,
// width, case or script. Measured on labelled texts that are not part of the source tree; at most 1 % of labels may
// change.
#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "support/shared_data.h"
#include "text/training/labelled.h"
#include "text/unicode.h"
#include "unit/text/support.h"

namespace earshot::text {
namespace {

constexpr std::size_t kRowsMax = 3000;

using Change = std::function<std::string(std::string_view)>;

std::vector<std::string> texts_of(const std::string& set) {
  std::vector<std::string> texts;
  const auto file = read_labelled(test::shared_file("data/text/" + set + ".dev.tsv").string());
  EXPECT_TRUE(file.has_value());
  if (!file) return texts;
  for (const LabelledText& row : file->rows) {
    if (texts.size() < kRowsMax) texts.push_back(row.text);
  }
  return texts;
}

struct Outcome {
  std::size_t changed_texts = 0;
  std::size_t changed_labels = 0;
};

Outcome try_change(const std::vector<std::string>& sets, const Change& change) {
  Outcome outcome;
  const auto label = [](std::string_view text) {
    return shipped_analyzer().analyze(text, {}, {.evidence = false, .may_abstain = false}).sentiment;
  };
  for (const std::string& set : sets) {
    for (const std::string& text : texts_of(set)) {
      const std::string other = change(text);
      if (other == text) continue;
      ++outcome.changed_texts;
      outcome.changed_labels += label(text) != label(other) ? 1 : 0;
    }
  }
  return outcome;
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}

// Replaces whole words, whatever their case; a word that begins with a capital gets one.
Change words(const std::map<std::string, std::string>& swaps) {
  return [swaps](std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
      std::size_t end = at;
      while (end < text.size() && is_letter(text[end])) ++end;
      if (end == at) {
        out += text[at++];
        continue;
      }
      std::string word(text.substr(at, end - at));
      std::string lower = word;
      for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
      if (const auto found = swaps.find(lower); found != swaps.end()) {
        const bool capital = word != lower;
        word = found->second;
        if (capital) word[0] = static_cast<char>(word[0] - 32);
      }
      out += word;
      at = end;
    }
    return out;
  };
}

// Replaces wherever it stands.
Change pieces(const std::vector<std::pair<std::string, std::string>>& swaps) {
  return [swaps](std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
      bool found = false;
      for (const auto& [from, to] : swaps) {
        if (text.substr(at, from.size()) != from) continue;
        out += to;
        at += from.size();
        found = true;
        break;
      }
      if (!found) out += text[at++];
    }
    return out;
  };
}

std::map<std::string, std::string> in_a_ring(const std::vector<std::string>& words) {
  std::map<std::string, std::string> ring;
  for (std::size_t i = 0; i < words.size(); ++i) ring[words[i]] = words[(i + 1) % words.size()];
  return ring;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return out;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

std::string full_width(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c > ' ' && c < 127) {
      append_utf8(static_cast<char32_t>(c) + 0xfee0, out);
    } else {
      out += c;
    }
  }
  return out;
}

// A space on both sides of every mark that ends or divides sentences.
std::string spaced(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const Decoded sign = decode(text, at);
    const bool is_mark = sign.point == ',' || sign.point == '!' || sign.point == '?' || sign.point == ';' ||
                         sign.point == U'，' || sign.point == U'。' || sign.point == U'！' || sign.point == U'？';
    if (is_mark) out += ' ';
    out += text.substr(at, sign.size);
    if (is_mark) out += ' ';
    at += sign.size;
  }
  return out;
}

// The same text without the spaces behind its marks.
std::string unspaced(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ' ' && !out.empty() && (out.back() == ',' || out.back() == '!' || out.back() == '?')) continue;
    out += c;
  }
  return out;
}

Change traditional() {
  std::map<char32_t, char32_t> to;
  const auto bytes = read_bytes(shipped_model_path());
  const auto model = Model::load(*bytes);
  for (const auto& [from, simple] : model->simplified) to.try_emplace(simple, from);
  return [to](std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
      const Decoded sign = decode(text, at);
      const auto found = to.find(sign.point);
      append_utf8(found == to.end() ? sign.point : found->second, out);
      at += sign.size;
    }
    return out;
  };
}

const std::vector<std::string> kEnglishSets = {"en_tweet", "en_zomato", "en_amazon_snip", "en_sst2"};
const std::vector<std::string> kChineseSets = {"zh_shopping", "zh_waimai", "zh_weibo", "zh_dining"};

TEST(Swaps, ChangeAtMostOneLabelInAHundred) {
  if (!std::filesystem::exists(test::shared_file("data/text")))
    GTEST_SKIP() << "no shared/data/text beside the source tree";
  struct Row {
    const char* name;
    std::vector<std::string> sets;
    Change change;
  };
  const std::vector<Row> rows = {
      {"brand, English", kEnglishSets,
       words(in_a_ring({"google", "amazon", "microsoft", "nokia", "samsung", "sony", "motorola", "netflix", "twitter",
                        "facebook", "iphone", "nintendo", "toyota", "nike", "starbucks", "zomato", "swiggy", "ipad"}))},
      {"brand, Chinese", kChineseSets,
       pieces({{"联想", "戴尔"},
               {"戴尔", "华硕"},
               {"华硕", "惠普"},
               {"京东", "淘宝"},
               {"淘宝", "天猫"},
               {"肯德基", "必胜客"},
               {"华为", "小米"},
               {"小米", "华为"},
               {"蒙牛", "伊利"},
               {"伊利", "蒙牛"},
               {"三星", "联想"},
               {"顺丰", "圆通"},
               {"百度", "美团"}})},
      {"gender, English", kEnglishSets,
       words({{"he", "she"},
              {"she", "he"},
              {"him", "her"},
              {"his", "her"},
              {"her", "his"},
              {"himself", "herself"},
              {"herself", "himself"},
              {"man", "woman"},
              {"woman", "man"},
              {"men", "women"},
              {"women", "men"},
              {"boy", "girl"},
              {"girl", "boy"},
              {"waiter", "waitress"},
              {"waitress", "waiter"}})},
      {"gender, Chinese", kChineseSets, pieces({{"他", "她"}, {"她", "他"}, {"先生", "女士"}, {"女士", "先生"}})},
      {"name, English", kEnglishSets,
       words(in_a_ring({"john", "mary", "david", "anna", "james", "sarah", "chris", "kim", "justin", "emma", "mike",
                        "lisa", "tom", "kate", "paul", "amy"}))},
      {"spaced, English", kEnglishSets, spaced},
      {"spaced, Chinese", kChineseSets, spaced},
      {"unspaced, English", kEnglishSets, unspaced},
      {"full width, English", kEnglishSets, full_width},
      {"full width, Chinese", kChineseSets, full_width},
      {"traditional", kChineseSets, traditional()},
      {"lower case", kEnglishSets, lower},
      {"upper case", kEnglishSets, upper},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const Outcome outcome = try_change(row.sets, row.change);
    std::printf("%-22s %5zu texts changed, %3zu labels\n", row.name, outcome.changed_texts, outcome.changed_labels);
    EXPECT_GT(outcome.changed_texts, 30u);
    EXPECT_LE(outcome.changed_labels * 100, outcome.changed_texts);
  }
}

}  // namespace
}  // namespace earshot::text
