#include <cstdio>
#include <iostream>
#include <string>

#include "cli/commands.h"
#include "cli/default_model.h"
#include "cli/json_text.h"
#include "text/training/calibration.h"

namespace earshot::cli {
namespace {

struct Options {
  std::string file;
  std::string channel;
  std::string model;
};

int fail(const Error& error) {
  std::cerr << "earshot calibrate: " << error.message << "\n";
  return error.kind == ErrorKind::Invalid ? 2 : 1;
}

int run(const Options& options) {
  auto analyzer = load_analyzer(options.model);
  if (!analyzer) return fail(analyzer.error());
  auto file = text::read_labelled(options.file);
  if (!file) return fail(file.error());
  const auto fitted = text::fit_calibration(*analyzer, file->rows);
  if (!fitted) return fail(Error(fitted.error()).in(options.file));
  std::fprintf(
      stderr, "%zu rows; on the half it did not see: loss %.4f, now %.4f; calibration error of P(neg) %.4f, now %.4f\n",
      fitted->rows, fitted->loss_before, fitted->loss_after, fitted->ece_before, fitted->ece_after);
  constexpr const char* kLabels[] = {"neg", "neu", "pos"};
  for (std::size_t label = 0; label < fitted->rows_of.size(); ++label) {
    if (fitted->rows_of[label] > 0) continue;
    std::fprintf(stderr, "no row is labelled %s, so hardly a text of the channel will be read as %s\n", kLabels[label],
                 kLabels[label]);
  }
  if (fitted->loss_after >= fitted->loss_before) std::fprintf(stderr, "it does not help: leave the channel as it is\n");
  std::string channel;
  append_json_string(options.channel, channel);
  std::cout << "# for earshot.yaml\ntext:\n  calibration:\n    - channel: " << channel
            << "\n      temperature_milli: " << fitted->recalibration.temperature_milli
            << "\n      negative_milli: " << fitted->recalibration.negative_milli
            << "\n      positive_milli: " << fitted->recalibration.positive_milli << "\n";
  return 0;
}

}  // namespace

void add_calibrate(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "calibrate", "Labelled texts of one channel in, how to read the model's probabilities there out");
  command->add_option("FILE", options->file, "At least 300 rows: label, lang, domain, text, with tabs between")
      ->required();
  command->add_option("--channel", options->channel, "The channel they come from, as events name it")->required();
  command->add_option("--model", options->model,
                      "Model file (default: EARSHOT_MODEL, else models/text-2.bin near the program)");
  command->footer("Example:\n  earshot calibrate --channel google_play reviews.tsv >> earshot.yaml");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace earshot::cli
