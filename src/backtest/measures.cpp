#include "backtest/measures.h"

#include <algorithm>
#include <cmath>

namespace earshot::backtest {

// By ranks: the sum of the ranks of the silent, less what it would be if all of them came first.
double auc(std::vector<Outcome> outcomes) {
  std::sort(outcomes.begin(), outcomes.end(),
            [](const Outcome& a, const Outcome& b) { return a.probability < b.probability; });
  double silent = 0, ranks = 0;
  for (std::size_t from = 0, to = 0; from < outcomes.size(); from = to) {
    while (to < outcomes.size() && outcomes[to].probability == outcomes[from].probability) ++to;
    const double rank = (static_cast<double>(from + to) + 1) / 2;
    for (std::size_t i = from; i < to; ++i) {
      if (!outcomes[i].silent) continue;
      silent += 1;
      ranks += rank;
    }
  }
  const double others = static_cast<double>(outcomes.size()) - silent;
  if (silent == 0 || others == 0) return 0.5;
  return (ranks - silent * (silent + 1) / 2) / (silent * others);
}

double brier(std::span<const Outcome> outcomes) {
  double sum = 0;
  for (const Outcome& one : outcomes)
    sum += (one.probability - (one.silent ? 1 : 0)) * (one.probability - (one.silent ? 1 : 0));
  return outcomes.empty() ? 0 : sum / static_cast<double>(outcomes.size());
}

std::vector<Bin> bins(std::span<const Outcome> outcomes, int count) {
  std::vector<Bin> all(static_cast<std::size_t>(count));
  for (const Outcome& one : outcomes) {
    Bin& bin = all[static_cast<std::size_t>(std::clamp(static_cast<int>(one.probability * count), 0, count - 1))];
    ++bin.customers;
    bin.said += one.probability;
    bin.came += one.silent ? 1 : 0;
  }
  for (Bin& bin : all) {
    if (bin.customers == 0) continue;
    bin.said /= static_cast<double>(bin.customers);
    bin.came /= static_cast<double>(bin.customers);
  }
  return all;
}

double calibration_error(const std::vector<Bin>& bins) {
  double sum = 0, customers = 0;
  for (const Bin& bin : bins) {
    sum += static_cast<double>(bin.customers) * std::fabs(bin.said - bin.came);
    customers += static_cast<double>(bin.customers);
  }
  return customers == 0 ? 0 : sum / customers;
}

std::vector<Gap> gaps_after(const Past& past, DayNumber fit_day, int silence_days) {
  struct Last {
    Timestamp at{};
    int days = 0;
  };
  std::vector<Last> last(past.customers.size());
  std::vector<Gap> gaps;
  const DayNumber end = past.last_day();
  const auto add = [&](std::uint32_t customer, Timestamp until) {
    const Last& begin = last[customer];
    const DayNumber day = day_of(begin.at);
    if (begin.days == 0 || day <= fit_day || day > end - silence_days) return;
    gaps.push_back({customer, begin.at, std::chrono::duration<double, std::ratio<86400>>(until - begin.at).count(),
                    begin.days - 1});
  };
  for (const PastEvent& event : past.events) {
    Last& before = last[event.customer];
    const bool is_new_day = before.days == 0 || day_of(event.at) != day_of(before.at);
    if (is_new_day) {
      add(event.customer, event.at);
      ++before.days;
    }
    before.at = event.at;
  }
  for (std::uint32_t customer = 0; customer < last.size(); ++customer) add(customer, past.events.back().at);
  return gaps;
}

AlarmScore score(std::span<const Gap> gaps, const std::vector<Alarm>& alarms, int silence_days) {
  std::vector<std::vector<Timestamp>> by_customer;
  for (const Alarm& alarm : alarms) {
    by_customer.resize(std::max(by_customer.size(), std::size_t{alarm.customer} + 1));
    by_customer[alarm.customer].push_back(alarm.at);  // they come by time
  }
  AlarmScore sum;
  double lead = 0;
  for (const Gap& gap : gaps) {
    const bool is_gone = gap.days >= silence_days;
    ++sum.gaps;
    sum.gone += is_gone ? 1 : 0;
    if (gap.customer >= by_customer.size()) continue;
    const auto& times = by_customer[gap.customer];
    const auto first = std::lower_bound(times.begin(), times.end(), gap.from);
    if (first == times.end()) continue;
    const double silent = std::chrono::duration<double, std::ratio<86400>>(*first - gap.from).count();
    if (silent >= gap.days || silent >= silence_days) continue;
    ++sum.alarms;
    if (!is_gone) continue;
    ++sum.right;
    lead += silence_days - silent;
  }
  if (sum.gone > 0) sum.lead_days = lead / static_cast<double>(sum.gone);
  return sum;
}

}  // namespace earshot::backtest
