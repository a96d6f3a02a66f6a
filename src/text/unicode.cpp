#include "text/unicode.h"

#include <algorithm>
#include <array>

namespace earshot::text {
namespace {

struct Range {
  char32_t from;
  char32_t to;  // included
  Sign sign;
};

// In ascending order. What lies in no range is punctuation below U+0370 and between U+2000 and U+2BFF, else a letter.
constexpr std::array kRanges = {Range{0x00aa, 0x00aa, Sign::latin},       Range{0x00ad, 0x00ad, Sign::hidden},
                                Range{0x00b5, 0x00b5, Sign::letter},      Range{0x00ba, 0x00ba, Sign::latin},
                                Range{0x00c0, 0x00d6, Sign::latin},       Range{0x00d8, 0x00f6, Sign::latin},
                                Range{0x00f8, 0x02af, Sign::latin},       Range{0x0300, 0x036f, Sign::mark},
                                Range{0x0483, 0x0489, Sign::mark},        Range{0x0591, 0x05bd, Sign::mark},
                                Range{0x0610, 0x061a, Sign::mark},        Range{0x064b, 0x065f, Sign::mark},
                                Range{0x0e31, 0x0e31, Sign::mark},        Range{0x0e34, 0x0e3a, Sign::mark},
                                Range{0x0e47, 0x0e4e, Sign::mark},        Range{0x1100, 0x11ff, Sign::hangul},
                                Range{0x1ab0, 0x1aff, Sign::mark},        Range{0x1dc0, 0x1dff, Sign::mark},
                                Range{0x1e00, 0x1eff, Sign::latin},       Range{0x2000, 0x200a, Sign::space},
                                Range{0x200b, 0x200f, Sign::hidden},      Range{0x2028, 0x2029, Sign::space},
                                Range{0x202a, 0x202e, Sign::hidden},      Range{0x202f, 0x202f, Sign::space},
                                Range{0x205f, 0x205f, Sign::space},       Range{0x2060, 0x206f, Sign::hidden},
                                Range{0x20d0, 0x20ff, Sign::mark},        Range{0x2190, 0x21ff, Sign::punctuation},
                                Range{0x231a, 0x231b, Sign::emoji},       Range{0x23e9, 0x23f3, Sign::emoji},
                                Range{0x2600, 0x27bf, Sign::emoji},       Range{0x2b05, 0x2b07, Sign::emoji},
                                Range{0x2b1b, 0x2b1c, Sign::emoji},       Range{0x2b50, 0x2b55, Sign::emoji},
                                Range{0x2e80, 0x2fdf, Sign::han},         Range{0x3000, 0x3000, Sign::space},
                                Range{0x3001, 0x3004, Sign::punctuation}, Range{0x3005, 0x3007, Sign::han},
                                Range{0x3008, 0x3020, Sign::punctuation}, Range{0x3021, 0x3029, Sign::han},
                                Range{0x302a, 0x302f, Sign::mark},        Range{0x3030, 0x303f, Sign::punctuation},
                                Range{0x3041, 0x3096, Sign::kana},        Range{0x3099, 0x309a, Sign::mark},
                                Range{0x309b, 0x309c, Sign::punctuation}, Range{0x309d, 0x309f, Sign::kana},
                                Range{0x30a0, 0x30a0, Sign::punctuation}, Range{0x30a1, 0x30fa, Sign::kana},
                                Range{0x30fb, 0x30fb, Sign::punctuation}, Range{0x30fc, 0x30ff, Sign::kana},
                                Range{0x3131, 0x318e, Sign::hangul},      Range{0x31f0, 0x31ff, Sign::kana},
                                Range{0x3200, 0x33ff, Sign::punctuation}, Range{0x3400, 0x4dbf, Sign::han},
                                Range{0x4dc0, 0x4dff, Sign::punctuation}, Range{0x4e00, 0x9fff, Sign::han},
                                Range{0xa960, 0xa97f, Sign::hangul},      Range{0xac00, 0xd7ff, Sign::hangul},
                                Range{0xe000, 0xf8ff, Sign::punctuation}, Range{0xf900, 0xfaff, Sign::han},
                                Range{0xfe00, 0xfe0f, Sign::hidden},      Range{0xfe10, 0xfe1f, Sign::punctuation},
                                Range{0xfe20, 0xfe2f, Sign::mark},        Range{0xfe30, 0xfe6f, Sign::punctuation},
                                Range{0xfeff, 0xfeff, Sign::hidden},      Range{0xff01, 0xff0f, Sign::punctuation},
                                Range{0xff10, 0xff19, Sign::digit},       Range{0xff1a, 0xff20, Sign::punctuation},
                                Range{0xff21, 0xff3a, Sign::latin},       Range{0xff3b, 0xff40, Sign::punctuation},
                                Range{0xff41, 0xff5a, Sign::latin},       Range{0xff5b, 0xff65, Sign::punctuation},
                                Range{0xff66, 0xff9f, Sign::kana},        Range{0xffa0, 0xffdc, Sign::hangul},
                                Range{0xffe0, 0xffff, Sign::punctuation}, Range{0x1f000, 0x1f3fa, Sign::emoji},
                                Range{0x1f3fb, 0x1f3ff, Sign::hidden},    Range{0x1f400, 0x1faff, Sign::emoji},
                                Range{0x20000, 0x3ffff, Sign::han},       Range{0xe0000, 0xe0fff, Sign::hidden}};

Sign ascii_sign(char32_t point) {
  if ((point >= 'a' && point <= 'z') || (point >= 'A' && point <= 'Z')) return Sign::latin;
  if (point >= '0' && point <= '9') return Sign::digit;
  return point <= ' ' || point == 0x7f ? Sign::space : Sign::punctuation;
}

bool continues(unsigned char byte) { return (byte & 0xc0) == 0x80; }

}  // namespace

Decoded decode(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return static_cast<unsigned char>(at + i < text.size() ? text[at + i] : '\0');
  };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1};
  if (first >= 0xe0 && first < 0xf0 && continues(byte(1)) && continues(byte(2))) {
    const auto point = static_cast<char32_t>((first & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f));
    if (point >= 0x800 && (point < 0xd800 || point > 0xdfff)) return {point, 3};
  } else if (first >= 0xc2 && first < 0xe0 && continues(byte(1))) {
    return {static_cast<char32_t>((first & 0x1f) << 6 | (byte(1) & 0x3f)), 2};
  } else if (first >= 0xf0 && first < 0xf5 && continues(byte(1)) && continues(byte(2)) && continues(byte(3))) {
    const auto point =
        static_cast<char32_t>((first & 0x07) << 18 | (byte(1) & 0x3f) << 12 | (byte(2) & 0x3f) << 6 | (byte(3) & 0x3f));
    if (point >= 0x10000 && point <= 0x10ffff) return {point, 4};
  }
  return {kReplacement, 1};
}

void append_utf8(char32_t point, std::string& out) {
  const auto push = [&](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (point < 0x80) {
    push(point);
  } else if (point < 0x800) {
    push(0xc0 | point >> 6);
    push(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    push(0xe0 | point >> 12);
    push(0x80 | (point >> 6 & 0x3f));
    push(0x80 | (point & 0x3f));
  } else {
    push(0xf0 | point >> 18);
    push(0x80 | (point >> 12 & 0x3f));
    push(0x80 | (point >> 6 & 0x3f));
    push(0x80 | (point & 0x3f));
  }
}

Sign sign_of(char32_t point) {
  if (point < 0x80) return ascii_sign(point);
  if (point >= 0x4e00 && point <= 0x9fff) return Sign::han;  // by far the most frequent
  const auto* range = std::upper_bound(kRanges.begin(), kRanges.end(), point,
                                       [](char32_t value, const Range& other) { return value < other.from; });
  if (range != kRanges.begin() && point <= std::prev(range)->to) return std::prev(range)->sign;
  if (point == 0x85 || point == 0xa0) return Sign::space;
  return point < 0x0370 || (point >= 0x2000 && point < 0x2c00) || point == kReplacement ? Sign::punctuation
                                                                                        : Sign::letter;
}

}  // namespace earshot::text
