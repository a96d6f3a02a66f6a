#include <simdjson.h>

#include <iostream>
#include <optional>
#include <string>

#include "cli/analysis_json.h"
#include "cli/commands.h"
#include "cli/config.h"
#include "cli/default_model.h"
#include "cli/json_text.h"
#include "cli/tenant_texts.h"
#include "event/json_reader.h"
#include "text/unicode.h"

namespace earshot::cli {
namespace {

constexpr std::size_t kLineBytesMax = 8 << 20;
constexpr std::size_t kOutputFlushBytes = 1 << 16;

struct Options {
  std::string model;
  std::string format = "auto";
  std::string language;
  std::string config;
  bool no_unknown = false;
  bool no_evidence = false;
};

struct Item {
  std::string id;  // as JSON: a string with its quotes, or a number; empty if there was none
  std::string text;
  std::string language;
  std::string channel;
  bool by_agent = false;
  std::string error;
};

// What JSON cannot hold becomes U+FFFD, as it does in a text: bytes that are no UTF-8, and halves of a surrogate pair.
std::string repaired(std::string_view line) {
  std::string out;
  out.reserve(line.size() + 16);
  const auto surrogate = [&](std::size_t at) -> char {  // 'h'igh, 'l'ow or none
    if (line.substr(at, 2) != "\\u" || at + 6 > line.size()) return 0;
    const char first = line[at + 2];
    const char second = static_cast<char>(line[at + 3] | 0x20);
    if (first != 'd' && first != 'D') return 0;
    return (second >= '8' && second <= '9') || second == 'a' || second == 'b' ? 'h'
           : second >= 'c' && second <= 'f'                                   ? 'l'
                                                                              : 0;
  };
  for (std::size_t at = 0; at < line.size();) {
    if (line[at] == '\\') {
      const char half = surrogate(at);
      const bool is_pair = half == 'h' && surrogate(at + 6) == 'l';
      const std::size_t size = is_pair ? 12 : half != 0 ? 6 : 2;
      out += half != 0 && !is_pair ? std::string_view("\\ufffd") : line.substr(at, size);
      at += size;
      continue;
    }
    const text::Decoded decoded = text::decode(line, at);
    text::append_utf8(decoded.point, out);
    at += decoded.size;
  }
  return out;
}

// Editors of Windows begin a file with a byte order mark.
std::string_view without_mark(std::string_view line) {
  if (line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);
  return line;
}

// One line of NDJSON. Whatever is wrong with it is said in `error`.
Item parse_item(simdjson::dom::parser& parser, std::string_view line) {
  Item item;
  simdjson::dom::element root;
  auto error = parser.parse(line.data(), line.size()).get(root);
  if (error == simdjson::UTF8_ERROR || error == simdjson::STRING_ERROR) error = parser.parse(repaired(line)).get(root);
  if (error != simdjson::SUCCESS) {
    item.error = std::string("not valid JSON: ") + simdjson::error_message(error);
    return item;
  }
  simdjson::dom::object object;
  if (root.get(object) != simdjson::SUCCESS) {
    item.error = "expected an object like {\"id\":1,\"text\":\"…\"}";
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
  if (std::string_view channel; object["channel"].get(channel) == simdjson::SUCCESS) item.channel = channel;
  if (std::string_view by; object["by"].get(by) == simdjson::SUCCESS) item.by_agent = by == "agent";
  return item;
}

class Session {
 public:
  Session(const Options& options, const Analyzer& analyzer)
      : options_(options), analyzer_(analyzer), tenant_texts_(analyzer) {}

  Result<void> use_config() {
    auto config = load_config(options_.config);
    if (!config) return std::move(config.error());
    const auto settings = read_json<TextSettings>(config->sections.at("text"));
    if (!settings) return settings.error();
    return tenant_texts_.use(*settings);
  }

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
    const Item item = read(line);
    out_ += "{\"i\":" + std::to_string(number_++);
    if (!item.id.empty()) out_ += ",\"id\":" + item.id;
    if (!item.error.empty()) {
      out_ += ",\"error\":";
      append_json_string(item.error, out_);
    } else {
      const std::string& language = item.language.empty() ? options_.language : item.language;
      const AnalyzeOptions options{
          .evidence = !options_.no_evidence, .may_abstain = !options_.no_unknown, .by_agent = item.by_agent};
      std::string product;
      analyzer_.analyze(item.text, language, options, analysis_);
      tenant_texts_.apply(item.text, language, item.channel, options, analysis_, product);
      append_analysis(analysis_, options, out_);
      if (!product.empty()) {
        out_ += ",\"product\":";
        append_json_string(product, out_);
      }
    }
    out_ += "}\n";
  }

  Item read(std::string_view line) {
    Item item;
    if (line.size() > kLineBytesMax) {
      item.error = "the line is longer than 8 MiB";
      return item;
    }
    const std::string_view told = number_ == 0 ? without_mark(line) : line;
    const std::size_t begin = told.find_first_not_of(" \t");
    const bool is_brace = begin != told.npos && told[begin] == '{';
    // The first line that says anything decides, so that a text that begins with a brace stays a text.
    if (options_.format != "auto") {
      is_json_ = options_.format == "ndjson";
    } else if (!is_json_ && begin != told.npos) {
      is_json_ = is_brace;
    }
    if (is_json_.value_or(false)) return parse_item(parser_, told);
    // A broken first line must not make texts of the objects behind it, nor of what is broken among them.
    if (options_.format == "auto" && is_brace) {
      item = parse_item(parser_, told);
      objects_ = objects_ || item.error.empty();
      if (objects_) return item;
      item = {};
    }
    item.text = line;
    return item;
  }

  void flush() {
    std::cout.write(out_.data(), static_cast<std::streamsize>(out_.size()));
    std::cout.flush();
    out_.clear();
  }

  const Options& options_;
  const Analyzer& analyzer_;
  TenantTexts tenant_texts_;
  simdjson::dom::parser parser_;
  std::optional<bool> is_json_;
  bool objects_ = false;  // some lines are objects, though the first was none
  Analysis analysis_;
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
  Session session(options, *analyzer);
  if (auto used = session.use_config(); !used) {
    std::cerr << "earshot analyze: " << used.error().message << "\n";
    return 2;
  }
  session.run();
  return std::cout.good() ? 0 : 1;
}

}  // namespace

void add_analyze(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("analyze", "Says what texts say: one JSON object for each line of standard input");
  command->add_option("--model", options->model,
                      "Model file (default: EARSHOT_MODEL, else models/text-2.bin near the program)");
  command
      ->add_option("--format", options->format,
                   "text: a line is a text; ndjson: a line is {\"id\",\"text\",\"lang\"?,\"channel\"?,\"by\"?}; auto: "
                   "the first line decides")
      ->check(CLI::IsMember({"auto", "text", "ndjson"}));
  command->add_option("--lang", options->language, "Language the source declares, for lines that do not say");
  command->add_option("--config", options->config,
                      "Configuration whose section `text` is applied, as the service would");
  command->add_flag("--no-unknown", options->no_unknown,
                    "Always choose a sentiment, also in languages the model was not trained for");
  command->add_flag("--no-evidence", options->no_evidence, "Leave the evidence out; about twice as fast");
  command->footer("Example:\n  printf '%s\\n' 'Still no refund!' '送餐太慢，差评' | earshot analyze");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace earshot::cli
