// What a duration costs in a window, and what a window costs to store.
#include <vector>

#include <benchmark/benchmark.h>

#include "base/random.h"
#include "processors/insight/sketch.h"

namespace earshot {
namespace {

std::vector<std::int64_t> some_durations(std::size_t count) {
  Random random{1};
  std::vector<std::int64_t> values(count);
  for (auto& value : values) value = static_cast<std::int64_t>(random.next() >> (30 + random.below(30)));
  return values;
}

Quantiles of(const std::vector<std::int64_t>& values) {
  Quantiles quantiles;
  for (const auto value : values) quantiles.add(value);
  return quantiles;
}

void add(benchmark::State& state) {
  const auto values = some_durations(4096);
  Quantiles quantiles = of(some_durations(static_cast<std::size_t>(state.range(0))));
  std::size_t i = 0;
  for (auto _ : state) {
    quantiles.add(values[i % values.size()]);
    benchmark::DoNotOptimize(quantiles.remove(values[i++ % values.size()]));
  }
}
BENCHMARK(add)->Arg(100)->Arg(4000)->Arg(100'000);

void store_and_read(benchmark::State& state) {
  const Quantiles quantiles = of(some_durations(static_cast<std::size_t>(state.range(0))));
  for (auto _ : state) benchmark::DoNotOptimize(Quantiles::parse(quantiles.bytes()));
  state.counters["bytes"] = static_cast<double>(quantiles.bytes().size());
}
BENCHMARK(store_and_read)->Arg(100)->Arg(4000)->Arg(100'000);

}  // namespace
}  // namespace earshot

BENCHMARK_MAIN();
