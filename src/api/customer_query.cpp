// One customer, put together: the profile and timeline from state, texts and clear keys from the log, risk and cases
// from what was published.
#include <algorithm>

#include "api/queries.h"
#include "base/hash.h"
#include "earshot/processor.h"
#include "event/codec.h"
#include "event/names.h"
#include "processors/customer/profile.h"
#include "processors/customer/timeline.h"
#include "processors/desk/labels.h"
#include "processors/intake/known_key.h"
#include "state/customer.pb.h"
#include "state/desk.pb.h"
#include "state/intake.pb.h"

namespace earshot::api {

namespace {

constexpr int kMovesFollowed = 64;

// As the customer processor judges it.
std::string risk_of(const state::Customer& customer) {
  if (customer.silence_level() == 2) return "act";
  if (!customer.negative_signal().empty()) return "unhappy";
  return customer.silence_level() == 1 || !customer.at_risk_signal().empty() ? "watch" : "ok";
}

TimelineRow row_of(const state::TimelineEntry& entry) {
  TimelineRow row;
  row.at = from_millis(entry.at_ms());
  row.what = entry.what() < kCaseEntry
                 ? std::string(name_of(static_cast<InputKind>(entry.what())))
                 : "case_" + std::string(name_of(static_cast<CaseStep>(entry.what() - kCaseEntry)));
  row.channel = entry.channel();
  row.sentiment = static_cast<Sentiment>(entry.sentiment());
  for (const int issue : entry.issues()) row.issues.push_back(static_cast<IssueType>(issue));
  row.urgency = entry.urgency();
  if (entry.score_permille() != 0) row.score_permille = entry.score_permille() - 1;
  if (!entry.currency().empty()) row.amount = entry.amount();
  row.currency = entry.currency();
  row.case_id = CaseId::parse(entry.case_id());
  row.outbound = entry.outbound();
  return row;
}

// The key of which `facet` is the hash, as it stands in a person's own event.
std::string key_in(const std::optional<Input>& input, KeyHash facet, std::string_view secret) {
  if (!input) return "";
  for (const std::string& clear : input->person.keys) {
    if (hash_key(secret, clear) == facet) return clear;
  }
  return "";
}

template <class Row>
void newest_first(std::vector<Row>& rows) {
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.at > b.at; });
}

}  // namespace

// A key that was never linked is a customer of its own, of the same id.
Result<CustomerId> Queries::owner_of(std::string_view tenant, std::string_view key) const {
  if (key.find(':') == std::string_view::npos) {
    const auto id = CustomerId::parse(key);
    if (!id) return Error{ErrorKind::NotFound, "a customer is named by a key such as customer:12 or by 32 hex digits"};
    return *id;
  }
  const KeyHash hash = hash_key(state_.secret, key);
  const auto known = value<state::KnownKey>(Topic::feedback, record_key(tenant, hash), kKnownKey);
  if (!known) return known.error();
  if (!*known || (*known)->epoch() == 0) return CustomerId{hash.high, hash.low};
  return CustomerId{(*known)->customer_high(), (*known)->customer_low()};
}

Result<CustomerAnswer> Queries::customer(std::string_view tenant, std::string_view key) const {
  auto id = owner_of(tenant, key);
  if (!id) return id.error();
  auto found = value<state::Customer>(Topic::activity, record_key(tenant, *id), "customer");
  // Who has become another customer is looked for there.
  for (int hops = 0; found && !*found && hops < kMovesFollowed; ++hops) {
    const auto mark = value<state::FacetMark>(Topic::activity, record_key(tenant, *id), "moved/" + id->hex());
    if (!mark) return mark.error();
    if (!*mark) break;
    id = CustomerId{(*mark)->to().high(), (*mark)->to().low()};
    found = value<state::Customer>(Topic::activity, record_key(tenant, *id), "customer");
  }
  if (!found) return found.error();
  if (!*found) return Error{ErrorKind::NotFound, "nothing was heard of this customer"};
  const state::Customer& stored = **found;

  CustomerAnswer answer;
  answer.customer = *id;
  answer.risk = risk_of(stored);
  for (const auto& facet : stored.facets()) {
    const KeyHash name = Profile::key_of(facet);
    const auto input = input_at(tenant, name, facet.place());
    answer.keys.push_back({name, key_in(input, name, state_.secret), input ? input->person.name : ""});
    if (auto added = add_timeline(tenant, name, facet.entries(), answer); !added) return std::move(added.error());
  }
  const CombinedProfile profile = Profile::combined(stored);
  answer.first_seen = profile.first_seen;
  answer.last_heard = profile.last_heard;
  answer.activity_days = profile.days.count();
  answer.feedback_count = profile.feedback;
  answer.negative_count = profile.negative;
  answer.sentiment_permille = profile.sentiment_permille;
  newest_first(answer.timeline);
  if (answer.timeline.size() > static_cast<std::size_t>(kTimelineMax)) answer.timeline.resize(kTimelineMax);

  std::set<std::string> names = {stored.silence_signal(), stored.negative_signal(), stored.at_risk_signal()};
  names.erase("");
  add_signals(tenant, names, answer);
  std::set<CaseId> cases;
  for (const auto& open : stored.cases()) cases.insert({open.id().high(), open.id().low()});
  add_cases(tenant, cases, answer);
  return answer;
}

// What was published tells when a customer came and when their risk changed; days and counts have gone on since.
void Queries::complete(std::string_view tenant, CustomerRow& row) const {
  const auto stored = value<state::Customer>(Topic::activity, record_key(tenant, row.customer.customer), "customer");
  if (stored && *stored) complete(tenant, **stored, row);  // else no state to ask: the row stays as it was published
}

void Queries::complete(std::string_view tenant, const state::Customer& stored, CustomerRow& row) const {
  for (const auto& facet : stored.facets()) {
    if (!row.key.empty()) break;
    const KeyHash name = Profile::key_of(facet);
    const auto input = input_at(tenant, name, facet.place());
    row.key = key_in(input, name, state_.secret);
    if (input) row.name = input->person.name;
  }
  CustomerChanged& customer = row.customer;
  const CombinedProfile profile = Profile::combined(stored);
  customer.first_seen = profile.first_seen;
  customer.last_heard = profile.last_heard.value_or(profile.first_seen);
  customer.activity_days = profile.days.count();
  customer.feedback_count = profile.feedback;
  customer.negative_count = profile.negative;
  customer.sentiment_permille = profile.sentiment_permille;
}

// As it would be published now; nothing of whom nothing was heard.
std::optional<CustomerRow> Queries::standing(std::string_view tenant, CustomerId customer) const {
  const auto found = value<state::Customer>(Topic::activity, record_key(tenant, customer), "customer");
  if (!found || !*found) return std::nullopt;
  CustomerRow row;
  row.customer.customer = customer;
  row.customer.risk = risk_of(**found);
  for (const auto& facet : (*found)->facets()) row.customer.facets.push_back(Profile::key_of(facet));
  for (const auto& open : (*found)->cases())
    row.customer.open_cases += open.state() != static_cast<std::int32_t>(CaseState::resolved);
  complete(tenant, **found, row);
  row.at = row.customer.last_heard;
  return row;
}

std::string Queries::clear_key(std::string_view tenant, CustomerId customer, KeyHash facet) const {
  const auto stored = value<state::Customer>(Topic::activity, record_key(tenant, customer), "customer");
  const auto* held = stored && *stored ? Profile::facet(facet, **stored) : nullptr;
  return held == nullptr ? "" : key_in(input_at(tenant, facet, held->place()), facet, state_.secret);
}

Result<void> Queries::add_timeline(std::string_view tenant, KeyHash facet, std::int64_t entries,
                                   CustomerAnswer& answer) const {
  const std::string at = record_key(tenant, answer.customer);
  const auto labels = value<state::DeskLabels>(Topic::desk, tenant, desk::kLabels);
  const bool are_labels = labels && *labels;
  // Newest first, so that of two in the same millisecond the later one stands before.
  for (std::int64_t number = entries - 1; number >= 0 && number >= entries - kTimelineMax; --number) {
    const auto entry = value<state::TimelineEntry>(Topic::activity, at, Timeline::name(facet, number % kTimelineMax));
    if (!entry) return entry.error();
    if (!*entry) continue;
    TimelineRow row = row_of(**entry);
    if ((*entry)->has_text()) {
      if (auto found = found_at(tenant, facet, (*entry)->place())) {
        row.title = std::move(found->input.content.title);
        row.text = std::move(found->input.content.text);
        row.source = std::move(found->source);
        row.id = std::move(found->id);
        row.thread = std::move(found->input.thread);
      }
      if (are_labels && !row.id.empty()) correct(tenant, row);
    }
    answer.timeline.push_back(std::move(row));
  }
  return {};
}

void Queries::correct(std::string_view tenant, TimelineRow& row) const {
  const auto label = value<state::DeskLabel>(Topic::desk, tenant, desk::label_name({row.source, row.id}));
  if (!label || !*label)
    return;  // nobody spoke of it, or whoever keeps the words of desk is away: the row says what the model said
  row.sentiment = static_cast<Sentiment>((*label)->sentiment());
  row.issues.clear();
  for (const std::uint32_t issue : (*label)->issues()) row.issues.push_back(static_cast<IssueType>(issue));
  row.urgency = (*label)->urgency();
  row.corrected_by = (*label)->actor();
}

std::optional<Input> Queries::input_at(std::string_view tenant, KeyHash facet, Offset place) const {
  auto found = found_at(tenant, facet, place);
  if (!found) return std::nullopt;
  return std::move(found->input);
}

std::optional<Queries::FoundInput> Queries::found_at(std::string_view tenant, KeyHash facet, Offset place) const {
  const std::uint16_t partitions = topics_.at(index_of(Topic::feedback)).partitions;
  const auto partition = static_cast<std::uint16_t>((murmur2(record_key(tenant, facet)) & 0x7fffffff) % partitions);
  std::optional<FoundInput> found;
  EventDecoder decoder;
  const auto read = log_.read({index_of(Topic::feedback), partition}, place, 1, [&](const StoredRecord& record) {
    if (record.offset != place) return false;
    auto event = decoder.decode(record.value);
    if (event && event->tenant == tenant) {
      if (auto* input = std::get_if<Input>(&event->body))
        found = FoundInput{std::move(*input), std::move(event->source), std::move(event->id)};
    }
    return false;
  });
  if (!read) return std::nullopt;  // no longer kept: the entry is shown without its text
  return found;
}

void Queries::add_signals(std::string_view tenant, const std::set<std::string>& names, CustomerAnswer& answer) const {
  for (const std::string& name : names) {
    visit_events_of(*signals_, tenant, fingerprint(name), name, [&](const Event& event) {
      answer.signals.push_back({event.id, event.time, std::get<SignalChanged>(event.body), ""});
      return false;
    });
  }
  newest_first(answer.signals);
}

void Queries::add_cases(std::string_view tenant, const std::set<CaseId>& ids, CustomerAnswer& answer) const {
  for (const CaseId id : ids) {
    visit_events_of(*cases_, tenant, {id.high, id.low}, id.hex(), [&](const Event& event) {
      answer.cases.push_back({event.id, event.time, std::get<CaseChanged>(event.body), ""});
      return false;
    });
  }
  newest_first(answer.cases);
}

}  // namespace earshot::api
