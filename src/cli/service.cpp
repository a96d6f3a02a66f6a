#include "cli/service.h"

#include <future>
#include <set>

#include "all.h"
#include "cli/deliveries.h"
#include "cli/files.h"
#include "cli/front_door.h"
#include "cli/state_view.h"
#include "console/files.h"
#include "event/codec.h"
#include "event/names.h"
#include "processors/insight/read_kpis.h"

namespace earshot::cli {

Timestamp SystemClock::now() const { return std::chrono::floor<Millis>(std::chrono::system_clock::now()); }

namespace {

api::Access::Settings access_of(const Config& config) {
  api::Access::Settings settings;
  settings.default_tenant = config.tenant;
  for (const TokenConfig& token : config.tokens) {
    const api::Role role = token.role == "read"  ? api::Role::read
                           : token.role == "act" ? api::Role::act
                                                 : api::Role::admin;
    settings.tokens.push_back({token.secret, token.tenant, role, token.requests_per_second});
  }
  return settings;
}

std::set<std::string> tenants_of(const Config& config) {
  std::set<std::string> tenants{config.tenant};
  for (const TokenConfig& token : config.tokens) tenants.insert(token.tenant);
  return tenants;
}

std::string_view outcome_of(int status) {
  if (status < 400) return "ok";
  if (status == 429) return "limited";
  if (status == 503) return "busy";
  return status < 500 ? "refused" : "failed";
}

void expect_route(Metrics& metrics, std::string_view route) {
  for (const std::string_view outcome : {"ok", "refused", "limited", "busy", "failed"})
    metrics.expect(Metric::requests, {{route, outcome}});
}

}  // namespace

Result<std::unique_ptr<Service>> Service::start(std::unique_ptr<Station> station, const Clock& clock, Log& log,
                                                Settings settings) {
  const Config config = station->config();
  return start(
      config, [&](int) -> Result<std::unique_ptr<Station>> { return std::move(station); }, clock, log,
      std::move(settings));
}

Result<std::unique_ptr<Service>> Service::start(const Config& config, const OpenStation& open, const Clock& clock,
                                                Log& log, Settings settings, ClockWatch::Passed passed) {
  // Before anything is recorded: a log that lives takes imports as late events only.
  if (auto access = api::Access::create(access_of(config), settings.address); !access) return std::move(access.error());
  std::unique_ptr<Service> service(new Service);
  service->metrics_ = std::make_unique<Metrics>(Metrics::Settings{.version = EARSHOT_VERSION});
  service->process_metrics_ = std::make_unique<ProcessMetrics>(*service->metrics_, config.data);
  const Worker::Parts parts{*service->metrics_, clock, log, [self = service.get()] { self->committed(); },
                            std::move(passed)};
  if (auto started = service->start_workers(config, open, parts); !started) return std::move(started.error());
  service->expect_series();
  service->front_door_ = std::make_unique<FrontDoor>(service->workers_, *service->metrics_, clock);
  if (auto started = service->start_api(clock, log, std::move(settings)); !started) return std::move(started.error());
  if (auto started = service->start_sinks(clock, log); !started) return std::move(started.error());
  service->is_complete_.store(true, std::memory_order_release);
  service->notify();  // of what was committed meanwhile
  service->start_sources(clock, log);
  return service;
}

// All that have begun stand in workers_, also after an error: they end with the service.
Result<void> Service::start_workers(const Config& config, const OpenStation& open, const Worker::Parts& parts) {
  using Started = Result<std::unique_ptr<Worker>>;
  const auto start_one = [&](int i) -> Started {
    auto station = open(i);
    if (!station) return std::move(station.error());
    if (i == 0) {
      if (auto recorded = (*station)->record_config(); !recorded) return std::move(recorded.error());
      if (auto begun = (*station)->begin_to_live(); !begun) return std::move(begun.error());
    }
    return std::make_unique<Worker>(std::move(*station), parts);
  };
  std::vector<std::future<Started>> others;
  for (int i = 1; i < config.engine.workers; ++i) others.push_back(std::async(std::launch::async, start_one, i));
  std::vector<Started> started;
  started.push_back(start_one(0));
  for (auto& other : others) started.push_back(other.get());
  Result<void> all;
  for (Started& one : started) {
    if (one) {
      workers_.push_back(std::move(*one));
    } else if (all) {
      all = std::move(one.error());
    }
  }
  return all;
}

std::optional<Error> Service::trouble() const {
  for (const auto& worker : workers_) {
    if (auto trouble = worker->live().trouble()) return trouble;
  }
  return std::nullopt;
}

std::vector<earshot::Progress> Service::progress() const {
  std::vector<earshot::Progress> all;
  for (const auto& worker : workers_) all.push_back(worker->live().progress());
  return all;
}

Result<void> Service::ready() const {
  for (const auto& worker : workers_) {
    if (auto ready = worker->live().ready(); !ready) return ready;
  }
  return {};
}

std::vector<StateHeld> Service::held() const {
  std::vector<StateHeld> all;
  for (const auto& worker : workers_) all.push_back({worker->station().state(), worker->station().log()});
  return all;
}

void Service::committed() {
  notify();
  if (told_) told_();
}

void Service::notify() {
  if (!is_complete_.load(std::memory_order_acquire)) return;
  api_->notify();
  for (const auto& sink : sinks_) sink->notify();
}

// What it has to deliver and has not; a sink that is gone from the configuration still shows it.
api::SinkDeliveries Service::deliveries(Log& log) {
  api::SinkDeliveries kept = deliveries_kept_in(station().config().data, station().log());
  kept.resend = [this, &log](std::string_view tenant, const api::ResendRequest& request) -> Result<std::int64_t> {
    if (!is_complete_.load(std::memory_order_acquire))
      return Error{ErrorKind::Unavailable, "the sinks are being started; try again"};
    std::int64_t resent = 0;
    Error missing{ErrorKind::NotFound,
                  request.sink.empty() ? "no sink has a delivery " + request.id : "there is no sink " + request.sink};
    bool is_found = false;
    for (const auto& sink : sinks_) {
      if (sink->tenant() != tenant || (!request.sink.empty() && sink->name() != request.sink)) continue;
      auto count = sink->resend(request.id);
      if (!count && count.error().kind != ErrorKind::NotFound) return std::move(count.error());
      if (!count) missing = std::move(count.error());
      if (!count) continue;
      is_found = true;
      resent += static_cast<std::int64_t>(*count);
      log.info("deliveries are made again", {{"sink", sink->name()}, {"by", request.actor}, {"count", *count}});
    }
    if (!is_found) return missing;
    return resent;
  };
  return kept;
}

// The first key of a customer that can be opened.
std::function<std::string(CustomerId)> Service::key_opener(const std::string& tenant) {
  return [tenant, queries = std::make_shared<api::Queries>(station().log(), station().topics(), state_)](
             CustomerId customer) -> std::string {
    const auto known = queries->customer(tenant, customer.hex());
    if (!known) return "";
    for (const api::KeyRow& key : known->keys) {
      if (!key.key.empty()) return key.key;
    }
    return "";
  };
}

// A sink of a configuration keeps its place beside log and state.
Result<void> Service::start_sinks(const Clock& clock, Log& log) {
  const Config& config = this->config();
  const std::filesystem::path directory = config.data / kSinksFolder;
  std::error_code error;
  if (!config.sinks.empty()) std::filesystem::create_directories(directory, error);
  if (error) return Error{ErrorKind::Unavailable, "cannot create " + directory.string() + ": " + error.message()};
  for (const SinkConfig& entry : config.sinks) {
    auto sink = make_sink(*find_sink_kind(entry.kind),
                          {entry.name, entry.url, entry.secrets, entry.allow_private_addresses}, clock);
    if (!sink) return std::move(sink.error());
    Dispatcher::Settings settings;
    settings.file = directory / (entry.name + ".json");
    settings.tenant = entry.tenant;
    settings.severity = entry.severity;
    settings.quiet = std::chrono::hours{entry.quiet_hours};
    settings.per_minute = entry.per_minute;
    if (entry.show_keys) settings.key_of = key_opener(entry.tenant);
    settings.seed = static_cast<std::uint64_t>(to_millis(clock.now()));
    auto dispatcher = Dispatcher::open(station().log(), station().topics(), **sink, clock, std::move(settings));
    if (!dispatcher) return std::move(dispatcher.error());
    auto told = [this, name = entry.name, before = Dispatcher::Counts{}](const Dispatcher::Counts& now) mutable {
      metrics_->add_batch(name, {now.taken_up - before.taken_up, now.delivered - before.delivered, now.delay});
      metrics_->add(Metric::deliveries, {{name, "delivered"}}, static_cast<double>(now.delivered - before.delivered));
      metrics_->add(Metric::deliveries, {{name, "failed"}}, static_cast<double>(now.failed - before.failed));
      metrics_->add(Metric::deliveries, {{name, "parked"}}, static_cast<double>(now.parked - before.parked));
      metrics_->add(Metric::deliveries, {{name, "quiet"}}, static_cast<double>(now.quiet - before.quiet));
      metrics_->add(Metric::deliveries, {{name, "forgotten"}}, static_cast<double>(now.forgotten - before.forgotten));
      before = now;
    };
    sinks_.push_back(
        std::make_unique<SinkRunner>(std::move(*sink), std::move(*dispatcher), clock, log, std::move(told)));
  }
  return {};
}

// Where events are folded, there the places of live sources are known.
void Service::start_sources(const Clock& clock, Log& log) {
  const Config& config = this->config();
  for (const ConnectorConfig& entry : config.connectors) {
    const Connector& connector = *hooks_.at(entry.name);
    if (!SourceRunner::is_live(connector)) continue;
    if (!config.only.empty() && config.only != "processors") {
      log.info("a live source is heard by the processes that run the processors", {{"source", entry.name}});
      continue;
    }
    sources_.push_back(listen_live(entry, {config, connector, live(), here_, *metrics_, clock, log}));
    log.info("listening to a live source", {{"source", entry.name}});
  }
}

Result<void> Service::start_api(const Clock& clock, Log& log, Settings settings) {
  const Config& config = this->config();
  auto events = find_connector(config, "cloudevents");
  if (!events) return std::move(events.error());
  events_ = std::move(*events);
  for (const ConnectorConfig& entry : config.connectors) {
    auto made = make_connector(entry.connector, entry.settings);
    if (!made) return std::move(made.error()).in("connector " + entry.name);
    hooks_[entry.name] = std::move(*made);
  }
  peers_ = std::make_unique<Peers>(config.tokens);
  here_ = state_here(held(), config.partitions);
  state_ = state_view(held(), *peers_, config.partitions, config.secret);
  api::Api::Settings api_settings;
  api_settings.server.address = settings.address;
  api_settings.server.port = settings.port;
  api_settings.server.connections_max = connections_max(api_settings.server.connections_max);
  api_settings.access = access_of(config);
  for (const ConnectorConfig& entry : config.connectors)
    api_settings.gate.hooks[entry.name] = entry.requests_per_second;
  api_settings.takes_events = config.only.empty() || config.only == "connectors";
  api_settings.answers = config.only.empty() || config.only == "api";
  api::Api::Parts parts{
      .log = station().log(),
      .topics = station().topics(),
      .state = state_,
      .state_here = here_,
      .intake = *front_door_,
      .clock = clock,
      .events = *events_,
      .find_hook = [this, tenant = config.tenant](std::string_view connector, std::string_view of) -> const Connector* {
        const auto found = hooks_.find(connector);
        return found == hooks_.end() || of != tenant ? nullptr : found->second.get();
      },
      .find_reader = [this](const DeadLetter& letter, std::string_view name) { return find_reader(letter, name); },
      .deliveries = deliveries(log),
      .ready = [this] { return ready(); },
      .metrics = [this](std::string_view tenant) { return scrape(tenant); },
      .check_settings = [this](std::string_view section,
                               std::string_view text) { return station().check_settings(section, text); },
      .files = console_files(),
      .answered =
          [this](const api::Answered& answer) {
            metrics_->add(Metric::requests, {{answer.route, outcome_of(answer.status)}});
            if (answer.took)
              metrics_->observe(Metric::request_time, {{answer.route}},
                                std::chrono::duration<double>(*answer.took).count());
          },
  };
  auto api = api::Api::start(std::move(api_settings), std::move(parts));
  if (!api) return std::move(api.error());
  api_ = std::move(*api);
  for (const api::Route& route : api_->routes()) expect_route(*metrics_, route.pattern);
  expect_route(*metrics_, "");
  const std::string address =
      config.engine.advertise.empty() ? address_for_others(settings.address, api_->port()) : config.engine.advertise;
  for (const auto& worker : workers_) worker->station().log().announce(address);
  return {};
}

// By name, or who read it: the web hook of its place, or the first of its kind.
api::FoundConnector Service::find_reader(const DeadLetter& letter, std::string_view name) const {
  const std::string_view kind = letter.connector;
  const std::string_view wanted = !name.empty() ? name : !kind.empty() ? kind : "cloudevents";
  if (wanted == "cloudevents") return {events_.get(), "api"};
  for (const auto& [own, connector] : hooks_) {
    if (name.empty() ? letter.place.starts_with("/hooks/" + own + "/") : own == name) return {connector.get(), own};
  }
  for (const auto& [own, connector] : hooks_) {
    if (name.empty() && connector->name() == wanted) return {connector.get(), own};
  }
  return {};
}

// What may come and has not yet, at zero.
void Service::expect_series() {
  const Config& config = this->config();
  for (const std::string& tenant : tenants_of(config)) expect_tenant(*metrics_, tenant);
  std::set<std::string> readers{"cloudevents"};
  for (const ConnectorConfig& connector : config.connectors) readers.insert(connector.connector);
  for (const std::string_view reason : names_of(DeadLetterReason{})) {
    for (const std::string& reader : readers) metrics_->expect(Metric::dead_letters, {{"intake", reason, reader}});
  }
  for (const std::string& reader : readers) metrics_->expect(Metric::mended, {{reader}});
  std::vector<std::string> stages{"api"};
  for (const ConnectorConfig& connector : config.connectors) stages.push_back(connector.name);
  for (const std::string& stage : stages) metrics_->expect(Metric::duplicates, {{stage}});
  for (const std::string& stage : workers_.front()->stages()) stages.push_back(stage);
  for (const std::string& stage : stages) {
    metrics_->expect(Metric::events_in, {{stage}});
    metrics_->expect(Metric::events_out, {{stage}});
  }
  metrics_->expect(Metric::overflow, {{"series"}});
}

// Brings up to date what is not counted but read.
std::string Service::scrape(std::string_view tenant) {
  const Config& config = this->config();
  process_metrics_->read();
  metrics_->set(Metric::ready, {}, ready() ? 1 : 0);
  metrics_->set(Metric::queue_events, {}, static_cast<double>(live().unanswered()));
  metrics_->set(Metric::queue_events_max, {}, static_cast<double>(config.queue_events_max));
  std::vector<std::pair<std::string, ActiveCases>> active;
  for (const std::string& one : tenants_of(config)) {
    const auto levels = here_(Topic::measures, tenant_key(one), "levels");  // whoever keeps them shows them
    if (!levels || !*levels) continue;
    auto cases = read_active_cases(**levels);
    if (!cases) continue;
    for (ActiveCases& row : *cases) active.emplace_back(one, std::move(row));
  }
  std::vector<Metrics::GaugeValue> values;
  for (const auto& [whose, row] : active)
    values.push_back({{{whose, row.state, row.department}}, static_cast<double>(row.count)});
  metrics_->replace(Metric::cases_active, values);
  return metrics_->expose(tenant);
}

void Service::stop() {
  if (api_) api_->stop();
  sources_.clear();  // they keep what they have heard
  for (const auto& worker : workers_) worker->live().stop();
  is_complete_ = false;
  sinks_.clear();
}

Service::~Service() { stop(); }

}  // namespace earshot::cli
