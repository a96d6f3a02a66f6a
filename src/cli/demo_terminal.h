// What the demo shows while it runs: a line for everything a team would want to know, as it is committed.
#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "cli/demo_company.h"
#include "earshot/event_log.h"
#include "event/codec.h"
#include "event_log/follower.h"

namespace earshot::cli {

class DemoTerminal {
 public:
  DemoTerminal(const LogReader& log, const std::vector<TopicSpec>& topics);

  // Reads what is committed already and prints the newest of it; gives the changes of cases, oldest first. What is
  // older than `now` is not printed later.
  std::vector<CaseChanged> show_history(const DemoCompany& company, Timestamp now);

  // Prints what is new; gives the changes of cases among it.
  std::vector<CaseChanged> show_news(const DemoCompany& company, Timestamp now);

 private:
  void show(const SignalChanged& signal, Timestamp at, const DemoCompany& company);
  void show(const CaseChanged& change, Timestamp at, const DemoCompany& company);
  std::vector<CaseChanged> read_news(const DemoCompany& company);
  void line(Timestamp at, const char* colour, const char* word, const std::string& who, const std::string& what);
  void status(Timestamp now);

  Follower news_;
  EventDecoder decoder_;
  bool in_colour_;
  bool keeps_lines_ = false;  // while history is read, only the newest lines are of interest
  std::deque<std::pair<Timestamp, std::string>> lines_;
  Timestamp prints_from_ = kEarliest;
  std::int64_t open_cases_ = 0;
  std::int64_t silent_ = 0;
  std::int64_t unhappy_ = 0;
  std::int64_t resolved_ = 0;
  Timestamp last_status_{};
};

}  // namespace earshot::cli
