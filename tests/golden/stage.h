// The whole pipeline in memory: the five processors on the memory engine, a front door, and a list of what they
// publish.
//
// Lines come in as a file of CloudEvents would, through the connector; time moves with their times and with ticks. At
// the end the log can be replayed, which must give the state that is there.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "earshot/connector.h"
#include "event/codec.h"
#include "event_log/memory.h"
#include "pipeline/pump.h"
#include "processors/intake/intake.h"
#include "state_store/memory.h"

namespace earshot::golden {

class Stage {
 public:
  struct Settings {
    int partitions = 4;
    bool commits_each_line = true;  // false: once, at the end
  };
  using Published = std::function<void(const Event& event)>;  // of the topics that other systems read

  Stage(const Analyse& analyse, Settings settings, Published published);

  // One event from outside, a command, a control event, or a tick, which lets time pass up to its own.
  void play(std::string_view line, int number);

  // Commits, replays the log, and gives both digests.
  struct Digests {
    std::string live;
    std::string replayed;
  };
  Digests finish();

 private:
  void append(Event event);
  void append_control(Event event);
  void pass_time_to(Timestamp to);
  void run(Timestamp to);
  void commit();

  Settings settings_;
  std::vector<MakeProcessor> processors_;
  std::unique_ptr<Connector> connector_;
  EventDecoder decoder_;
  MemoryDisk disk_;
  MemoryStore state_;
  std::unique_ptr<MemoryLog> log_;
  std::unique_ptr<Pump> pump_;
  Timestamp now_{};
};

}  // namespace earshot::golden
