// The life of one Earshot under faults, told by a seed: history is imported, then days pass with deliveries, repeats,
// late and jumping time, commands and changes of settings; at any moment the process may die, with less state than it
// had, and is started again. The laws are looked at after each death and at the end.
//
// What was done is kept in a journal, call by call, as far as it survived. A second Earshot that never dies does the
// same calls with other batches, and must hold the same state and have published the same.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "property/simulation/engine.h"

namespace earshot::test {

// What somebody asked of Earshot, and it did.
struct Call {
  enum class Kind { delivery, settings, import };
  Kind kind = Kind::delivery;
  Timestamp clock{};            // what the wall showed
  std::vector<Event> events{};  // delivered, or one config.changed, or history
  std::vector<DeadLetter> letters{};
  bool lives = false;  // import: into a log that lives
  int batch = 0;
};

class Life {
 public:
  struct Counts {
    int deaths = 0;
    int acknowledged = 0;
    int offered = 0;
    int repeats = 0;
    int cases = 0;
    std::size_t records = 0;
  };

  Life(std::uint64_t seed, Tampering tampering);

  // What is wrong; empty when every law holds.
  std::string live();

  const Counts& counts() const { return counts_; }

 private:
  struct InFlight {
    std::size_t records = 0;
    std::vector<Call> calls;
  };

  // Does `work`; when the process dies in it, starts another one. False after a death.
  template <class Work>
  bool survives(const Work& work);
  void arm();
  void start();
  void end_process();
  void lose_state();
  void settle_survivors();
  void settle(InFlight& commit);
  void on_done(const Result<void>& result);
  void complain(std::string what);
  bool well() const { return wrong_.empty(); }

  void import_history(bool lives);
  void pass_day();
  void move_clock();
  void deliver();
  void do_commit();
  void change_settings();
  std::vector<Event> draw_delivery();
  std::vector<CaseChanged> known_cases();
  void drain();

  void check_state();
  void check_at_end();
  void check_clean_run();

  Random random_;
  Tampering tampering_;
  World world_;
  Engine::Settings settings_;
  bool deadly_ = true;
  Disks disks_;
  Fate fate_;
  std::unique_ptr<Engine> engine_;
  Timestamp clock_ = kSimulationBegins;
  std::int64_t settings_version_ = 0;

  std::vector<Call> journal_;
  std::vector<Call> open_calls_;  // since the last commit was handed over
  std::deque<InFlight> in_flight_;
  std::size_t settled_records_ = 0;
  bool failed_ = false;  // a commit was refused: the process must end

  struct Offered {
    Event event;
    Timestamp at{};
  };
  std::vector<Offered> offered_;  // the newest: what may come again
  std::vector<Event> unanswered_;
  std::vector<Event> history_;  // imported
  std::set<std::string> acknowledged_;
  std::string wrong_;
  Counts counts_;
};

}  // namespace earshot::test
