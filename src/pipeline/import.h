// Records history as if Earshot had been there.
//
// Into a log that has not begun to live, an event's recorded time is its own time, in order, so timers fire between
// events as they would have. Into a log that lives, history is late events: they count, and move neither recency nor
// the clock. Known events are skipped, so an import that was killed and is run again ends in the same state as one that
// was not.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "pipeline/pump.h"
#include "pipeline/sorter.h"

namespace earshot {

// What the import must know of the processors: the pipeline itself knows none.
struct ImportRules {
  std::function<std::string(const Event&)> record_key;  // of an event from outside
  std::function<bool(const Event&, std::string_view record_key, ValueView& values)>
      is_known;  // taken before, with this content
  std::function<Timestamp(ValueView& values)> imported_until;
  // Gives settings from outside their version; false if they are in force. Without `values` another process keeps them.
  std::function<bool(Event& changed, ValueView* values)> number_settings;
};

struct ImportCounts {
  std::int64_t accepted = 0;
  std::int64_t duplicate = 0;
  std::int64_t rejected = 0;  // dead letters
};

class Import {
 public:
  struct Settings {
    std::string tenant;
    Timestamp wall_clock{};  // what is later lies in the future
    bool lives = false;      // something was recorded outside an import
    int batch = 1000;        // events per commit
    std::filesystem::path temporary;
    std::size_t sort_bytes_max = std::size_t{64} << 20;
  };

  Import(Pump& pump, ImportRules rules, Settings settings);

  // What cannot be history (a command, a time in the future) becomes a dead letter.
  Result<void> add(Event event);
  Result<void> add(DeadLetter letter);

  // Everything that was added goes into the log and through the processors. Blocks until it is durable.
  Result<ImportCounts> run(const std::function<void(std::int64_t done, std::int64_t of)>& progress);

 private:
  Result<void> refuse(const Event& event, DeadLetterReason reason, std::string detail);
  Result<void> take(const Event& event, ImportCounts& counts);
  Result<void> commit_and_wait();

  Pump& pump_;
  ImportRules rules_;
  Settings settings_;
  TimeSorter sorter_;
  TimeSorter letters_;  // all of one time: they keep their order
  Timestamp until_{};
};

}  // namespace earshot
