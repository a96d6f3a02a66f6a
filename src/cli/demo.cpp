#include <spawn.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "cli/commands.h"
#include "cli/demo_company.h"
#include "cli/demo_terminal.h"
#include "cli/service.h"
#include "cli/signals.h"

extern char** environ;

namespace earshot::cli {
namespace {

constexpr std::string_view kFact = "demo";
constexpr std::chrono::milliseconds kBeat{100};

struct Options {
  std::string data = "demo-data";
  int port = 8080;
  std::uint64_t seed = 1;
  int customers = 1200;
  int seconds = 0;  // 0: until somebody stops it
  bool no_browser = false;
};

// One second of ours is an hour of the company's.
class DemoClock : public Clock {
 public:
  explicit DemoClock(Timestamp from) : from_(from) {}
  Timestamp now() const override {
    const auto passed = std::chrono::floor<Millis>(std::chrono::steady_clock::now() - started_);
    return from_ + passed * 3600;
  }

 private:
  Timestamp from_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

int fail(const Error& error) {
  std::fprintf(stderr, "earshot demo: %s\n", error.message.c_str());
  return 1;
}

void open_browser(const std::string& url) {
  if (std::getenv("DISPLAY") == nullptr && std::getenv("WAYLAND_DISPLAY") == nullptr) return;
  std::string program = "xdg-open";
  std::string argument = url;
  char* arguments[] = {program.data(), argument.data(), nullptr};
  pid_t child = 0;
  if (::posix_spawnp(&child, program.c_str(), nullptr, nullptr, arguments, environ) != 0)
    std::printf("open %s\n", url.c_str());
}

// The company this directory was begun with; a new one when it is empty. A second start goes on with the same.
Result<DemoCompany> find_company(Station& station, const Options& options) {
  auto fact = station.log().fact(kFact);
  if (!fact) {
    DemoCompany company({options.seed, options.customers});
    if (auto kept = station.log().set_fact(kFact, company.describe()); !kept) return std::move(kept.error());
    return company;
  }
  return DemoCompany::described(*fact);
}

Result<void> import_history(Station& station, DemoCompany& company) {
  if (auto recorded = station.record_config(); !recorded) return recorded;
  Import::Settings settings;
  settings.tenant = station.config().tenant;
  settings.wall_clock = company.live_from();
  settings.temporary = station.config().data;
  Import import(station.pump(), station.import_rules(), settings);
  const DemoItems items = company.history();
  for (const Event& event : items.events) {
    if (auto added = import.add(event); !added) return added;
  }
  for (const DeadLetter& letter : items.letters) {
    if (auto added = import.add(letter); !added) return added;
  }
  auto counts = import.run([](std::int64_t done, std::int64_t of) {
    if (::isatty(STDERR_FILENO) != 0)
      std::fprintf(stderr, "\rimporting 180 days: %lld of %lld ", static_cast<long long>(done),
                   static_cast<long long>(of));
  });
  if (!counts) return std::move(counts.error());
  if (::isatty(STDERR_FILENO) != 0) std::fputs("\r\033[K", stderr);
  std::printf("imported 180 days: accepted %lld, duplicate %lld, rejected %lld\n",
              static_cast<long long>(counts->accepted), static_cast<long long>(counts->duplicate),
              static_cast<long long>(counts->rejected));
  return {};
}

int run(const Options& options) {
  Signals signals;  // before any thread, so that only this one hears them
  Log log(LogLevel::warn);
  auto config = load_config("");
  if (!config) return fail(config.error());
  config->data = options.data;
  auto station = Station::open(*config, {});
  if (!station) return fail(station.error());
  auto company = find_company(**station, options);
  if (!company) return fail(company.error());
  // Also when an import was cut short: what is known is skipped.
  if (!(*station)->lives()) {
    if (auto imported = import_history(**station, *company); !imported) return fail(imported.error());
  } else {
    std::printf("going on from %s\n", format_rfc3339((*station)->pump().now()).c_str());
  }

  const DemoClock clock(std::max((*station)->pump().now(), company->live_from()));
  auto service =
      Service::start(std::move(*station), clock, log, {"127.0.0.1", static_cast<std::uint16_t>(options.port)});
  if (!service) return fail(service.error());
  const std::string url = "http://127.0.0.1:" + std::to_string((*service)->port()) + "/";
  std::printf("the page is %s, the metrics are %smetrics; one second is one hour; Ctrl-C ends it\n\n", url.c_str(),
              url.c_str());
  if (!options.no_browser) open_browser(url);

  DemoTerminal terminal((*service)->station().log(), (*service)->station().topics());
  company->go_live(clock.now());
  company->work_off(terminal.show_history(*company, clock.now()), clock.now());
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(options.seconds);
  while (signals.wait_for(kBeat) == 0) {
    if (options.seconds > 0 && std::chrono::steady_clock::now() >= end) break;
    if ((*service)->trouble()) return 1;
    for (const CaseChanged& change : terminal.show_news(*company, clock.now())) company->hear_of(change, clock.now());
    std::vector<Event> events = company->deliver_until(clock.now());
    if (!events.empty()) (*service)->live().offer(std::move(events), [](const Result<Live::Outcome>&) {});
  }
  std::printf("\nstopping at %s; start again to go on from here\n", format_rfc3339(clock.now()).c_str());
  (*service)->stop();
  return 0;
}

}  // namespace

void add_demo(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "demo", "A simulated company: who is angry, who has gone silent and why, which case opened, who owns it");
  command->add_option("--port", options->port, "of the page and the metrics; 0 is any free one")
      ->check(CLI::Range(0, 65535));
  command->add_option("--data", options->data, "data directory; a second start goes on from it");
  command->add_option("--seed", options->seed, "another company");
  command->add_option("--customers", options->customers, "how many it has")->check(CLI::Range(10, 100'000));
  command->add_option("--for", options->seconds, "end after so many seconds")->check(CLI::Range(0, 1'000'000));
  command->add_flag("--no-browser", options->no_browser, "do not open the page");
  command->footer("Example: earshot demo --customers 1200 --seed 7");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace earshot::cli
