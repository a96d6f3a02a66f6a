#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/default_model.h"
#include "cli/json_text.h"
#include "text/training/eval.h"
#include "text/training/multiclass.h"

namespace earshot::cli {
namespace {

struct Options {
  std::string model;
  std::string task = "analysis";
  std::vector<std::string> files;
  bool json = false;
  bool no_unknown = false;
  bool confusion = false;
  bool reliability = false;
  bool by_domain = false;
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
  void share(const char* name, double value) { add(name, decimal(value)); }
  // Only for programs: a table has no room for it.
  void more(const char* name, double value) {
    if (json_) share(name, value);
  }
  void raw(const char* name, const std::string& value) {
    if (json_) add(name, value);
  }
  void print() { std::cout << out_ << (json_ ? "}\n" : "\n"); }

  static std::string decimal(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4f", value);
    return text;
  }

 private:
  void add(const char* name, const std::string& value) {
    out_ += json_ ? ",\"" + std::string(name) + "\":" + value : "  " + std::string(name) + " " + value;
  }
  bool json_;
  std::string out_;
};

constexpr const char* kLabels[] = {"neg", "neu", "pos"};

std::string confusion_json(const text::Confusion& confusion) {
  std::string out = "{";
  for (std::size_t gold = 0; gold < 3; ++gold) {
    const auto& row = confusion.count[gold];
    out += std::string(gold > 0 ? "," : "") + "\"" + kLabels[gold] + "\":{";
    for (std::size_t answer = 0; answer < 3; ++answer)
      out += std::string("\"") + kLabels[answer] + "\":" + std::to_string(row[answer]) + ",";
    out += "\"unknown\":" + std::to_string(row[3]) + "}";
  }
  return out + "}";
}

std::string reliability_json(const text::SentimentScores& scores) {
  std::string out = "[";
  for (const text::ReliabilityBin& bin : scores.reliability) {
    if (out.size() > 1) out += ",";
    out += "{\"n\":" + std::to_string(bin.rows) + ",\"claimed\":" + Line::decimal(bin.claimed) +
           ",\"true\":" + Line::decimal(bin.true_share) + "}";
  }
  return out + "]";
}

void print_tables(const text::SentimentScores& scores, const Options& options) {
  if (options.confusion) {
    for (std::size_t gold = 0; gold < 3; ++gold) {
      const auto& row = scores.confusion.count[gold];
      std::printf("    %s answered  neg %6zu  neu %6zu  pos %6zu  unknown %4zu\n", kLabels[gold], row[0], row[1],
                  row[2], row[3]);
    }
  }
  if (options.reliability) {
    std::printf("    P(neg)      rows  claimed  true\n");
    for (std::size_t i = 0; i < scores.reliability.size(); ++i) {
      const text::ReliabilityBin& bin = scores.reliability[i];
      const auto n = static_cast<double>(scores.reliability.size());
      std::printf("    %.2f-%.2f %6zu    %.3f  %.3f\n", static_cast<double>(i) / n, static_cast<double>(i + 1) / n,
                  bin.rows, bin.claimed, bin.true_share);
    }
  }
  std::fflush(stdout);
}

void print_sentiment(const std::string& name, const text::SentimentScores& scores, const Options& options) {
  const text::Confusion& confusion = scores.confusion;
  Line line(name, "sentiment", options.json);
  line.count("n", scores.rows);
  line.share("acc", confusion.accuracy());
  line.share("macro_f1", confusion.macro_f1());
  line.more("avg_rec", confusion.mean_recall());
  line.more("neg_p", confusion.precision(0));
  line.more("neg_r", confusion.recall(0));
  line.share("neg_f1", confusion.f1(0));
  line.share("neu_f1", confusion.f1(1));
  line.share("pos_f1", confusion.f1(2));
  line.share("auc_neg", scores.auc);
  line.share("ece_neg", scores.ece);
  line.more("brier_neg", scores.brier);
  line.more("neg_recall_at_p90", scores.recall_at_p90);
  line.share("acc_at_80", scores.accuracy_at_80);
  line.count("unknown", scores.unknown);
  line.more("acc_answered", scores.accuracy_answered);
  line.raw("confusion", confusion_json(confusion));
  line.raw("reliability", reliability_json(scores));
  line.print();
  if (!options.json) print_tables(scores, options);
}

void print_yes_no(const std::string& name, const char* task, const text::YesNoScores& scores, const Options& options) {
  Line line(name, task, options.json);
  line.count("n", scores.rows);
  line.count("pos", scores.yes);
  line.share("p", scores.precision);
  line.share("r", scores.recall);
  line.share("f1", scores.f1);
  if (scores.average_precision > 0) line.share("ap", scores.average_precision);
  if (scores.ece > 0) line.share("ece", scores.ece);
  line.print();
}

void print_issues(const std::string& name, const text::IssueScores& scores, const Options& options) {
  Line line(name, "issues", options.json);
  line.count("n", scores.rows);
  line.share("aspect_micro_f1", scores.micro_f1);
  line.share("aspect_macro_f1", scores.macro_f1);
  line.share("p", scores.precision);
  line.share("r", scores.recall);
  line.print();
  for (std::size_t i = 1; i < kIssueTypes; ++i) {
    if (scores.of[i].yes == 0) continue;
    const std::string task = "  " + std::string(text::name_of(static_cast<IssueType>(i)));
    print_yes_no(name, task.c_str(), scores.of[i], options);
  }
}

using Rows = std::vector<text::LabelledText>;

// The rows of each part of a file, the whole first.
std::vector<std::pair<std::string, Rows>> parts_of(const std::string& name, const Rows& rows, bool by_domain) {
  std::map<std::string, Rows> languages;
  std::map<std::string, Rows> domains;
  for (const text::LabelledText& row : rows) {
    languages[row.language].push_back(row);
    domains[row.language + "/" + row.domain].push_back(row);
  }
  std::vector<std::pair<std::string, Rows>> parts = {{name, rows}};
  if (languages.size() > 1) {
    for (auto& [language, own] : languages) parts.emplace_back(name + ":" + language, std::move(own));
  }
  if (by_domain && domains.size() > 1) {
    for (auto& [domain, own] : domains) parts.emplace_back(name + ":" + domain, std::move(own));
  }
  return parts;
}

void print_other_tasks(const Analyzer& analyzer, const std::string& name, const Rows& rows, const Options& options) {
  const std::string& label = rows.front().label;
  if (label == "mixed") {
    const auto scores = text::score_mixed(analyzer, rows);
    Line line(name, "mixed", options.json);
    line.count("n", scores.rows);
    line.count("blames_somewhere", scores.any_negative);
    line.count("blames_and_praises", scores.both);
    line.print();
  } else if (label.find(':') != std::string::npos) {
    const auto scores = text::score_aspects(analyzer, rows);
    Line line(name, "aspects", options.json);
    line.count("n", scores.rows);
    line.share("aspect_micro_f1", scores.micro_f1);
    line.share("aspect_macro_f1", scores.macro_f1);
    line.share("pair_micro_f1", scores.pair_micro_f1);
    line.print();
  }
}

// Columns that the file names beyond the usual four are scored too.
Result<void> score_file(const Analyzer& analyzer, const std::string& path, const Options& options) {
  auto file = text::read_labelled(path);
  if (!file) return std::move(file.error());
  const std::string name = std::filesystem::path(path).filename().string();
  if (file->rows.empty())
    return Error{ErrorKind::Invalid, path + " holds no row; a row is label, lang, domain and text with tabs between"};
  for (const auto& [part, rows] : parts_of(name, file->rows, options.by_domain)) {
    const auto scores = text::score_sentiment(analyzer, rows, !options.no_unknown);
    if (scores.rows > 0) print_sentiment(part, scores, options);
  }
  print_other_tasks(analyzer, name, file->rows, options);
  for (std::size_t column = 4; column < file->columns.size(); ++column) {
    const std::string& what = file->columns[column];
    if (what == "issue") print_issues(name, text::score_issues(analyzer, *file, column), options);
    if (what == "churn") print_yes_no(name, "leaving", text::score_leaving(analyzer, *file, column), options);
    if (what == "urgency") {
      const auto scores = text::score_urgency(analyzer, *file, column);
      Line line(name, "urgency", options.json);
      line.count("n", scores.rows);
      line.share("acc", scores.f1);
      line.print();
    }
  }
  return {};
}

// A model of `earshot train --task multiclass`.
int run_multiclass(const Options& options) {
  const auto fail = [](const Error& error) {
    std::cerr << "earshot eval: " << error.message << "\n";
    return 1;
  };
  if (options.model.empty()) {
    std::cerr << "earshot eval: --task multiclass needs --model FILE, from `earshot train --task multiclass`\n";
    return 2;
  }
  auto bytes = text::read_bytes(options.model);
  if (!bytes) return fail(bytes.error());
  auto model = text::Multiclass::load(*bytes);
  if (!model) return fail(std::move(model.error()).in(options.model));
  for (const std::string& path : options.files) {
    auto file = text::read_labelled(path);
    if (!file) return fail(file.error());
    const auto scores = text::score_multiclass(*model, file->rows);
    Line line(std::filesystem::path(path).filename().string(), "multiclass", options.json);
    line.count("n", scores.rows);
    line.share("acc", scores.accuracy);
    line.share("macro_f1", scores.macro_f1);
    line.share("avg_rec", scores.mean_recall);
    line.share("ece_top", scores.ece);
    line.print();
  }
  return 0;
}

int run(const Options& options) {
  if (options.task == "multiclass") return run_multiclass(options);
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
                      "Model file (default: EARSHOT_MODEL, else models/text-2.bin near the program)");
  command->add_option("--task", options->task, "analysis: what `earshot analyze` says; multiclass: one label of many")
      ->check(CLI::IsMember({"analysis", "multiclass"}))
      ->capture_default_str();
  command->add_flag("--json", options->json, "One JSON object a line, with confusion and reliability");
  command->add_flag("--no-unknown", options->no_unknown, "Force a sentiment for every row");
  command->add_flag("--by-domain", options->by_domain, "Also each domain of a file by itself");
  command->add_flag("--reliability", options->reliability, "Also how often P(neg) came true, in 15 parts");
  command->add_flag("--confusion", options->confusion, "Also the table of gold labels against answers");
  command->footer(
      "Example:\n  earshot eval ../shared/data/text/en_sst2.test.tsv ../shared/data/text/zh_waimai.test.tsv");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace earshot::cli
