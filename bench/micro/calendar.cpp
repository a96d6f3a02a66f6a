// What a deadline costs. The goal: 100,000 a second over spans of weeks.
#include <vector>

#include <benchmark/benchmark.h>

#include "base/random.h"
#include "base/zone.h"
#include "processors/desk/calendar.h"

namespace earshot {
namespace {

constexpr std::size_t kMoments = 4096;

Calendar office_in_berlin() {
  using namespace std::chrono;
  OpeningHours hours;
  for (std::size_t day = 0; day < 5; ++day) hours.week[day] = {{9 * 60, 12 * 60}, {13 * 60, 17 * 60}};
  for (int y = 2020; y < 2032; ++y)
    hours.closed.insert(hours.closed.end(), {year{y} / 1 / 1, year{y} / 5 / 1, year{y} / 12 / 25});
  return Calendar::make(hours, Zone::load("Europe/Berlin").value().table()).value();
}

std::vector<Timestamp> some_moments() {
  Random random{1};
  std::vector<Timestamp> moments(kMoments);
  for (Timestamp& at : moments) at = from_millis(random.between(1'600'000'000'000, 1'900'000'000'000));
  return moments;
}

void add_eight_hours(benchmark::State& state) {
  const Calendar calendar = office_in_berlin();
  const auto moments = some_moments();
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(calendar.add(moments[i++ % kMoments], std::chrono::hours{8}));
}
BENCHMARK(add_eight_hours);

void business_time_of_weeks(benchmark::State& state) {
  const Calendar calendar = office_in_berlin();
  const auto moments = some_moments();
  const std::chrono::weeks weeks{state.range(0)};
  std::size_t i = 0;
  for (auto _ : state) {
    const Timestamp from = moments[i++ % kMoments];
    benchmark::DoNotOptimize(calendar.business_time({from, from + weeks}));
  }
}
BENCHMARK(business_time_of_weeks)->Arg(1)->Arg(6)->Arg(520);

void make_calendar(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(office_in_berlin());
}
BENCHMARK(make_calendar);

}  // namespace
}  // namespace earshot

BENCHMARK_MAIN();
