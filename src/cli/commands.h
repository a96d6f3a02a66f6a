// The subcommands of `earshot`, one file each. Each adds itself to the program and leaves its exit code in `exit_code`:
// 0 done, 1 failed, 2 wrong usage or configuration. Results go to standard output, diagnostics to standard error.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace earshot::cli {

// All of them, in the order of the help.
void add_commands(CLI::App& app, int& exit_code);

// What was wrong with the words behind `earshot`, on standard error; gives the exit code. Also shows the help that was
// asked for.
int explain(const CLI::App& app, const CLI::ParseError& error, const std::vector<std::string>& words);

void add_alerts(CLI::App& app, int& exit_code);
void add_analyze(CLI::App& app, int& exit_code);
void add_backtest(CLI::App& app, int& exit_code);
void add_cases(CLI::App& app, int& exit_code);
void add_calibrate(CLI::App& app, int& exit_code);
void add_config(CLI::App& app, int& exit_code);
void add_copy(CLI::App& app, int& exit_code);
void add_customers(CLI::App& app, int& exit_code);
void add_dead_letters(CLI::App& app, int& exit_code);
void add_deliveries(CLI::App& app, int& exit_code);
void add_demo(CLI::App& app, int& exit_code);
void add_digest(CLI::App& app, int& exit_code);
void add_eval(CLI::App& app, int& exit_code);
void add_export_labels(CLI::App& app, int& exit_code);
void add_fit(CLI::App& app, int& exit_code);
void add_identity(CLI::App& app, int& exit_code);
void add_gap(CLI::App& app, int& exit_code);
void add_import(CLI::App& app, int& exit_code);
void add_kpis(CLI::App& app, int& exit_code);
void add_relabel(CLI::App& app, int& exit_code);
void add_replay(CLI::App& app, int& exit_code);
void add_what_if(CLI::App& app, int& exit_code);
void add_run(CLI::App& app, int& exit_code);
void add_signals(CLI::App& app, int& exit_code);
void add_simulate(CLI::App& app, int& exit_code);
void add_topics(CLI::App& app, int& exit_code);
void add_train(CLI::App& app, int& exit_code);

}  // namespace earshot::cli
