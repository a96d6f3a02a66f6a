#include "api/sink_deliveries.h"

#include <algorithm>
#include <charconv>
#include <tuple>

namespace earshot::api {

namespace {

// Where a row stands in the list: its alert's time, then sink and id.
auto place_of(const SinkDeliveryRow& row) {
  return std::tuple(-to_millis(row.at), std::string_view(row.sink), std::string_view(row.id));
}

std::string cursor_of(const SinkDeliveryRow& row) {
  return std::to_string(to_millis(row.at)) + "/" + row.sink + "/" + row.id;
}

std::optional<SinkDeliveryRow> row_of_cursor(std::string_view cursor) {
  const std::size_t first = cursor.find('/');
  const std::size_t second = first == std::string_view::npos ? first : cursor.find('/', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  std::int64_t millis = 0;
  const auto read = std::from_chars(cursor.data(), cursor.data() + first, millis);
  if (read.ec != std::errc() || read.ptr != cursor.data() + first) return std::nullopt;
  SinkDeliveryRow row;
  row.at = from_millis(millis);
  row.sink = cursor.substr(first + 1, second - first - 1);
  row.id = cursor.substr(second + 1);
  return row;
}

// What the row's alerts say; the first stands for all of a digest.
void complete(const SinkDeliveries& kept, FoundDelivery& found, bool with_all) {
  found.row.count = static_cast<std::int64_t>(found.alerts.size());
  for (const AlertPlace& place : found.alerts) {
    const auto event = kept.alert_at(place);
    const auto* alert = event ? std::get_if<AlertRaised>(&event->body) : nullptr;
    if (alert == nullptr) continue;
    if (found.row.title.empty()) {
      found.row.severity = alert->severity;
      found.row.title = alert->title;
      found.row.case_id = alert->case_id;
    }
    if (!with_all) return;
    found.row.alerts.push_back({event->id, event->time, *alert});
  }
}

}  // namespace

Result<Page<SinkDeliveryRow>> deliveries(const SinkDeliveries& kept, const PageRequest& page,
                                         const SinkDeliveryFilter& filter) {
  Page<SinkDeliveryRow> answer;
  std::optional<SinkDeliveryRow> after;
  if (!page.cursor.empty() && !(after = row_of_cursor(page.cursor)))
    return Error{ErrorKind::Invalid, "cursor is not one that a page gave"};
  if (!kept.list) return answer;
  auto all = kept.list(page.tenant);
  if (!all) return std::move(all.error());
  std::sort(all->begin(), all->end(), [](const auto& a, const auto& b) { return place_of(a.row) < place_of(b.row); });
  for (FoundDelivery& found : *all) {
    if (after && place_of(found.row) <= place_of(*after)) continue;
    if (!filter.sink.empty() && found.row.sink != filter.sink) continue;
    if (!filter.state.empty() && found.row.state != filter.state) continue;
    if (answer.items.size() == page.limit) {
      answer.next = cursor_of(answer.items.back());
      break;
    }
    complete(kept, found, false);
    answer.items.push_back(std::move(found.row));
  }
  return answer;
}

Result<Page<SinkDeliveryRow>> delivery(const SinkDeliveries& kept, std::string_view tenant, std::string_view id) {
  auto all = kept.list ? kept.list(tenant) : std::vector<FoundDelivery>();
  if (!all) return std::move(all.error());
  Page<SinkDeliveryRow> answer;
  for (FoundDelivery& found : *all) {
    if (found.row.id != id) continue;
    complete(kept, found, true);
    answer.items.push_back(std::move(found.row));
  }
  if (answer.items.empty())
    return Error{ErrorKind::NotFound,
                 "no delivery " + std::string(id) + " waits or is parked: it was made, or never was"};
  return answer;
}

}  // namespace earshot::api
