// What every random test shares: a seed that is printed and can be given again, and loops that can be made shorter or
// longer from outside.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include <gtest/gtest.h>

#include "base/random.h"

namespace earshot::test {

// EARSHOT_SEED, else `usual`. Printed, so that a failure can be repeated exactly.
inline std::uint64_t seed_of_test(std::uint64_t usual) {
  const char* given = std::getenv("EARSHOT_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : usual;
  std::printf("seed: EARSHOT_SEED=%llu\n", static_cast<unsigned long long>(seed));
  ::testing::Test::RecordProperty("seed", std::to_string(seed));
  return seed;
}

// `usual` times EARSHOT_TEST_SCALE, at least 1.
inline int scaled(int usual) {
  const char* scale = std::getenv("EARSHOT_TEST_SCALE");
  const double count = usual * (scale != nullptr ? std::strtod(scale, nullptr) : 1.0);
  return count < 1 ? 1 : static_cast<int>(count);
}

}  // namespace earshot::test
