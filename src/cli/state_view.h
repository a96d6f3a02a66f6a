// How the API finds values of the processors in a state store.
#pragma once

#include "api/queries.h"
#include "cli/peers.h"
#include "earshot/event_log.h"
#include "earshot/state_store.h"

namespace earshot::cli {

// The store must outlive the view.
api::StateView state_view(const StateStore& store, int partitions, std::string secret);

// The state of the tasks that a worker of this process has. Both must outlive the views.
struct StateHeld {
  const StateStore& store;
  const EventLog& log;
};

// What this process keeps itself, and why it does not: another process has the task.
api::ReadState state_here(std::vector<StateHeld> held, int partitions);

// The state of all tasks, of which other processes may have some: they are asked. The peers must outlive it, too.
api::StateView state_view(std::vector<StateHeld> held, Peers& peers, int partitions, std::string secret);

}  // namespace earshot::cli
