// Activity to look back on: who, and when. From a file of rows in any order, or from an event log.
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "earshot/event_log.h"
#include "earshot/result.h"
#include "earshot/time.h"
#include "processors/customer/days.h"
#include "processors/customer/settings.h"

namespace earshot::backtest {

struct PastEvent {
  Timestamp at{};
  std::uint32_t customer = 0;  // index into Past::customers
};

struct Past {
  std::vector<std::string> customers;  // names, in the order in which they were met
  std::vector<PastEvent> events;       // by time; of one time in the order of the file
  std::vector<std::string> segments;   // of each customer, as known at the end; empty: there are none
  std::int64_t refused = 0;            // rows that could not be read
  std::string first_refusal;           // for a person

  DayNumber last_day() const { return events.empty() ? 0 : day_of(events.back().at); }
  // The days on which each customer was active, ascending; by customer.
  std::vector<std::vector<DayNumber>> active_days() const;
};

struct EventFile {
  std::filesystem::path path;      // CSV with a header, plain or .gz
  std::set<std::string> activity;  // values of column `type` that are activity; empty: every row is
  std::vector<std::pair<std::string, std::string>> where;  // column and value; all other rows are passed over
  std::string segment{};  // column that says in which segment a customer is: their first row counts
};

// Columns: `customer_id`, `ts` (RFC 3339 or a date, UTC), and `type` if `activity` is given. NotFound and Invalid with
// the remedy.
Result<Past> read_events(const EventFile& file);

// What `settings` count as activity of the customers of one tenant, as it was recorded; customers go by their ids.
Result<Past> read_log(const LogReader& log, int partitions, std::string_view tenant, const CustomerSettings& settings);

}  // namespace earshot::backtest
