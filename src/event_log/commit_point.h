// The moments of a commit at which a test lets an engine die.
#pragma once

#include <array>
#include <functional>

namespace earshot {

enum class CommitPoint { before_log, after_log, before_state, after_state };

inline constexpr std::array kCommitPoints{CommitPoint::before_log, CommitPoint::after_log, CommitPoint::before_state,
                                          CommitPoint::after_state};

// Called at each point of each write, on the thread that writes. When it returns false the engine is dead: it writes
// nothing more, takes nothing more and calls nobody, as if its process had ended there.
using CommitHook = std::function<bool(CommitPoint)>;

}  // namespace earshot
