// The demo's side of the simulated company: its payloads taken through the real connectors, and its agents, who look
// after the cases that Earshot gives them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "earshot/connector.h"
#include "earshot/result.h"
#include "simulation/company.h"

namespace earshot::cli {

struct DemoItems {
  std::vector<Event> events;
  std::vector<DeadLetter> letters;
};

class DemoCompany {
 public:
  struct Settings {
    std::uint64_t seed = 1;
    int customers = 1200;
  };
  explicit DemoCompany(Settings settings);

  // As a fact of the log, and back.
  std::string describe() const;
  static Result<DemoCompany> described(const std::string& text);

  Timestamp live_from() const;

  // The first 180 days.
  DemoItems history();

  // From here on deliver_until gives what happens; what happened before is gone through once more, to know whose keys
  // are whose.
  void go_live(Timestamp from);
  std::vector<Event> deliver_until(Timestamp now);

  // An agent reads of a case that is theirs and will do something about it.
  void hear_of(const CaseChanged& change, Timestamp now);

  // What the imported history left open, which knows no agents: they tell now what they did then, and do the newest of
  // it in the days that follow.
  void work_off(const std::vector<CaseChanged>& history, Timestamp now);

  // The identity key behind a hash, of those that were delivered by this process; the hash itself otherwise.
  std::string key_of(KeyHash facet) const;

 private:
  void take(std::vector<simulation::Payload> payloads, DemoItems& items);
  void act(Timestamp now, std::vector<Event>& events);
  void plan(Timestamp at, Command command, KeyHash facet);

  struct Plan {
    Command command;
    KeyHash facet;
  };

  Settings settings_;
  std::unique_ptr<simulation::Company> company_;
  std::map<std::string, std::unique_ptr<Connector>> connectors_;
  std::map<KeyHash, std::string> keys_;
  std::multimap<Timestamp, Plan> plans_;
  Timestamp delivered_{};
  std::uint64_t actions_ = 0;
};

}  // namespace earshot::cli
