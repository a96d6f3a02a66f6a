// The configuration in effect, as YAML. JSON is YAML, so only the outer lines are laid out here.
#include <simdjson.h>

#include "cli/config.h"
#include "earshot/check.h"
#include "event/json_reader.h"
#include "event/json_writer.h"

namespace earshot::cli {
namespace {

class Page {
 public:
  explicit Page(const Config& config) : config_(config) {}

  void value(const std::string& key, std::string_view text) {
    std::string json;
    append_json_string(json, text);
    line(key + ": " + json, key);
  }
  void value(const std::string& key, std::int64_t number) { line(key + ": " + std::to_string(number), key); }

  // A section of groups of keys, or a list of them.
  void section(const std::string& name, std::string_view json) {
    JsonDocument document;
    const auto root = document.parse(json);
    EARSHOT_CHECK(root, "a section was written as JSON");
    simdjson::dom::array items;
    if (root->get(items) == simdjson::SUCCESS) return list("", name, name, items);
    simdjson::dom::object object;
    if (root->get(object) != simdjson::SUCCESS) return;  // the file names it and says nothing
    out_ += name + ":\n";
    for (const auto& [key, value] : object) {
      const std::string path = name + "." + std::string(key);
      if (value.get(items) == simdjson::SUCCESS && items.size() > 0 && items.at(0).is_object()) {
        list("  ", std::string(key), path, items);
      } else {
        line("  " + std::string(key) + ": " + simdjson::minify(value), path);
      }
    }
  }

  const std::string& text() const { return out_; }

 private:
  void line(const std::string& text, const std::string& path) {
    out_ += text + "  # " + (config_.given.contains(path) ? config_.file : "default") + "\n";
  }
  void list(const std::string& indent, const std::string& key, const std::string& path, simdjson::dom::array items) {
    line(indent + key + ":", path);
    for (const auto item : items) out_ += indent + "  - " + std::string(simdjson::minify(item)) + "\n";
  }

  const Config& config_;
  std::string out_;
};

}  // namespace

std::string show_config(const Config& config) {
  Page page(config);
  page.value("tenant", config.tenant);
  page.value("data", config.data.string());
  page.value("listen", config.listen);
  page.value("partitions", config.partitions);
  page.value("model", config.model);
  page.value("fit_every_days", config.fit_every_days);
  page.value("queue_events_max", config.queue_events_max);
  for (const auto& [name, json] : config.sections) page.section(name, json);
  for (const auto& [name, json] : config.written) page.section(name, json);
  return page.text();
}

}  // namespace earshot::cli
