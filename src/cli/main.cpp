#include <CLI/CLI.hpp>

#include "cli/commands.h"

int main(int argc, char** argv) {
  CLI::App app{"Earshot hears every customer, also the ones who say nothing", "earshot"};
  app.require_subcommand(1);
  int exit_code = 0;
  earshot::cli::add_demo(app, exit_code);
  earshot::cli::add_run(app, exit_code);
  earshot::cli::add_import(app, exit_code);
  earshot::cli::add_cases(app, exit_code);
  earshot::cli::add_signals(app, exit_code);
  earshot::cli::add_alerts(app, exit_code);
  earshot::cli::add_kpis(app, exit_code);
  earshot::cli::add_dead_letters(app, exit_code);
  earshot::cli::add_topics(app, exit_code);
  earshot::cli::add_config(app, exit_code);
  earshot::cli::add_digest(app, exit_code);
  earshot::cli::add_replay(app, exit_code);
  earshot::cli::add_simulate(app, exit_code);
  earshot::cli::add_analyze(app, exit_code);
  earshot::cli::add_eval(app, exit_code);
  earshot::cli::add_train(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return exit_code;
}
