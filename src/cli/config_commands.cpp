#include <cstdio>

#include "all.h"
#include "cli/commands.h"
#include "cli/config.h"

namespace earshot::cli {
namespace {

int fail(const char* command, const Error& error) {
  std::fprintf(stderr, "earshot config %s: %s\n", command, error.message.c_str());
  return 2;
}

int check(const std::string& file) {
  const auto config = load_config(file);
  if (!config) return fail("check", config.error());
  for (const ConnectorConfig& entry : config->connectors) {
    // Their settings are their own to judge.
    auto made = make_connector(entry.connector, entry.settings);
    if (!made) return fail("check", std::move(made.error()).in(file + ": connector " + entry.name));
  }
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

void add_config(CLI::App& app, int& exit_code) {
  auto file = std::make_shared<std::string>();
  CLI::App* config = app.add_subcommand("config", "Checks a configuration, or shows the one in effect");
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
}

}  // namespace earshot::cli
