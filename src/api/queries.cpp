#include "api/queries.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "api/cursor.h"
#include "api/newest_first.h"
#include "event/codec.h"
#include "processors/intake/intake.h"

namespace earshot::api {

namespace {

bool is_unresolved(CaseState state) {
  return state == CaseState::fresh || state == CaseState::open || state == CaseState::pending_customer ||
         state == CaseState::on_hold;
}

std::string place_of(const FoundRecord& record) {
  return std::string(name_of(static_cast<Topic>(record.partition.topic))) + "/" +
         std::to_string(record.partition.partition) + "@" + std::to_string(record.offset);
}

}  // namespace

// `select` sees every event of the tenant, newest first, and gives a row for those that belong to the list.
template <class Body, class Row, class Select>
Result<Page<Row>> Queries::newest(Topic topic, const PageRequest& request, Select select) const {
  TopicEnd end = end_of(log_, topics_, topic);
  std::size_t skip = 0;
  if (!request.cursor.empty()) {
    auto cursor = read_cursor(request.cursor, end.ends.size());
    if (!cursor) return std::move(cursor.error());
    for (std::size_t i = 0; i < end.ends.size(); ++i) end.ends[i] = std::min(end.ends[i], cursor->ends[i]);
    skip = cursor->given;
  }
  Page<Row> page;
  EventDecoder decoder;
  std::size_t found = 0;
  visit_newest_first(log_, end, [&](const FoundRecord& record) {
    auto event = decoder.decode(record.value);
    if (!event) {
      end.missing.push_back(place_of(record));
      return true;
    }
    const auto* body = std::get_if<Body>(&event->body);
    if (body == nullptr || event->tenant != request.tenant) return true;
    std::optional<Row> row = select(*event, *body);
    if (!row || found++ < skip) return true;
    if (page.items.size() == request.limit) {
      page.next = write_cursor({end.ends, skip + request.limit});
      return false;
    }
    page.items.push_back(std::move(*row));
    return true;
  });
  page.missing = std::move(end.missing);
  return page;
}

Result<Page<CustomerRow>> Queries::customers(const PageRequest& page, const CustomerFilter& filter) const {
  std::set<CustomerId> seen;
  auto found = newest<CustomerChanged, CustomerRow>(
      Topic::customers, page, [&](const Event& event, const CustomerChanged& changed) -> std::optional<CustomerRow> {
        if (!seen.insert(changed.customer).second || changed.facets.empty()) return std::nullopt;
        if (!filter.risk.empty() && changed.risk != filter.risk) return std::nullopt;
        return CustomerRow{event.time, changed, ""};
      });
  if (!found) return found;
  for (CustomerRow& row : found->items) complete(page.tenant, row);
  return found;
}

Result<Page<CaseRow>> Queries::cases(const PageRequest& page, const CaseFilter& filter) const {
  std::set<CaseId> seen;
  auto found = newest<CaseChanged, CaseRow>(
      Topic::cases, page, [&](const Event& event, const CaseChanged& change) -> std::optional<CaseRow> {
        if (!seen.insert(change.case_id).second) return std::nullopt;  // an older state of a case that was met already
        if (filter.state && change.state != *filter.state) return std::nullopt;
        if (filter.unresolved && !is_unresolved(change.state)) return std::nullopt;
        if (!filter.owner.empty() && change.owner != filter.owner) return std::nullopt;
        if (!filter.department.empty() && change.department != filter.department) return std::nullopt;
        if (filter.customer && change.customer != *filter.customer) return std::nullopt;
        return CaseRow{event.id, event.time, change, ""};
      });
  if (!found) return found;
  for (CaseRow& row : found->items) row.key = clear_key(page.tenant, row.change.customer, row.change.facet);
  return found;
}

constexpr std::size_t kConversationMax = 30;  // entries beside a case

Result<CaseAnswer> Queries::case_with_history(std::string_view tenant, CaseId id) const {
  CaseAnswer answer;
  EventDecoder decoder;
  const std::string hex = id.hex();
  TopicEnd end = end_of(log_, topics_, Topic::cases);
  visit_newest_first(log_, end, [&](const FoundRecord& record) {
    if (record.value.find(hex) == std::string::npos) return true;  // cheaper than decoding every case there is
    const auto event = decoder.decode(record.value);
    if (!event || event->tenant != tenant) return true;
    const auto* change = std::get_if<CaseChanged>(&event->body);
    if (change == nullptr || change->case_id != id) return true;
    answer.history.push_back({event->id, event->time, *change, ""});
    return change->step != CaseStep::opened;  // nothing of it is older
  });
  if (answer.history.empty()) return Error{ErrorKind::NotFound, "there is no case " + hex};
  answer.now = answer.history.front();
  answer.now.key = clear_key(tenant, answer.now.change.customer, answer.now.change.facet);
  std::reverse(answer.history.begin(), answer.history.end());
  // Without the state the case is shown all the same.
  if (auto of = customer(tenant, answer.now.change.customer.hex())) {
    std::erase_if(of->timeline, [](const TimelineRow& row) { return row.text.empty() && row.title.empty(); });
    if (of->timeline.size() > kConversationMax) of->timeline.resize(kConversationMax);
    answer.conversation = std::move(of->timeline);
  }
  return answer;
}

Result<Page<SignalRow>> Queries::signals(const PageRequest& page, const SignalFilter& filter) const {
  std::set<std::string> seen;
  auto found = newest<SignalChanged, SignalRow>(
      Topic::signals, page, [&](const Event& event, const SignalChanged& signal) -> std::optional<SignalRow> {
        if (!seen.insert(signal.signal).second) return std::nullopt;
        if (!signal.raised && !filter.cleared_too) return std::nullopt;
        if (filter.kind && signal.kind != *filter.kind) return std::nullopt;
        if (filter.customer && signal.customer != *filter.customer) return std::nullopt;
        return SignalRow{event.id, event.time, signal, ""};
      });
  if (!found) return found;
  for (SignalRow& row : found->items) row.key = clear_key(page.tenant, row.signal.customer, row.signal.facet);
  return found;
}

Result<Page<AlertRow>> Queries::alerts(const PageRequest& page) const {
  return newest<AlertRaised, AlertRow>(Topic::alerts, page,
                                       [](const Event& event, const AlertRaised& alert) -> std::optional<AlertRow> {
                                         return AlertRow{event.id, event.time, alert};
                                       });
}

Result<Page<KpiRow>> Queries::kpis(const PageRequest& page, const KpiFilter& filter) const {
  // A window is told apart by its length and, in a history, by its beginning; a newer revision of it stands for the
  // older ones.
  using Window = std::tuple<std::string, std::string, Millis, Timestamp>;
  std::set<Window> seen;
  return newest<KpiReported, KpiRow>(
      Topic::kpis, page, [&](const Event& event, const KpiReported& kpi) -> std::optional<KpiRow> {
        if (!filter.kpi.empty() && kpi.kpi != filter.kpi) return std::nullopt;
        if (!filter.dimension.empty() && kpi.dimension != filter.dimension) return std::nullopt;
        const Window window{kpi.kpi, kpi.dimension, kpi.to - kpi.from, filter.history ? kpi.from : Timestamp{}};
        if (!seen.insert(window).second) return std::nullopt;
        return KpiRow{event.time, kpi};
      });
}

Result<Page<DeadLetterRow>> Queries::dead_letters(const PageRequest& page, const DeadLetterFilter& filter) const {
  std::set<std::string> unknown;
  auto found = newest<DeadLetter, DeadLetterRow>(
      Topic::dead_letters, page, [&](const Event& event, const DeadLetter& letter) -> std::optional<DeadLetterRow> {
        if (filter.reason && letter.reason != *filter.reason) return std::nullopt;
        auto mended = mended_of(page.tenant, event.id);
        if (!mended) unknown.insert(mended.error().message);
        if (filter.open && mended && *mended) return std::nullopt;
        DeadLetterRow row{event.id, event.time, letter, mended ? std::move(*mended) : std::nullopt};
        row.letter.bytes.clear();
        return row;
      });
  if (found) found->missing.insert(found->missing.end(), unknown.begin(), unknown.end());
  return found;
}

Result<DeadLetterRow> Queries::dead_letter(std::string_view tenant, std::string_view id) const {
  const PageRequest all{std::string(tenant), 1, ""};
  auto page = newest<DeadLetter, DeadLetterRow>(
      Topic::dead_letters, all, [&](const Event& event, const DeadLetter& letter) -> std::optional<DeadLetterRow> {
        if (event.id != id) return std::nullopt;
        return DeadLetterRow{event.id, event.time, letter, std::nullopt};
      });
  if (!page) return std::move(page.error());
  if (page->items.empty()) return Error{ErrorKind::NotFound, "there is no dead letter " + std::string(id)};
  auto mended = mended_of(tenant, id);
  if (!mended) return std::move(mended.error());
  page->items.front().mended = std::move(*mended);
  return std::move(page->items.front());
}

Result<std::optional<Mended>> Queries::mended_of(std::string_view tenant, std::string_view letter) const {
  const auto stored = state_.read(Topic::feedback, mended_key(tenant, letter), mended_name(letter));
  if (!stored) return stored.error();
  if (!*stored) return std::optional<Mended>();
  auto kept = read_mended(**stored);
  if (!kept) return std::move(kept.error());
  return Mended{std::move(kept->actor), kept->at, kept->edited};
}

}  // namespace earshot::api
