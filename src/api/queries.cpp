#include "api/queries.h"

#include <algorithm>
#include <limits>
#include <set>
#include <unordered_set>

#include "api/cursor.h"
#include "api/newest_first.h"
#include "base/hash.h"
#include "event/codec.h"
#include "processors/intake/intake.h"

namespace earshot::api {

namespace {

bool is_unresolved(CaseState state) {
  return state == CaseState::fresh || state == CaseState::open || state == CaseState::pending_customer ||
         state == CaseState::on_hold;
}

using Said = NewestOfEach::Said;
using Which = NewestOfEach::Which;

std::optional<Said> said_of_case(const EventBody& body) {
  const auto* change = std::get_if<CaseChanged>(&body);
  if (change == nullptr) return std::nullopt;
  return Said{{change->case_id.high, change->case_id.low}, is_unresolved(change->state)};
}

std::optional<Said> said_of_signal(const EventBody& body) {
  const auto* signal = std::get_if<SignalChanged>(&body);
  if (signal == nullptr) return std::nullopt;
  return Said{fingerprint(signal->signal), signal->raised};
}

// A window is told apart by its length; a newer one of its kind, or a newer revision of it, stands for the older ones.
std::optional<Said> said_of_window(const EventBody& body) {
  const auto* kpi = std::get_if<KpiReported>(&body);
  if (kpi == nullptr) return std::nullopt;
  const std::string kind = kpi->kpi + '\n' + kpi->dimension + '\n' + std::to_string((kpi->to - kpi->from).count());
  return Said{fingerprint(kind), true};
}

constexpr std::size_t kReadMost = 1000;       // rows, at a time
constexpr std::size_t kKeptUpMost = 100'000;  // records of each list, at a time
constexpr Offset kBehindMost = 20'000;        // records that are read at once for who asks

}  // namespace

Queries::Queries(const LogReader& log, std::vector<TopicSpec> topics, StateView state, NewestOfEach::Limits limits)
    : log_(log), topics_(std::move(topics)), state_(std::move(state)) {
  const auto of = [&](Topic topic, NewestOfEach::Read read) {
    return std::make_unique<NewestOfEach>(log_, topic, topics_.at(index_of(topic)).partitions, std::move(read), limits);
  };
  cases_ = of(Topic::cases, said_of_case);
  signals_ = of(Topic::signals, said_of_signal);
  kpis_ = of(Topic::kpis, said_of_window);
}

bool Queries::keep_up() const {
  bool is_more = false;
  for (NewestOfEach* kept : {cases_.get(), signals_.get(), kpis_.get()}) {
    const TopicEnd end = end_of(log_, topics_, kept->topic());
    if (!end.missing.empty()) return false;  // who is away is not asked over and over
    is_more |= kept->read_on(end.ends, kKeptUpMost) && kept->behind(end.ends) > 0;
  }
  return is_more;
}

// Where a page begins.
struct Queries::Begun {
  TopicEnd end;
  std::size_t given = 0;
  std::vector<Offset> uppers;
};

Result<Queries::Begun> Queries::begin(Topic topic, const PageRequest& request) const {
  Begun begun{end_of(log_, topics_, topic), 0, {}};
  std::vector<Offset>& ends = begun.end.ends;
  begun.uppers = ends;
  if (request.cursor.empty()) return begun;
  auto cursor = read_cursor(request.cursor, ends.size());
  if (!cursor) return std::move(cursor.error());
  for (std::size_t i = 0; i < ends.size(); ++i) {
    ends[i] = std::min(ends[i], cursor->ends[i]);
    begun.uppers[i] = std::min(ends[i], cursor->uppers[i]);
  }
  begun.given = cursor->given;
  return begun;
}

// `select` sees the events of the tenant, newest first, and gives a row for those that belong to the list. If it goes
// by what it saw before, the list `repeats`, and every page sees it from the end.
template <class Body, class Row, class Select>
Result<Page<Row>> Queries::newest(Topic topic, const PageRequest& request, bool repeats, Select select) const {
  auto begun = begin(topic, request);
  if (!begun) return std::move(begun.error());
  TopicEnd end = begun->end;
  if (!repeats) end.ends = begun->uppers;
  const std::size_t skip = repeats ? begun->given : 0;
  std::vector<Offset> uppers = end.ends;
  Page<Row> page;
  EventDecoder decoder;
  std::size_t found = 0;
  visit_newest_first(log_, end, [&](const FoundRecord& record) {
    auto event = decoder.decode(record.value);
    if (!event) end.missing.push_back(name_of_place(topic, {record.partition.partition, record.offset}));
    const auto* body = event && event->tenant == request.tenant ? std::get_if<Body>(&event->body) : nullptr;
    std::optional<Row> row = body == nullptr ? std::nullopt : select(*event, *body);
    if (row && found++ >= skip) {
      if (page.items.size() == request.limit) {
        page.next = write_cursor({begun->end.ends, begun->given + request.limit, uppers});
        return false;
      }
      page.items.push_back(std::move(*row));
    }
    uppers[record.partition.partition] = record.offset;
    return true;
  });
  page.missing = std::move(end.missing);
  return page;
}

// The first rows of a list are near the end; who asks for what may stand anywhere would read it all in any case.
bool Queries::is_ready(NewestOfEach& kept, const TopicEnd& end, bool may_walk) const {
  if (may_walk && kept.behind(end.ends) > kBehindMost) return false;
  return kept.read_on(end.ends, std::numeric_limits<std::size_t>::max());
}

void Queries::visit_events_of(NewestOfEach& kept, std::string_view tenant, Fingerprint thing, std::string_view name,
                              const std::function<bool(const Event&)>& visit) const {
  EventDecoder decoder;
  const auto take = [&](std::string_view value) {
    const auto event = decoder.decode(value);
    const auto said = event && event->tenant == tenant ? kept.said(event->body) : std::nullopt;
    return !said || said->thing != thing || visit(*event);
  };
  TopicEnd end = end_of(log_, topics_, kept.topic());
  if (!is_ready(kept, end, true)) {
    visit_newest_first(log_, end, [&](const FoundRecord& record) {
      return record.value.find(name) == std::string::npos || take(record.value);  // cheaper than decoding all there is
    });
    return;
  }
  auto records = kept.all_of(tenant, thing);
  read_values(log_, kept.topic(), records, end.missing);
  for (const Written& record : records) {
    if (!record.value.empty() && !take(record.value)) return;
  }
}

// `select` sees what is the newest of each thing, and no filter changes which that is.
template <class Body, class Row, class Select>
Result<Page<Row>> Queries::newest_of_each(NewestOfEach& kept, Which which, bool may_walk, const PageRequest& request,
                                          Select select) const {
  auto begun = begin(kept.topic(), request);
  if (!begun) return std::move(begun.error());
  if (!is_ready(kept, begun->end, may_walk && request.cursor.empty())) {
    std::unordered_set<Fingerprint> seen;
    return newest<Body, Row>(kept.topic(), request, true,
                             [&](const Event& event, const Body& body) -> std::optional<Row> {
                               if (!seen.insert(kept.said(event.body)->thing).second) return std::nullopt;
                               return select(event, body);
                             });
  }
  Page<Row> page;
  EventDecoder decoder;
  page.missing = std::move(begun->end.missing);
  for (std::string& place : kept.unreadable()) page.missing.push_back(std::move(place));
  std::vector<Offset> begins;
  for (std::uint16_t i = 0; i < begun->uppers.size(); ++i)
    begins.push_back(log_.begin({index_of(kept.topic()), i}).value_or(0));
  std::size_t count = request.limit + 1;
  while (true) {
    auto records = kept.newest(request.tenant, {begins, begun->end.ends, begun->uppers, which, count});
    read_values(log_, kept.topic(), records, page.missing);
    for (const auto& [place, value] : records) {
      std::optional<Row> row;
      if (!value.empty()) {
        const auto event = decoder.decode(value);
        if (const auto* body = event ? std::get_if<Body>(&event->body) : nullptr) row = select(*event, *body);
      }
      if (row && page.items.size() == request.limit) {
        page.next = write_cursor({begun->end.ends, begun->given + request.limit, begun->uppers});
        return page;
      }
      if (row) page.items.push_back(std::move(*row));
      begun->uppers[place.partition] = place.offset;
    }
    if (records.size() < count) return page;
    count = kReadMost;
  }
}

Result<Page<CustomerRow>> Queries::customers(const PageRequest& page, const CustomerFilter& filter) const {
  std::set<CustomerId> seen;
  auto found = newest<CustomerChanged, CustomerRow>(
      Topic::customers, page, true,
      [&](const Event& event, const CustomerChanged& changed) -> std::optional<CustomerRow> {
        if (!seen.insert(changed.customer).second || changed.facets.empty()) return std::nullopt;
        if (!filter.risk.empty() && changed.risk != filter.risk) return std::nullopt;
        return CustomerRow{event.time, changed, ""};
      });
  if (!found) return found;
  for (CustomerRow& row : found->items) complete(page.tenant, row);
  return found;
}

Result<Page<CaseRow>> Queries::cases(const PageRequest& page, const CaseFilter& filter) const {
  const bool only_unresolved = filter.unresolved || (filter.state && is_unresolved(*filter.state));
  const bool is_short = !only_unresolved && !filter.state && !filter.customer;
  auto found = newest_of_each<CaseChanged, CaseRow>(
      *cases_, only_unresolved ? Which::standing : Which::all, is_short, page,
      [&](const Event& event, const CaseChanged& change) -> std::optional<CaseRow> {
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
  const std::string hex = id.hex();
  visit_events_of(*cases_, tenant, {id.high, id.low}, hex, [&](const Event& event) {
    const auto& change = std::get<CaseChanged>(event.body);
    answer.history.push_back({event.id, event.time, change, ""});
    return change.step != CaseStep::opened;  // nothing of it is older
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
  auto found = newest_of_each<SignalChanged, SignalRow>(
      *signals_, filter.cleared_too ? Which::all : Which::standing, filter.cleared_too, page,
      [&](const Event& event, const SignalChanged& signal) -> std::optional<SignalRow> {
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
  return newest<AlertRaised, AlertRow>(Topic::alerts, page, false,
                                       [](const Event& event, const AlertRaised& alert) -> std::optional<AlertRow> {
                                         return AlertRow{event.id, event.time, alert};
                                       });
}

Result<Page<KpiRow>> Queries::kpis(const PageRequest& page, const KpiFilter& filter) const {
  const auto select = [&](const Event& event, const KpiReported& kpi) -> std::optional<KpiRow> {
    if (!filter.kpi.empty() && kpi.kpi != filter.kpi) return std::nullopt;
    if (!filter.dimension.empty() && kpi.dimension != filter.dimension) return std::nullopt;
    return KpiRow{event.time, kpi};
  };
  if (!filter.history) return newest_of_each<KpiReported, KpiRow>(*kpis_, Which::all, false, page, select);
  std::set<std::pair<Fingerprint, Timestamp>> seen;  // of a window only the newest revision
  return newest<KpiReported, KpiRow>(Topic::kpis, page, true,
                                     [&](const Event& event, const KpiReported& kpi) -> std::optional<KpiRow> {
                                       auto row = select(event, kpi);
                                       if (!row || !seen.insert({kpis_->said(event.body)->thing, kpi.from}).second)
                                         return std::nullopt;
                                       return row;
                                     });
}

Result<Page<DeadLetterRow>> Queries::dead_letters(const PageRequest& page, const DeadLetterFilter& filter) const {
  std::set<std::string> unknown;
  auto found = newest<DeadLetter, DeadLetterRow>(
      Topic::dead_letters, page, false,
      [&](const Event& event, const DeadLetter& letter) -> std::optional<DeadLetterRow> {
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
      Topic::dead_letters, all, false,
      [&](const Event& event, const DeadLetter& letter) -> std::optional<DeadLetterRow> {
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
