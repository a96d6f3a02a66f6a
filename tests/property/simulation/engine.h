// An Earshot in memory that can die at any moment of its life, and what it leaves behind.
//
//     pump ──► watched (counts, kills) ──► tampered (a fault put in on purpose, or nothing) ──► MemoryLog ──► Disks
//
// Death is an exception that no product code knows of: it ends whatever runs, and only the disks stay.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "event_log/memory.h"
#include "pipeline/live.h"
#include "pipeline/pump.h"
#include "property/simulation/world.h"
#include "state_store/memory.h"

namespace earshot::test {

struct Killed {};

// What outlives a process.
struct Disks {
  MemoryDisk log;
  std::unique_ptr<MemoryStore> state = std::make_unique<MemoryStore>(MemoryStore::Settings{.can_lose = true});
};

// A fault of the engine or of the processors. Nothing: all is well.
struct Tampering {
  std::function<std::unique_ptr<EventLog>(EventLog& log, StateStore& state)> engine{};
  std::function<void(ImportRules& rules)> rules{};
  std::function<void(std::vector<MakeProcessor>& processors)> processors{};
};

// When the process dies: at the n-th record it emits, or at the n-th passing of a point of a commit.
struct Fate {
  int emits = 0;  // 0: not so
  std::optional<CommitPoint> point{};
  int passings = 0;
};

class Engine {
 public:
  struct Settings {
    int partitions = 4;
    bool gaps = false;
    std::size_t commits_waiting_max = 0;
    Tampering tampering{};
  };

  // Hears of every commit: how many records it holds, and later how it ended. A commit nobody hears of again died.
  struct Watcher {
    std::function<void(std::size_t records)> handed_over = [](std::size_t) {};
    std::function<void(const Result<void>&)> done = [](const Result<void>&) {};
  };

  Engine(Disks& disks, Settings settings, Fate fate, Watcher watcher);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Opens, catches up. May be killed on the way.
  Result<void> start();

  Pump& pump() { return *pump_; }
  MemoryLog& log() { return *memory_; }
  const ImportRules& rules() const { return rules_; }

  void commit();
  bool write_one() { return memory_->write_one(); }
  // While it is on, every commit is written before the call returns.
  void write_at_once(bool on) { at_once_ = on; }
  // The next write of state fails.
  void fail_state() { state_fails_ = true; }

  // What is wrong with where log and state stand; empty when state is behind or level.
  std::string state_ahead();

 private:
  class Watched;
  class Shaky;

  bool pass(CommitPoint point);

  Disks& disks_;
  Settings settings_;
  Fate fate_;
  Watcher watcher_;
  ImportRules rules_;
  bool at_once_ = true;
  bool state_fails_ = false;
  bool state_was_ahead_ = false;
  std::unique_ptr<Shaky> shaky_;
  std::unique_ptr<MemoryLog> memory_;
  std::unique_ptr<EventLog> tampered_;
  std::unique_ptr<Watched> watched_;
  std::unique_ptr<Pump> pump_;
};

std::vector<TopicSpec> simulated_topics(int partitions);

// The state as a fresh process makes it from the log alone: by folding it again in the order of a replay, or by
// catching up from nothing.
Result<std::string> replayed_digest(Engine& engine, int partitions);
Result<std::string> rebuilt_digest(Disks& disks, int partitions, bool gaps);

}  // namespace earshot::test
