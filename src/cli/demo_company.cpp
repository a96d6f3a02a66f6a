#include "cli/demo_company.h"

#include <cstdio>

#include "all.h"
#include "base/hash.h"
#include "base/random.h"
#include "earshot/check.h"
#include "event/codec.h"

namespace earshot::cli {
namespace {

constexpr int kDays = 180;
constexpr double kHandlingHoursMin = 4;  // from the opening of a case of the history to its resolution
constexpr double kHandlingHoursSpread = 92;
constexpr std::chrono::days kToldBackMax{30};  // the windows of KPIs take nothing older than 35 days
constexpr const char* kSecret = "demo-typeform-secret";
const Timestamp kStart = *parse_rfc3339("2026-01-05T00:00:00Z");

class Collect : public Findings {
 public:
  explicit Collect(DemoItems& items) : items_(items) {}
  void event(Event event) override { items_.events.push_back(std::move(event)); }
  void dead_letter(DeadLetter letter) override { items_.letters.push_back(std::move(letter)); }
  void skipped() override {}

 private:
  DemoItems& items_;
};

}  // namespace

DemoCompany::DemoCompany(Settings settings) : settings_(settings), delivered_(kStart) {
  simulation::Settings world;
  world.seed = settings.seed;
  world.customers = settings.customers;
  world.start = kStart;
  world.days = kDays;
  world.typeform_secret = kSecret;
  company_ = std::make_unique<simulation::Company>(world);
  for (const char* name : {"google_play", "typeform", "bluesky", "cloudevents", "csv"}) {
    auto made = make_connector(name, simulation::connector_settings(name, kSecret));
    EARSHOT_CHECK(made, "the simulated company's connectors can be made");
    connectors_[name] = std::move(*made);
  }
}

std::string DemoCompany::describe() const {
  return "seed " + std::to_string(settings_.seed) + " customers " + std::to_string(settings_.customers);
}

Result<DemoCompany> DemoCompany::described(const std::string& text) {
  unsigned long long seed = 0;
  int customers = 0;
  if (std::sscanf(text.c_str(), "seed %llu customers %d", &seed, &customers) != 2) {
    return Error{ErrorKind::Corrupt, "the data directory does not say which company it was begun with: " + text};
  }
  return DemoCompany({seed, customers});
}

Timestamp DemoCompany::live_from() const { return kStart + std::chrono::days{kDays}; }

DemoItems DemoCompany::history() {
  DemoItems items;
  take(company_->deliver(kStart, live_from()), items);
  delivered_ = live_from();
  return items;
}

void DemoCompany::take(std::vector<simulation::Payload> payloads, DemoItems& items) {
  Collect collect(items);
  for (const simulation::Payload& payload : payloads) {
    const Connector& connector = *connectors_.at(payload.connector);
    // Polled and pushed payloads alike carry no file name: their place is the connector and the moment.
    const Origin origin{"acme", payload.connector + " " + format_rfc3339(payload.at), payload.connector, payload.at};
    const bool is_signed = payload.connector == "typeform";
    if (is_signed && !connector.verify({payload.headers, payload.body, payload.at})) continue;  // as a 401 would
    auto reader = connector.open_request(origin, payload.headers, collect);
    if (!reader) continue;
    (*reader)->feed(payload.body);
    (*reader)->finish();
  }
  for (const Event& event : items.events) {
    if (const auto* input = std::get_if<Input>(&event.body)) {
      for (const std::string& key : input->person.keys) keys_[hash_key("", key)] = key;
    }
  }
}

void DemoCompany::go_live(Timestamp from) {
  DemoItems past;
  if (from > delivered_) take(company_->deliver(delivered_, from), past);
  delivered_ = from;
}

std::vector<Event> DemoCompany::deliver_until(Timestamp now) {
  DemoItems items;
  if (now > delivered_) {
    take(company_->deliver(delivered_, now), items);
    delivered_ = now;
  }
  for (DeadLetter& letter : items.letters) items.events.push_back(event_of(std::move(letter), "acme"));
  act(now, items.events);
  return std::move(items.events);
}

void DemoCompany::plan(Timestamp at, Command command, KeyHash facet) {
  plans_.emplace(at, Plan{std::move(command), facet});
}

void DemoCompany::hear_of(const CaseChanged& change, Timestamp now) {
  if (change.step != CaseStep::opened && change.step != CaseStep::reopened && change.step != CaseStep::assigned) return;
  if (change.owner.empty() || change.imported || change.actor == change.owner) return;  // who has taken it does so once
  // Which agent is quick, slow or forgets follows from the case, so that a demo can be repeated.
  Random random(fingerprint(change.case_id.hex() + std::string(1, static_cast<char>(change.step))).low);
  if (random.chance(0.15)) return;  // somebody else, or nobody
  const auto hours = [&](double least, double most) {
    return Millis{static_cast<std::int64_t>((least + random.unit() * (most - least)) * 3'600'000)};
  };
  Command command;
  command.actor = change.owner;
  command.case_id = change.case_id;
  command.kind = CommandKind::take;
  Timestamp at = now + hours(0.02, 0.6);
  plan(at, command, change.facet);
  command.kind = CommandKind::reply;
  command.text = "We are sorry. We are looking into it and will be back with you today.";
  plan(at += hours(0.1, 2), command, change.facet);
  if (random.chance(0.85)) {
    command.kind = CommandKind::resolve;
    command.text = "It is put right. Thank you for telling us.";
    command.resolution = "fixed";
    command.cause = "process";
    plan(at + hours(2, 30), command, change.facet);
  }
}

void DemoCompany::work_off(const std::vector<CaseChanged>& history, Timestamp now) {
  std::map<CaseId, const CaseChanged*> newest;
  for (const CaseChanged& change : history) newest[change.case_id] = &change;
  for (const auto& [id, change] : newest) {
    if (change->owner.empty() || change->state == CaseState::resolved || change->state == CaseState::closed) continue;
    Random random(id.low);
    Command command;
    command.kind = CommandKind::resolve;
    command.actor = change->owner;
    command.case_id = id;
    command.text = "It is put right. Thank you for telling us.";
    command.resolution = "fixed";
    command.cause = "process";
    const auto handling =
        Millis{static_cast<std::int64_t>((kHandlingHoursMin + random.unit() * kHandlingHoursSpread) * 3'600'000)};
    plan(std::max(change->opened_at, now - kToldBackMax) + handling, command, change->facet);
  }
}

void DemoCompany::act(Timestamp now, std::vector<Event>& events) {
  while (!plans_.empty() && plans_.begin()->first <= now) {
    Plan next = std::move(plans_.begin()->second);
    const Timestamp at = plans_.begin()->first;
    plans_.erase(plans_.begin());
    next.command.request = "demo-" + next.command.case_id->hex() + "-" + std::to_string(to_millis(at));
    if (next.command.kind == CommandKind::resolve) company_->helped(key_of(next.facet), now);
    Event event;
    event.id = next.command.request + "-" + std::to_string(++actions_);
    event.source = "/demo/agents";
    event.tenant = "acme";
    event.time = at;
    event.body = std::move(next.command);
    events.push_back(std::move(event));
  }
}

std::string DemoCompany::key_of(KeyHash facet) const {
  const auto known = keys_.find(facet);
  return known == keys_.end() ? facet.hex().substr(0, 8) : known->second;
}

}  // namespace earshot::cli
