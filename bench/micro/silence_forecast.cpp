// What an activity costs in silence arithmetic. The goal: a timer in at most 200 ns, better 60.
#include <vector>

#include <benchmark/benchmark.h>

#include "base/random.h"
#include "processors/customer/silence_forecast.h"

namespace earshot {
namespace {

constexpr std::size_t kCustomers = 4096;

std::vector<Rhythm> some_rhythms() {
  Random random{1};
  std::vector<Rhythm> rhythms(kCustomers);
  for (Rhythm& rhythm : rhythms) {
    rhythm.first_day = static_cast<std::int32_t>(random.between(15'000, 16'000));
    rhythm.repeat_days = static_cast<int>(random.below(60));
    const auto days = rhythm.repeat_days == 0 ? 0 : rhythm.repeat_days + random.between(0, 700);
    rhythm.last_heard = Timestamp{std::chrono::days{rhythm.first_day + days} + Millis{random.between(0, 86'399'999)}};
  }
  return rhythms;
}

void one_timer(benchmark::State& state) {
  Random random{1};
  std::vector<History> histories(kCustomers);
  for (History& history : histories) {
    history.x = static_cast<int>(random.below(60));
    history.recency_weeks = history.x == 0 ? 0 : 1 + random.unit() * 100;
  }
  const SilenceModel model;
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(silence_at_alarm(model, histories[i++ % kCustomers], {}));
}
BENCHMARK(one_timer);

void both_due_moments(benchmark::State& state) {
  const auto rhythms = some_rhythms();
  const SilenceSettings settings;
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(silence_due(settings, rhythms[i++ % kCustomers]));
}
BENCHMARK(both_due_moments);

void due_moments_by(benchmark::State& state, const SilenceSettings& settings) {
  auto rhythms = some_rhythms();
  Random random{2};
  for (Rhythm& rhythm : rhythms) rhythm.habit = {random.unit() * 3 - 1, random.unit() * 1.5, random.unit() * 4 - 2};
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(silence_due(settings, rhythms[i++ % kCustomers]));
}

void both_due_moments_by_the_hazard(benchmark::State& state) {
  due_moments_by(state, {.hazard = HazardModel{{0.4, 0.1, 0.05, -0.3, 0.2, -0.1, 0.1, -0.05}}});
}
BENCHMARK(both_due_moments_by_the_hazard);

// As fitted to Online Retail II: who orders there hardly ever leaves, so the levels are reached close to the horizon.
void both_due_moments_of_loyal_customers(benchmark::State& state) {
  due_moments_by(state, {.model = {0.8983, 10.5798, 0.0734, 62.3622},
                         .hazard = HazardModel{{0.3248, 0.0400, 0, -0.0132, 0.0507, -0.5646, 0.2617, 0.0380}}});
}
BENCHMARK(both_due_moments_of_loyal_customers);

void outlook(benchmark::State& state) {
  const auto rhythms = some_rhythms();
  const SilenceSettings settings;
  std::size_t i = 0;
  for (auto _ : state) {
    const Rhythm& rhythm = rhythms[i++ % kCustomers];
    benchmark::DoNotOptimize(silence_outlook(settings, rhythm, rhythm.last_heard + std::chrono::days{40}));
  }
}
BENCHMARK(outlook);

}  // namespace
}  // namespace earshot

BENCHMARK_MAIN();
