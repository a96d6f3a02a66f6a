#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/default_model.h"
#include "cli/json_text.h"
#include "text/training/eval.h"

namespace earshot::cli {
namespace {

struct Options {
  std::string model;
  std::vector<std::string> files;
  bool json = false;
  bool no_unknown = false;
  bool confusion = false;
};

// Prints one line of named numbers, for people or as JSON.
class Line {
 public:
  Line(const std::string& file, const std::string& task, bool json) : json_(json) {
    char text[96];
    if (json_) {
      out_ = "{\"file\":";
      append_json_string(file, out_);
      out_ += ",\"task\":\"" + task + "\"";
    } else {
      std::snprintf(text, sizeof text, "%-28s %-9s", file.c_str(), task.c_str());
      out_ = text;
    }
  }
  void count(const char* name, std::size_t value) { add(name, std::to_string(value)); }
  void share(const char* name, double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4f", value);
    add(name, text);
  }
  void print() { std::cout << out_ << (json_ ? "}\n" : "\n"); }

 private:
  void add(const char* name, const std::string& value) {
    out_ += json_ ? ",\"" + std::string(name) + "\":" + value : "  " + std::string(name) + " " + value;
  }
  bool json_;
  std::string out_;
};

void print_sentiment(const std::string& name, const text::SentimentScores& scores, const Options& options) {
  Line line(name, "sentiment", options.json);
  line.count("rows", scores.rows);
  line.share("accuracy", scores.confusion.accuracy());
  line.share("macro_f1", scores.confusion.macro_f1());
  line.share("f1_neg", scores.confusion.f1(0));
  line.share("f1_neu", scores.confusion.f1(1));
  line.share("f1_pos", scores.confusion.f1(2));
  line.share("auc", scores.auc);
  line.share("ece", scores.ece);
  line.share("accuracy_at_80", scores.accuracy_at_80);
  line.count("unknown", scores.unknown);
  line.print();
  if (!options.confusion || options.json) return;
  constexpr const char* kNames[] = {"neg", "neu", "pos"};
  for (std::size_t gold = 0; gold < 3; ++gold) {
    const auto& row = scores.confusion.count[gold];
    std::printf("    %s answered neg %zu neu %zu pos %zu unknown %zu\n", kNames[gold], row[0], row[1], row[2], row[3]);
  }
  std::fflush(stdout);
}

void print_yes_no(const std::string& name, const char* task, const text::YesNoScores& scores, const Options& options) {
  Line line(name, task, options.json);
  line.count("rows", scores.rows);
  line.count("yes", scores.yes);
  line.share("precision", scores.precision);
  line.share("recall", scores.recall);
  line.share("f1", scores.f1);
  line.print();
}

void print_issues(const std::string& name, const text::IssueScores& scores, const Options& options) {
  Line line(name, "issues", options.json);
  line.count("rows", scores.rows);
  line.share("micro_f1", scores.micro_f1);
  line.share("precision", scores.precision);
  line.share("recall", scores.recall);
  line.print();
  for (std::size_t i = 1; i < kIssueTypes; ++i) {
    if (scores.of[i].yes == 0) continue;
    const std::string task = "  " + std::string(text::name_of(static_cast<IssueType>(i)));
    print_yes_no(name, task.c_str(), scores.of[i], options);
  }
}

// Columns that the file names beyond the usual four are scored too.
Result<void> score_file(const Analyzer& analyzer, const std::string& path, const Options& options) {
  auto file = text::read_labelled(path);
  if (!file) return std::move(file.error());
  const std::string name = std::filesystem::path(path).filename().string();
  for (const std::string language : {"en", "zh"}) {
    std::vector<text::LabelledText> rows;
    std::copy_if(file->rows.begin(), file->rows.end(), std::back_inserter(rows),
                 [&](const text::LabelledText& row) { return row.language == language; });
    if (rows.empty()) continue;
    const bool is_mixed_file = rows.size() < file->rows.size();
    const auto scores = text::score_sentiment(analyzer, rows, !options.no_unknown);
    if (scores.rows > 0) print_sentiment(is_mixed_file ? name + ":" + language : name, scores, options);
  }
  for (std::size_t column = 4; column < file->columns.size(); ++column) {
    const std::string& what = file->columns[column];
    if (what == "issue") print_issues(name, text::score_issues(analyzer, *file, column), options);
    if (what == "churn") print_yes_no(name, "leaving", text::score_leaving(analyzer, *file, column), options);
    if (what == "urgency") {
      Line line(name, "urgency", options.json);
      line.share("accuracy", text::score_urgency(analyzer, *file, column).f1);
      line.print();
    }
  }
  return {};
}

int run(const Options& options) {
  auto analyzer = load_analyzer(options.model);
  if (!analyzer) {
    std::cerr << "earshot eval: " << analyzer.error().message << "\n";
    return 1;
  }
  for (const std::string& path : options.files) {
    if (auto scored = score_file(*analyzer, path, options); !scored) {
      std::cerr << "earshot eval: " << scored.error().message << "\n";
      return 1;
    }
  }
  return 0;
}

}  // namespace

void add_eval(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("eval", "A model and labelled files in, scores out");
  command->add_option("files", options->files, "Labelled files: label, lang, domain, text, with tabs between")
      ->required();
  command->add_option("--model", options->model,
                      "Model file (default: EARSHOT_MODEL, else models/text-1.bin near the program)");
  command->add_flag("--json", options->json, "One JSON object a line");
  command->add_flag("--no-unknown", options->no_unknown, "Force a sentiment for every row");
  command->add_flag("--confusion", options->confusion, "Also the table of gold labels against answers");
  command->footer(
      "Example:\n  earshot eval ../shared/data/text/en_sst2.test.tsv ../shared/data/text/zh_waimai.test.tsv");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace earshot::cli
