// Carries a log over into an empty place in Kafka, record for record and offset for offset, so that whatever points
// into the log stays right and the state that is folded from it has the same digest.
#pragma once

#include <functional>
#include <vector>

#include "event_log/kafka.h"

namespace earshot {

// `positions` are those of the tasks in `from`; `facts` its facts that are to be kept. The topics are made if they are
// not there. Conflict if they hold something, or if `from` no longer has its first records.
struct KafkaCopy {
  const LogReader& from;
  std::vector<Position> positions{};
  std::vector<std::pair<std::string, std::string>> facts{};
  KafkaLog::Settings to{};
  std::function<void(std::int64_t done, std::int64_t of)> progress{};
};
Result<std::int64_t> copy_to_kafka(const KafkaCopy& copy);  // records

}  // namespace earshot
