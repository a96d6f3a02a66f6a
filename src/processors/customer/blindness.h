// What a source could not hear is no silence.
//
// A gap that a connector or a person has recorded (connector.gap) stops the clock of every silence of customers who are
// active on one of its channels: the moment at which a silence is too long moves by as much of the gap as lies in the
// wait. While a gap lasts nobody knows its end; then the moment is one that cannot be too late by more than kLookAgain.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "earshot/processor.h"

namespace earshot {

struct BlindSpan {
  Timestamp from{};
  Timestamp to{};
  bool operator==(const BlindSpan&) const = default;
};

class Blindness {
 public:
  static constexpr std::chrono::days kLookAgain{1};
  static constexpr int kGapsMax = 64;  // of a tenant; the ones that began first are forgotten

  static void keep(const ConnectorGap& gap, Step& step);

  // When the customer of this step could not be heard after `since`: ascending, apart. A gap without an end is taken to
  // last until kLookAgain from now.
  static std::vector<BlindSpan> after(Timestamp since, Step& step);

  // The moment by which as much could be heard since `since` as lies between it and `due`.
  static Timestamp postponed(Timestamp since, Timestamp due, std::span<const BlindSpan> blind);
};

}  // namespace earshot
