// Texts of customers. docs/text.md tells what was found.
#include <cstdlib>
#include <string>

#include "fuzz/target.h"
#include "fuzz/text_answer.h"

namespace earshot::fuzz {

namespace {

const Analyzer& analyzer() {
  static const auto loaded = [] {
    const char* path = std::getenv("EARSHOT_MODEL");
    auto bytes = StableBytes::map(path != nullptr ? path : EARSHOT_SOURCE_DIR "/models/text-2.bin");
    EARSHOT_CHECK(bytes.has_value(), "the model is in the source tree, or named in EARSHOT_MODEL");
    auto result = Analyzer::load(std::move(*bytes));
    EARSHOT_CHECK(result.has_value(), "the model must load");
    return std::move(*result);
  }();
  return loaded;
}

}  // namespace

void take(std::string_view bytes) { test::check_answer(analyzer(), bytes); }

std::vector<std::string> seeds() {
  return {"The parcel never arrived and nobody answers!!", "更新之后一直闪退，客服也没人回，要求退款",
          "Great value, but the zipper broke after 2 days :( http://a.example",
          "ｆｕｌｌ ｗｉｄｔｈ 😀👍🏽 \u202e", ""};
}

}  // namespace earshot::fuzz
