#include "cli/config_commands.h"

#include <cstdio>

#include "all.h"
#include "cli/commands.h"
#include "cli/default_model.h"
#include "cli/tenant_texts.h"
#include "event/json_reader.h"

namespace earshot::cli {
namespace {

int fail(const char* command, const Error& error) {
  std::fprintf(stderr, "earshot config %s: %s\n", command, error.message.c_str());
  return 2;
}

int check(const std::string& file) {
  const auto config = load_config(file);
  if (!config) return fail("check", config.error());
  if (auto good = check_further(*config); !good) return fail("check", good.error());
  std::printf("%s is good\n", file.c_str());
  return 0;
}

int show(const std::string& file) {
  const auto config = load_config(file);
  if (!config) return fail("show", config.error());
  std::fputs(show_config(*config).c_str(), stdout);
  return 0;
}

}  // namespace

Result<void> check_further(const Config& config) {
  for (const ConnectorConfig& entry : config.connectors) {
    // Their settings are their own to judge.
    auto made = make_connector(entry.connector, entry.settings);
    if (!made) return std::move(made.error()).in(config.file + ": connector " + entry.name);
  }
  // Most files have no words, and need no model here.
  const std::string& texts = config.sections.at("text");
  const auto read = read_json<TextSettings>(texts);
  if (!read || (read->words.empty() && read->ignore.empty())) return {};
  const auto analyzer = load_analyzer(config.model);
  if (!analyzer) return analyzer.error();
  if (auto good = check_texts(*analyzer, texts); !good) return std::move(good.error()).in(config.file);
  return {};
}

void add_config(CLI::App& app, int& exit_code) {
  auto file = std::make_shared<std::string>();
  CLI::App* config =
      app.add_subcommand("config", "Checks a configuration, shows the one in effect, or applies one while others run");
  config->require_subcommand(1);
  config->footer("Example: earshot config check earshot.yaml");
  CLI::App* checked =
      config->add_subcommand("check", "Says what is wrong with a file: line, key and the nearest known one");
  checked->add_option("FILE", *file, "configuration")->required();
  checked->footer("Example: earshot config check earshot.yaml");
  checked->callback([file, &exit_code] { exit_code = check(*file); });
  CLI::App* shown = config->add_subcommand("show", "Every key with the value in effect, without secrets");
  shown->add_option("--config", *file, "configuration; defaults without one");
  shown->footer("Example: earshot config show --config earshot.yaml");
  shown->callback([file, &exit_code] { exit_code = show(*file); });
  add_config_apply(*config, exit_code);
}

}  // namespace earshot::cli
