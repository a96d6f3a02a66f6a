// The routes that ask what we know. Each reads its parameters, asks Queries on a worker, and writes the answer as JSON.
#include "api/api.h"
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

}  // namespace

void Api::add_list(std::string_view pattern, std::function<Result<std::string>(const Call&)> ask) {
  router_.add({"GET", pattern, Role::read, [this, ask = std::move(ask)](Call call, Reply reply) {
                 const bool is_taken = workers_.post([ask, call = std::move(call), reply] {
                   auto answer = ask(call);
                   if (!answer) return reply.send(problem_of(answer.error()));
                   reply.send(Response{200, "application/json", std::move(*answer), {{"Cache-Control", "no-store"}}});
                 });
                 if (!is_taken) reply.send(Problem{503, "busy", "too many questions are waiting; try again later"});
               }});
}

void Api::add_query_routes() {
  add_list("/v1/cases", [this](const Call& call) -> Result<std::string> {
    Parameters parameters(call);
    Queries::CaseFilter filter;
    filter.state = parameters.word<CaseState>("state");
    filter.unresolved = parameters.flag("unresolved");
    filter.owner = parameters.text("owner");
    filter.department = parameters.text("department");
    filter.customer = parameters.id<CustomerId>("customer");
    const PageRequest page = parameters.page();
    if (auto good = parameters.finish(); !good) return std::move(good.error());
    return as_json(queries_.cases(page, filter));
  });
  add_list("/v1/cases/{id}", [this](const Call& call) -> Result<std::string> {
    if (auto good = Parameters(call).finish(); !good) return std::move(good.error());
    const auto id = id_of<CaseId>(call, "case");
    if (!id) return id.error();
    return as_json(queries_.case_with_history(call.who.tenant, *id));
  });
  add_list("/v1/signals", [this](const Call& call) -> Result<std::string> {
    Parameters parameters(call);
    Queries::SignalFilter filter;
    filter.kind = parameters.word<SignalKind>("kind");
    filter.customer = parameters.id<CustomerId>("customer");
    filter.cleared_too = parameters.flag("cleared");
    const PageRequest page = parameters.page();
    if (auto good = parameters.finish(); !good) return std::move(good.error());
    return as_json(queries_.signals(page, filter));
  });
  add_list("/v1/alerts", [this](const Call& call) -> Result<std::string> {
    Parameters parameters(call);
    const PageRequest page = parameters.page();
    if (auto good = parameters.finish(); !good) return std::move(good.error());
    return as_json(queries_.alerts(page));
  });
  add_list("/v1/kpis", [this](const Call& call) -> Result<std::string> {
    Parameters parameters(call);
    Queries::KpiFilter filter;
    filter.kpi = parameters.text("kpi");
    filter.dimension = parameters.text("dimension");
    filter.history = parameters.flag("history");
    const PageRequest page = parameters.page();
    if (auto good = parameters.finish(); !good) return std::move(good.error());
    return as_json(queries_.kpis(page, filter));
  });
  add_list("/v1/dead-letters", [this](const Call& call) -> Result<std::string> {
    Parameters parameters(call);
    const auto reason = parameters.word<DeadLetterReason>("reason");
    const PageRequest page = parameters.page();
    if (auto good = parameters.finish(); !good) return std::move(good.error());
    return as_json(queries_.dead_letters(page, reason));
  });
  add_list("/v1/dead-letters/{id}", [this](const Call& call) -> Result<std::string> {
    if (auto good = Parameters(call).finish(); !good) return std::move(good.error());
    return as_json(queries_.dead_letter(call.who.tenant, call.parts.at(0)));
  });
}

}  // namespace earshot::api
