// How the API finds values of the processors in a state store.
#pragma once

#include "api/queries.h"
#include "earshot/event_log.h"
#include "earshot/state_store.h"

namespace earshot::cli {

// The store must outlive the view.
api::StateView state_view(const StateStore& store, int partitions, std::string secret);

// The same of a process that has the state of some tasks. The log must outlive it, too.
api::StateView state_view(const StateStore& store, const EventLog& log, int partitions, std::string secret);

}  // namespace earshot::cli
