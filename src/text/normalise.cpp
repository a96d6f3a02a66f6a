#include "text/normalise.h"

#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>

#include <array>

#include "earshot/check.h"
#include "text/unicode.h"

namespace earshot::text {
namespace {

// More combining marks than any language puts on one letter would only cost time: sorting them is quadratic.
constexpr int kMarksMax = 4;
constexpr std::size_t kHandleSignsMax = 20;

// Signs for the library go there in runs of at most so many UTF-16 units. NFKC makes 18 of one at most, lower case two.
constexpr std::int32_t kRunMax = 256;
constexpr std::int32_t kRunUnits = kRunMax + 8;
constexpr std::int32_t kComposedUnits = 18 * kRunUnits;
constexpr std::int32_t kLowerUnits = 2 * kComposedUnits;

// What an ASCII byte becomes.
constexpr std::array<char, 128> ascii_table() {
  std::array<char, 128> table{};
  for (int c = 0; c < 128; ++c) {
    auto out = static_cast<char>(c);
    if (c <= ' ' || c == 127) out = ' ';
    if (c >= 'A' && c <= 'Z') out = static_cast<char>(c + 32);
    if (c >= '0' && c <= '9') out = '0';
    table[static_cast<std::size_t>(c)] = out;
  }
  return table;
}
constexpr auto kAscii = ascii_table();

bool is_ascii_letter(char32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_ascii_word(char32_t c) { return is_ascii_letter(c) || (c >= '0' && c <= '9') || c == '_'; }

// Signs that many keyboards offer for one ASCII sign. NFKC leaves these apart.
char32_t plain_punctuation(char32_t point) {
  switch (point) {
    case 0x2018:
    case 0x2019:
    case 0x02bc: return '\'';
    case 0x201c:
    case 0x201d:
    case 0x300c:
    case 0x300d:
    case 0x300e:
    case 0x300f: return '"';
    case 0x3002: return '.';
    case 0x3001: return ',';
    case 0x2013:
    case 0x2014: return '-';
    default: return 0;
  }
}

class Writer {
 public:
  Writer(std::string_view input, const Simplified& simplified, NormaliseOptions options, Normalised& out)
      : input_(input), simplified_(simplified), options_(options), out_(out) {}

  void run() {
    while (at_ < input_.size()) {
      const auto byte = static_cast<unsigned char>(input_[at_]);
      if (byte < 0x80) {
        ascii(byte);
      } else {
        wide();
      }
    }
    end_of_capitals();
    if (!out_.text.empty() && out_.text.back() == ' ') drop_last();
    if (options_.with_origin) out_.origin.push_back(static_cast<std::uint32_t>(input_.size()));
  }

 private:
  void ascii(unsigned char byte) {
    from_ = at_;
    // By far the most frequent: a small letter inside a word that is not the one before.
    if (byte >= 'a' && byte <= 'z' && byte != last_ && !out_.text.empty() && last_ >= 'a' && last_ <= 'z' &&
        capitals_ == 0) {
      ++at_;
      ++out_.latin;
      last_ = byte;
      run_ = 1;
      out_.text.push_back(static_cast<char>(byte));
      if (options_.with_origin) out_.origin.resize(out_.text.size(), static_cast<std::uint32_t>(from_));
      return;
    }
    if (byte == '@' && handle()) return;
    if ((byte | 0x20) == 'h' || (byte | 0x20) == 'w') {
      if (link()) return;
    }
    ++at_;
    plain(byte);
  }

  // One ASCII sign, or a wide sign that stands for one.
  void plain(unsigned char byte) {
    if (byte >= 'A' && byte <= 'Z') {
      ++capitals_;
    } else {
      end_of_capitals();
    }
    out_.latin += is_ascii_letter(byte) ? 1 : 0;
    put(static_cast<unsigned char>(kAscii[byte]));
  }

  void wide() {
    end_of_capitals();
    from_ = at_;
    const Decoded decoded = decode(input_, at_);
    const char32_t point = decoded.point;
    if (point >= Simplified::kFirst && point <= Simplified::kLast) {
      at_ += decoded.size;
      ++out_.han;
      put(simplified_.of(point));
      return;
    }
    if (point >= 0xff01 && point <= 0xff5e) {
      if (!is_ascii_word(last_) &&
          ((point == 0xff20 && wide_handle()) || ((narrow(at_) | 0x20) == U'h' && wide_link())))
        return;
      at_ += decoded.size;
      plain(static_cast<unsigned char>(point - 0xfee0));
      return;
    }
    if (const char32_t same = plain_punctuation(point); same != 0) {
      at_ += decoded.size;
      put(same);
      return;
    }
    switch (sign_of(point)) {
      case Sign::space:
        at_ += decoded.size;
        put(' ');
        return;
      case Sign::hidden: at_ += decoded.size; return;
      case Sign::emoji:
        at_ += decoded.size;
        ++out_.emoji;
        put(point);
        return;
      default: compose();
    }
  }

  // A run of signs that need the library: letters with accents, marks, other scripts, compatibility forms.
  void compose() {
    std::array<char16_t, kRunUnits> run;
    std::int32_t run_size = 0;
    const auto append = [&](char32_t point) { U16_APPEND_UNSAFE(run.data(), run_size, point); };
    if (sign_of(decode(input_, at_).point) == Sign::mark && is_ascii_letter(last_) && run_ == 1) {
      append(last_);
      drop_last();
      last_ = 0;
    }
    int marks = 0;
    while (at_ < input_.size() && static_cast<unsigned char>(input_[at_]) >= 0x80) {
      const Decoded decoded = decode(input_, at_);
      const Sign sign = sign_of(decoded.point);
      if (decoded.point >= Simplified::kFirst && decoded.point <= Simplified::kLast) break;
      if (sign == Sign::emoji || sign == Sign::space || sign == Sign::hidden) break;
      if (plain_punctuation(decoded.point) != 0 || run_size > kRunMax) break;
      marks = sign == Sign::mark ? marks + 1 : 0;
      if (marks <= kMarksMax) append(decoded.point);
      at_ += decoded.size;
    }
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2* nfkc = unorm2_getNFKCInstance(&status);
    std::array<char16_t, kComposedUnits> composed;
    const std::int32_t composed_size =
        unorm2_normalize(nfkc, run.data(), run_size, composed.data(), kComposedUnits, &status);
    std::array<char16_t, kLowerUnits> lower;
    const std::int32_t lower_size =
        u_strToLower(lower.data(), kLowerUnits, composed.data(), composed_size, "", &status);
    EARSHOT_CHECK(U_SUCCESS(status),
                  "the Unicode library has no NFKC data, or its longest expansion is not what we think");
    for (std::int32_t i = 0; i < lower_size;) {
      char32_t point = 0;
      U16_NEXT_UNSAFE(lower.data(), i, point);
      composed_point(point);
    }
  }

  void composed_point(char32_t point) {
    if (point < 0x80) {
      plain(static_cast<unsigned char>(point));
      return;
    }
    switch (sign_of(point)) {
      case Sign::han:
        ++out_.han;
        if (point >= Simplified::kFirst && point <= Simplified::kLast) point = simplified_.of(point);
        break;
      case Sign::latin: ++out_.latin; break;
      case Sign::kana: ++out_.kana; break;
      case Sign::hangul:
      case Sign::letter: ++out_.foreign; break;
      case Sign::digit: point = '0'; break;
      case Sign::space: point = ' '; break;
      case Sign::hidden: return;
      default: break;
    }
    put(point);
  }

  static bool ends_clause(char32_t point) {
    return point == ',' || point == '.' || point == '!' || point == '?' || point == ';';
  }

  // "good !" and "good!" are the same.
  void drop_space_before_mark() {
    drop_last();
    const std::string& text = out_.text;
    last_ = static_cast<unsigned char>(text.back());
    run_ = text.size() > 1 && text[text.size() - 2] == text.back() ? 2 : 1;
  }

  // Writes a sign, but never a third equal one in a row, nor a second space.
  void put(char32_t point) {
    if (ends_clause(point) && last_ == ' ' && out_.text.size() > 1) drop_space_before_mark();
    if (point == last_) {
      if (point == ' ') return;
      ++run_;
      if (run_ > 2) {
        if (run_ == 3 && point != '0') ++(is_letter(point) ? out_.elongated : out_.insistent);
        return;
      }
    } else {
      if (point == ' ' && out_.text.empty()) return;
      last_ = point;
      run_ = 1;
    }
    if (point < 0x80) {
      out_.text.push_back(static_cast<char>(point));
    } else {
      append_utf8(point, out_.text);
    }
    if (options_.with_origin) out_.origin.resize(out_.text.size(), static_cast<std::uint32_t>(from_));
  }

  static bool is_letter(char32_t point) {
    if (point < 0x80) return is_ascii_letter(point);
    const Sign sign = sign_of(point);
    return sign == Sign::latin || sign == Sign::han || sign == Sign::letter || sign == Sign::kana;
  }

  void drop_last() {
    out_.text.pop_back();
    if (options_.with_origin) out_.origin.pop_back();
  }

  void token(char sign, std::size_t size) {
    end_of_capitals();
    last_ = 0;
    put(static_cast<unsigned char>(sign));
    at_ += size;
  }

  bool after_word() const { return at_ > 0 && is_ascii_word(static_cast<unsigned char>(input_[at_ - 1])); }

  // `@name` in ASCII, or in any letters when a space or a colon ends it soon: a handle in running Chinese has no end.
  bool handle() {
    if (after_word()) return false;
    std::size_t end = at_ + 1;
    while (end < input_.size() && (is_ascii_word(static_cast<unsigned char>(input_[end])) || input_[end] == '-')) ++end;
    const bool plain_name = end > at_ + 1;
    std::size_t wide_end = end;
    for (std::size_t signs = 0; signs < kHandleSignsMax && wide_end < input_.size(); ++signs) {
      const Decoded decoded = decode(input_, wide_end);
      if (decoded.point == ' ' || decoded.point == ':' || decoded.point == 0xff1a) {
        token(kHandleToken, wide_end - at_);
        return true;
      }
      const Sign sign = sign_of(decoded.point);
      if (sign == Sign::space || (sign == Sign::punctuation && decoded.point != '_' && decoded.point != '-')) break;
      wide_end += decoded.size;
    }
    if (!plain_name) return false;
    token(kHandleToken, end - at_);
    return true;
  }

  bool starts(std::string_view lower) const {
    if (input_.size() - at_ < lower.size()) return false;
    for (std::size_t i = 0; i < lower.size(); ++i) {
      const char c = input_[at_ + i];
      if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c) != lower[i]) return false;
    }
    return true;
  }

  bool link() {
    if (after_word()) return false;
    std::size_t end = at_;
    if (starts("http")) {
      end += 4;
      if (end < input_.size() && (input_[end] | 0x20) == 's') ++end;
      // The bare word stands for a link that somebody cut out before us.
      if (end < input_.size() && input_[end] != ':' && is_ascii_word(static_cast<unsigned char>(input_[end])))
        return false;
    } else if (!starts("www.")) {
      return false;
    }
    while (end < input_.size() && input_[end] > ' ' && static_cast<unsigned char>(input_[end]) < 0x80) ++end;
    token(kLinkToken, end - at_);
    return true;
  }

  // The ASCII sign that a full-width one at `at` stands for; 0 for anything else.
  char32_t narrow(std::size_t at) const {
    if (at >= input_.size()) return 0;
    const char32_t point = decode(input_, at).point;
    return point >= 0xff01 && point <= 0xff5e ? point - 0xfee0 : 0;
  }

  // The same in full width, whose signs are three bytes each.
  bool wide_handle() {
    std::size_t end = at_ + 3;
    while (is_ascii_word(narrow(end))) end += 3;
    if (end == at_ + 3) return false;
    token(kHandleToken, end - at_);
    return true;
  }
  bool wide_link() {
    std::size_t end = at_;
    for (const char32_t letter : {U'h', U't', U't', U'p'}) {
      if ((narrow(end) | 0x20) != letter) return false;
      end += 3;
    }
    if ((narrow(end) | 0x20) == U's') end += 3;
    if (is_ascii_word(narrow(end))) return false;
    while (narrow(end) != 0) end += 3;
    token(kLinkToken, end - at_);
    return true;
  }

  void end_of_capitals() {
    out_.shouted += capitals_ >= 3 ? 1 : 0;
    capitals_ = 0;
  }

  std::string_view input_;
  const Simplified& simplified_;
  NormaliseOptions options_;
  Normalised& out_;
  std::size_t at_ = 0;    // next byte to read
  std::size_t from_ = 0;  // where the sign being written began
  char32_t last_ = 0;
  int run_ = 0;
  int capitals_ = 0;
};

}  // namespace

Simplified::Simplified() : table_(kLast - kFirst + 1) {
  for (std::size_t i = 0; i < table_.size(); ++i) table_[i] = static_cast<std::uint16_t>(kFirst + i);
}

void Simplified::add(char32_t from, char32_t to) {
  EARSHOT_CHECK(from >= kFirst && from <= kLast && to >= kFirst && to <= kLast, "only ideographs of the basic block");
  table_[from - kFirst] = static_cast<std::uint16_t>(to);
}

std::vector<std::pair<char32_t, char32_t>> Simplified::pairs() const {
  std::vector<std::pair<char32_t, char32_t>> all;
  for (char32_t point = kFirst; point <= kLast; ++point) {
    if (of(point) != point) all.emplace_back(point, of(point));
  }
  return all;
}

void normalise(std::string_view input, const Simplified& simplified, NormaliseOptions options, Normalised& out) {
  out.text.clear();
  out.text.reserve(input.size() + 8);
  out.origin.clear();
  out.han = out.latin = out.kana = out.foreign = out.emoji = out.elongated = out.insistent = out.shouted = 0;
  Writer(input, simplified, options, out).run();
}

}  // namespace earshot::text
