#include "text/features.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "text/unicode.h"

namespace earshot::text {
namespace {

constexpr std::size_t kPieceBytesMax = 30;  // of one word, with its two edges
constexpr int kNegatedWords = 3;
constexpr std::uint32_t kNegatorReach = 14;  // bytes between a negator and what it negates

// One number for each kind of feature, so that equal bytes of different kinds do not meet.
enum Salt : std::uint64_t {
  kWordSalt = 1,
  kNegatedSalt,
  kPairSalt,
  kPieceSalt,
  kNegatedPieceSalt,
  kHanSalt,
  kMarkSalt,
  kFlagSalt
};

std::uint64_t mix(std::uint64_t value) {
  value *= 0x9e3779b97f4a7c15ull;
  value ^= value >> 32;
  value *= 0xd6e8feb86659fd93ull;
  value ^= value >> 32;
  return value;
}

std::uint64_t salted(std::uint64_t value, std::uint64_t salt) {
  return value + salt * 0xa0761d6478bd642full;
}

std::uint32_t short_hash(std::uint64_t hash) {
  return static_cast<std::uint32_t>(mix(hash) >> 32);
}

std::uint64_t read_bytes(const char* from, std::size_t size) {
  std::uint64_t value = 0;
  std::memcpy(&value, from, size);
  if constexpr (std::endian::native == std::endian::big) value = __builtin_bswap64(value);
  return value;
}

std::uint64_t hash_bytes(std::string_view bytes) {
  std::uint64_t hash = bytes.size();
  for (std::size_t i = 0; i < bytes.size(); i += 8) {
    hash = mix(hash ^ read_bytes(bytes.data() + i, std::min<std::size_t>(8, bytes.size() - i)));
  }
  return hash;
}

bool is_word_ascii(char c) {
  return (c >= 'a' && c <= 'z') || c == '0';
}

bool is_negator(std::string_view word) {
  if (word.size() > 3 && word.ends_with("n't")) return true;
  switch (word.size()) {
    case 2:
      return word == "no";
    case 3:
      return word == "not" || word == "nor";
    case 4:
      return word == "cant" || word == "dont" || word == "isnt" || word == "wont" || word == "aint" || word == "none";
    case 5:
      return word == "never" || word == "didnt" || word == "wasnt" || word == "hasnt";
    case 6:
      return word == "cannot" || word == "hardly" || word == "barely" || word == "nobody" || word == "doesnt" ||
             word == "havent" || word == "werent";
    case 7:
      return word == "without" || word == "nothing" || word == "neither" || word == "couldnt" || word == "wouldnt";
    case 8:
      return word == "shouldnt";
    default:
      return false;
  }
}

// Whether somebody is a he or a she says nothing of what they think: both are one word, never longer than it was.
std::string_view without_gender(std::string_view word) {
  if (word.size() < 3 || word.size() > 9) return word;
  switch (word[0]) {
    case 's':
      return word == "she" ? "he" : word == "she's" ? "he's" : word == "she'll" ? "he'll" : word;
    case 'h':
      return word == "her" || word == "him" || word == "hers" ? "his" : word == "herself" ? "himself" : word;
    case 'w':
      return word == "woman" ? "man" : word == "women" ? "men" : word == "waitress" ? "waiter" : word;
    case 'g':
      return word == "girl" ? "boy" : word == "girls" ? "boys" : word == "gentleman" ? "lady" : word;
    default:
      return word;
  }
}

bool is_contrast(std::string_view word) {
  return word == "but" || word == "however" || word == "although";
}

class Extractor {
 public:
  Extractor(std::string_view text, const std::vector<Hit>& hits, std::vector<Feature>& features)
      : text_(text), features_(features), hit_(hits.begin()), hits_end_(hits.end()) {}

  void run() {
    while (at_ < text_.size() && features_.size() < kFeaturesMax) {
      if (brand()) continue;
      const auto byte = static_cast<unsigned char>(text_[at_]);
      if (byte < 0x80) {
        ascii(text_[at_]);
      } else {
        wide();
      }
    }
  }

 private:
  // Whose name it is says nothing: all brands are one word.
  bool brand() {
    while (hit_ != hits_end_ && (hit_->word_class != kBrand || hit_->from < at_)) ++hit_;
    if (hit_ == hits_end_ || hit_->from != at_) return false;
    han_signs_ = 0;
    add(salted(kBrandWord, kMarkSalt), kWord, at_, hit_->to);
    last_word_ = kBrandWord;
    last_from_ = at_;
    at_ = hit_->to;
    return true;
  }

  void ascii(char c) {
    if (c == ' ') {
      ++at_;
      han_signs_ = 0;
    } else if (is_word_ascii(c)) {
      if (c == '0' && han_signs_ > 0) {
        han('0', 1);  // "等了0天": a number between ideographs is one of them
      } else {
        word();
      }
    } else {
      marks();
    }
  }

  void wide() {
    const Decoded decoded = decode(text_, at_);
    switch (sign_of(decoded.point)) {
      case Sign::han:
      case Sign::kana:
        han(decoded.point, decoded.size);
        return;
      case Sign::emoji:
        han_signs_ = 0;
        add(salted(decoded.point, kMarkSalt), kWord, at_, at_ + decoded.size);
        at_ += decoded.size;
        return;
      case Sign::punctuation:
      case Sign::space:
      case Sign::hidden:
        han_signs_ = 0;
        end_clause();
        at_ += decoded.size;
        return;
      default:
        word();
    }
  }

  // Letters of any alphabet, digits, and apostrophes between letters.
  void word() {
    han_signs_ = 0;
    const std::size_t from = at_;
    bool is_ascii = true;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (is_word_ascii(c)) {
        ++at_;
      } else if (c == '\'' && at_ + 1 < text_.size() && is_word_ascii(text_[at_ + 1]) && at_ > from) {
        ++at_;
      } else if (static_cast<unsigned char>(c) >= 0x80) {
        const Decoded decoded = decode(text_, at_);
        const Sign sign = sign_of(decoded.point);
        if (sign != Sign::latin && sign != Sign::letter && sign != Sign::mark && sign != Sign::hangul) break;
        is_ascii = false;
        at_ += decoded.size;
      } else {
        break;
      }
    }
    if (at_ == from) at_ += 1;
    one_word(text_.substr(from, at_ - from), from, is_ascii);
  }

  void one_word(std::string_view word, std::size_t from, bool is_ascii) {
    word = without_gender(word);
    if (is_contrast(word)) negated_words_ = 0;
    const bool negated = negated_words_ > 0;
    const std::uint64_t hash = hash_bytes(word);
    add(salted(hash, negated ? kNegatedSalt : kWordSalt), kWord, from, at_);
    if (last_word_ != 0) add(salted(mix(last_word_) ^ hash, kPairSalt), kPair, last_from_, at_);
    if (is_ascii && word.size() > 2) pieces(word, from, negated ? kNegatedPieceSalt : kPieceSalt);
    last_word_ = hash;
    last_from_ = from;
    if (negated) --negated_words_;
    if (is_negator(word)) negated_words_ = kNegatedWords;
  }

  void pieces(std::string_view word, std::size_t from, Salt salt) {
    char edged[kPieceBytesMax + 8] = {};
    const std::size_t size = std::min(word.size(), kPieceBytesMax - 2);
    edged[0] = '<';
    std::memcpy(edged + 1, word.data(), size);
    edged[size + 1] = '>';
    for (std::size_t i = 0; i + 3 <= size + 2; ++i) {
      const std::uint64_t window = read_bytes(edged + i, 8);
      const auto start = static_cast<std::uint32_t>(i == 0 ? from : from + i - 1);
      const auto end = [&](std::size_t n) {
        return static_cast<std::uint32_t>(std::min(from + i + n - 1, from + size));  // the shorter word's
      };
      add(salted(window & 0xffffff, salt), kPiece, start, end(3));
      if (i + 4 <= size + 2) add(salted(window & 0xffffffff, salt), kPiece, start, end(4));
      if (i + 5 <= size + 2) add(salted(window & 0xffffffffff, salt), kPiece, start, end(5));
    }
  }

  // Every run of up to four ideographs that ends with this one.
  void han(char32_t point, std::uint32_t size) {
    if (han_signs_ == 0) end_clause();
    const std::size_t end = at_ + size;
    history_ = history_ << 21 | point;  // the newest three
    ++han_signs_;
    const auto from = [&](int n) { return han_from_[(han_signs_ - n) & 3]; };
    han_from_[(han_signs_ - 1) & 3] = static_cast<std::uint32_t>(at_);
    constexpr std::uint64_t kOne = (1ull << 21) - 1;
    add(salted(history_ & kOne, kHanSalt), kHan1, at_, end);
    if (han_signs_ > 1) add(salted(history_ & (kOne << 21 | kOne), kHanSalt), kHan2, from(2), end);
    const std::uint64_t three = history_ & ((1ull << 63) - 1);
    if (han_signs_ > 2) add(salted(three, kHanSalt), kHan3, from(3), end);
    if (han_signs_ > 3) add(salted(mix(three) ^ fourth_, kHanSalt), kHan4, from(4), end);
    fourth_ = three >> 42;
    at_ = end;
  }

  // A run of up to three signs is one feature: "!", "?!", ":(".
  void marks() {
    han_signs_ = 0;
    const std::size_t from = at_;
    while (at_ < text_.size() && at_ < from + 3 && text_[at_] != ' ' && static_cast<unsigned char>(text_[at_]) < 0x80 &&
           !is_word_ascii(text_[at_])) {
      ++at_;
    }
    add(salted(hash_bytes(text_.substr(from, at_ - from)), kMarkSalt), kWord, from, at_);
    if (text_[from] != '\'' && text_[from] != '"' && text_[from] != '#' && text_[from] != '-') end_clause();
  }

  void end_clause() {
    negated_words_ = 0;
    last_word_ = 0;
  }

  void add(std::uint64_t hash, FeatureKind kind, std::size_t from, std::size_t to) {
    features_.push_back({short_hash(hash), kind, static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to)});
  }

  static constexpr std::uint64_t kBrandWord = 0x6272616e64;

  std::string_view text_;
  std::vector<Feature>& features_;
  std::vector<Hit>::const_iterator hit_;
  std::vector<Hit>::const_iterator hits_end_;
  std::size_t at_ = 0;
  std::uint64_t last_word_ = 0;
  std::size_t last_from_ = 0;
  int negated_words_ = 0;
  int han_signs_ = 0;
  std::uint64_t history_ = 0;
  std::uint64_t fourth_ = 0;
  std::array<std::uint32_t, 4> han_from_{};
};

void add_flag(std::vector<Feature>& features, std::uint64_t flag) {
  features.push_back({short_hash(salted(flag, kFlagSalt)), kFlag, 0, 0});
}

// What the lexicon found, by class, and how positive and negative words stand together.
void add_lexicon(const std::vector<Hit>& hits, std::vector<Feature>& features) {
  int positive = 0;
  int negative = 0;
  bool problem = false;
  for (const Hit& hit : hits) {
    if (hit.word_class >= kAspectFirst || features.size() >= kFeaturesMax) continue;
    if (hit.word_class == kPositive || hit.word_class == kNegative) {
      const bool good = (hit.word_class == kPositive) != hit.negated;
      good ? ++positive : ++negative;
      features.push_back(
          {short_hash(salted(100u + hit.word_class * 2u + hit.negated, kFlagSalt)), kFlag, hit.from, hit.to});
    } else if (hit.word_class > kIssueFirst && hit.word_class < kIssueTopicFirst) {
      problem = true;
      features.push_back({short_hash(salted(200u + hit.word_class, kFlagSalt)), kFlag, hit.from, hit.to});
    }
  }
  if (positive > 0 && negative == 0) add_flag(features, problem ? 1 : 2);  // praise beside a problem may be sarcasm
  if (negative > 0 && positive == 0) add_flag(features, 3);
  if (negative > 0 && positive > 0) add_flag(features, positive > negative ? 4 : 5);
  if (negative == 0 && positive == 0) add_flag(features, problem ? 6 : 7);
}

}  // namespace

void mark_negated(std::string_view text, std::vector<Hit>& hits) {
  for (std::size_t i = 0; i < hits.size(); ++i) {
    if (hits[i].word_class != kPositive && hits[i].word_class != kNegative) continue;
    int negators = 0;
    for (std::size_t j = i; j-- > 0 && hits[i].from - hits[j].from < 4 * kNegatorReach;) {
      if (hits[j].word_class == kNegator && hits[j].to <= hits[i].from) {
        if (hits[i].from - hits[j].to > kNegatorReach) break;
        const std::string_view between = text.substr(hits[j].to, hits[i].from - hits[j].to);
        if (between.find_first_of(".,!?;") == std::string_view::npos) ++negators;
      }
    }
    hits[i].negated = negators % 2 == 1;
  }
}

void extract(const Normalised& normalised, const std::vector<Hit>& hits, std::vector<Feature>& features) {
  features.clear();
  Extractor(normalised.text, hits, features).run();
  add_lexicon(hits, features);
  if (normalised.elongated > 0) add_flag(features, 11);
  if (normalised.insistent > 0) add_flag(features, 12);
  if (normalised.shouted > 0) add_flag(features, normalised.shouted > 2 ? 14 : 13);
}

}  // namespace earshot::text
