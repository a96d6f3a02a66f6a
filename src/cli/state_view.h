// How the API finds values of the processors in a state store.
#pragma once

#include "api/queries.h"
#include "cli/peers.h"
#include "earshot/event_log.h"
#include "earshot/state_store.h"

namespace earshot::cli {

// The store must outlive the view.
api::StateView state_view(const StateStore& store, int partitions, std::string secret);

// What this process keeps itself, and why it does not: another process has the task.
api::ReadState state_here(const StateStore& store, const EventLog& log, int partitions);

// The state of all tasks, of which other processes may have some: they are asked. The log and the peers must outlive it, too.
api::StateView state_view(const StateStore& store, const EventLog& log, Peers& peers, int partitions, std::string secret);

}  // namespace earshot::cli
