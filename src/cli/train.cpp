#include <filesystem>
#include <iostream>
#include <string>

#include "base/hash.h"
#include "cli/commands.h"
#include "text/training/model_card.h"
#include "text/training/multiclass.h"
#include "text/training/train.h"

namespace earshot::cli {
namespace {

struct Options {
  std::string config = "models/text.train.conf";
  std::string data;
  std::string out;
  std::string card;
  std::string date;
  std::string task = "analysis";
  std::string set;
};

int fail(const Error& error) {
  std::cerr << "earshot train: " << error.message << "\n";
  return error.kind == ErrorKind::Invalid ? 2 : 1;
}

// A model of its own that gives one label of many.
int run_multiclass(const Options& options) {
  if (options.set.empty()) {
    std::cerr << "earshot train: --task multiclass needs --set NAME, for NAME.train.tsv and NAME.dev.tsv in the data "
                 "directory\n";
    return 2;
  }
  const std::string base = options.data + "/" + options.set;
  auto train = text::read_labelled(base + ".train.tsv");
  if (!train) return fail(train.error());
  auto dev = text::read_labelled(base + ".dev.tsv");
  if (!dev) return fail(dev.error());
  const auto model =
      text::Multiclass::train(*train, *dev, {}, [](const std::string& line) { std::cerr << line << std::endl; });
  if (!model) return fail(model.error());
  const std::string bytes = model->save();
  if (auto written = text::write_bytes(options.out, bytes); !written) return fail(written.error());
  std::cout << options.out << " " << bytes.size() << " bytes, sha256 " << sha256_hex(bytes) << "\n";
  return 0;
}

std::string command_of(const Options& options) {
  return "earshot train --config " + options.config + " --data " + options.data + " --out " + options.out + " --card " +
         options.card + (options.date.empty() ? "" : " --date " + options.date);
}

int run(const Options& options) {
  if (options.task == "multiclass") return run_multiclass(options);
  auto training =
      text::train({options.config, options.data}, [](const std::string& line) { std::cerr << line << std::endl; });
  if (!training) return fail(training.error());
  const std::string bytes = training->model.save();
  if (auto written = text::write_bytes(options.out, bytes); !written) return fail(written.error());
  if (!options.card.empty()) {
    const auto card = text::model_card(*training, {.paths = {options.config, options.data},
                                                   .date = options.date,
                                                   .command = command_of(options),
                                                   .model_bytes = bytes});
    if (!card) return fail(card.error());
    if (auto written = text::write_bytes(options.card, *card); !written) return fail(written.error());
  }
  std::cout << options.out << " " << bytes.size() << " bytes, sha256 " << sha256_hex(bytes) << "\n";
  return 0;
}

}  // namespace

void add_train(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "train", "Labelled files and a configuration in, a text model out; the same bytes on every run");
  command->add_option("--config", options->config, "Training configuration")->capture_default_str();
  command->add_option("--data", options->data, "Directory of NAME.train.tsv and NAME.dev.tsv")
      ->required()
      ->check(CLI::ExistingDirectory);
  command->add_option("--out", options->out, "Model file to write")->required();
  command
      ->add_option("--task", options->task, "analysis: the model of `earshot analyze`; multiclass: one label of many")
      ->check(CLI::IsMember({"analysis", "multiclass"}))
      ->capture_default_str();
  command->add_option("--set", options->set, "For multiclass: the set to learn, as in en_banking77");
  command->add_option("--card", options->card, "Facts for the model card, as Markdown");
  command->add_option("--date", options->date, "Date to write on the card");
  command->footer(
      "Example:\n  earshot train --config models/text.train.conf --data ../shared/data/text --out models/text-2.bin\n"
      "  earshot train --task multiclass --set en_banking77 --data ../shared/data/text --out banking.bin");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace earshot::cli
