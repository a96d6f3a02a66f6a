// Whole numbers in as few bytes as they need (LEB128): seven bits a byte, low bits first, the top bit says that more
// follow. Always in the shortest form, so that equal values have equal bytes.
//
// Pure functions; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace earshot {

inline void append_varint(std::string& bytes, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>((value & 0x7f) | 0x80);
  bytes += static_cast<char>(value);
}

// Takes a number off the front of `bytes`. Nothing, and `bytes` unchanged, if there is none in its shortest form.
inline std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
  constexpr std::size_t kBytesMax = 10;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size() && i < kBytesMax; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
    if (byte >= 0x80) continue;
    const bool is_shortest = (byte != 0 || i == 0) && (i + 1 < kBytesMax || byte == 1);
    if (!is_shortest) return std::nullopt;
    bytes.remove_prefix(i + 1);
    return value;
  }
  return std::nullopt;
}

}  // namespace earshot
