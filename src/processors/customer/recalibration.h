// Which forecast keeps which promise, as seen on silences whose outcome is known.
//
// The forecast assumes that customers are as they were; where they change, an alarm at 0.80 is right more or less often
// than that. Among silences whose outcome became known lately: the lowest level at which the share that reached H is at
// least what is promised. Taken only if levels of the older half of them keep promises in the newer half better than
// the forecast as it is. Between the promises that are looked at, straight lines; monotone, so it changes when an alarm
// comes and never the order.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace earshot {

// The levels, in thousandths, for promises of 500, 550, … 950.
inline constexpr int kPromises = 10;
using PromiseLevels = std::array<std::int64_t, kPromises>;
constexpr int promise_at(int index) { return 500 + 50 * index; }

// A silence whose outcome is known: the most that was ever said of it.
struct Said {
  double most = 0;
  bool reached = false;
};

// The lowest of the levels said at which alarms would have kept the promise; nothing if none does. Sorts.
std::optional<double> level_that_keeps(std::vector<Said>& said, int promise_permille);

inline constexpr std::size_t kRecalibrationSilencesMin = 300;
inline constexpr std::size_t kRecalibrationReachedMin = 50;  // and as many that did not
// `said` in the order in which the outcomes became known. Nothing with fewer in a half, or if it was no better there.
// No level moves by more than 150 thousandths.
std::optional<PromiseLevels> recalibrate(const std::vector<Said>& said);

// Both increasing, 0 and 1 stay what they are; without levels nothing changes.
double level_of(const std::optional<PromiseLevels>& levels, double promise);
double promise_of(const std::optional<PromiseLevels>& levels, double level);

std::optional<PromiseLevels> levels_of(
    std::span<const std::int64_t> permille);  // nothing if there are not as many as there must be

}  // namespace earshot
