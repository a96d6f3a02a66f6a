#include "processors/intake/similarity.h"

#include <array>

namespace earshot {
namespace {

// Eight votes, for or against, for every byte of a hash.
using Votes = std::array<std::int16_t, 8>;
constexpr std::array<Votes, 256> kVotes = [] {
  std::array<Votes, 256> all{};
  for (std::size_t byte = 0; byte < 256; ++byte) {
    for (std::size_t bit = 0; bit < 8; ++bit) all[byte][bit] = (byte >> bit & 1) != 0 ? 1 : -1;
  }
  return all;
}();
constexpr int kWindowsMax = 30'000;  // as many as the votes can count

std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

}  // namespace

std::uint64_t simhash(std::string_view utf8_text) {
  std::array<Votes, 8> votes{};
  std::uint64_t window = 0;
  int characters = 0;
  std::uint64_t character = 0;
  const auto end_character = [&] {
    if (character == 0) return;
    window = window << 21 ^ character;
    character = 0;
    if (++characters < 3 || characters > kWindowsMax) return;
    const std::uint64_t hash = mixed(window);  // the three newest characters: 63 bits
    for (std::size_t byte = 0; byte < 8; ++byte) {
      const Votes& cast = kVotes[hash >> (8 * byte) & 255];
      for (std::size_t bit = 0; bit < 8; ++bit)
        votes[byte][bit] = static_cast<std::int16_t>(votes[byte][bit] + cast[bit]);
    }
  };
  for (const char c : utf8_text) {
    auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0) == 0x80) {  // inside a character
      character = (character << 6 | (byte & 0x3f)) & 0x1fffff;
      continue;
    }
    end_character();
    if (byte <= ' ') continue;
    if (byte >= 'A' && byte <= 'Z') byte = static_cast<unsigned char>(byte + 32);
    character = byte < 0x80 ? byte : byte & 0x1f;
  }
  end_character();
  std::uint64_t result = 0;
  for (std::size_t bit = 0; bit < 64; ++bit) {
    if (votes[bit / 8][bit % 8] > 0) result |= std::uint64_t{1} << bit;
  }
  return result;
}

}  // namespace earshot
