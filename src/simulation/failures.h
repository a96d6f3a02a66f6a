// What goes wrong at the company for a few days, again and again: a wave of late deliveries in one region, a release of
// the app that crashes, a bug in billing; and, rarely, a higher price. A function of seed and time alone. Pure; any
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "earshot/time.h"

namespace earshot::simulation {

enum class Trouble { late_deliveries, crashing_app, billing_bug };

class Failures {
 public:
  struct Settings {
    std::uint64_t seed = 1;
    Timestamp start{};
    int days = 180;
  };

  explicit Failures(Settings settings) : settings_(settings) {}

  // Whether a customer of this region is in it. Only late deliveries care for the region.
  bool hits(Trouble trouble, Timestamp at, const std::string& region) const;

  // The first raise of prices after `at`.
  Timestamp next_price_raise(Timestamp at) const;

 private:
  struct Spell {
    Timestamp from{};
    Timestamp to{};
    std::uint64_t place = 0;  // chooses the region
  };
  Spell spell(Trouble trouble, std::int64_t number) const;
  Spell spell_after_history(Trouble trouble) const;

  Settings settings_;
};

inline constexpr const char* kRegions[] = {"CN-31", "CN-11", "CN-44", "CN-51", "GB-LND", "US-CA"};

}  // namespace earshot::simulation
