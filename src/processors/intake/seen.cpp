#include "processors/intake/seen.h"

#include <charconv>

#include "base/hash.h"
#include "event/content.h"
#include "processors/customer/days.h"
#include "state/intake.pb.h"

namespace earshot {
namespace {

constexpr std::string_view kExpire = "expire/";

std::string seen_name(const Event& event) { return "seen/" + fingerprint(event.source + '\0' + event.id).hex(); }

// Where a conflicting content is remembered, so that it too is reported once.
std::string conflict_name(const Event& event, std::uint64_t content) {
  return "seen/" + fingerprint(event.source + '\0' + event.id + '\0' + std::to_string(content)).hex();
}

// `find` looks a SeenEvent up by name. Most events are fresh, and a name alone says so.
template <class Find>
Seen compare(const Event& event, const std::string& name, const Find& find) {
  const state::SeenEvent* seen = find(name);
  if (seen == nullptr) return Seen::fresh;
  const std::uint64_t content = SeenEvents::content_of(event);
  if (seen->content() == content) return Seen::repeat;
  return find(conflict_name(event, content)) != nullptr ? Seen::repeat : Seen::conflict;
}

std::string day_name(int day) { return "seen-day/" + std::to_string(day); }
std::string chunk_name(int day, std::uint32_t chunk) { return "seen-on/" + std::to_string(day) + "/" + std::to_string(chunk); }

}  // namespace

std::uint64_t SeenEvents::content_of(const Event& event) {
  return fingerprint(encode_content(event.body)).low;
}

Seen SeenEvents::look(const Event& event, std::string_view record_key, ValueView& values) {
  return compare(event, seen_name(event), [&](const std::string& name) {
    const auto* any = values.find(record_key, name, &HeldValue<state::SeenEvent>::decode);
    return any == nullptr ? nullptr : &static_cast<const HeldValue<state::SeenEvent>*>(any)->value;
  });
}

Seen SeenEvents::check(const Event& event, bool imported, Step& step) const {
  std::string name = seen_name(event);
  const Seen seen = compare(event, name, [&](const std::string& one) { return step.find<state::SeenEvent>(one); });
  if (seen == Seen::repeat) return seen;
  const std::uint64_t content = SeenEvents::content_of(event);
  if (seen == Seen::conflict) name = conflict_name(event, content);
  auto& value = step.edit<state::SeenEvent>(name);
  value.set_content(content);
  if (!imported) {
    value.set_recorded_minute(to_millis(step.now()) / 60'000);
    list_by_day(name, step);
  }
  return seen;
}

void SeenEvents::list_by_day(const std::string& name, Step& step) const {
  const int day = day_of(step.now());
  auto& on_day = step.edit_at<state::SeenDay>(step.tenant(), day_name(day));
  auto* chunk = &step.edit_at<state::SeenChunk>(step.tenant(), chunk_name(day, on_day.chunks()));
  if (chunk->names_size() == 0 && on_day.chunks() == 0) {
    const Timestamp expires = Timestamp{std::chrono::days{day + 1 + kDedupeDays}};
    step.set_timer_at(step.tenant(), std::string(kExpire) + std::to_string(day), expires);
  }
  chunk->add_record_keys(std::string(step.record_key()));
  chunk->add_names(name);
  if (chunk->names_size() == kSeenChunk) on_day.set_chunks(on_day.chunks() + 1);
}

bool SeenEvents::fire(const Timer& timer, Step& step) const {
  if (!timer.name.starts_with(kExpire)) return false;
  int day = 0;
  std::from_chars(timer.name.data() + kExpire.size(), timer.name.data() + timer.name.size(), day);
  auto& on_day = step.edit<state::SeenDay>(day_name(day));
  for (int erased = 0; erased < kChunksPerTimer && on_day.expired() <= on_day.chunks(); ++erased) {
    const std::string name = chunk_name(day, on_day.expired());
    if (const auto* chunk = step.find<state::SeenChunk>(name)) {
      for (int i = 0; i < chunk->names_size(); ++i) step.erase_at(chunk->record_keys(i), chunk->names(i));
    }
    step.erase(name);
    on_day.set_expired(on_day.expired() + 1);
  }
  if (on_day.expired() > on_day.chunks()) {
    step.erase(day_name(day));
  } else {
    step.set_timer(timer.name, step.now() + std::chrono::minutes{1});  // the rest a minute on, so that no tick is long
  }
  return true;
}

}  // namespace earshot
