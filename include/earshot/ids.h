// Names of things as types, so that a customer is never passed where a case is meant. All are 128 bits, shown as 32 hex
// digits.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace earshot {

template <class Tag>
struct Id {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  auto operator<=>(const Id&) const = default;
  bool empty() const { return high == 0 && low == 0; }

  std::string hex() const {
    std::string text(32, '0');
    for (int i = 0; i < 16; ++i) {
      text[static_cast<std::size_t>(15 - i)] = "0123456789abcdef"[(high >> (4 * i)) & 15];
      text[static_cast<std::size_t>(31 - i)] = "0123456789abcdef"[(low >> (4 * i)) & 15];
    }
    return text;
  }

  // Nothing unless `text` is 32 lower-case hex digits.
  static std::optional<Id> parse(std::string_view text) {
    if (text.size() != 32) return std::nullopt;
    Id id;
    for (std::size_t i = 0; i < 32; ++i) {
      const char c = text[i];
      std::uint64_t digit = 0;
      if (c >= '0' && c <= '9') {
        digit = static_cast<std::uint64_t>(c - '0');
      } else if (c >= 'a' && c <= 'f') {
        digit = static_cast<std::uint64_t>(c - 'a') + 10;
      } else {
        return std::nullopt;
      }
      auto& half = i < 16 ? id.high : id.low;
      half = half << 4 | digit;
    }
    return id;
  }
};

// An identity key (`kind:value`) under the tenant's secret: HMAC-SHA256, first 128 bits. Also the name of its facet.
using KeyHash = Id<struct KeyHashTag>;
// A customer is a set of identity keys; the identity processor alone decides which.
using CustomerId = Id<struct CustomerIdTag>;
// A hash of the facet and the event that opened it, so that every replay gives the same.
using CaseId = Id<struct CaseIdTag>;
// Any 128-bit fingerprint: a dedupe key, the id of a derived event.
using Fingerprint = Id<struct FingerprintTag>;

}  // namespace earshot

template <class Tag>
struct std::hash<earshot::Id<Tag>> {
  std::size_t operator()(const earshot::Id<Tag>& id) const noexcept {
    return static_cast<std::size_t>(id.high ^ (id.low * 0x9e3779b97f4a7c15ull));
  }
};
