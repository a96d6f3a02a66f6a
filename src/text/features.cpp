#include "text/features.h"

#include "text/extractor.h"

namespace earshot::text {
namespace {

constexpr std::uint32_t kNegatorReach = 14;  // bytes between a negator and what it negates

// Whether a negation does not reach across these words: "never came and nobody answers".
bool ends_reach(std::string_view between) {
  return between.find_first_of(".,!?;") != between.npos || between.find(" and ") != between.npos ||
         between.find(" but ") != between.npos || between.find(" because ") != between.npos;
}

// Keeps everything it is told.
class List {
 public:
  explicit List(std::vector<Feature>& features) : features_(features) {}
  void feature(std::uint32_t hash, FeatureKind kind, std::uint32_t from, std::uint32_t to) {
    features_.push_back({hash, kind, from, to});
  }
  void word(std::string_view word, bool negated, std::uint32_t from, std::uint32_t to) {
    features_of_word(word, negated, from, to, *this);
  }
  std::size_t size() const { return features_.size(); }

 private:
  std::vector<Feature>& features_;
};

}  // namespace

void mark_negated(std::string_view text, std::vector<Hit>& hits) {
  for (std::size_t i = 0; i < hits.size(); ++i) {
    if (hits[i].word_class != kPositive && hits[i].word_class != kNegative) continue;
    int negators = 0;
    for (std::size_t j = i; j-- > 0 && hits[i].from - hits[j].from < 4 * kNegatorReach;) {
      if (hits[j].word_class == kNegator && hits[j].to <= hits[i].from) {
        if (hits[i].from - hits[j].to > kNegatorReach) break;
        const std::string_view between = text.substr(hits[j].to, hits[i].from - hits[j].to);
        if (!ends_reach(between)) ++negators;
      }
    }
    hits[i].negated = negators % 2 == 1;
  }
}

void extract(const Normalised& normalised, const std::vector<Hit>& hits, std::vector<Feature>& features) {
  features.clear();
  List list(features);
  extract_into(normalised, hits, list);
}

}  // namespace earshot::text
