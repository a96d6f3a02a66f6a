#include "base/zone.h"

#include <algorithm>

#include <absl/strings/string_view.h>
#include <absl/time/civil_time.h>
#include <absl/time/time.h>

#include "earshot/check.h"

namespace earshot {
namespace {

constexpr std::size_t kZoneNameBytesMax = 64;

absl::string_view view(std::string_view text) { return {text.data(), text.size()}; }

// A path, a plain offset, `localtime` or the library's own prefixes would depend on the machine or hide a typing error.
bool is_zone_name(std::string_view name) {
  const auto is_allowed = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '/' || c == '_' ||
           c == '+' || c == '-';
  };
  return !name.empty() && name.size() <= kZoneNameBytesMax && std::all_of(name.begin(), name.end(), is_allowed) &&
         name.front() != '/' && name != "localtime" && name != "posixrules";
}

Timestamp instant_of(const absl::TimeZone& zone, const absl::TimeZone::CivilTransition& change) {
  const auto info = zone.At(change.to);
  return from_millis(absl::ToUnixMillis(info.kind == absl::TimeZone::TimeInfo::UNIQUE ? info.pre : info.trans));
}

}  // namespace

struct Zone::Data {
  absl::TimeZone zone;
};

Result<Zone> Zone::load(std::string_view name) {
  auto data = std::make_shared<Data>();
  if (!is_zone_name(name) || !absl::LoadTimeZone(view(name), &data->zone)) {
    return Error{ErrorKind::NotFound, "no time zone is called " + std::string(name.substr(0, kZoneNameBytesMax)) +
                                          "; use a name such as Asia/Shanghai or UTC"};
  }
  return Zone(std::move(data));
}

LocalTime Zone::local(Timestamp at) const {
  const absl::CivilSecond civil = absl::ToCivilSecond(absl::FromUnixMillis(to_millis(at)), data_->zone);
  return {static_cast<int>(civil.year()), civil.month(), civil.day(), civil.hour(), civil.minute(), civil.second()};
}

Timestamp Zone::utc(const LocalTime& local) const {
  const absl::CivilSecond civil(local.year, local.month, local.day, local.hour, local.minute, local.second);
  return from_millis(absl::ToUnixMillis(data_->zone.At(civil).pre));
}

ZoneTable Zone::table() const {
  const auto offset_at = [this](absl::Time at) { return std::chrono::seconds{data_->zone.At(at).offset}; };
  absl::Time at = absl::FromUnixMillis(to_millis(kEarliest));
  std::vector<ZoneTable::Stretch> stretches{{kEarliest, offset_at(at)}};
  for (absl::TimeZone::CivilTransition change; data_->zone.NextTransition(at, &change);) {
    const Timestamp from = instant_of(data_->zone, change);
    if (from >= kZoneTableEnd) break;
    at = absl::FromUnixMillis(to_millis(from));
    if (offset_at(at) != stretches.back().offset) stretches.push_back({from, offset_at(at)});
  }
  auto table = ZoneTable::make(std::move(stretches));
  EARSHOT_CHECK(table.has_value(), "the offsets of a zone that could be loaded ascend");
  return *std::move(table);
}

std::optional<Timestamp> Zone::parse(std::string_view text, std::string_view pattern) const {
  absl::Time time;
  std::string why;
  if (!absl::ParseTime(view(pattern), view(text), data_->zone, &time, &why)) return std::nullopt;
  if (time == absl::InfiniteFuture() || time == absl::InfinitePast()) return std::nullopt;
  const Timestamp at = from_millis(absl::ToUnixMillis(time));
  if (at < kEarliest || at > kNever) return std::nullopt;
  return at;
}

}  // namespace earshot
