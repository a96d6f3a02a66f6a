#include "event/trace_parent.h"

#include <algorithm>

namespace earshot {
namespace {

constexpr std::size_t kBytes = 55;
constexpr std::size_t kDashes[] = {2, 35, 52};

bool is_zero(std::string_view digits) {
  return std::all_of(digits.begin(), digits.end(), [](char c) { return c == '0'; });
}

}  // namespace

bool is_trace_parent(std::string_view text) {
  if (text.size() != kBytes) return false;
  for (std::size_t i = 0; i < kBytes; ++i) {
    const bool is_dash = std::find(std::begin(kDashes), std::end(kDashes), i) != std::end(kDashes);
    const char c = text[i];
    const bool is_digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (is_dash ? c != '-' : !is_digit) return false;
  }
  return !text.starts_with("ff") && !is_zero(text.substr(3, 32)) && !is_zero(text.substr(36, 16));
}

}  // namespace earshot
