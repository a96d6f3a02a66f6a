#include <unistd.h>

#include <cstdio>

#include "cli/commands.h"
#include "cli/kafka_engine.h"
#include "cli/station.h"
#include "pipeline/digest.h"
#include "pipeline/replay.h"

namespace earshot::cli {
namespace {

struct Options {
  std::string config;
  std::string data;
  bool check = false;
};

void show_progress(const std::string& what, std::int64_t done, std::int64_t) {
  if (::isatty(STDERR_FILENO) != 0)
    std::fprintf(stderr, "\r%s: %lld records ", what.c_str(), static_cast<long long>(done));
}

int fail(const char* command, const Error& error) {
  std::fprintf(stderr, "earshot %s: %s\n", command, error.message.c_str());
  return error.kind == ErrorKind::Invalid ? 2 : 1;
}

Result<std::unique_ptr<Station>> open_station(const Options& options) {
  auto config = load_config(options.config);
  if (!config) return Error{ErrorKind::Invalid, config.error().message};
  if (!options.data.empty()) config->data = options.data;
  if (!is_kafka(*config) && !std::filesystem::exists(config->data)) {
    return Error{ErrorKind::NotFound, "there is no data directory " + config->data.string() +
                                          "; name one with --data, or import something first"};
  }
  return Station::open(*config, show_progress, Station::Part::looks);
}

int digest(const Options& options) {
  auto station = open_station(options);
  if (!station) return fail("digest", station.error());
  auto digest = state_digest((*station)->state(), (*station)->config().partitions);
  if (!digest) return fail("digest", digest.error());
  std::printf("digest %s\n", digest->c_str());
  return 0;
}

int replay_check(const Options& options) {
  auto station = open_station(options);
  if (!station) return fail("replay", station.error());
  const Config& config = (*station)->config();
  auto live = state_digest((*station)->state(), config.partitions);
  if (!live) return fail("replay", live.error());

  // Nobody else replays here while we have the log; what lies there is of one that was killed.
  const std::filesystem::path scratch_directory = config.data / "replay";
  std::error_code ignored;  // a scratch directory that stays is only untidy
  std::filesystem::remove_all(scratch_directory, ignored);
  Result<Replayed> replayed = Error{ErrorKind::Unavailable, ""};
  {
    auto scratch = RocksStore::open(scratch_directory, {.sorted_files = true});
    if (!scratch) return fail("replay", scratch.error());
    Pump::Settings settings;
    settings.partitions = config.partitions;
    replayed = replay((*station)->log(), (*station)->pump().positions(), **scratch, make_replay_processors(config),
                      settings, [](std::int64_t records) { show_progress("replaying", records, 0); });
  }
  std::filesystem::remove_all(scratch_directory, ignored);
  if (::isatty(STDERR_FILENO) != 0) std::fputs("\r\033[K", stderr);
  if (!replayed) return fail("replay", replayed.error());
  std::printf("replayed %lld records\nstate    %s\nreplay   %s\n", static_cast<long long>(replayed->records),
              live->c_str(), replayed->digest.c_str());
  if (replayed->digest != *live) {
    std::fprintf(stderr,
                 "earshot replay: the state is not what its log says; move the state directory aside and start again "
                 "to rebuild it\n");
    return 1;
  }
  std::printf("the state is what its log says\n");
  return 0;
}

void add_options(CLI::App& command, const std::shared_ptr<Options>& options) {
  command.add_option("--config", options->config, "configuration; defaults without one");
  command.add_option("--data", options->data, "data directory, in place of the configured one");
}

}  // namespace

void add_replay(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("replay", "Fold the log again and compare: is the state what the log says?");
  add_options(*command, options);
  command
      ->add_flag("--check", options->check,
                 "into a scratch store, publishing nothing; exit code 1 if the digests differ")
      ->required();
  command->footer("Example: earshot replay --check --data data");
  command->callback([options, &exit_code] { exit_code = replay_check(*options); });
}

void add_digest(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("digest", "One number for all of state; its last word is the digest");
  add_options(*command, options);
  command->footer("Example: earshot digest --data data");
  command->callback([options, &exit_code] { exit_code = digest(*options); });
}

}  // namespace earshot::cli
