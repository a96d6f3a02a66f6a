#include "property/simulation/life.h"

#include <algorithm>
#include <filesystem>

#include "event/codec.h"
#include "pipeline/digest.h"
#include "property/simulation/ledger.h"

namespace earshot::test {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

// Live events are known again for 30 days. A source that repeats later than that is another source.
constexpr days kRepeatedWithin{20};

// Does a call on an engine; what is done is not yet committed, unless it is an import.
Result<void> carry_out(Engine& engine, const Call& call) {
  Pump& pump = engine.pump();
  switch (call.kind) {
    case Call::Kind::delivery: {
      const Timestamp now = std::max(call.clock, pump.now());
      std::vector<Event> events = call.events;
      auto outcome = Live::deliver(pump, engine.rules(), std::string(kSimulatedTenant), now, events);
      if (!outcome) return std::move(outcome.error());
      return pump.run_before(now);
    }
    case Call::Kind::settings: {
      Event event = call.events.front();
      event.time = event.recorded = pump.now();
      pump.append_everywhere(event);
      return pump.run_before(pump.now());
    }
    case Call::Kind::import: {
      Import::Settings settings;
      settings.tenant = kSimulatedTenant;
      settings.wall_clock = call.clock;
      settings.lives = call.lives;
      settings.batch = call.batch;
      settings.temporary = std::filesystem::temp_directory_path();
      Import import(pump, engine.rules(), settings);
      for (const Event& event : call.events) {
        if (auto added = import.add(event); !added) return added;
      }
      for (const DeadLetter& letter : call.letters) {
        if (auto added = import.add(letter); !added) return added;
      }
      auto counts = import.run({});
      if (!counts) return std::move(counts.error());
      return {};
    }
  }
  return {};
}

}  // namespace

Life::Life(std::uint64_t seed, Tampering tampering) : random_(seed), tampering_(std::move(tampering)), world_(random_) {
  static constexpr int kPartitions[] = {1, 2, 3, 5};
  settings_.partitions = kPartitions[random_.below(4)];
  settings_.gaps = random_.chance(0.15);
  settings_.commits_waiting_max = random_.chance(0.5) ? 0 : random_.below(4);
  settings_.tampering = tampering_;
  deadly_ = random_.chance(0.9);
}

std::string Life::live() {
  start();
  if (well()) survives([&] { change_settings(); });
  if (well() && random_.chance(0.6)) import_history(false);
  if (well() && random_.chance(0.15)) import_history(false);
  for (std::int64_t left = random_.between(3, random_.chance(0.2) ? 25 : 10); left > 0 && well(); --left) pass_day();
  if (well()) check_at_end();
  return wrong_;
}

void Life::complain(std::string what) {
  if (wrong_.empty()) wrong_ = std::move(what);
}

// ---- life and death -------------------------------------------------------------------------------------------------

template <class Work>
bool Life::survives(const Work& work) {
  try {
    work();
    if (!failed_) return true;
  } catch (const Killed&) {
  }
  end_process();
  if (well()) start();
  return false;
}

void Life::arm() {
  fate_ = {};
  if (!deadly_ || !random_.chance(0.35)) return;
  if (random_.chance(0.4)) {
    fate_.emits = static_cast<int>(random_.between(1, 30));
  } else {
    fate_.point = kCommitPoints[random_.below(kCommitPoints.size())];
    fate_.passings = static_cast<int>(random_.between(1, 3));
  }
}

void Life::start() {
  while (true) {
    arm();
    Engine::Watcher watcher;
    watcher.handed_over = [this](std::size_t records) {
      in_flight_.push_back({records, std::exchange(open_calls_, {})});
    };
    watcher.done = [this](const Result<void>& result) { on_done(result); };
    engine_ = std::make_unique<Engine>(disks_, settings_, fate_, std::move(watcher));
    try {
      auto started = engine_->start();
      if (!started) return complain("a start is refused: " + started.error().message);
      if (const std::string ahead = engine_->state_ahead(); !ahead.empty()) return complain(ahead);
      if (random_.chance(0.2)) check_state();
      engine_->write_at_once(false);
      return;
    } catch (const Killed&) {
      end_process();
      if (!well()) return;
    }
  }
}

void Life::end_process() {
  ++counts_.deaths;
  if (engine_->log().is_dead()) complain("the engine died by itself");
  const std::string ahead = engine_->state_ahead();
  engine_.reset();
  if (!ahead.empty()) complain(ahead);
  failed_ = false;
  settle_survivors();
  lose_state();
}

// A store without a write-ahead log loses what it had not flushed; a careless operator loses all of it.
void Life::lose_state() {
  const double dice = random_.unit();
  if (dice < 0.1) {
    disks_.state = std::make_unique<MemoryStore>(MemoryStore::Settings{.can_lose = true});
  } else if (dice < 0.6) {
    disks_.state->lose_after(random_.below(disks_.state->unflushed_batches() + 1));
  } else if (dice < 0.8) {
    (void)disks_.state->flush();  // memory cannot refuse
  }
}

// A commit is there as a whole or not at all, and the earlier ones with it: the number of records says which.
void Life::settle_survivors() {
  const std::size_t there = disks_.log.records();
  while (!in_flight_.empty() && settled_records_ + in_flight_.front().records <= there) {
    settle(in_flight_.front());
    in_flight_.pop_front();
  }
  if (settled_records_ != there) complain("a part of a commit is in the log, or what was never handed over");
  for (const InFlight& lost : in_flight_) {
    for (const Call& call : lost.calls) unanswered_.insert(unanswered_.end(), call.events.begin(), call.events.end());
  }
  for (const Call& call : open_calls_) unanswered_.insert(unanswered_.end(), call.events.begin(), call.events.end());
  in_flight_.clear();
  open_calls_.clear();
}

void Life::settle(InFlight& commit) {
  settled_records_ += commit.records;
  for (Call& call : commit.calls) journal_.push_back(std::move(call));
}

void Life::on_done(const Result<void>& result) {
  if (!result) {
    failed_ = true;
    return;
  }
  if (in_flight_.empty()) return complain("a commit was done that was never handed over");
  InFlight commit = std::move(in_flight_.front());
  in_flight_.pop_front();
  for (const Call& call : commit.calls) {
    if (call.kind != Call::Kind::delivery) continue;
    for (const Event& event : call.events) acknowledged_.insert(name_of_input(event));
  }
  settle(commit);
}

void Life::drain() {
  while (engine_->write_one()) continue;
}

// ---- what happens
// -----------------------------------------------------------------------------------------------------

void Life::import_history(bool lives) {
  Call call;
  call.kind = Call::Kind::import;
  call.clock = clock_;
  call.lives = lives;
  std::vector<Event>& events = call.events;
  if (!lives && random_.chance(0.3)) events = history_;  // an import goes on where another one ended, and repeats it
  const std::int64_t span = random_.between(1, 200) * 24 * 60;
  for (std::int64_t left = random_.between(1, lives || random_.chance(0.8) ? 10 : 40); left > 0; --left) {
    events.push_back(world_.any_event(clock_ - minutes{random_.between(random_.chance(0.03) ? -600 : 0, span)}));
    if (random_.chance(0.1)) events.push_back(events[random_.below(events.size())]);
    if (random_.chance(0.05)) events.push_back(world_.changed(events[random_.below(events.size())]));
  }
  for (std::uint64_t left = random_.below(3); left > 0; --left) call.letters.push_back(world_.any_letter());
  for (const Event& event : events) {
    if (lives) {
      offered_.push_back(
          {event, engine_->pump().now()});  // recorded at the log's now, and known for a while from then on
    } else if (event.time <= clock_) {
      history_.push_back(event);  // known for ever
    }
  }
  while (well()) {
    call.batch = static_cast<int>(random_.between(1, 12));
    const bool done = survives([&] {
      drain();
      engine_->write_at_once(true);
      if (auto imported = carry_out(*engine_, call); !imported)
        complain("an import failed: " + imported.error().message);
      engine_->write_at_once(false);
    });
    if (!done) continue;
    for (const Event& event : events) {
      if (event.time <= clock_) acknowledged_.insert(name_of_input(event));
    }
    journal_.push_back(call);
    return;
  }
}

void Life::pass_day() {
  move_clock();
  const double dice = random_.unit();
  if (dice < 0.8) {
    survives([&] { deliver(); });
  } else if (dice < 0.84) {
    survives([&] { change_settings(); });
  } else if (dice < 0.88) {
    survives([&] { do_commit(); });
    if (well()) import_history(true);
  } else if (dice < 0.94 && deadly_) {
    end_process();
    if (well()) start();
  } else {
    survives([&] {
      if (deadly_) engine_->fail_state();
      deliver();
      do_commit();
      drain();
    });
  }
  if (well() && random_.chance(0.7)) survives([&] { do_commit(); });
  if (well() && random_.chance(0.5)) survives([&] { engine_->write_one(); });
  if (well() && random_.chance(0.3)) survives([&] { drain(); });
}

void Life::move_clock() {
  const double dice = random_.unit();
  if (dice < 0.03) {
    clock_ += days{random_.between(30, 400)};  // somebody has set it
  } else if (dice < 0.1) {
    clock_ -= minutes{random_.between(0, 3 * 24 * 60)};  // back again: the log's time stands still
  } else if (dice < 0.3) {
    clock_ += minutes{random_.between(0, 7 * 24 * 60)};
  } else if (dice < 0.9) {
    clock_ += Millis{random_.between(0, 5 * 60 * 60 * 1000)};
  }
}

void Life::deliver() {
  Call call;
  call.clock = clock_;
  call.events = draw_delivery();
  open_calls_.push_back(call);  // if it dies halfway, it may or may not have happened
  if (auto done = carry_out(*engine_, call); !done) complain("a delivery failed: " + done.error().message);
}

std::vector<Event> Life::draw_delivery() {
  const Timestamp now = std::max(clock_, engine_->pump().now());
  std::erase_if(offered_, [&](const Offered& one) { return now - one.at > kRepeatedWithin; });
  std::vector<Event> events;
  // A source that heard nothing says it again.
  for (const Event& event : std::exchange(unanswered_, {})) {
    const bool known =
        std::any_of(offered_.begin(), offered_.end(), [&](const Offered& one) { return one.event.id == event.id; });
    if (known && !std::holds_alternative<ConfigChanged>(event.body) && random_.chance(0.8)) events.push_back(event);
  }
  for (std::uint64_t left = random_.below(5); left > 0; --left) {
    const double dice = random_.unit();
    if (dice < 0.15 && !offered_.empty()) {
      events.push_back(offered_[random_.below(offered_.size())].event);
      ++counts_.repeats;
      continue;
    }
    if (dice < 0.2 && !history_.empty()) {
      events.push_back(history_[random_.below(history_.size())]);
      ++counts_.repeats;
      continue;
    }
    if (dice < 0.23 && !offered_.empty() && std::holds_alternative<Input>(offered_.back().event.body)) {
      events.push_back(world_.changed(offered_.back().event));
      offered_.push_back({events.back(), offered_.back().at});  // known as long as the first one is
      continue;
    }
    if (dice < 0.45) {
      events.push_back(world_.any_command(known_cases(), now));
    } else if (dice < 0.48) {
      events.push_back(event_of(world_.any_letter(), std::string(kSimulatedTenant)));
    } else {
      // Mostly of now; some late, in any order, some from a clock that is ahead of ours.
      const std::int64_t late = random_.chance(0.7) ? 0 : random_.between(-60, 40 * 24 * 60);
      events.push_back(world_.any_event(now - minutes{late}));
    }
    offered_.push_back({events.back(), now});
  }
  counts_.offered += static_cast<int>(events.size());
  return events;
}

std::vector<CaseChanged> Life::known_cases() {
  std::map<CaseId, CaseChanged> cases;
  EventDecoder decoder;
  for (int partition = 0; partition < settings_.partitions; ++partition) {
    const TopicPartition from{index_of(Topic::cases), static_cast<std::uint16_t>(partition)};
    (void)engine_->log().read(from, 0, 100'000, [&](const StoredRecord& record) {  // the partition is there
      auto event = decoder.decode(record.value);
      if (!event) return true;
      if (auto* changed = std::get_if<CaseChanged>(&event->body))
        cases.insert_or_assign(changed->case_id, std::move(*changed));
      return true;
    });
  }
  std::vector<CaseChanged> found;
  for (auto& [_, changed] : cases) found.push_back(std::move(changed));
  counts_.cases = std::max(counts_.cases, static_cast<int>(found.size()));
  return found;
}

void Life::do_commit() { engine_->commit(); }

void Life::change_settings() {
  Event event;
  ConfigChanged changed{"desk", ++settings_version_, world_.desk_settings()};
  event.id = "desk-" + std::to_string(changed.version);
  event.source = "/earshot/config";
  event.tenant = kSimulatedTenant;
  event.body = std::move(changed);
  Call call;
  call.kind = Call::Kind::settings;
  call.events = {event};
  open_calls_.push_back(call);
  if (auto done = carry_out(*engine_, call); !done) complain("a change of settings failed: " + done.error().message);
}

// ---- the laws
// ---------------------------------------------------------------------------------------------------------

// State is a cache of the log: folded again, or begun from nothing, it is the same.
void Life::check_state() {
  const auto kept = state_digest(*disks_.state, settings_.partitions);
  const auto replayed = replayed_digest(*engine_, settings_.partitions);
  const auto rebuilt = rebuilt_digest(disks_, settings_.partitions, settings_.gaps);
  if (!kept || !replayed || !rebuilt) return complain("a digest cannot be computed");
  if (*kept != *replayed) complain("the state is not what a replay of its log gives");
  if (*kept != *rebuilt) complain("the state is not what catching up from nothing gives");
}

void Life::check_at_end() {
  deadly_ = false;
  // The process ends well, and a last one looks a few days on.
  end_process();
  if (!well()) return;
  start();
  if (!well()) return;
  clock_ = std::max(clock_, engine_->pump().now()) + days{3};
  Call call;
  call.clock = clock_;
  call.events = draw_delivery();
  open_calls_.push_back(call);
  if (auto done = carry_out(*engine_, call); !done) return complain("a delivery failed: " + done.error().message);
  engine_->commit();
  drain();
  if (failed_) return complain("a commit failed for no reason");
  if (!in_flight_.empty()) return complain("a commit was never done");
  check_state();
  if (!well()) return;
  counts_.records = disks_.log.records();
  counts_.acknowledged = static_cast<int>(acknowledged_.size());
  const Ledger ledger = read_ledger(engine_->log(), settings_.partitions);
  complain(ledger.complaint(acknowledged_));
  if (well()) complain(complaint_about_counts(ledger, *disks_.state, settings_.partitions));
  if (well() && !settings_.gaps) check_clean_run();  // state holds offsets, and with gaps these follow the commits
}

// The same calls without a death, committed otherwise: the same log, the same state.
void Life::check_clean_run() {
  Disks clean;
  Engine::Settings settings = settings_;
  settings.tampering = {};
  settings.commits_waiting_max = 0;
  Engine engine(clean, settings, {}, {});
  if (auto started = engine.start(); !started) return complain("a clean run cannot start");
  for (Call& call : journal_) {
    call.batch = static_cast<int>(random_.between(1, 40));
    if (auto done = carry_out(engine, call); !done) return complain("a clean run failed: " + done.error().message);
    if (random_.chance(0.5)) engine.commit();
  }
  engine.commit();
  const std::string difference = difference_of_logs(engine.log(), engine_->log(), settings_.partitions);
  if (!difference.empty()) return complain("an undisturbed run differs: " + difference);
  const auto mine = state_digest(*disks_.state, settings_.partitions);
  const auto other = state_digest(*clean.state, settings_.partitions);
  if (!mine || !other || *mine != *other) complain("an undisturbed run ends in another state");
}

}  // namespace earshot::test
