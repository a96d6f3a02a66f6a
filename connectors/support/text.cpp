#include "support/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include "base/utf8.h"

namespace earshot {
namespace {

// U+00A0, U+3000, U+FEFF, U+202F and U+2009 in UTF-8.
constexpr std::array<std::string_view, 5> kWideSpaces{"\xc2\xa0", "\xe3\x80\x80", "\xef\xbb\xbf", "\xe2\x80\xaf",
                                                      "\xe2\x80\x89"};

bool is_ascii_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Removes one of `words` from the end; false when none stands there.
template <std::size_t N>
bool remove_suffix(std::string_view& text, const std::array<std::string_view, N>& words) {
  for (const std::string_view word : words) {
    if (text.size() >= word.size() && text.ends_with(word)) {
      text.remove_suffix(word.size());
      return true;
    }
  }
  return false;
}

template <std::size_t N>
bool remove_prefix(std::string_view& text, const std::array<std::string_view, N>& words) {
  for (const std::string_view word : words) {
    if (text.starts_with(word)) {
      text.remove_prefix(word.size());
      return true;
    }
  }
  return false;
}

// A sign in front; the rest stays in `text`.
bool remove_sign(std::string_view& text) {
  if (text.empty() || (text.front() != '-' && text.front() != '+')) return false;
  const bool negative = text.front() == '-';
  text.remove_prefix(1);
  return negative;
}

bool append_digit(std::int64_t& value, int digit) {
  if (value > (std::numeric_limits<std::int64_t>::max() - digit) / 10) return false;
  value = value * 10 + digit;
  return true;
}

std::optional<std::int64_t> chinese_numeral(std::string_view text) {
  constexpr std::array<std::string_view, 11> kNumerals{"零", "一", "二", "三", "四", "五",
                                                       "六", "七", "八", "九", "十"};
  for (std::size_t i = 0; i < kNumerals.size(); ++i) {
    if (text == kNumerals[i]) return static_cast<std::int64_t>(i);
  }
  if (text == "两") return 2;
  return std::nullopt;
}

// `★★★☆☆` is 3; nothing when something else stands among the stars.
std::optional<std::int64_t> count_stars(std::string_view text) {
  constexpr std::string_view kFull = "★", kEmpty = "☆";
  std::int64_t full = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    if (text.starts_with(kFull)) {
      ++full;
    } else if (!text.starts_with(kEmpty)) {
      return std::nullopt;
    }
    text.remove_prefix(kFull.size());
  }
  return full;
}

// `1,299` or `12,34,567` without their separators; nothing when a group is not two or three digits, or the last not
// three.
std::optional<std::string> without_separators(std::string_view whole, char separator) {
  std::string digits;
  std::size_t in_group = 0;
  bool grouped = false;
  for (const char c : whole) {
    if (is_digit(c)) {
      digits += c;
      ++in_group;
    } else if (c == separator || c == ' ' || c == '\'') {
      if (in_group == 0 || in_group > 3 || (grouped && in_group < 2)) return std::nullopt;
      grouped = true;
      in_group = 0;
    } else {
      return std::nullopt;
    }
  }
  if (grouped && in_group != 3) return std::nullopt;
  return digits;
}

}  // namespace

std::string_view trim(std::string_view text) {
  for (bool again = true; again;) {
    again = false;
    while (!text.empty() && is_ascii_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_ascii_space(text.back())) text.remove_suffix(1);
    again = remove_prefix(text, kWideSpaces) || remove_suffix(text, kWideSpaces);
  }
  return text;
}

std::string to_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool is_clean(std::string_view text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  return is_valid_utf8(text) && std::none_of(text.begin(), text.end(), is_control);
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

std::optional<std::int64_t> parse_decimal(std::string_view text, int digits) {
  const bool negative = remove_sign(text);
  std::int64_t value = 0;
  int after_point = -1;  // digits read after the point; -1 before it
  bool any = false, round_up = false;
  for (const char c : text) {
    if (c == '.') {
      if (after_point >= 0) return std::nullopt;
      after_point = 0;
      continue;
    }
    if (!is_digit(c)) return std::nullopt;
    any = true;
    if (after_point < digits) {
      if (!append_digit(value, c - '0')) return std::nullopt;
    } else if (after_point == digits) {
      round_up = c >= '5';
    }
    if (after_point >= 0) ++after_point;
  }
  if (!any) return std::nullopt;
  for (int i = std::max(after_point, 0); i < digits; ++i) {
    if (!append_digit(value, 0)) return std::nullopt;
  }
  if (round_up && value < std::numeric_limits<std::int64_t>::max()) ++value;
  return negative ? -value : value;
}

std::optional<std::int64_t> parse_stars(std::string_view text) {
  text = trim(text);
  if (const auto stars = count_stars(text)) return *stars * 1000;
  constexpr std::array<std::string_view, 3> kHalves{"星半", "分半", "个半"};
  constexpr std::array<std::string_view, 6> kUnits{"颗星", "星", "分", "stars", "star", "points"};
  std::int64_t half = 0;
  if (remove_suffix(text, kHalves)) {
    half = 500;
  } else {
    remove_suffix(text, kUnits);
  }
  text = trim(text);
  if (const auto numeral = chinese_numeral(text)) return *numeral * 1000 + half;
  const auto value = parse_decimal(text, 3);
  constexpr std::int64_t kMost = 1'000'000'000;
  if (!value || *value > kMost || *value < -kMost || (*value < 0 && half > 0)) return std::nullopt;
  return *value + half;
}

int minor_digits(std::string_view currency) {
  constexpr std::array<std::string_view, 16> kNone{"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW",
                                                   "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"};
  constexpr std::array<std::string_view, 7> kThree{"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};
  if (std::find(kNone.begin(), kNone.end(), currency) != kNone.end()) return 0;
  if (std::find(kThree.begin(), kThree.end(), currency) != kThree.end()) return 3;
  return 2;
}

std::optional<std::int64_t> parse_money(std::string_view text, std::string_view currency, char decimal_mark) {
  constexpr std::array<std::string_view, 7> kSymbols{"¥", "￥", "$", "€", "£", "CN¥", "元"};
  text = trim(text);
  bool negative = remove_sign(text);
  if (text.starts_with(currency)) text.remove_prefix(currency.size());
  text = trim(text);
  remove_prefix(text, kSymbols);
  if (!negative) negative = remove_sign(text);
  if (!currency.empty() && text.ends_with(currency)) text.remove_suffix(currency.size());
  remove_suffix(text, kSymbols);
  text = trim(text);

  const std::size_t mark = text.rfind(decimal_mark);
  const std::string_view whole = text.substr(0, mark);
  std::string_view fraction = mark == std::string_view::npos ? std::string_view() : text.substr(mark + 1);
  auto digits = without_separators(whole, decimal_mark == ',' ? '.' : ',');
  if (!digits || (digits->empty() && fraction.empty())) return std::nullopt;
  const auto places = static_cast<std::size_t>(minor_digits(currency));
  while (fraction.size() > places && fraction.ends_with('0')) fraction.remove_suffix(1);
  if (fraction.size() > places || !std::all_of(fraction.begin(), fraction.end(), is_digit)) return std::nullopt;
  *digits += fraction;
  digits->append(places - fraction.size(), '0');
  const auto value = parse_integer(*digits);
  if (!value) return std::nullopt;
  return negative ? -*value : *value;
}

}  // namespace earshot
