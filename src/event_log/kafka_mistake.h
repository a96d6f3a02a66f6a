// Mistakes that the crash tests must find. The product is built without one; a test builds the engine again with each.
#pragma once

#ifndef EARSHOT_KAFKA_MISTAKE
#define EARSHOT_KAFKA_MISTAKE none
#endif

namespace earshot::kafka {

enum class Mistake {
  none,
  state_first,        // state is written before the transaction is committed
  restore_to_stable,  // a restore ends at the last stable offset
  unfenced,           // commit whatever the generation
  offsets_back        // a position of the log may move back
};
inline constexpr Mistake kMistake = Mistake::EARSHOT_KAFKA_MISTAKE;

}  // namespace earshot::kafka
