// One spelling for what means the same, so that the model learns a word once: NFKC, lower case, full width to half
// width, traditional to simplified, digits to one class, handles and links to tokens, long runs cut to two. The
// trainer and the scorer call this same function; a change here needs a newly trained model.
//
// ASCII never touches the Unicode library, and neither do ideographs, emoji and common punctuation: what does goes
// through ICU, behind this one file. Time is linear in the input, whatever the bytes. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::text {

// What stands in the text for something that was there. Control characters of the input become spaces, so these are
// never typed by a person.
inline constexpr char kHandleToken = '\x01';
inline constexpr char kLinkToken = '\x02';

// Traditional ideographs and their simplified form, by code point. It travels in the model, so that a newer Unicode
// library cannot change what a stored model says.
class Simplified {
 public:
  Simplified();
  void add(char32_t from, char32_t to);
  char32_t of(char32_t ideograph) const { return table_[ideograph - kFirst]; }
  std::vector<std::pair<char32_t, char32_t>> pairs() const;  // those that differ, in ascending order

  static constexpr char32_t kFirst = 0x4e00;
  static constexpr char32_t kLast = 0x9fff;

 private:
  std::vector<std::uint16_t> table_;
};

struct Normalised {
  std::string text;                   // valid UTF-8; words are separated by single spaces
  std::vector<std::uint32_t> origin;  // if asked for: where in the input each byte of `text` came from, and the end
  // Letters and signs of the input, by script.
  std::uint32_t han = 0;
  std::uint32_t latin = 0;
  std::uint32_t kana = 0;
  std::uint32_t foreign = 0;  // hangul and every other script
  std::uint32_t emoji = 0;
  std::uint32_t elongated = 0;  // letters repeated three times or more: `soooo`
  std::uint32_t insistent = 0;  // punctuation repeated three times or more: `!!!`
  std::uint32_t shouted = 0;    // words of three or more capitals
};

struct NormaliseOptions {
  bool with_origin = false;
};

// `out` is overwritten; reusing one saves its allocations.
void normalise(std::string_view input, const Simplified& simplified, NormaliseOptions options, Normalised& out);

}  // namespace earshot::text
