// How long the fit of the silence model takes: 23,570 customers as in CDNOW, and a million.
#include <algorithm>
#include <cmath>
#include <vector>

#include <benchmark/benchmark.h>

#include "base/random.h"
#include "processors/customer/silence_fit.h"

namespace earshot {
namespace {

// Not customers of the model, but as varied: up to a hundred active days within three years.
std::vector<DayHistory> some_histories(std::size_t count) {
  Random random{1};
  std::vector<DayHistory> histories(count);
  for (DayHistory& history : histories) {
    history.age = static_cast<std::int32_t>(random.between(30, 1095));
    const double loyalty = random.unit();
    history.x = static_cast<std::int32_t>(100 * loyalty * loyalty * loyalty * loyalty);
    if (history.x > 0)
      history.recency = std::min(history.age, history.x + static_cast<std::int32_t>(random.unit() * history.age));
    history.x = std::min(history.x, history.recency);
  }
  return histories;
}

void fit(benchmark::State& state) {
  const auto histories = some_histories(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(fit_silence(histories));
}
BENCHMARK(fit)->Arg(23'570)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace earshot

BENCHMARK_MAIN();
