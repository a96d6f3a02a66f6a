#include <unistd.h>

#include <cstdio>

#include "cli/answers.h"
#include "cli/commands.h"
#include "cli/kafka_engine.h"
#include "cli/station.h"
#include "event_log/embedded.h"
#include "event_log/embedded_copy.h"
#include "event_log/kafka_copy.h"
#include "state_store/memory.h"

namespace earshot::cli {
namespace {

struct Options {
  std::string config;
  std::string from;
  std::string to;
};

constexpr std::string_view kKafkaUrl = "kafka://";

int fail(const Error& error) {
  std::fprintf(stderr, "earshot copy: %s\n", error.message.c_str());
  return error.kind == ErrorKind::Invalid ? 2 : 1;
}

void show_progress(std::int64_t done, std::int64_t of) {
  if (::isatty(STDERR_FILENO) == 0) return;
  std::fprintf(stderr, "\rcopying %lld of %lld ", static_cast<long long>(done), static_cast<long long>(of));
  if (done == of) std::fputs("\r\033[K", stderr);
}

Result<std::int64_t> into_kafka(const Config& config, const std::filesystem::path& directory) {
  Config of_directory = config;
  of_directory.data = directory;
  auto log = EmbeddedReader::open(of_directory.data / "log");
  if (!log) return with_advice(std::move(log.error()), of_directory);
  KafkaCopy copy{.from = **log, .to = kafka_settings(config), .progress = show_progress};
  for (std::size_t i = 0; i < copy.to.topics.size(); ++i) {
    const auto& there = (*log)->topics();
    if (i >= there.size() || there[i].partitions == copy.to.topics[i].partitions) continue;
    return Error{ErrorKind::Conflict, directory.string() + " has " + std::to_string(there[i].partitions) +
                                          " partitions of each topic; set partitions to that"};
  }
  for (const std::uint8_t input : copy.to.inputs) {
    for (std::uint16_t i = 0; i < copy.to.topics[input].partitions; ++i) {
      const auto next = (*log)->position({input, i});
      if (!next) return next.error();
      copy.positions.push_back({{input, i}, *next});
    }
  }
  if (const auto lives = (*log)->fact(kLivesFact)) copy.facts.emplace_back(kLivesFact, *lives);
  return copy_to_kafka(copy);
}

// How far the tasks have come, or Conflict where Kafka does not know it any more.
Result<std::vector<Position>> positions_of(KafkaLog& log, const KafkaLog::Settings& settings) {
  std::vector<Position> positions;
  for (const std::uint8_t input : settings.inputs) {
    for (std::uint16_t i = 0; i < settings.topics[input].partitions; ++i) {
      const auto next = log.position({input, i});
      if (!next) return next.error();
      positions.push_back({{input, i}, *next});
    }
  }
  return positions;
}

Result<std::int64_t> out_of_kafka(const Config& config, const std::filesystem::path& directory) {
  KafkaLog::Settings settings = kafka_settings(config);
  settings.role = KafkaRole::writer;  // it wants no state, and writes nothing
  settings.part = "copy";
  MemoryStore nothing;
  auto log = KafkaLog::open(nothing, settings);
  if (!log) return std::move(log.error());
  EmbeddedCopy copy{.from = **log,
                    .topics = settings.topics,
                    .inputs = settings.inputs,
                    .positions = [&] { return positions_of(**log, settings); },
                    .to = directory / "log",
                    .progress =
                        [](std::int64_t done) {
                          if (::isatty(STDERR_FILENO) != 0)
                            std::fprintf(stderr, "\rcopying %lld ", static_cast<long long>(done));
                        }};
  if (const auto lives = (*log)->fact(kLivesFact)) copy.facts.emplace_back(kLivesFact, *lives);
  return copy_to_directory(copy);
}

// `kafka://host:port/prefix`: the cluster, in place of the configured one.
void take_url(Config& config, std::string_view url) {
  url.remove_prefix(kKafkaUrl.size());
  const std::size_t slash = std::min(url.find('/'), url.size());
  config.engine.kind = "kafka";
  config.engine.bootstrap = url.substr(0, slash);
  if (slash < url.size()) config.engine.prefix = url.substr(slash + 1);
}

int run(const Options& options) {
  auto config = load_config(options.config);
  if (!config) return fail({ErrorKind::Invalid, config.error().message});
  std::string from = options.from, to = options.to;
  for (std::string* end : {&from, &to}) {
    if (!end->starts_with(kKafkaUrl)) continue;
    take_url(*config, *end);
    end->clear();
  }
  if (from.empty() == to.empty())
    return fail({ErrorKind::Invalid,
                 "one end is a directory and the other a Kafka cluster: name the directory in --from or --to, and the "
                 "cluster as kafka://host:port or in the configuration"});
  if (!is_kafka(*config))
    return fail({ErrorKind::Invalid,
                 "the configuration names no cluster: set engine.kind to kafka and engine.bootstrap to a broker, or "
                 "give kafka://host:port"});
  const auto copied = from.empty() ? out_of_kafka(*config, to) : into_kafka(*config, from);
  if (!copied) return fail(copied.error());
  if (from.empty() && ::isatty(STDERR_FILENO) != 0) std::fputs("\r\033[K", stderr);
  std::printf("copied %lld records\n", static_cast<long long>(*copied));
  return 0;
}

}  // namespace

void add_copy(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("copy",
                                         "A log from a data directory into Kafka, or back, with every record in its "
                                         "place; the state follows at the first start");
  command->add_option("--from", options->from, "data directory, or kafka://host:port/prefix; no earshot may use it");
  command->add_option("--to", options->to, "the other end; none: the cluster of the configuration");
  command->add_option("--config", options->config, "configuration: the cluster with its security, partitions");
  command->footer(
      "Example: earshot copy --from data --config earshot.yaml\n"
      "And back: earshot copy --to data-2 --config earshot.yaml");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace earshot::cli
