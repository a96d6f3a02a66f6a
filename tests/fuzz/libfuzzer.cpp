// A target under Clang's libFuzzer. EARSHOT_FUZZ_SEEDS names a folder into which it first writes its seeds.
#include <cstdlib>
#include <fstream>

#include "fuzz/target.h"

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  const char* folder = std::getenv("EARSHOT_FUZZ_SEEDS");
  if (folder == nullptr) return 0;
  std::size_t number = 0;
  for (const std::string& seed : earshot::fuzz::seeds())
    std::ofstream(std::string(folder) + "/seed-" + std::to_string(number++), std::ios::binary) << seed;
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  earshot::fuzz::take({reinterpret_cast<const char*>(data), size});
  return 0;
}
