#include "event/json_reader.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "earshot/check.h"
#include "event/json_writer.h"

namespace earshot {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr double kMilliMax = 9.0e15;  // thousandths that a double holds exactly

// The first key that stands twice in one object, anywhere below `element`. The depth is bounded by the parser.
std::optional<std::string> duplicate_key(simdjson::dom::element element) {
  if (simdjson::dom::array array; element.get(array) == simdjson::SUCCESS) {
    for (const simdjson::dom::element item : array) {
      if (auto key = duplicate_key(item)) return key;
    }
  } else if (simdjson::dom::object object; element.get(object) == simdjson::SUCCESS) {
    thread_local std::vector<std::string_view> keys;
    const std::size_t first = keys.size();  // shared by the recursion: ours are those from here on
    for (const auto& [key, value] : object) keys.push_back(key);
    std::sort(keys.begin() + static_cast<std::ptrdiff_t>(first), keys.end());
    const auto twice = std::adjacent_find(keys.begin() + static_cast<std::ptrdiff_t>(first), keys.end());
    std::optional<std::string> found;
    if (twice != keys.end()) found = std::string(*twice);
    keys.resize(first);
    if (found) return found;
    for (const auto& [key, value] : object) {
      if (auto below = duplicate_key(value)) return below;
    }
  }
  return std::nullopt;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0u : 1u)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

JsonDocument::JsonDocument() {
  const auto error = parser_.allocate(4096, kJsonDepthMax);  // parse() grows it, and reports if that fails
  EARSHOT_CHECK(error == simdjson::SUCCESS, "no memory for a JSON parser");
}

Result<simdjson::dom::element> JsonDocument::parse(std::string_view bytes) {
  auto root = parse_loosely(bytes);
  if (!root) return root;
  if (auto unique = look_for_duplicate_keys(*root); !unique) return std::move(unique.error());
  return root;
}

Result<simdjson::dom::element> JsonDocument::parse_loosely(std::string_view bytes) {
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  simdjson::dom::element root;
  if (const auto error = parser_.parse(bytes.data(), bytes.size(), true).get(root); error != simdjson::SUCCESS) {
    return Error{ErrorKind::Invalid, "not JSON: " + std::string(simdjson::error_message(error))};
  }
  return root;
}

Result<void> look_for_duplicate_keys(simdjson::dom::element root) {
  if (auto key = duplicate_key(root))
    return Error{ErrorKind::Invalid, "not JSON we take: the key " + *key + " stands twice in one object"};
  return {};
}

std::string nearest_word(std::string_view word, const std::vector<std::string_view>& known) {
  if (word.size() > 256) return {};
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string_view candidate : known) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return std::string(best);
}

bool JsonReader::find(std::string_view name, simdjson::dom::element& element) {
  if (order_ == Order::as_written) {
    if (!(next_ != end_) || !next_.key_equals(name)) return false;
    element = next_.value();
    ++next_;
    ++found_;
    return !element.is_null();
  }
  if (asked_.empty()) asked_.reserve(32);  // as many as most structs have
  asked_.push_back(name);
  if (object_.at_key(name).get(element) != simdjson::SUCCESS) return false;
  ++found_;
  return !element.is_null();
}

bool JsonReader::is_whole_before_others(std::span<const std::string_view> known) const {
  std::array<std::string_view, 8> others;
  std::size_t count = 0;
  for (auto other = next_; other != end_; ++other) {
    const std::string_view key = other.key();
    const auto seen = others.begin() + static_cast<std::ptrdiff_t>(count);
    if (count == others.size() || std::find(others.begin(), seen, key) != seen ||
        std::find(known.begin(), known.end(), key) != known.end())
      return false;
    if (const simdjson::dom::element value = other.value(); value.is_object() || value.is_array()) return false;
    others[count++] = key;
  }
  return are_nested_whole_;
}

void JsonReader::fail(std::string_view name, std::string_view what) {
  if (error_.empty()) error_ = std::string(name) + " " + std::string(what);
}

void JsonReader::refuse_unknown() {
  if (found_ == object_.size()) return;
  for (const auto& [key, value] : object_) {
    if (std::find(asked_.begin(), asked_.end(), key) != asked_.end()) continue;
    const std::string near = nearest_word(key, asked_);
    return fail(key, "is not a known key" + (near.empty() ? "" : "; did you mean " + near + "?"));
  }
}

void JsonReader::unknown(std::string& object) {
  object.clear();
  if (found_ == object_.size()) return;
  object = "{";
  for (const auto& [key, value] : object_) {
    if (std::find(asked_.begin(), asked_.end(), key) != asked_.end()) continue;
    if (object.size() > 1) object += ',';
    append_json_string(object, key);
    object += ":" + simdjson::minify(value);
  }
  object += '}';
}

void JsonReader::decimal(std::string_view name, std::int64_t& milli) {
  simdjson::dom::element element;
  if (!find(name, element)) return fail(name, "is missing");
  double value = 0;
  if (element.get(value) != simdjson::SUCCESS || !(std::abs(value) * 1000 <= kMilliMax))
    return fail(name, "is not a number within range");
  milli = std::llround(value * 1000);
}

void JsonReader::base64(std::string_view name, std::string& bytes) {
  simdjson::dom::element element;
  if (!find(name, element)) return fail(name, "is missing");
  std::string_view text;
  auto decoded = element.get(text) == simdjson::SUCCESS ? from_base64(text) : std::nullopt;
  if (!decoded) return fail(name, "is not base64");
  bytes = std::move(*decoded);
}

void JsonReader::read(std::string_view name, simdjson::dom::element element, bool& value) {
  if (element.get(value) != simdjson::SUCCESS) fail(name, "is not true or false");
}

void JsonReader::read(std::string_view name, simdjson::dom::element element, std::string& value) {
  std::string_view text;
  if (element.get(text) != simdjson::SUCCESS) return fail(name, "is not a text");
  value = text;
}

void JsonReader::read(std::string_view name, simdjson::dom::element element, Timestamp& value) {
  std::string_view text;
  const auto at = element.get(text) == simdjson::SUCCESS ? parse_rfc3339(text) : std::nullopt;
  if (!at) return fail(name, "is not a time like 2026-11-20T08:15:30Z");
  value = *at;
}

}  // namespace earshot
