#include "text/language.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace earshot::text {
namespace {

// A set of short words, packed into numbers and hashed at compile time: this runs for every text.
class WordSet {
 public:
  static constexpr std::size_t kWordBytesMax = 8;

  constexpr explicit WordSet(std::string_view words) {
    while (!words.empty()) {
      const std::string_view word = words.substr(0, words.find(' '));
      words.remove_prefix(word.size() < words.size() ? word.size() + 1 : word.size());
      std::size_t slot = slot_of(packed(word));
      while (slots_[slot] != 0) slot = (slot + 1) % kSlots;
      slots_[slot] = packed(word);
    }
  }

  // Of at most eight bytes, the first one lowest.
  constexpr bool contains(std::uint64_t word) const {
    for (std::size_t slot = slot_of(word); slots_[slot] != 0; slot = (slot + 1) % kSlots) {
      if (slots_[slot] == word) return true;
    }
    return false;
  }

 private:
  static constexpr std::size_t kSlots = 512;
  static constexpr std::uint64_t packed(std::string_view word) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < word.size(); ++i) value |= std::uint64_t{static_cast<unsigned char>(word[i])} << 8 * i;
    return value;
  }
  static constexpr std::size_t slot_of(std::uint64_t value) { return (value * 0x9e3779b97f4a7c15ull) >> 55; }

  std::array<std::uint64_t, kSlots> slots_{};
};

// Frequent in one language, and seldom a word of the other side.
constexpr WordSet kEnglish(
    "about after again all always am an and any are at back bad be because been best but by can can't could day "
    "did didn't does don't even every for from get go good got great had has have her here his how i i'm if in "
    "is it it's its just know like love made make money more much my never new not now of ok on one only or "
    "order our out please really service she some still than thanks that the their them then there they this "
    "time to too up very wait want was we were what when where which who why will with won't would you your");
constexpr WordSet kForeign(
    "aber ada al anche ao apa auch auf avec bagus bien bir bu buena bueno c'est che como con cosa cu da dan "
    "dans das de del della dem den dengan der des di dit dos du e ein eine el ele en er es est esta este et gut "
    "het hola ich ik il ini ist jak je jest jestem la las le les lo los maar mais mala malo mi mit molto muito "
    "muy nada ne nem nicht nie niet non nous nunca o och os ou para pas pero por porque pour que qui sangat "
    "saya se sehr si sie siempre sono su sur tidak todo tres tu un una und une uno van ve voor vous yang");

// What ends a word, by byte.
constexpr std::array<bool, 256> separators() {
  std::array<bool, 256> table{};
  for (const char c : std::string_view(" ,.!?;:\"()/-#\x01\x02")) table[static_cast<unsigned char>(c)] = true;
  return table;
}
constexpr auto kSeparator = separators();

// The bytes from `at` on, at most eight, as a number; the first one is the lowest.
std::uint64_t bytes_at(std::string_view text, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  if (at + sizeof value <= text.size()) {
    std::memcpy(&value, text.data() + at, sizeof value);
    if constexpr (std::endian::native == std::endian::big) value = __builtin_bswap64(value);
    return size == sizeof value ? value : value & ((std::uint64_t{1} << 8 * size) - 1);
  }
  for (std::size_t i = 0; i < size; ++i) value |= std::uint64_t{static_cast<unsigned char>(text[at + i])} << 8 * i;
  return value;
}

struct Words {
  std::uint32_t english = 0;
  std::uint32_t foreign = 0;
  std::uint32_t accented = 0;
};

// Reads the Latin words; a few dozen are enough to tell.
Words count_words(std::string_view text) {
  constexpr std::uint32_t kWordsMax = 48;
  Words words;
  std::uint32_t read = 0;
  for (std::size_t at = 0; at < text.size() && read < kWordsMax;) {
    std::size_t end = at;
    while (end < text.size() && !kSeparator[static_cast<unsigned char>(text[end])]) ++end;
    const std::size_t from = at;
    const std::size_t size = end - from;
    at = end + 1;
    if (size == 0) continue;
    ++read;
    if (size > WordSet::kWordBytesMax) continue;
    const std::uint64_t word = bytes_at(text, from, size);
    constexpr std::uint64_t kHighBits = 0x8080808080808080ull;
    if ((word & kHighBits) != 0) {
      const std::string_view letters = text.substr(from, size);
      const auto wide =
          std::find_if(letters.begin(), letters.end(), [](char c) { return static_cast<unsigned char>(c) >= 0xc3; });
      if (wide != letters.end()) words.accented += static_cast<unsigned char>(*wide) <= 0xc9 ? 1 : 0;
    } else if (kEnglish.contains(word)) {
      ++words.english;
    } else if (kForeign.contains(word)) {
      ++words.foreign;
    }
  }
  return words;
}

bool declares(std::string_view declared, std::string_view language) {
  return declared.starts_with(language) &&
         (declared.size() == language.size() || declared[language.size()] == '-' || declared[language.size()] == '_');
}

bool is_english(const Normalised& normalised, const LanguageHint& hint) {
  if (hint.words_known == 0) return false;
  const Words words = count_words(normalised.text);
  const std::uint32_t foreign = words.foreign + words.accented;
  if (foreign > words.english) return false;
  const bool declared_english = hint.declared.empty() || declares(hint.declared, "en");
  if (words.english == 0 && !declared_english) return false;
  // Names and slang are unknown to us in English texts too, but rarely most of the words.
  const std::uint32_t enough = foreign == 0 ? 3 : 2;
  return words.english > foreign || hint.words_known * enough >= hint.words;
}

}  // namespace

Language language_of(const Normalised& normalised, const LanguageHint& hint) {
  const std::uint32_t han = normalised.han;
  if (normalised.foreign > (han + normalised.latin) / 2) return Language::unknown;
  // A single kana often decorates a Chinese text ("の"); Japanese has many.
  if (normalised.kana > 1 && normalised.kana * 6 > han) return Language::unknown;
  const bool chinese = han > 0;
  const bool english = normalised.latin > 1 && (!chinese || hint.words > 2) && is_english(normalised, hint);
  if (chinese && english) {
    if (normalised.latin < han) return Language::zh;
    return han * 8 < normalised.latin ? Language::en : Language::mixed;
  }
  if (chinese) return han * 8 < normalised.latin ? Language::unknown : Language::zh;
  return english ? Language::en : Language::unknown;
}

}  // namespace earshot::text
