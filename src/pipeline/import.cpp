#include "pipeline/import.h"

#include <algorithm>
#include <future>

#include "base/hash.h"
#include "event/codec.h"

namespace earshot {

Import::Import(Pump& pump, ImportRules rules, Settings settings)
    : pump_(pump),
      rules_(std::move(rules)),
      settings_(std::move(settings)),
      sorter_(settings_.temporary, settings_.sort_bytes_max),
      letters_(settings_.temporary, settings_.sort_bytes_max / 2) {}

Result<void> Import::add(Event event) {
  if (event.tenant.empty()) event.tenant = settings_.tenant;
  if (std::holds_alternative<Command>(event.body)) {
    return refuse(event, DeadLetterReason::invalid_event,
                  "a command acts on what is now: send it to a running earshot, not as history");
  }
  if (event.time > settings_.wall_clock) {
    return refuse(event, DeadLetterReason::bad_time, "time " + format_rfc3339(event.time) + " lies in the future");
  }
  until_ = std::max(until_, event.time);
  return sorter_.add(event.time, encode(event));
}

Result<void> Import::refuse(const Event& event, DeadLetterReason reason, std::string detail) {
  const std::string bytes = encode(event);
  return add(DeadLetter{reason, std::move(detail), "", event.source + " " + event.id,
                        bytes.substr(0, kDeadLetterBytesMax), static_cast<std::int64_t>(bytes.size()),
                        sha256_hex(bytes)});
}

Result<void> Import::add(DeadLetter letter) {
  // They have no time of their own: they come last.
  return letters_.add(kEarliest, encode(event_of(std::move(letter), settings_.tenant)));
}

Result<ImportCounts> Import::run(const std::function<void(std::int64_t, std::int64_t)>& progress) {
  ImportCounts counts;
  const auto total = static_cast<std::int64_t>(sorter_.count() + letters_.count());
  std::int64_t done = 0;

  Task* any = pump_.any_task_of(Topic::feedback);
  EARSHOT_CHECK(any != nullptr, "who imports has the log to itself");
  if (!settings_.lives && until_ > rules_.imported_until(any->values())) {
    Event began;
    began.id = "import-until-" + std::to_string(to_millis(until_));
    began.source = "/earshot/import";
    began.tenant = settings_.tenant;
    began.time = began.recorded = pump_.now();
    began.body = ImportBegan{until_};
    pump_.append_everywhere(began);
  }
  const auto after_each = [&]() -> Result<void> {
    if (++done % settings_.batch != 0) return {};
    if (auto ran = pump_.run_before(pump_.now()); !ran) return ran;
    if (auto committed = commit_and_wait(); !committed) return committed;
    if (progress) progress(done, total);
    return {};
  };
  EventDecoder decoder;
  bool are_letters = false;
  const auto take_one = [&](Timestamp, const std::string& bytes) -> Result<void> {
    auto event = decoder.decode(bytes);
    EARSHOT_CHECK(event, "an event that was encoded can be decoded");
    if (are_letters) event->time = std::max(until_, pump_.now());
    if (auto taken = take(*event, counts); !taken) return taken;
    return after_each();
  };
  if (auto drained = sorter_.drain(take_one); !drained) return std::move(drained.error());
  are_letters = true;
  if (auto drained = letters_.drain(take_one); !drained) return std::move(drained.error());
  if (auto ran = pump_.run_before(pump_.now()); !ran) return std::move(ran.error());
  if (auto committed = commit_and_wait(); !committed) return std::move(committed.error());
  if (progress) progress(total, total);
  return counts;
}

Result<void> Import::take(const Event& given, ImportCounts& counts) {
  Event event = given;
  event.recorded = settings_.lives ? pump_.now() : std::max(pump_.now(), event.time);
  event.imported = settings_.lives;
  if (auto ran = pump_.run_before(event.recorded); !ran) return ran;
  const std::string key = rules_.record_key(event);
  if (rules_.is_known(event, key, pump_.task_of(Topic::feedback, key)->values())) {
    ++counts.duplicate;
    return {};
  }
  ++(std::holds_alternative<DeadLetter>(event.body) ? counts.rejected : counts.accepted);
  pump_.append(Topic::feedback, key, std::move(event));
  return {};
}

Result<void> Import::commit_and_wait() {
  std::promise<Result<void>> written;
  pump_.commit([&](const Result<void>& result) { written.set_value(result); });
  return written.get_future().get();
}

}  // namespace earshot
