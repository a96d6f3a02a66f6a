// The seed of a random test: EARSHOT_SEED, or a fixed one; printed, so that a failure can be repeated exactly. And how much
// of a long loop to run: EARSHOT_TEST_SCALE, 1 by default.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace earshot::testing {

inline std::uint64_t test_seed(std::uint64_t otherwise = 20261122) {
  const char* given = std::getenv("EARSHOT_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : otherwise;
  std::printf("EARSHOT_SEED=%llu\n", static_cast<unsigned long long>(seed));
  return seed;
}

inline int scaled(int count) {
  const char* given = std::getenv("EARSHOT_TEST_SCALE");
  const double scale = given != nullptr ? std::strtod(given, nullptr) : 1.0;
  const double wanted = count * scale;
  return wanted < 1 ? 1 : static_cast<int>(wanted);
}

}  // namespace earshot::testing
