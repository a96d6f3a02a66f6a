#include "cli/deliveries.h"

#include <algorithm>

#include "earshot/topics.h"
#include "event/codec.h"
#include "sinks/dispatcher.h"

namespace earshot::cli {
namespace {

api::FoundDelivery found(const std::string& sink, const PendingDelivery& delivery) {
  api::FoundDelivery one;
  one.row.sink = sink;
  one.row.id = delivery.id;
  one.row.at = delivery.at;
  one.row.tries = delivery.tries;
  one.row.detail = delivery.detail;
  one.alerts.push_back({delivery.partition, delivery.offset});
  return one;
}

Result<std::vector<api::FoundDelivery>> read_all(const std::filesystem::path& folder, std::string_view tenant) {
  std::vector<std::filesystem::path> files;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<api::FoundDelivery> all;
  for (const auto& file : files) {
    const auto state = read_dispatcher_state(file);
    if (!state) return state.error();
    if (state->tenant != tenant) continue;
    const std::string sink = file.stem().string();
    for (const PendingDelivery& delivery : state->pending) {
      api::FoundDelivery& one = all.emplace_back(found(sink, delivery));
      one.row.state = state->stopped.empty() ? "pending" : "stopped";
      if (state->stopped.empty()) one.row.due = delivery.due;
      if (one.row.detail.empty()) one.row.detail = state->stopped;
    }
    for (const PendingDelivery& delivery : state->parked) {
      api::FoundDelivery& one = all.emplace_back(found(sink, delivery));
      one.row.state = "parked";
      one.row.parked = delivery.due;
    }
  }
  return all;
}

std::optional<Event> alert_at(const LogReader& log, api::AlertPlace place) {
  EventDecoder decoder;
  std::optional<Event> alert;
  const auto read = log.read({index_of(Topic::alerts), static_cast<std::uint16_t>(place.partition)}, place.offset, 1,
                             [&](const StoredRecord& record) {
                               auto event = decoder.decode(record.value);
                               if (record.offset == place.offset && event) alert = std::move(*event);
                               return false;
                             });
  return read ? alert : std::nullopt;
}

}  // namespace

api::SinkDeliveries deliveries_kept_in(const std::filesystem::path& data, const LogReader& log) {
  return {.list = [folder = data / kSinksFolder](std::string_view tenant) { return read_all(folder, tenant); },
          .alert_at = [&log](api::AlertPlace place) { return alert_at(log, place); },
          .resend = {}};
}

}  // namespace earshot::cli
