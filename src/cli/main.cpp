#include <CLI/CLI.hpp>

#include "cli/commands.h"

int main(int argc, char** argv) {
  CLI::App app{"Earshot hears every customer, also the ones who say nothing", "earshot"};
  app.require_subcommand(1);
  int exit_code = 0;
  earshot::cli::add_commands(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return earshot::cli::explain(app, error, {argv + 1, argv + argc});
  }
  return exit_code;
}
