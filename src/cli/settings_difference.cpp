#include "cli/settings_difference.h"

#include <algorithm>

#include "base/utf8.h"
#include "event/json_reader.h"

namespace earshot::cli {
namespace {

constexpr std::size_t kEntriesShown = 5;  // of a list, gone or new
constexpr std::size_t kEntryBytesShown = 160;

std::string shown(const std::string& json) {
  if (json.size() <= kEntryBytesShown) return json;
  return std::string(utf8_prefix(json, kEntryBytesShown)) + "…";
}

std::vector<std::string> entries_of(simdjson::dom::array list) {
  std::vector<std::string> entries;
  for (const auto entry : list) entries.push_back(simdjson::minify(entry));
  return entries;
}

// Those that `others` have not, as often as they stand.
std::vector<std::string> without(std::vector<std::string> entries, const std::vector<std::string>& others) {
  for (const std::string& other : others) {
    if (const auto found = std::find(entries.begin(), entries.end(), other); found != entries.end())
      entries.erase(found);
  }
  return entries;
}

void add_entries(const char* sign, const std::vector<std::string>& entries, std::vector<std::string>& lines) {
  for (std::size_t i = 0; i < std::min(entries.size(), kEntriesShown); ++i)
    lines.push_back("  " + std::string(sign) + " " + shown(entries[i]));
  if (entries.size() > kEntriesShown)
    lines.push_back("  " + std::string(sign) + " … and " + std::to_string(entries.size() - kEntriesShown) + " more");
}

void add_difference(const std::string& key, simdjson::dom::element before, simdjson::dom::element after,
                    std::vector<std::string>& lines) {
  if (simdjson::minify(before) == simdjson::minify(after)) return;
  simdjson::dom::array was, is;
  if (before.get(was) != simdjson::SUCCESS || after.get(is) != simdjson::SUCCESS) {
    lines.push_back(key + ": " + shown(simdjson::minify(before)) + ", now " + shown(simdjson::minify(after)));
    return;
  }
  const auto old_entries = entries_of(was), new_entries = entries_of(is);
  const auto gone = without(old_entries, new_entries), added = without(new_entries, old_entries);
  if (gone.empty() && added.empty()) {
    lines.push_back(key + ": the same in another order");
    return;
  }
  lines.push_back(key + ": " + std::to_string(gone.size()) + " gone, " + std::to_string(added.size()) + " new");
  add_entries("-", gone, lines);
  add_entries("+", added, lines);
}

}  // namespace

Result<std::vector<std::string>> settings_difference(std::string_view before, std::string_view after) {
  JsonDocument before_document, after_document;
  simdjson::dom::object was, is;
  for (auto [document, text, object] :
       {std::tuple(&before_document, before, &was), std::tuple(&after_document, after, &is)}) {
    auto root = document->parse(text);
    if (!root) return std::move(root.error());
    if (root->get(*object) != simdjson::SUCCESS) return Error{ErrorKind::Invalid, "settings are no JSON object"};
  }
  std::vector<std::string> lines;
  simdjson::dom::element other;
  for (const auto& [key, value] : is) {
    if (was.at_key(key).get(other) == simdjson::SUCCESS) {
      add_difference(std::string(key), other, value, lines);
    } else {
      lines.push_back(std::string(key) + ": not known there, now " + shown(simdjson::minify(value)));
    }
  }
  for (const auto& [key, value] : was) {
    if (is.at_key(key).get(other) != simdjson::SUCCESS)
      lines.push_back(std::string(key) + ": " + shown(simdjson::minify(value)) + ", not known here");
  }
  return lines;
}

}  // namespace earshot::cli
