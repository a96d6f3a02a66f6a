#include <unistd.h>

#include <cstdio>

#include "cli/answers.h"
#include "cli/commands.h"
#include "cli/kafka_engine.h"
#include "cli/station.h"
#include "event_log/embedded.h"
#include "event_log/kafka_copy.h"

namespace earshot::cli {
namespace {

struct Options {
  std::string config;
  std::string from;
};

int fail(const Error& error) {
  std::fprintf(stderr, "earshot copy: %s\n", error.message.c_str());
  return error.kind == ErrorKind::Invalid ? 2 : 1;
}

void show_progress(std::int64_t done, std::int64_t of) {
  if (::isatty(STDERR_FILENO) == 0) return;
  std::fprintf(stderr, "\rcopying %lld of %lld ", static_cast<long long>(done), static_cast<long long>(of));
  if (done == of) std::fputs("\r\033[K", stderr);
}

int run(const Options& options) {
  auto config = load_config(options.config);
  if (!config) return fail({ErrorKind::Invalid, config.error().message});
  if (!is_kafka(*config)) return fail({ErrorKind::Invalid, "the configuration is where to copy to: set engine.kind to kafka and engine.bootstrap to a broker"});
  Config of_directory = *config;
  of_directory.data = options.from;
  auto log = EmbeddedReader::open(of_directory.data / "log");
  if (!log) return fail(with_advice(std::move(log.error()), of_directory));
  KafkaCopy copy{.from = **log, .to = kafka_settings(*config), .progress = show_progress};
  for (std::size_t i = 0; i < copy.to.topics.size(); ++i) {
    const auto& there = (*log)->topics();
    if (i >= there.size() || there[i].partitions == copy.to.topics[i].partitions) continue;
    return fail({ErrorKind::Conflict, options.from + " has " + std::to_string(there[i].partitions) + " partitions of each topic; set partitions to that"});
  }
  for (const std::uint8_t input : copy.to.inputs) {
    for (std::uint16_t i = 0; i < copy.to.topics[input].partitions; ++i) {
      const auto next = (*log)->position({input, i});
      if (!next) return fail(next.error());
      copy.positions.push_back({{input, i}, *next});
    }
  }
  if (const auto lives = (*log)->fact(kLivesFact)) copy.facts.emplace_back(kLivesFact, *lives);
  const auto copied = copy_to_kafka(copy);
  if (!copied) return fail(copied.error());
  std::printf("copied %lld records\n", static_cast<long long>(*copied));
  return 0;
}

}  // namespace

void add_copy(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("copy", "A data directory's log into Kafka, so that a trial becomes a cluster; the state follows at the first start");
  command->add_option("--from", options->from, "data directory; no earshot may use it")->required();
  command->add_option("--config", options->config, "configuration with engine.kind kafka: where to copy to")->required();
  command->footer("Example: earshot copy --from data --config earshot.yaml");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace earshot::cli
