#include "simulation/failures.h"

#include <iterator>

#include "base/random.h"
#include "simulation/rhythm.h"

namespace earshot::simulation {
namespace {

constexpr int kPriceRaiseEveryDays = 120;

// How often each trouble comes, and how long before the first one.
int every_days(Trouble trouble) {
  switch (trouble) {
    case Trouble::late_deliveries: return 37;
    case Trouble::crashing_app: return 46;
    case Trouble::billing_bug: return 58;
  }
  return 37;
}

}  // namespace

Failures::Spell Failures::spell(Trouble trouble, std::int64_t number) const {
  Random random(settings_.seed ^ (static_cast<std::uint64_t>(trouble) + 1) * 0x9e3779b97f4a7c15ull ^
                static_cast<std::uint64_t>(number) << 20);
  const double every = every_days(trouble);
  Spell spell;
  spell.from = settings_.start + days_of(every * (static_cast<double>(number) + 0.2 + 0.5 * random.unit()));
  spell.to = spell.from + days_of(2.0 + 3.0 * random.unit());
  spell.place = random.next();
  return spell;
}

// Soon after the history ends, so that whoever watches from then on sees what a bad week looks like.
Failures::Spell Failures::spell_after_history(Trouble trouble) const {
  Random random(settings_.seed ^ (static_cast<std::uint64_t>(trouble) + 77));
  Spell spell;
  spell.from = settings_.start + days_of(settings_.days + 0.4 + 1.5 * static_cast<double>(trouble));
  spell.to = spell.from + days_of(2.5);
  spell.place = random.next();
  return spell;
}

bool Failures::hits(Trouble trouble, Timestamp at, const std::string& region) const {
  const auto covers = [&](const Spell& spell) {
    if (at < spell.from || at >= spell.to) return false;
    if (trouble != Trouble::late_deliveries) return true;
    const std::size_t count = std::size(kRegions);
    return region == kRegions[spell.place % count] || region == kRegions[(spell.place / count) % count];
  };
  if (at < settings_.start) return false;
  const std::int64_t number = (at - settings_.start) / days_of(every_days(trouble));
  return covers(spell(trouble, number)) || (number > 0 && covers(spell(trouble, number - 1))) ||
         covers(spell_after_history(trouble));
}

Timestamp Failures::next_price_raise(Timestamp at) const {
  Timestamp raise = settings_.start + days_of(0.55 * settings_.days);
  while (raise <= at) raise += days_of(kPriceRaiseEveryDays);
  return raise;
}

}  // namespace earshot::simulation
