#include "bluesky/filter.h"

#include <algorithm>

#include "support/json.h"

namespace earshot::bluesky {
namespace {

// In JSON these may be written in two ways; what stands between them is written in one, or with a \\u.
bool may_be_escaped(char c) { return c == '"' || c == '\\' || c == '/' || static_cast<unsigned char>(c) < ' '; }

// The longest part of a word that stands in a frame as it is.
std::string_view plain_part(std::string_view word) {
  std::string_view longest;
  while (!word.empty()) {
    const auto end = std::find_if(word.begin(), word.end(), may_be_escaped);
    const std::string_view part = word.substr(0, static_cast<std::size_t>(end - word.begin()));
    if (part.size() > longest.size()) longest = part;
    word.remove_prefix(std::min(word.size(), part.size() + 1));
  }
  return longest;
}

}  // namespace

Result<Filter> Filter::of(const BlueskySettings& settings) {
  Filter filter;
  filter.accounts_ = settings.accounts;
  filter.takes_all_ = settings.keywords.empty() && settings.accounts.empty();
  if (filter.takes_all_) return filter;
  std::vector<std::string> raw = settings.accounts;
  // Escaped letters; deletions of posts and accounts; how version 2 ends a stream.
  raw.insert(raw.end(), {"\\u", R"("delete")", R"("deleted")", R"("error")"});
  bool has_plain_parts = true;
  for (const std::string& keyword : settings.keywords) {
    raw.emplace_back(plain_part(keyword));
    has_plain_parts = has_plain_parts && !raw.back().empty();
  }
  if (!settings.keywords.empty()) {
    auto keywords = Phrases::of(settings.keywords);
    if (!keywords) return std::move(keywords.error()).in("keywords");
    filter.keywords_ = std::move(*keywords);
  }
  if (!has_plain_parts) return filter;
  auto phrases = Phrases::of(raw);
  if (!phrases) return std::move(phrases.error()).in("keywords and accounts");
  filter.raw_ = std::move(*phrases);
  return filter;
}

bool Filter::takes(simdjson::dom::object record, std::string_view text) const {
  if (takes_all_ || holds_keyword(text)) return true;
  const auto facets = array_at(record, "facets");
  if (!facets) return false;
  const simdjson::dom::array list = *facets;
  for (const simdjson::dom::element element : list) {
    simdjson::dom::object facet;
    if (element.get(facet) == simdjson::SUCCESS && takes_facet(facet)) return true;
  }
  return false;
}

bool Filter::takes_facet(simdjson::dom::object facet) const {
  const auto features = array_at(facet, "features");
  if (!features) return false;
  const simdjson::dom::array list = *features;
  for (const simdjson::dom::element element : list) {
    simdjson::dom::object feature;
    if (element.get(feature) != simdjson::SUCCESS) continue;
    const std::string_view did = text_at(feature, "did").value_or("");
    if (std::find(accounts_.begin(), accounts_.end(), did) != accounts_.end()) return true;
    if (holds_keyword(text_at(feature, "uri").value_or("")) || holds_keyword(text_at(feature, "tag").value_or("")))
      return true;
  }
  return false;
}

}  // namespace earshot::bluesky
