#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "cli/commands.h"
#include "cli/kafka_engine.h"
#include "cli/refit.h"
#include "cli/reload.h"
#include "cli/service.h"
#include "cli/signals.h"

namespace earshot::cli {
namespace {

// A clock that is behind the log by more than this would record events before those that are there.
constexpr std::chrono::seconds kClockBehindMax{5};

// So often we look; nothing may stand still for ten minutes, which is longer than anything is tried again.
constexpr std::chrono::milliseconds kLook{200};
constexpr int kStandingLooksMax = 3000;

struct Options {
  std::string config;
  std::string data;
  std::string listen;
  std::string slot;
  std::string only;
};

int fail(const Error& error, int code) {
  std::fprintf(stderr, "earshot run: %s\n", error.message.c_str());
  return code;
}

// Each has a slot and a state directory of its own; no slot of a configuration has a plus.
Config config_of_worker(Config config, int worker) {
  if (worker == 0) return config;
  config.engine.slot += "+" + std::to_string(worker);
  config.data = config.data / "workers" / std::to_string(worker);
  return config;
}

int run(const Options& options) {
  auto config = load_config(options.config);
  if (!config) return fail(config.error(), 2);
  const Config as_read = *config;
  if (!options.data.empty()) config->data = options.data;
  if (!options.listen.empty()) config->listen = options.listen;
  if (!options.slot.empty()) config->engine.slot = options.slot;
  if (!options.only.empty() && !is_kafka(*config))
    return fail({ErrorKind::Invalid,
                 "--only is for engine.kind kafka: a data directory is one process's, which does all of it"},
                2);
  config->only = options.only;
  auto settings = parse_address(config->listen);
  if (!settings) return fail(settings.error(), 2);

  Signals signals({SIGHUP});  // before any thread, so that only this one hears them
  Log log;
  const bool folds = config->only.empty() || config->only == "processors";
  if (!folds) config->engine.workers = 1;
  const SystemClock clock;
  const auto open = [&](int worker) -> Result<std::unique_ptr<Station>> {
    auto station = Station::open(
        config_of_worker(*config, worker),
        [&](const std::string& what, std::int64_t done, std::int64_t) {
          log.info(what, {{"worker", worker}, {"records", done}});
        },
        folds ? Station::Part::folds : Station::Part::writes);
    if (station && (*station)->pump().now() > clock.now() + kClockBehindMax) {
      return Error{ErrorKind::Conflict,
                   "the clock says " + format_rfc3339(clock.now()) + " but the event log already reaches " +
                       format_rfc3339((*station)->pump().now()) + "; set the clock, or use another data directory"};
    }
    return station;
  };
  auto service = Service::start(*config, open, clock, log, *settings, time_since_boot);
  if (!service) return fail(service.error(), service.error().kind == ErrorKind::Invalid ? 2 : 1);
  Refit refit({(*service)->station().state(), (*service)->station().log(), (*service)->station().config(),
               (*service)->live(), clock, log});
  refit.begin();
  log.info("earshot is running", {{"url", "http://" + settings->address + ":" + std::to_string((*service)->port())},
                                  {"data", config->data.string()}});
  std::vector<Watchdog> watchdogs((*service)->progress().size(), Watchdog(kStandingLooksMax));
  int heard = 0;
  while ((heard = signals.wait_for(kLook)) == 0 || heard == SIGHUP) {
    if (heard == SIGHUP) reload(as_read, **service, log);
    if ((*service)->trouble()) return 1;
    if (is_kafka(*config)) (*service)->look_again();
    const auto progress = (*service)->progress();
    bool stands = false;
    for (std::size_t i = 0; i < progress.size(); ++i) stands |= watchdogs[i].bites(progress[i]);
    if (stands) {
      log.error("nothing has moved for ten minutes; start again, and tell us", {});
      std::_Exit(1);  // what hangs cannot be waited for
    }
  }
  log.info("stopping");
  (*service)->stop();
  return 0;
}

}  // namespace

void add_run(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("run", "The service: takes events over HTTP, opens cases, serves the page and the API");
  command->add_option("--config", options->config, "configuration; defaults without one");
  command->add_option("--data", options->data, "data directory, in place of the configured one");
  command->add_option("--listen", options->listen,
                      "address:port, in place of the configured one; port 0 is any free one");
  command->add_option("--slot", options->slot, "in Kafka: the name of this process, in place of the configured one");
  command->add_option("--only", options->only, "in Kafka: only this part of the service; others run elsewhere")
      ->check(CLI::IsMember({"connectors", "processors", "api"}));
  command->footer(
      "Example: earshot run --config earshot.yaml\n"
      "SIGHUP has it read the file again: sections silence, desk, insight and text apply from then on.\n"
      "A second process in Kafka: earshot run --config earshot.yaml --slot 1 --data data-1 --listen 127.0.0.1:8081");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace earshot::cli
