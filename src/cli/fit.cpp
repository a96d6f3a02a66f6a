// Fits the silence model to the customers of a data directory, and puts it into the log.
#include <cstdio>

#include "backtest/events.h"
#include "cli/answers.h"
#include "cli/churn.h"
#include "cli/commands.h"
#include "cli/kafka_engine.h"
#include "cli/learn.h"
#include "cli/station.h"
#include "cli/steer.h"
#include "event/codec.h"
#include "event_log/embedded.h"

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

void print(const ChurnFit& fit) {
  const SilenceFit& forecast = fit.forecast;
  std::printf(
      "r %.4f  alpha %.4f weeks  a %.4f  b %.4f\nlog-likelihood %.2f, %lld customers, %lld of them active on more than "
      "one day\n",
      forecast.model.r, forecast.model.alpha, forecast.model.a, forecast.model.b, forecast.log_likelihood,
      static_cast<long long>(forecast.customers), static_cast<long long>(forecast.repeaters));
}

void print(const ChurnFits& fits, Timestamp until) {
  std::printf("as known at %s\n", format_rfc3339(until).c_str());
  print(fits.everyone);
  if (is_small(fits.everyone.forecast)) {
    std::printf(
        "that is few: the parameters are held near the defaults until there are %lld customers and %lld who came "
        "back\n",
        static_cast<long long>(kFitCustomersMin), static_cast<long long>(kFitRepeatersMin));
  }
  print_choice(fits.everyone);
  print_segments(fits);
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

// What is known, in; what is to be recorded, out.
Result<std::vector<ChurnModelFitted>> fit(CustomersKnown known, const Config& config) {
  if (known.active_days.empty()) {
    return Error{ErrorKind::NotFound,
                 "nobody in " + config.data.string() +
                     " was ever active: import orders first, or name other kinds in silence.activity"};
  }
  const Timestamp until = known.until;
  auto learned = learn(std::move(known), silence_settings(config));
  if (!learned) return std::move(learned.error());
  print(learned->fits, until);
  return std::move(learned->events);
}

void print_recorded(const std::vector<ChurnModelFitted>& events) {
  std::printf("recorded as version %lld: signals from here on go by it\n",
              static_cast<long long>(events.front().version));
}

Result<void> run_in_directory(const Config& config, bool dry_run) {
  auto station = Station::open(config, {}, Station::Part::looks);
  if (!station) return std::move(station.error());
  auto known = known_of_state((*station)->state(), config);
  if (!known) return std::move(known.error());
  known->until = (*station)->pump().now();
  const auto events = fit(std::move(*known), config);
  if (!events) return events.error();
  if (dry_run) return {};
  for (const ChurnModelFitted& one : *events) {
    if (auto recorded = steer(**station, id_of(one), "/earshot/fit", one); !recorded) return recorded;
  }
  print_recorded(*events);
  return {};
}

// What was durable at the start is read beside whoever uses the directory.
Result<void> run_beside(const Config& config, const Options& options) {
  if (is_kafka(config))
    return Error{
        ErrorKind::Invalid,
        "--url reads the data directory of the configuration beside a running earshot; with Kafka leave it out"};
  auto log = EmbeddedReader::open(config.data / "log", true);
  if (!log) return std::move(log.error());
  const int partitions = (*log)->topics().at(index_of(Topic::activity)).partitions;
  auto past = backtest::read_log(**log, partitions, config.tenant, silence_settings(config));
  if (!past) return std::move(past.error());
  auto version = newest_version(**log, config.tenant);
  if (!version) return std::move(version.error());
  const Timestamp until = past->events.empty() ? kEarliest : past->events.back().at;
  const auto events = fit({past->active_days(), past->segments, *version, until}, config);
  if (!events) return events.error();
  if (options.dry_run) return {};
  for (const ChurnModelFitted& one : *events) {
    if (auto recorded = steer(SteerTarget{options.url, ""}, id_of(one), "/earshot/fit", one); !recorded)
      return recorded;
  }
  print_recorded(*events);
  return {};
}

// Before anything is read: what is found has to be told there.
Result<void> find_earshot(const std::string& url) {
  auto there = answers_of_url({.url = url, .token = "", .tenant = ""});
  if (!there) return std::move(there.error());
  if (auto answer = (*there)->ask({"/healthz", {}, {}}); !answer) return std::move(answer.error());
  return {};
}

int run(const Options& options) {
  auto config = load_config(options.config);
  if (!config) return fail({ErrorKind::Invalid, config.error().message});
  if (!options.data.empty()) config->data = options.data;
  if (!options.url.empty()) {
    if (auto found = find_earshot(options.url); !found) return fail(found.error());
  }
  if (!is_kafka(*config) && !std::filesystem::exists(config->data)) {
    return fail({ErrorKind::NotFound, "there is no data directory " + config->data.string() +
                                          "; name one with --data, or import something first"});
  }
  const auto done = options.url.empty() ? run_in_directory(*config, options.dry_run) : run_beside(*config, options);
  return done ? 0 : fail(done.error());
}

}  // namespace

void add_fit(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("fit", "Learn from your customers how long is too long: fits the silence model");
  command->add_option("--config", options->config, "configuration; defaults without one");
  command->add_option("--data", options->data, "data directory, in place of the configured one");
  command->add_option("--url", options->url,
                      "an earshot that runs on the directory, which is read beside it; EARSHOT_TOKEN is its API token "
                      "of role admin, if it wants one");
  command->add_flag("--dry-run", options->dry_run, "show the fit and record nothing");
  command->footer(
      "Example: earshot fit --data data\nBeside a running earshot: earshot fit --config earshot.yaml --url "
      "http://127.0.0.1:8080");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace earshot::cli
