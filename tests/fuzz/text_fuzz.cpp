// libFuzzer looks for a text that the analyzer cannot take. docs/text.md tells how to run it and what it has found.
#include <cstdlib>
#include <string>

#include "fuzz/text_answer.h"

namespace {

const earshot::Analyzer& analyzer() {
  static const auto loaded = [] {
    const char* path = std::getenv("EARSHOT_MODEL");
    auto bytes = earshot::StableBytes::map(path != nullptr ? path : "models/text-2.bin");
    EARSHOT_CHECK(bytes.has_value(), "run it in the source tree, or name a model in EARSHOT_MODEL");
    auto result = earshot::Analyzer::load(std::move(*bytes));
    EARSHOT_CHECK(result.has_value(), "the model must load");
    return std::move(*result);
  }();
  return loaded;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  earshot::test::check_answer(analyzer(), {reinterpret_cast<const char*>(data), size});
  return 0;
}
