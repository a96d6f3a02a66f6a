// A service that learns its customers' rhythms by itself: so many days after the newest fit it fits again, beside
// everything else.
//
// What is found is offered at the front door like any event, and applies from its position in the log; so a replay,
// which fits nothing, finds the same. The state is read on a thread of low priority, and no fold waits for it. Too few
// customers to go by are left to the defaults; `earshot fit` fits also these. Where processes share the log, one that
// has not all of the customers fits nothing.
#pragma once

#include <thread>

#include "cli/config.h"
#include "earshot/event_log.h"
#include "earshot/state_store.h"
#include "pipeline/live.h"
#include "telemetry/log.h"

namespace earshot::cli {

class Refit {
 public:
  // All must outlive it.
  struct Parts {
    const StateStore& state;
    const EventLog& log;
    const Config& config;
    Live& live;
    const Clock& clock;
    Log& lines;
  };

  explicit Refit(Parts parts) : parts_(parts) {}

  // Looks now and then from here on, on a thread of its own, which the destructor ends. Not where the configuration
  // wants no fits.
  void begin();

  // Fits and offers what was found if that is due now; looks again tomorrow at the earliest. One thread.
  void look(std::stop_token stop = {});

 private:
  void run(std::stop_token stop);
  Result<std::vector<Event>> due(Timestamp now, std::stop_token stop) const;

  Parts parts_;
  Timestamp next_look_ = kEarliest;
  std::jthread thread_;
};

}  // namespace earshot::cli
