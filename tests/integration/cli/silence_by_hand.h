// Who fell silent, worked out by hand: MBG/NBD's closed form as reference papers write it (Batislam, Denizel &
// Filiztekin 2007, with Bayes at the end of the horizon), on plain histories, with the mathematics of the machine.
// Nothing of it is the program's own.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace earshot::by_hand {

inline constexpr std::int64_t kDay = 86'400;
inline constexpr double kWeek = 7.0 * kDay;

struct Contact {
  std::int64_t at = 0;  // seconds since 1970, UTC
  bool is_purchase = false;
};

// Seconds of `2011-12-09T12:50:00Z`.
inline std::int64_t seconds_of(const std::string& time) {
  const auto number = [&](std::size_t from, std::size_t size) { return std::stoll(time.substr(from, size)); };
  const std::int64_t year = number(0, 4) - (number(5, 2) <= 2 ? 1 : 0);
  const std::int64_t month = (number(5, 2) + 9) % 12;  // from March
  const std::int64_t day_of_year = (153 * month + 2) / 5 + number(8, 2) - 1;
  const std::int64_t days = year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719'468;
  return days * kDay + number(11, 2) * 3600 + number(14, 2) * 60 + number(17, 2);
}

// Contacts of each customer, oldest first.
inline std::map<std::string, std::vector<Contact>> read_contacts(std::istream& csv) {
  std::map<std::string, std::vector<Contact>> contacts;
  std::string line;
  std::getline(csv, line);
  while (std::getline(csv, line)) {
    std::istringstream cells(line);
    std::string customer, time, type;
    std::getline(cells, customer, ',');
    std::getline(cells, time, ',');
    std::getline(cells, type, ',');
    contacts[customer].push_back({seconds_of(time), type == "purchase"});
  }
  for (auto& [customer, all] : contacts) {
    std::stable_sort(all.begin(), all.end(), [](const Contact& a, const Contact& b) { return a.at < b.at; });
  }
  return contacts;
}

// How a silence that began with the newest of these contacts goes on, if it does.
struct Silence {
  int active_days = 0;
  double watch_at = 0;  // seconds since 1970
  double act_at = 0;    // infinity: never
};

// Earshot looks on whole hours.
inline double noticed(double at) { return 3600 * std::ceil(at / 3600); }

// P(silent for H | history, silent until now) reaches `rho` after this many weeks of silence.
inline double weeks_until(double rho, int repeats, double recency_weeks) {
  constexpr double kR = 0.5248, kAlpha = 6.1831, kA = 0.8914, kB = 1.6140, kHorizon = 26;
  const double n = kR + repeats;
  const double m = kB + repeats;
  const double horizon = std::pow((kAlpha + recency_weeks) / (kAlpha + recency_weeks + kHorizon), n);
  const double level = ((m * horizon + kA) / rho - kA) / m;
  if (level >= 1) return 0;
  return std::min(kHorizon, (kAlpha + recency_weeks) * (std::pow(level, -1 / n) - 1));
}

inline std::optional<Silence> silence_after(const Contact* first, const Contact* last) {
  std::set<std::int64_t> days;
  for (const Contact* contact = first; contact <= last; ++contact) {
    if (contact->is_purchase) days.insert(contact->at / kDay);
  }
  if (days.empty()) return std::nullopt;
  const int repeats = static_cast<int>(days.size()) - 1;
  const double recency = static_cast<double>(last->at / kDay - *days.begin()) / 7;
  const auto heard = static_cast<double>(last->at);
  Silence silence{repeats + 1, heard + weeks_until(0.6, repeats, recency) * kWeek,
                  heard + weeks_until(0.8, repeats, recency) * kWeek};
  // Heard on one day only: no habit is known, so week 16 speaks, and nobody is asked to act.
  if (repeats == 0) {
    silence.watch_at = heard + 16 * kWeek;
    silence.act_at = std::numeric_limits<double>::infinity();
  }
  return silence;
}

}  // namespace earshot::by_hand
