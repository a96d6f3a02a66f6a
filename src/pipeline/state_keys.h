// The keys of the state store: partition, processor, then what the processor chose.
//
//     2 bytes  partition, big endian
//     1 byte   topic of the processor's input (which names the processor)
//     1 byte   'v' a value: record key, 0, name        'w' a timer: 8 bytes due (big endian milliseconds), record key, 0, name
//
// So a partition can be scanned, exported and dropped alone, and a processor's timers are read in the order they are
// due.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "earshot/event_log.h"
#include "earshot/processor.h"

namespace earshot {

inline constexpr char kValueRow = 'v';
inline constexpr char kTimerRow = 'w';

std::string row_prefix(TopicPartition input, char row);
void set_value_key(std::string& key, TopicPartition input, std::string_view record_key, std::string_view name);
std::string value_key(TopicPartition input, std::string_view record_key, std::string_view name);
std::string timer_key(TopicPartition input, const Timer& timer);
Timer parse_timer_key(std::string_view key);
Timestamp due_of_timer_key(std::string_view key);
std::string_view record_key_of_timer_key(std::string_view key);

// Whose key it is, and all that the keys of a task begin with.
TopicPartition task_of_key(std::string_view key);
std::vector<std::string> prefixes_of_task(TopicPartition input);

// Where a task keeps its now. Beside the positions, and left out of digests with them.
std::string now_key(TopicPartition input);

}  // namespace earshot
