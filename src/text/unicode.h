// Code points: reading them out of UTF-8, writing them, and what kind of sign each is. Every answer comes from ranges
// written here, never from the locale or a library's tables, so that all machines agree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace earshot::text {

inline constexpr char32_t kReplacement = 0xfffd;

enum class Sign : std::uint8_t {
  space,
  latin,  // letters of the Latin script, with or without accents
  digit,
  han,  // ideographs: Chinese, unless kana stand beside them
  kana,
  hangul,
  letter,  // a letter of any other script
  emoji,
  mark,    // combining marks
  hidden,  // zero width and direction marks, variation selectors: they never say anything
  punctuation,
};

struct Decoded {
  char32_t point = kReplacement;
  std::uint32_t size = 1;  // bytes consumed, at least 1
};

// The code point at `at`, which must lie inside `text`. A byte that starts no valid sequence counts as one U+FFFD.
Decoded decode(std::string_view text, std::size_t at);

void append_utf8(char32_t point, std::string& out);

Sign sign_of(char32_t point);

}  // namespace earshot::text
