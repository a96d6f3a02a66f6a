// Where state is kept: a sorted map of bytes. It knows nothing of what the bytes mean.
//
// State is a cache of the log: losing it costs time, never facts. An engine writes it after the log, one batch per
// commit.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "earshot/result.h"

namespace earshot {

struct StateWrite {
  std::string key;
  std::optional<std::string> value;  // nothing: erase
};

class StateStore {
 public:
  virtual ~StateStore() = default;

  // Any thread. Sees whole batches only.
  virtual Result<std::optional<std::string>> get(std::string_view key) const = 0;

  // All of the writes or none. Any thread; who writes the same key on two threads does not know which one stays.
  virtual Result<void> write(const std::vector<StateWrite>& batch) = 0;

  // Calls `visit` for every key that begins with `prefix` and is not below `from`, in key order, on one consistent
  // view, until it returns false. Any thread. The views are valid during the call only.
  using Visit = std::function<bool(std::string_view key, std::string_view value)>;
  virtual Result<void> scan(std::string_view prefix, std::string_view from, const Visit& visit) const = 0;

  // Puts everything written so far where a crash of the machine cannot reach it.
  virtual Result<void> flush() = 0;
};

}  // namespace earshot
