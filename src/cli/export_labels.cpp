#include <cstdio>
#include <iostream>

#include "cli/answers.h"
#include "cli/commands.h"
#include "cli/config.h"
#include "cli/default_model.h"
#include "cli/labels.h"
#include "event_log/embedded.h"

namespace earshot::cli {
namespace {

struct Options {
  std::string config;
  std::string data;
  std::string model;
};

int fail(const Error& error) {
  std::cerr << "earshot export-labels: " << error.message << "\n";
  return error.kind == ErrorKind::Invalid ? 2 : 1;
}

int run(const Options& options) {
  auto config = load_config(options.config);
  if (!config) return fail({ErrorKind::Invalid, config.error().message});
  if (!options.data.empty()) config->data = options.data;
  auto analyzer = load_analyzer(options.model.empty() ? config->model : options.model);
  if (!analyzer) return fail(analyzer.error());
  auto log = EmbeddedReader::open(config->data / "log");
  if (!log) return fail(with_advice(std::move(log.error()), *config));
  const auto labels = read_labels(**log, (*log)->topics(), config->tenant, *analyzer);
  if (!labels) return fail(labels.error());
  std::cout << as_training_rows(labels->rows);
  std::fprintf(stderr, "%zu labels", labels->rows.size());
  if (labels->without_text > 0)
    std::fprintf(stderr, ", %zu more of inputs whose text is not in the log", labels->without_text);
  std::fprintf(stderr, "\n");
  for (const auto& [label, one] : agreement(labels->rows, *analyzer)) {
    std::fprintf(stderr, "  %-14s %s agrees with %zu of %zu\n", label.c_str(), analyzer->model_name().c_str(),
                 one.agreed, one.said);
  }
  return std::cout.good() ? 0 : 1;
}

}  // namespace

void add_export_labels(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("export-labels", "What people said the analysis should have been, as rows to train on");
  command->add_option("--config", options->config, "configuration; defaults without one");
  command->add_option("--data", options->data, "data directory, in place of the configured one; no earshot may use it");
  command->add_option("--model", options->model, "model file whose agreement is told; the configured one without it");
  command->footer("Example: earshot export-labels --data data > labels.tsv");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace earshot::cli
