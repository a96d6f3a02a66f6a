// A small company whose every word follows from a seed: its customers with their keys, what they say and do, what a
// careless source makes of it, and what agents answer.
#pragma once

#include <string>
#include <vector>

#include "base/random.h"
#include "earshot/event.h"
#include "pipeline/import.h"
#include "pipeline/pump.h"
#include "processors/intake/intake.h"

namespace earshot::test {

inline constexpr std::string_view kSimulatedTenant = "acme";
inline constexpr Timestamp kSimulationBegins{std::chrono::sys_days{std::chrono::year{2026} / 1 / 5}};  // a Monday

// What a text says, told by its words. The real model has tests of its own and takes a hundred times as long.
Analysis analyse_words(std::string_view text, std::string_view declared_language);

// The five processors as the program makes them, with an analysis of the caller's.
std::vector<MakeProcessor> make_simulated_processors(const Analyse& analyse);

ImportRules simulated_rules();

class World {
 public:
  explicit World(Random& random);

  // Something a customer, a source or an agent's mail client says at about `at`. Every event has an id of its own.
  Event any_event(Timestamp at);

  // The same id with other content.
  Event changed(Event event);

  // An agent acts on one of `cases`, or does what needs none.
  Event any_command(const std::vector<CaseChanged>& cases, Timestamp at);

  // What a connector could not read.
  DeadLetter any_letter();

  // Settings of the desk: few people with little room.
  std::string desk_settings();

 private:
  Person any_person();
  std::string any_text();
  void fill(Input& input, Timestamp at);

  Random& random_;
  int customers_;
  int events_ = 0;
};

}  // namespace earshot::test
