#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/kafka_engine.h"
#include "cli/station.h"

namespace earshot::cli {
namespace {

struct Options {
  std::string config;
  std::string data;
  std::string connector;
  int batch = 1000;
  std::vector<std::string> files;
};

// Hands what connectors find to the import; remembers the first failure.
class ToImport : public Findings {
 public:
  explicit ToImport(Import& import) : import_(import) {}
  void event(Event event) override { keep(import_.add(std::move(event))); }
  void dead_letter(DeadLetter letter) override { keep(import_.add(std::move(letter))); }
  void skipped() override { ++skipped_; }
  const Result<void>& outcome() const { return outcome_; }
  std::int64_t skipped_count() const { return skipped_; }

 private:
  void keep(Result<void> result) {
    if (outcome_ && !result) outcome_ = std::move(result);
  }
  Import& import_;
  Result<void> outcome_;
  std::int64_t skipped_ = 0;
};

void show_progress(const std::string& what, std::int64_t done, std::int64_t of) {
  if (::isatty(STDERR_FILENO) == 0) return;
  std::fprintf(stderr, "\r%s %lld of %lld ", what.c_str(), static_cast<long long>(done), static_cast<long long>(of));
  if (done == of) std::fputs("\r\033[K", stderr);
}

int fail(const Error& error, int code) {
  std::fprintf(stderr, "earshot import: %s\n", error.message.c_str());
  return code;
}

int run(const Options& options) {
  auto config = load_config(options.config);
  if (!config) return fail(config.error(), 2);
  if (!options.data.empty()) config->data = options.data;
  std::string name = options.connector;
  if (name.empty()) name = config->connectors.size() == 1 ? config->connectors.front().name : "cloudevents";
  auto connector = find_connector(*config, name);
  if (!connector) return fail(connector.error(), 2);

  for (const std::string& file : options.files) {  // before anything is made for what is not there
    if (file != "-" && ::access(file.c_str(), R_OK) != 0)
      return fail({ErrorKind::NotFound, "cannot read " + file + ": " + std::strerror(errno)}, 1);
  }
  if (is_kafka(*config)) {
    return fail(
        {ErrorKind::Invalid,
         "history is told in the order of its time, which many processes cannot keep: import into a data directory "
         "(engine.kind embedded) and then earshot copy, or send events to a running earshot with POST /v1/events"},
        2);
  }
  auto station = Station::open(*config, show_progress);
  if (!station) return fail(station.error(), 1);
  if (auto recorded = (*station)->record_config(); !recorded) return fail(recorded.error(), 1);

  Import::Settings settings;
  settings.tenant = config->tenant;
  settings.wall_clock = std::chrono::floor<Millis>(std::chrono::system_clock::now());
  settings.lives = (*station)->lives();
  settings.batch = options.batch;
  settings.temporary = config->data;
  Import import((*station)->pump(), (*station)->import_rules(), settings);
  ToImport findings(import);
  for (const std::string& file : options.files) {
    if (auto read = read_file(**connector, file, config->tenant, settings.wall_clock, findings); !read)
      return fail(read.error(), 1);
    if (!findings.outcome()) return fail(findings.outcome().error(), 1);
  }
  auto counts = import.run([](std::int64_t done, std::int64_t of) { show_progress("importing", done, of); });
  if (!counts) return fail(counts.error(), 1);
  std::printf("accepted %lld\nduplicate %lld\nrejected %lld\n", static_cast<long long>(counts->accepted),
              static_cast<long long>(counts->duplicate), static_cast<long long>(counts->rejected));
  if (findings.skipped_count() > 0) std::printf("skipped %lld\n", static_cast<long long>(findings.skipped_count()));
  return 0;
}

}  // namespace

void add_import(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "import", "Record files as history: events in order of their time, as if Earshot had been there");
  command->add_option("--config", options->config, "configuration with the connectors; defaults without one");
  command->add_option("--data", options->data, "data directory, in place of the configured one");
  command->add_option("--connector", options->connector,
                      "which connector of the configuration reads the files (default: the only one, else cloudevents)");
  command->add_option("--batch", options->batch, "events per commit")->check(CLI::Range(1, 1'000'000));
  command->add_option("FILE", options->files, "files, .gz too; - is standard input")->required();
  command->footer(
      "Example: earshot import --config examples/online_retail.yaml --data data orders.csv.gz\n"
      "Importing the same files again changes nothing.");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace earshot::cli
