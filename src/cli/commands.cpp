#include "cli/commands.h"

#include <cstdio>

#include "event/json_reader.h"

namespace earshot::cli {
namespace {

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

const CLI::App* command_named(const CLI::App& app, const std::string& name) {
  for (const CLI::App* command : commands_of(app)) {
    if (command->get_name() == name) return command;
  }
  return nullptr;
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& known) {
  const std::string near = nearest_word(word, {known.begin(), known.end()});
  return near.empty() ? "" : "; did you mean " + near + "?";
}

std::string no_such_command(const CLI::App& app, const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::App* command : commands_of(app)) names.push_back(command->get_name());
  return "there is no command " + word + did_you_mean(word, names);
}

std::string no_such_option(const CLI::App& app, const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return "there is no option " + word + did_you_mean(word, names);
}

}  // namespace

int explain(const CLI::App& app, const CLI::ParseError& error, const std::vector<std::string>& words) {
  if (error.get_exit_code() == 0) return app.exit(error);  // help was asked for
  const CLI::App* command = &app;
  std::string name = app.get_name();
  std::string message = error.what();
  for (const std::string& word : words) {
    const std::string option = word.substr(0, word.find('='));
    if (word.starts_with("--") && word.size() > 2) {
      if (command->get_option_no_throw(option) != nullptr) continue;
      message = no_such_option(*command, option);
      break;
    }
    if (commands_of(*command).empty()) continue;  // a value, or what the command works on
    const CLI::App* below = command_named(*command, word);
    if (below == nullptr) {
      message = no_such_command(*command, word);
      break;
    }
    command = below;
    name += " " + command->get_name();
  }
  std::fprintf(stderr, "%s: %s\n%s --help says more\n", name.c_str(), message.c_str(), name.c_str());
  return 2;
}

void add_commands(CLI::App& app, int& exit_code) {
  add_demo(app, exit_code);
  add_run(app, exit_code);
  add_import(app, exit_code);
  add_customers(app, exit_code);
  add_cases(app, exit_code);
  add_signals(app, exit_code);
  add_alerts(app, exit_code);
  add_kpis(app, exit_code);
  add_identity(app, exit_code);
  add_dead_letters(app, exit_code);
  add_deliveries(app, exit_code);
  add_topics(app, exit_code);
  add_config(app, exit_code);
  add_copy(app, exit_code);
  add_digest(app, exit_code);
  add_fit(app, exit_code);
  add_gap(app, exit_code);
  add_backtest(app, exit_code);
  add_what_if(app, exit_code);
  add_replay(app, exit_code);
  add_simulate(app, exit_code);
  add_analyze(app, exit_code);
  add_eval(app, exit_code);
  add_train(app, exit_code);
  add_calibrate(app, exit_code);
  add_relabel(app, exit_code);
  add_export_labels(app, exit_code);
}

}  // namespace earshot::cli
