#include <simdjson.h>

#include <iostream>
#include <optional>
#include <string>

#include "cli/commands.h"
#include "cli/default_model.h"
#include "cli/json_text.h"

namespace earshot::cli {
namespace {

constexpr std::size_t kLineBytesMax = 8 << 20;
constexpr std::size_t kOutputFlushBytes = 1 << 16;
constexpr std::uint16_t kYesPermille = 500;

struct Options {
  std::string model;
  std::string format = "auto";
  std::string language;
  bool no_unknown = false;
  bool no_evidence = false;
};

struct Item {
  std::string id;  // as JSON: a string with its quotes, or a number; empty if there was none
  std::string text;
  std::string language;
  std::string error;
};

// One line of NDJSON. Whatever is wrong with it is said in `error`.
Item parse_item(simdjson::dom::parser& parser, const std::string& line) {
  Item item;
  simdjson::dom::element root;
  if (const auto error = parser.parse(line).get(root); error != simdjson::SUCCESS) {
    item.error = std::string("not valid JSON: ") + simdjson::error_message(error);
    return item;
  }
  simdjson::dom::object object;
  if (root.get(object) != simdjson::SUCCESS) {
    item.error = "expected an object with a text";
    return item;
  }
  simdjson::dom::element id;
  if (object["id"].get(id) == simdjson::SUCCESS) item.id = simdjson::minify(id);
  std::string_view text;
  if (object["text"].get(text) != simdjson::SUCCESS) {
    item.error = "text is missing or is no string";
    return item;
  }
  item.text = text;
  if (std::string_view language; object["lang"].get(language) == simdjson::SUCCESS) item.language = language;
  return item;
}

const char* name_of(Language language) {
  switch (language) {
    case Language::en:
      return "en";
    case Language::zh:
      return "zh";
    case Language::mixed:
      return "mixed";
    case Language::unknown:
      break;
  }
  return "unknown";
}

const char* name_of(Sentiment sentiment) {
  switch (sentiment) {
    case Sentiment::negative:
      return "neg";
    case Sentiment::neutral:
      return "neu";
    case Sentiment::positive:
      return "pos";
    case Sentiment::unknown:
      break;
  }
  return "unknown";
}

void append_issues(const Analysis& analysis, std::string& out) {
  out += ",\"labels\":[";
  for (std::size_t i = 0; i < analysis.issues.size(); ++i) {
    if (i > 0) out.push_back(',');
    append_json_string(text::name_of(analysis.issues[i].type), out);
  }
  out += "],\"issue_probs\":{";
  for (std::size_t i = 0; i < analysis.issues.size(); ++i) {
    if (i > 0) out.push_back(',');
    append_json_string(text::name_of(analysis.issues[i].type), out);
    out.push_back(':');
    append_permille(analysis.issues[i].permille, out);
  }
  out.push_back('}');
}

void append_evidence(const Analysis& analysis, std::string& out) {
  out += ",\"evidence\":[";
  for (std::size_t i = 0; i < analysis.evidence.size(); ++i) {
    const Evidence& evidence = analysis.evidence[i];
    out += i > 0 ? ",{\"label\":" : "{\"label\":";
    append_json_string(evidence.label, out);
    out += ",\"from\":" + std::to_string(evidence.from) + ",\"to\":" + std::to_string(evidence.to) + ",\"weight\":";
    append_permille(static_cast<std::uint32_t>(std::max(0, evidence.weight_milli)), out);
    out.push_back('}');
  }
  out.push_back(']');
}

void append_analysis(const Analysis& analysis, bool with_evidence, std::string& out) {
  out +=
      ",\"lang\":\"" + std::string(name_of(analysis.language)) + "\",\"label\":\"" + name_of(analysis.sentiment) + "\"";
  out += ",\"probs\":{\"neg\":";
  append_permille(analysis.negative_permille, out);
  out += ",\"neu\":";
  append_permille(analysis.neutral_permille, out);
  out += ",\"pos\":";
  append_permille(analysis.positive_permille, out);
  out += "},\"p_neg\":";
  append_permille(analysis.negative_permille, out);
  out += std::string(",\"complaint\":") + (analysis.complaint ? "true" : "false");
  out += std::string(",\"courtesy\":") + (analysis.courtesy ? "true" : "false");
  append_issues(analysis, out);
  out += std::string(",\"churn\":") + (analysis.leave_permille >= kYesPermille ? "1" : "0") + ",\"p_churn\":";
  append_permille(analysis.leave_permille, out);
  out += ",\"urgency\":" + std::to_string(analysis.urgency) + ",\"urgency_cause\":";
  append_json_string(text::name_of(analysis.urgency_cause), out);
  if (with_evidence) append_evidence(analysis, out);
}

class Session {
 public:
  Session(const Options& options, const Analyzer& analyzer) : options_(options), analyzer_(analyzer) {}

  void run() {
    std::string line;
    while (std::getline(std::cin, line)) {
      if (!line.empty() && line.back() == '\r') line.pop_back();
      answer(line);
      if (out_.size() >= kOutputFlushBytes) flush();
    }
    flush();
  }

 private:
  void answer(const std::string& line) {
    // The first line decides, so that a text that begins with a brace stays a text.
    if (!is_json_) is_json_ = options_.format == "ndjson" || (options_.format == "auto" && line.starts_with('{'));
    Item item;
    if (line.size() > kLineBytesMax) {
      item.error = "the line is longer than 8 MiB";
    } else if (*is_json_) {
      item = parse_item(parser_, line);
    } else {
      item.text = line;
    }
    out_ += "{\"i\":" + std::to_string(number_++);
    if (!item.id.empty()) out_ += ",\"id\":" + item.id;
    if (!item.error.empty()) {
      out_ += ",\"error\":";
      append_json_string(item.error, out_);
    } else {
      const std::string& language = item.language.empty() ? options_.language : item.language;
      const bool evidence = !options_.no_evidence;
      append_analysis(
          analyzer_.analyze(item.text, language, {.evidence = evidence, .may_abstain = !options_.no_unknown}), evidence,
          out_);
    }
    out_ += "}\n";
  }

  void flush() {
    std::cout.write(out_.data(), static_cast<std::streamsize>(out_.size()));
    std::cout.flush();
    out_.clear();
  }

  const Options& options_;
  const Analyzer& analyzer_;
  simdjson::dom::parser parser_;
  std::optional<bool> is_json_;
  std::size_t number_ = 0;
  std::string out_;
};

int run(const Options& options) {
  auto analyzer = load_analyzer(options.model);
  if (!analyzer) {
    std::cerr << "earshot analyze: " << analyzer.error().message << "\n";
    return 1;
  }
  std::ios::sync_with_stdio(false);
  Session(options, *analyzer).run();
  return std::cout.good() ? 0 : 1;
}

}  // namespace

void add_analyze(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("analyze", "Says what texts say: one JSON object for each line of standard input");
  command->add_option("--model", options->model,
                      "Model file (default: EARSHOT_MODEL, else models/text-1.bin near the program)");
  command
      ->add_option(
          "--format", options->format,
          "text: a line is a text; ndjson: a line is {\"id\",\"text\",\"lang\"?}; auto: the first line decides")
      ->check(CLI::IsMember({"auto", "text", "ndjson"}));
  command->add_option("--lang", options->language, "Language the source declares, for lines that do not say");
  command->add_flag("--no-unknown", options->no_unknown,
                    "Always choose a sentiment, also in languages the model was not trained for");
  command->add_flag("--no-evidence", options->no_evidence, "Leave the evidence out; about twice as fast");
  command->footer("Example:\n  printf '%s\\n' 'Still no refund!' '送餐太慢，差评' | earshot analyze");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace earshot::cli
