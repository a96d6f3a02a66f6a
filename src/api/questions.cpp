#include "api/questions.h"

#include "api/parameters.h"
#include "event/json_writer.h"

namespace earshot::api {

namespace {

template <class T>
Result<std::string> as_json(const Result<T>& answer) {
  if (!answer) return answer.error();
  return write_json(*answer);
}

template <class Id>
Result<Id> id_of(const Call& call, std::string_view what) {
  const auto id = Id::parse(call.parts.at(0));
  if (!id)
    return Error{ErrorKind::NotFound, "there is no " + std::string(what) + " of this name: its id is 32 hex digits"};
  return *id;
}

// Whom a list is about: a key or an id.
std::optional<CustomerId> customer_of(const Queries& queries, const Call& call, Parameters& parameters) {
  const std::string given = parameters.text("customer");
  if (given.empty()) return std::nullopt;
  const auto id = queries.owner_of(call.who.tenant, given);
  if (id) return *id;
  parameters.complain("customer", "is neither a key such as customer:12 nor 32 hex digits");
  return std::nullopt;
}

Result<std::string> list_customers(const Queries& queries, const Call& call) {
  Parameters parameters(call);
  const Queries::CustomerFilter filter{parameters.one_of("risk", {"ok", "watch", "unhappy", "act"})};
  const std::string text = parameters.text("search");
  const PageRequest page = parameters.page();
  if (!text.empty() && (!filter.risk.empty() || !page.cursor.empty()))
    parameters.complain("search", "goes with neither risk nor cursor");
  if (auto good = parameters.finish(); !good) return std::move(good.error());
  return as_json(text.empty() ? queries.customers(page, filter) : queries.find_customers(page, text));
}

Result<std::string> show_customer(const Queries& queries, const Call& call) {
  if (auto good = Parameters(call).finish(); !good) return std::move(good.error());
  return as_json(queries.customer(call.who.tenant, call.parts.at(0)));
}

Result<std::string> show_forecast(const Queries& queries, const Call& call) {
  if (auto good = Parameters(call).finish(); !good) return std::move(good.error());
  return as_json(queries.forecast(call.who.tenant, call.parts.at(0),
                                  std::chrono::floor<Millis>(std::chrono::system_clock::now())));
}

Result<std::string> list_cases(const Queries& queries, const Call& call) {
  Parameters parameters(call);
  Queries::CaseFilter filter;
  filter.state = parameters.word<CaseState>("state");
  filter.unresolved = parameters.flag("unresolved");
  filter.owner = parameters.text("owner");
  filter.department = parameters.text("department");
  filter.customer = customer_of(queries, call, parameters);
  const PageRequest page = parameters.page();
  if (auto good = parameters.finish(); !good) return std::move(good.error());
  return as_json(queries.cases(page, filter));
}

Result<std::string> show_case(const Queries& queries, const Call& call) {
  if (auto good = Parameters(call).finish(); !good) return std::move(good.error());
  const auto id = id_of<CaseId>(call, "case");
  if (!id) return id.error();
  return as_json(queries.case_with_history(call.who.tenant, *id));
}

Result<std::string> list_signals(const Queries& queries, const Call& call) {
  Parameters parameters(call);
  Queries::SignalFilter filter;
  filter.kind = parameters.word<SignalKind>("kind");
  filter.customer = customer_of(queries, call, parameters);
  filter.cleared_too = parameters.flag("cleared");
  const PageRequest page = parameters.page();
  if (auto good = parameters.finish(); !good) return std::move(good.error());
  return as_json(queries.signals(page, filter));
}

Result<std::string> list_alerts(const Queries& queries, const Call& call) {
  Parameters parameters(call);
  const PageRequest page = parameters.page();
  if (auto good = parameters.finish(); !good) return std::move(good.error());
  return as_json(queries.alerts(page));
}

Result<std::string> list_gaps(const Queries& queries, const Call& call) {
  if (auto good = Parameters(call).finish(); !good) return std::move(good.error());
  return as_json(queries.gaps(call.who.tenant));
}

Result<std::string> list_settings(const Queries& queries, const Call& call) {
  Parameters parameters(call);
  if (const std::string tenant = parameters.text("tenant"); !tenant.empty() && tenant != call.who.tenant)
    parameters.complain("tenant", "is not the one of this API token, which is " + call.who.tenant);
  if (auto good = parameters.finish(); !good) return std::move(good.error());
  return as_json(queries.settings(call.who.tenant));
}

Result<std::string> list_kpis(const Queries& queries, const Call& call) {
  Parameters parameters(call);
  Queries::KpiFilter filter;
  filter.kpi = parameters.text("kpi");
  filter.dimension = parameters.text("dimension");
  filter.history = parameters.flag("history");
  const PageRequest page = parameters.page();
  if (auto good = parameters.finish(); !good) return std::move(good.error());
  return as_json(queries.kpis(page, filter));
}

Result<std::string> list_dead_letters(const Queries& queries, const Call& call) {
  Parameters parameters(call);
  const Queries::DeadLetterFilter filter{parameters.word<DeadLetterReason>("reason"), parameters.flag("open")};
  const PageRequest page = parameters.page();
  if (auto good = parameters.finish(); !good) return std::move(good.error());
  return as_json(queries.dead_letters(page, filter));
}

Result<std::string> show_dead_letter(const Queries& queries, const Call& call) {
  if (auto good = Parameters(call).finish(); !good) return std::move(good.error());
  return as_json(queries.dead_letter(call.who.tenant, call.parts.at(0)));
}

Result<std::string> list_proposals(const Queries& queries, const Call& call) {
  Parameters parameters(call);
  const Queries::ProposalFilter filter{parameters.flag("open")};
  const PageRequest page = parameters.page();
  if (auto good = parameters.finish(); !good) return std::move(good.error());
  return as_json(queries.proposals(page, filter));
}

Result<std::string> show_identity(const Queries& queries, const Call& call) {
  if (auto good = Parameters(call).finish(); !good) return std::move(good.error());
  return as_json(queries.identity(call.who.tenant, call.parts.at(0)));
}

Result<std::string> list_deliveries(const SinkDeliveries& kept, const Call& call) {
  Parameters parameters(call);
  const SinkDeliveryFilter filter{parameters.text("sink"),
                                  parameters.one_of("state", {"pending", "parked", "stopped"})};
  const PageRequest page = parameters.page();
  if (auto good = parameters.finish(); !good) return std::move(good.error());
  return as_json(deliveries(kept, page, filter));
}

Result<std::string> show_delivery(const SinkDeliveries& kept, const Call& call) {
  if (auto good = Parameters(call).finish(); !good) return std::move(good.error());
  return as_json(delivery(kept, call.who.tenant, call.parts.at(0)));
}

using Answer = Result<std::string> (*)(const Queries&, const Call&);

}  // namespace

std::vector<Question> questions(const Queries& queries, const SinkDeliveries& deliveries) {
  const auto by = [&queries](Answer answer) {
    return [&queries, answer](const Call& call) { return answer(queries, call); };
  };
  return {{"/v1/customers", by(list_customers)},
          {"/v1/customers/{key}", by(show_customer)},
          {"/v1/customers/{key}/forecast", by(show_forecast)},
          {"/v1/cases", by(list_cases)},
          {"/v1/cases/{id}", by(show_case)},
          {"/v1/identity/proposals", by(list_proposals)},
          {"/v1/identity/keys/{key}", by(show_identity)},
          {"/v1/signals", by(list_signals)},
          {"/v1/alerts", by(list_alerts)},
          {"/v1/gaps", by(list_gaps)},
          {kConfigPattern, by(list_settings)},
          {"/v1/kpis", by(list_kpis)},
          {"/v1/dead-letters", by(list_dead_letters)},
          {"/v1/dead-letters/{id}", by(show_dead_letter)},
          {"/v1/deliveries", [&deliveries](const Call& call) { return list_deliveries(deliveries, call); }},
          {"/v1/deliveries/{id}", [&deliveries](const Call& call) { return show_delivery(deliveries, call); }}};
}

}  // namespace earshot::api
