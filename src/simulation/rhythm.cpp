#include "simulation/rhythm.h"

#include <algorithm>
#include <array>

#include "base/log_exp.h"

namespace earshot::simulation {
namespace {

using namespace std::chrono;

// Shares of a day's hours, of 1000 together.
constexpr std::array<int, 24> kHours = {15, 6,  3,  2,  2,  5,  15, 35, 50, 55, 55, 50,
                                        65, 50, 42, 42, 45, 55, 65, 80, 95, 85, 55, 28};

std::int64_t hour_by_chance(Random& random) {
  std::int64_t left = random.between(0, 999);
  for (std::size_t hour = 0; hour < kHours.size(); ++hour) {
    left -= kHours[hour];
    if (left < 0) return static_cast<std::int64_t>(hour);
  }
  return 20;
}

bool is_weekend(sys_days day) {
  const weekday name{day};
  return name == Saturday || name == Sunday;
}

}  // namespace

Millis next_gap(Random& random, const Rhythm& rhythm) {
  double sum = 0;
  for (int i = 0; i < rhythm.shape; ++i) sum -= portable_log(1.0 - random.unit());
  return std::max<Millis>(minutes{20}, days_of(rhythm.mean_days * sum / rhythm.shape));
}

Timestamp usual_hour(Random& random, Timestamp about, hours zone) {
  sys_days day = floor<days>(about + zone);
  if (!is_weekend(day) && random.chance(0.12)) day += days{1};
  const Millis in_day = hours{hour_by_chance(random)} + Millis{random.between(0, 3'599'999)};
  Timestamp at = day + in_day - zone;
  if (at < about) at = about + Millis{random.between(60'000, 7'200'000)};
  return at;
}

Timestamp office_hour(Timestamp at, hours zone) {
  const Timestamp local = at + zone;
  sys_days day = floor<days>(local);
  Timestamp open = std::max<Timestamp>(local, day + hours{9});
  if (open >= day + hours{18}) {
    day += days{1};
    open = day + hours{9} + (local - floor<hours>(local));
  }
  if (weekday{day} == Sunday) open += days{1};
  return open - zone;
}

double season(Timestamp at) {
  const year_month_day date{floor<days>(at)};
  const unsigned month = static_cast<unsigned>(date.month());
  const unsigned day = static_cast<unsigned>(date.day());
  if (month == 6 && day >= 10 && day <= 20) return 1.8;
  if (month == 11 && day >= 5 && day <= 14) return 2.2;
  if (month == 12) return 1.3;
  if (month == 2) return 0.8;
  return 1.0;
}

}  // namespace earshot::simulation
