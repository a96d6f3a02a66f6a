#include "base/zone.h"

#include <absl/strings/string_view.h>
#include <absl/time/civil_time.h>
#include <absl/time/time.h>

namespace earshot {
namespace {

absl::string_view view(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

struct Zone::Data {
  absl::TimeZone zone;
};

Result<Zone> Zone::load(std::string_view name) {
  auto data = std::make_shared<Data>();
  // An empty name, a path or a plain offset would depend on the machine or hide a typing error.
  if (name.empty() || name.front() == '/' || !absl::LoadTimeZone(view(name), &data->zone)) {
    return Error{ErrorKind::NotFound, "no time zone is called " + std::string(name) + "; use a name such as Asia/Shanghai or UTC"};
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
