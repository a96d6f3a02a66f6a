// Whether a text holds one of many phrases, in one pass (Aho-Corasick), however many there are. ASCII letters match in
// either case. Const after it was made; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "earshot/result.h"

namespace earshot {

class Phrases {
 public:
  static constexpr std::size_t kBytesMax = 60'000;  // of all phrases together

  // Invalid: an empty phrase, or too many.
  static Result<Phrases> of(const std::vector<std::string>& phrases);

  bool stand_in(std::string_view text) const;

 private:
  using Node = std::uint32_t;
  static constexpr Node kFound = 0xffffffff;

  std::array<std::uint8_t, 256> classes_{};  // of bytes; 0: stands in no phrase
  std::uint32_t class_count_ = 1;
  std::vector<Node> next_;  // node × class; a node is where its row begins
};

}  // namespace earshot
