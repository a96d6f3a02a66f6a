// What it costs to say what a text says, over texts of the length of a tweet, as streams do it (no evidence) and as a
// person asks for it, and what it costs to load the model. Give a labelled file to time it on real texts: text_bench
// FILE.tsv
#include <iostream>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "base/random.h"
#include "cli/default_model.h"
#include "text/training/labelled.h"

namespace earshot {
namespace {

constexpr std::size_t kTexts = 8192;

std::vector<std::string> some_texts() {
  const std::vector<std::string> words = {"the",  "parcel", "arrived", "late", "and",  "nobody", "answered",
                                          "my",   "calls",  "great",   "food", "but",  "waiter", "was",
                                          "rude", "again",  "thank",   "you",  "送餐", "太慢",   "味道",
                                          "不错", "服务员", "态度",    "很好", "退款"};
  Random random(1);
  std::vector<std::string> texts(kTexts);
  for (std::string& text : texts) {
    while (text.size() < 90) text += words[random.below(words.size())] + " ";
  }
  return texts;
}

void analyze(benchmark::State& state, const Analyzer& analyzer, const std::vector<std::string>& texts,
             AnalyzeOptions options) {
  std::size_t i = 0;
  std::int64_t bytes = 0;
  Analysis analysis;
  for (auto _ : state) {
    const std::string& text = texts[i++ % texts.size()];
    analyzer.analyze(text, {}, options, analysis);
    benchmark::DoNotOptimize(analysis);
    bytes += static_cast<std::int64_t>(text.size());
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(bytes);
}

}  // namespace
}  // namespace earshot

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  const auto analyzer = earshot::cli::load_analyzer("");
  if (!analyzer) {
    std::cerr << analyzer.error().message << "\n";
    return 1;
  }
  std::vector<std::string> texts = earshot::some_texts();
  if (argc > 1) {
    auto file = earshot::text::read_labelled(argv[1]);
    if (!file) {
      std::cerr << file.error().message << "\n";
      return 1;
    }
    texts.clear();
    for (auto& row : file->rows) texts.push_back(std::move(row.text));
  }
  const auto add = [&](const char* name, earshot::AnalyzeOptions options) {
    benchmark::RegisterBenchmark(
        name, [&, options](benchmark::State& state) { earshot::analyze(state, *analyzer, texts, options); });
  };
  add("analyze/stream", {.evidence = false});
  add("analyze/with_evidence", {.evidence = true});
  benchmark::RegisterBenchmark("load", [](benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(earshot::cli::load_analyzer(""));
  })->Unit(benchmark::kMillisecond);
  benchmark::RunSpecifiedBenchmarks();
}
