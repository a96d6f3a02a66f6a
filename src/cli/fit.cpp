// Fits the silence model to the customers of a data directory, and puts it into the log.
#include <cstdio>

#include "cli/commands.h"
#include "cli/kafka_engine.h"
#include "cli/station.h"
#include "pipeline/state_keys.h"
#include "processors/customer/customer.h"
#include "processors/customer/profile.h"
#include "processors/customer/silence_fit.h"
#include "state/customer.pb.h"

namespace earshot::cli {
namespace {

struct Options {
  std::string config;
  std::string data;
  bool dry_run = false;
};

int fail(const Error& error) {
  std::fprintf(stderr, "earshot fit: %s\n", error.message.c_str());
  return error.kind == ErrorKind::Invalid ? 2 : 1;
}

// One after the other, the values of one customer: the days of all identity keys are the days of the customer.
class Histories {
 public:
  explicit Histories(DayNumber until) : until_(until) {}

  void value(std::string_view record_key, std::string_view name, std::string_view bytes) {
    if (record_key != customer_) end_customer();
    customer_ = record_key;
    state::Facet facet;
    if (!name.starts_with("facet/") || !facet.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
    if (auto days = DaySet::parse(facet.days()); days && !days->empty()) days_.push_back(std::move(*days));
  }

  std::vector<DayHistory> take() {
    end_customer();
    return std::move(histories_);
  }

 private:
  void end_customer() {
    if (days_.empty()) return;
    const DaySet all = DaySet::united(days_);
    days_.clear();
    const DayNumber first = *all.first(), last = *all.last();
    if (first <= until_) histories_.push_back({all.count() - 1, last - first, std::max(until_, last) - first});
  }

  DayNumber until_;
  std::string customer_;
  std::vector<DaySet> days_;
  std::vector<DayHistory> histories_;
};

Result<std::vector<DayHistory>> read_histories(const StateStore& state, const Config& config, DayNumber until) {
  Histories histories(until);
  for (int partition = 0; partition < config.partitions; ++partition) {
    const std::string rows = row_prefix({index_of(Topic::activity), static_cast<std::uint16_t>(partition)}, kValueRow);
    const std::string prefix = rows + config.tenant + "/";
    auto scanned = state.scan(prefix, prefix, [&](std::string_view key, std::string_view bytes) {
      key.remove_prefix(rows.size());
      const std::size_t end = key.find('\0');
      histories.value(key.substr(0, end), key.substr(end + 1), bytes);
      return true;
    });
    if (!scanned) return std::move(scanned.error()).in("reading the customers");
  }
  return histories.take();
}

std::int64_t version_of(Station& station) {
  const std::string tenant = tenant_key(station.config().tenant);
  const auto* any = station.pump().any_task_of(Topic::activity)->values().find(tenant, kChurnModel, &HeldValue<state::ChurnModelState>::decode);
  return any == nullptr ? 0 : static_cast<const HeldValue<state::ChurnModelState>*>(any)->value.version();
}

int run(const Options& options) {
  auto config = load_config(options.config);
  if (!config) return fail({ErrorKind::Invalid, config.error().message});
  if (!options.data.empty()) config->data = options.data;
  if (!is_kafka(*config) && !std::filesystem::exists(config->data)) {
    return fail({ErrorKind::NotFound, "there is no data directory " + config->data.string() + "; name one with --data, or import something first"});
  }
  auto station = Station::open(*config, {}, Station::Part::looks);
  if (!station) return fail(station.error());
  Pump& pump = (*station)->pump();
  auto histories = read_histories((*station)->state(), *config, day_of(pump.now()));
  if (!histories) return fail(histories.error());
  if (histories->empty()) {
    return fail({ErrorKind::NotFound, "nobody in " + config->data.string() + " was ever active: import orders first, or name other kinds in silence.activity"});
  }
  const auto fit = fit_silence(std::move(*histories));
  if (!fit) return fail(fit.error());

  ChurnModelFitted fitted = fitted_event(version_of(**station) + 1, fit->model);
  fitted.customers = fit->customers;
  fitted.repeaters = fit->repeaters;
  fitted.log_likelihood_milli = static_cast<std::int64_t>(fit->log_likelihood * 1000);
  fitted.until = pump.now();
  std::printf("r %.4f  alpha %.4f weeks  a %.4f  b %.4f\nlog-likelihood %.2f, %lld customers until %s, %lld of them active on more than one day\n", fit->model.r,
              fit->model.alpha, fit->model.a, fit->model.b, fit->log_likelihood, static_cast<long long>(fit->customers), format_rfc3339(pump.now()).c_str(),
              static_cast<long long>(fit->repeaters));
  if (fit->customers < kFitCustomersMin || fit->repeaters < kFitRepeatersMin) {
    std::printf("that is few: the parameters are held near the defaults until there are %lld customers and %lld who came back\n",
                static_cast<long long>(kFitCustomersMin), static_cast<long long>(kFitRepeatersMin));
  }
  if (options.dry_run) return 0;
  Event event;
  event.id = "churn-model-" + std::to_string(fitted.version);
  event.source = "/earshot/fit";
  event.tenant = config->tenant;
  event.time = event.recorded = pump.now();
  event.body = fitted;
  pump.append_everywhere(event);
  if (auto ran = pump.run_before(pump.now()); !ran) return fail(ran.error());
  if (auto committed = (*station)->commit(); !committed) return fail(committed.error());
  std::printf("recorded as version %lld: signals from here on go by it\n", static_cast<long long>(fitted.version));
  return 0;
}

}  // namespace

void add_fit(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("fit", "Learn from your customers how long is too long: fits the silence model");
  command->add_option("--config", options->config, "configuration; defaults without one");
  command->add_option("--data", options->data, "data directory, in place of the configured one");
  command->add_flag("--dry-run", options->dry_run, "show the fit and record nothing");
  command->footer("Example: earshot fit --data data");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace earshot::cli
