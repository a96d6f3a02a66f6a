// Fits the silence model to the customers of a data directory, and puts it into the log.
#include <cstdio>

#include "backtest/events.h"
#include "cli/answers.h"
#include "cli/churn.h"
#include "cli/commands.h"
#include "cli/kafka_engine.h"
#include "cli/station.h"
#include "cli/steer.h"
#include "event/codec.h"
#include "event/json_reader.h"
#include "event_log/embedded.h"
#include "pipeline/state_keys.h"
#include "processors/customer/churn_fit.h"
#include "processors/customer/customer.h"
#include "processors/customer/profile.h"
#include "state/customer.pb.h"

namespace earshot::cli {
namespace {

struct Options {
  std::string config;
  std::string data;
  std::string url;
  bool dry_run = false;
};

int fail(const Error& error) {
  std::fprintf(stderr, "earshot fit: %s\n", error.message.c_str());
  return error.kind == ErrorKind::Invalid ? 2 : 1;
}

// One after the other, the values of one customer: the days of all identity keys are the days of the customer.
class ActiveDays {
 public:
  void value(std::string_view record_key, std::string_view name, std::string_view bytes) {
    if (record_key != customer_) end_customer();
    customer_ = record_key;
    state::Facet facet;
    if (!name.starts_with("facet/") || !facet.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
    if (auto days = DaySet::parse(facet.days()); days && !days->empty()) days_.push_back(std::move(*days));
  }

  std::vector<std::vector<DayNumber>> take() {
    end_customer();
    return std::move(customers_);
  }

 private:
  void end_customer() {
    if (!days_.empty()) customers_.push_back(DaySet::united(days_).days());
    days_.clear();
  }

  std::string customer_;
  std::vector<DaySet> days_;
  std::vector<std::vector<DayNumber>> customers_;
};

Result<std::vector<std::vector<DayNumber>>> read_days(const StateStore& state, const Config& config) {
  ActiveDays days;
  for (int partition = 0; partition < config.partitions; ++partition) {
    const std::string rows = row_prefix({index_of(Topic::activity), static_cast<std::uint16_t>(partition)}, kValueRow);
    const std::string prefix = rows + config.tenant + "/";
    auto scanned = state.scan(prefix, prefix, [&](std::string_view key, std::string_view bytes) {
      key.remove_prefix(rows.size());
      const std::size_t end = key.find('\0');
      days.value(key.substr(0, end), key.substr(end + 1), bytes);
      return true;
    });
    if (!scanned) return std::move(scanned.error()).in("reading the customers");
  }
  return days.take();
}

std::int64_t version_of(Station& station) {
  const std::string tenant = tenant_key(station.config().tenant);
  const auto* any = station.pump().any_task_of(Topic::activity)->values().find(tenant, kChurnModel, &HeldValue<state::ChurnModelState>::decode);
  return any == nullptr ? 0 : static_cast<const HeldValue<state::ChurnModelState>*>(any)->value.version();
}

CustomerSettings settings_of(const Config& config) {
  CustomerSettings settings;
  if (const auto section = config.sections.find("silence"); section != config.sections.end()) {
    if (auto read = read_json<CustomerSettings>(section->second, JsonReader::UnknownKeys::ignore)) settings = std::move(*read);
  }
  return settings;
}

ChurnFitTerms terms_of(const Config& config, Timestamp until) {
  const CustomerSettings settings = settings_of(config);
  return {day_of(until), static_cast<int>(settings.horizon_days), static_cast<int>(settings.act_permille)};
}

// Fits stand in every partition of every input topic: one says it.
Result<std::int64_t> newest_version(const LogReader& log, std::string_view tenant) {
  constexpr std::size_t kRecords = 4096;
  const TopicPartition partition{index_of(Topic::identity), 0};
  const auto begin = log.begin(partition);
  if (!begin) return begin.error();
  EventDecoder decoder;
  std::int64_t version = 0;
  for (Offset next = *begin, from = -1; next != from;) {
    from = next;
    auto read = log.read(partition, from, kRecords, [&](const StoredRecord& record) {
      next = record.offset + 1;
      const auto event = decoder.decode(record.value);
      const auto* fitted = event && event->tenant == tenant ? std::get_if<ChurnModelFitted>(&event->body) : nullptr;
      if (fitted != nullptr) version = std::max(version, fitted->version);
      return true;
    });
    if (!read) return std::move(read.error());
  }
  return version;
}

ChurnModelFitted event_of(const ChurnFit& fit, std::int64_t version, Timestamp until) {
  ChurnModelFitted fitted = fitted_event(version, fit.forecast.model, fit.hazard(), fit.levels);
  fitted.customers = fit.forecast.customers;
  fitted.repeaters = fit.forecast.repeaters;
  fitted.log_likelihood_milli = static_cast<std::int64_t>(fit.forecast.log_likelihood * 1000);
  fitted.silences = fit.silences;
  fitted.until = until;
  return fitted;
}

void print(const ChurnFit& fit, Timestamp until) {
  const SilenceFit& forecast = fit.forecast;
  std::printf("r %.4f  alpha %.4f weeks  a %.4f  b %.4f\nlog-likelihood %.2f, %lld customers until %s, %lld of them active on more than one day\n", forecast.model.r,
              forecast.model.alpha, forecast.model.a, forecast.model.b, forecast.log_likelihood, static_cast<long long>(forecast.customers),
              format_rfc3339(until).c_str(), static_cast<long long>(forecast.repeaters));
  if (forecast.customers < kFitCustomersMin || forecast.repeaters < kFitRepeatersMin) {
    std::printf("that is few: the parameters are held near the defaults until there are %lld customers and %lld who came back\n",
                static_cast<long long>(kFitCustomersMin), static_cast<long long>(kFitRepeatersMin));
  }
  print_choice(fit);
}

// What is known, and what would be recorded.
struct Known {
  std::vector<std::vector<DayNumber>> active_days;
  std::int64_t version = 0;  // of the newest fit
  Timestamp until{};
};

Result<ChurnModelFitted> fit(const Known& known, const Config& config) {
  if (known.active_days.empty()) {
    return Error{ErrorKind::NotFound, "nobody in " + config.data.string() + " was ever active: import orders first, or name other kinds in silence.activity"};
  }
  const auto fitted = fit_churn(known.active_days, terms_of(config, known.until));
  if (!fitted) return fitted.error();
  print(*fitted, known.until);
  return event_of(*fitted, known.version + 1, known.until);
}

void print_recorded(const ChurnModelFitted& fitted) {
  std::printf("recorded as version %lld: signals from here on go by it\n", static_cast<long long>(fitted.version));
}

std::string id_of(const ChurnModelFitted& fitted) { return "churn-model-" + std::to_string(fitted.version); }

Result<void> run_in_directory(const Config& config, bool dry_run) {
  auto station = Station::open(config, {}, Station::Part::looks);
  if (!station) return std::move(station.error());
  auto days = read_days((*station)->state(), config);
  if (!days) return std::move(days.error());
  const auto fitted = fit({std::move(*days), version_of(**station), (*station)->pump().now()}, config);
  if (!fitted) return fitted.error();
  if (dry_run) return {};
  if (auto recorded = steer(**station, id_of(*fitted), "/earshot/fit", *fitted); !recorded) return recorded;
  print_recorded(*fitted);
  return {};
}

// What was durable at the start is read beside whoever uses the directory.
Result<void> run_beside(const Config& config, const Options& options) {
  if (is_kafka(config)) return Error{ErrorKind::Invalid, "--url reads the data directory of the configuration beside a running earshot; with Kafka leave it out"};
  auto log = EmbeddedReader::open(config.data / "log", true);
  if (!log) return std::move(log.error());
  const int partitions = (*log)->topics().at(index_of(Topic::activity)).partitions;
  auto past = backtest::read_log(**log, partitions, config.tenant, settings_of(config));
  if (!past) return std::move(past.error());
  auto version = newest_version(**log, config.tenant);
  if (!version) return std::move(version.error());
  const Timestamp until = past->events.empty() ? kEarliest : past->events.back().at;
  const auto fitted = fit({past->active_days(), *version, until}, config);
  if (!fitted) return fitted.error();
  if (options.dry_run) return {};
  if (auto recorded = steer(SteerTarget{options.url, ""}, id_of(*fitted), "/earshot/fit", *fitted); !recorded) return recorded;
  print_recorded(*fitted);
  return {};
}

int run(const Options& options) {
  auto config = load_config(options.config);
  if (!config) return fail({ErrorKind::Invalid, config.error().message});
  if (!options.data.empty()) config->data = options.data;
  if (!is_kafka(*config) && !std::filesystem::exists(config->data)) {
    return fail({ErrorKind::NotFound, "there is no data directory " + config->data.string() + "; name one with --data, or import something first"});
  }
  const auto done = options.url.empty() ? run_in_directory(*config, options.dry_run) : run_beside(*config, options);
  return done ? 0 : fail(done.error());
}

}  // namespace

void add_fit(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("fit", "Learn from your customers how long is too long: fits the silence model");
  command->add_option("--config", options->config, "configuration; defaults without one");
  command->add_option("--data", options->data, "data directory, in place of the configured one");
  command->add_option("--url", options->url,
                      "an earshot that runs on the directory, which is read beside it; EARSHOT_TOKEN is its API token of role admin, if it wants one");
  command->add_flag("--dry-run", options->dry_run, "show the fit and record nothing");
  command->footer("Example: earshot fit --data data\nEvery week, beside a running earshot: earshot fit --config earshot.yaml --url http://127.0.0.1:8080");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace earshot::cli
