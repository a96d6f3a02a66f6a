// Carries a log over into a directory where none is, record for record and offset for offset, so that whatever points
// into the log stays right and the state that is folded from it has the same digest.
#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "event_log/topic_spec.h"

namespace earshot {

// `positions` are those of the tasks in `from`, `facts` those of its facts that are to be kept. Nobody may write to
// `from` meanwhile: Conflict if somebody did, if its inputs no longer have their first records, or if there is a log in
// the directory.
struct EmbeddedCopy {
  const LogReader& from;
  std::vector<TopicSpec> topics{};
  std::vector<std::uint8_t> inputs{};  // topics that tasks read
  std::function<Result<std::vector<Position>>()> positions{};
  std::vector<std::pair<std::string, std::string>> facts{};
  std::filesystem::path to{};  // the log's directory
  std::function<void(std::int64_t done)> progress{};
};
Result<std::int64_t> copy_to_directory(const EmbeddedCopy& copy);  // records

}  // namespace earshot
