// What one fuzz target is: a thing that takes any bytes, and bytes to begin with.
//
// take() must come back, and EARSHOT_CHECK says what must hold of what it made of them. Clang's libFuzzer looks for
// bytes that break it (`make fuzz`); the driver plays the seeds, and a bounded number of bytes made from them, in every
// build (`make test`).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace earshot::fuzz {

void take(std::string_view bytes);
std::vector<std::string> seeds();

// Takes bytes off the front, for choices that a target makes: a number below `limit`, 0 when nothing is left.
inline std::size_t choose(std::string_view& bytes, std::size_t limit) {
  if (bytes.empty() || limit == 0) return 0;
  const auto chosen = static_cast<unsigned char>(bytes[0]) % limit;
  bytes.remove_prefix(1);
  return chosen;
}

}  // namespace earshot::fuzz
