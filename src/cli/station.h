// Puts the pieces together for one data directory: state store, event log, processors, pump. The only place that knows
// which engines and processors there are.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "cli/config.h"
#include "cli/read_ahead.h"
#include "cli/tenant_texts.h"
#include "earshot/event_log.h"
#include "event_log/topic_spec.h"
#include "pipeline/import.h"
#include "pipeline/pump.h"
#include "state_store/rocks.h"
#include "text/analyzer.h"

namespace earshot::cli {

// Of the values in the state store. A new one makes every start rebuild the state from the log: for when values of old
// would be misread.
inline constexpr const char* kStateFormat = "7";

using Progress = std::function<void(const std::string& what, std::int64_t done, std::int64_t of)>;

// The processors of a configuration, in the order of the picture.
std::vector<MakeProcessor> make_processors(const Config& config, const Analyzer& analyzer);

// The same for a replay, which publishes nothing: what a text says goes into events and never into state, so no text is
// read.
std::vector<MakeProcessor> make_replay_processors(const Config& config);

inline constexpr const char* kConfigSource = "/earshot/config";

// A fact of the log: something was recorded outside an import.
inline constexpr const char* kLivesFact = "lives";

// The topics, in the order of the picture.
std::vector<TopicSpec> topics_of(const Config& config);

class Station {
 public:
  // Where processes share the log: one that folds its share of the tasks, one that folds none, or one that only looks
  // at the state of all of them. In a data directory there is one process, and no difference.
  enum class Part { folds, writes, looks };

  // Opens or creates the data directory. A state store that is damaged or of another format is moved aside and rebuilt
  // from the log.
  static Result<std::unique_ptr<Station>> open(const Config& config, const Progress& progress, Part part = Part::folds);

  Pump& pump() { return *pump_; }
  EventLog& log() { return *log_; }
  const EventLog& log() const { return *log_; }
  StateStore& state() { return *state_; }
  const Config& config() const { return config_; }
  const Analyzer& analyzer() const { return *analyzer_; }

  // For those who are about to offer an event: its text is read on their thread. Any thread.
  void read_ahead(const Event& event) { read_ahead_->read(event); }

  // Puts into the log what of the configuration, or of some of its sections, differs from what is in force there.
  Result<void> record_config() { return record_config(config_.sections); }
  Result<void> record_config(const std::map<std::string, std::string>& sections);

  // What of a section only the program can check. Any thread.
  Result<void> check_settings(std::string_view section, std::string_view settings) const;

  // Something was recorded outside an import: from now on imports are late events. Kept in the log.
  Result<void> begin_to_live();
  bool lives() const;

  // Commits what the pump holds and waits until it is durable.
  Result<void> commit();

  std::vector<TopicSpec> topics() const { return topics_of(config_); }
  ImportRules import_rules() const;

  // Which one takes the event in, of those that `feedback` gets. Any thread.
  TopicPartition task_of(const Event& event) const {
    return pump_->partition_of(Topic::feedback, import_rules().record_key(event));
  }

 private:
  Station() = default;
  Result<void> open_log(const Progress& progress, Part part);
  std::future<Result<void>> begin_commit();
  Result<void> fold_what_is_there();
  static Result<std::unique_ptr<Station>> open_once(const Config& config, const Progress& progress, Part part);

  Config config_;
  std::unique_ptr<Analyzer> analyzer_;
  std::unique_ptr<ReadAhead> read_ahead_;
  std::unique_ptr<TenantTexts> tenant_texts_;  // the pump's thread
  bool catches_up_ = true;                     // with outputs suppressed; the pump's thread
  std::unique_ptr<RocksStore> state_;
  std::unique_ptr<EventLog> log_;
  std::unique_ptr<Pump> pump_;
};

}  // namespace earshot::cli
