// What everybody does less of says nothing about one.
//
// In the week after New Year, in a summer without students, while a shop is closed or a feed is dead without anybody
// having said so, most customers are silent, and few of them leave. So each task of the customer processor counts on
// how many days the customers it has were active once more: a share of the tenant's customers chosen by hash, hence
// like all of them. A day is a quiet one if in the week that it ends there were far fewer of such days than in a usual
// week of the quarter before. Of a quiet day only as much counts for a silence as is left of the usual activity; the
// rest is taken like a time in which nobody could be heard (blindness.h).
//
// First days are not counted: a campaign brings new customers, and when it ends nobody has left. After a quarter that
// stays quiet, quiet is usual. With few customers chance would make quiet days, so below kUsualMin a week there are
// none.
#pragma once

#include <vector>

#include "earshot/processor.h"
#include "processors/customer/blindness.h"
#include "processors/customer/days.h"

namespace earshot {

class Season {
 public:
  static constexpr int kWeek = 7;
  static constexpr int kQuarter = 91;        // days that say what is usual
  static constexpr int kUsualMin = 30;       // customer-days in a usual week
  static constexpr int kQuietDaysMax = 400;  // remembered

  // A customer was active on one more day.
  static void count(DayNumber day, Step& step);

  // Judges the days that are over. Before silences are looked at.
  static void close(std::int64_t quiet_permille, Step& step);

  // What of the time after `since` does not count: ascending, apart.
  static std::vector<BlindSpan> quiet_after(Timestamp since, Step& step);
};

// All that is in one of the two: ascending, apart.
std::vector<BlindSpan> united(std::vector<BlindSpan> one, const std::vector<BlindSpan>& other);

}  // namespace earshot
