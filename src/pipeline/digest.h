// One number for all of state: SHA-256 over keys and values of every processor's values and timers, in key order, with
// positions and partition numbers left out. Two stores that were folded from the same log have the same digest,
// whatever the engine, the batches or the crashes on the way.
#pragma once

#include <string>

#include "earshot/state_store.h"

namespace earshot {

Result<std::string> state_digest(const StateStore& store, int partitions);

}  // namespace earshot
