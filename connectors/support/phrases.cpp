#include "support/phrases.h"

#include <algorithm>

#include "support/text.h"

namespace earshot {

Result<Phrases> Phrases::of(const std::vector<std::string>& phrases) {
  Phrases made;
  std::vector<std::string> lower;
  std::size_t bytes = 0;
  for (const std::string& phrase : phrases) {
    if (phrase.empty()) return Error{ErrorKind::Invalid, "an empty phrase stands in every text"};
    lower.push_back(to_lower(phrase));
    bytes += phrase.size();
  }
  if (bytes > kBytesMax)
    return Error{ErrorKind::Invalid, "the phrases have more than " + std::to_string(kBytesMax) + " bytes together"};
  for (const std::string& phrase : lower) {
    for (const char c : phrase) {
      std::uint8_t& own = made.classes_[static_cast<unsigned char>(c)];
      if (own == 0) own = static_cast<std::uint8_t>(made.class_count_++);
    }
  }
  for (int c = 'A'; c <= 'Z'; ++c)
    made.classes_[static_cast<std::size_t>(c)] = made.classes_[static_cast<std::size_t>(c - 'A' + 'a')];

  const std::uint32_t width = made.class_count_;
  auto& next = made.next_;
  next.assign(width, 0);
  for (const std::string& phrase : lower) {
    Node node = 0;
    for (std::size_t i = 0; i < phrase.size() && node != kFound; ++i) {
      const std::size_t edge = node * width + made.classes_[static_cast<unsigned char>(phrase[i])];
      if (i + 1 == phrase.size()) next[edge] = kFound;  // what is longer is found with it
      if (next[edge] == 0) {
        next[edge] = static_cast<Node>(next.size() / width);
        next.resize(next.size() + width, 0);
      }
      node = next[edge];
    }
  }
  // Breadth first: where a node has no edge of its own it goes on as the longest of its proper suffixes that is a node
  // would.
  std::vector<Node> order{0}, suffix(next.size() / width, 0);
  for (std::size_t head = 0; head < order.size(); ++head) {
    const Node node = order[head];
    for (std::uint32_t c = 0; c < width; ++c) {
      Node& child = next[node * width + c];
      const Node beside = node == 0 ? 0 : next[suffix[node] * width + c];
      if (child == 0 || beside == kFound) {
        child = beside;
      } else if (child != kFound) {
        suffix[child] = beside;
        order.push_back(child);
      }
    }
  }
  for (Node& node : next) {
    if (node != kFound) node *= width;
  }
  return made;
}

bool Phrases::stand_in(std::string_view text) const {
  Node node = 0;
  for (const char c : text) {
    node = next_[node + classes_[static_cast<unsigned char>(c)]];
    if (node == kFound) return true;
  }
  return false;
}

}  // namespace earshot
