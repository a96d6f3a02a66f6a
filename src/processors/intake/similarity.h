// A 64-bit simhash of a text: texts that say nearly the same differ in few bits. For telling a repeated complaint from
// a new one.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

namespace earshot {

// Over runs of three characters, case and spacing aside; 0 for a text without any.
std::uint64_t simhash(std::string_view utf8_text);

inline int differing_bits(std::uint64_t a, std::uint64_t b) { return std::popcount(a ^ b); }

}  // namespace earshot
