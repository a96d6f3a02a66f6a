// What the model sees of a text: hashed words, pairs of words, pieces of words, runs of one to four ideographs, and
// what the lexicon found. Which kind of feature a sign gives depends on the sign, never on a guess of the language, so
// a mixed text gives both. The trainer and the scorer call this same function. Pure; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "text/lexicon.h"
#include "text/normalise.h"

namespace earshot::text {

// Each kind has a weight of its own in the model: pieces say less than words.
enum FeatureKind : std::uint8_t { kWord, kPair, kPiece, kHan1, kHan2, kHan3, kHan4, kFlag, kFeatureKinds };

struct Feature {
  std::uint32_t hash = 0;  // names the feature: among the few million there are, two rarely share one
  FeatureKind kind = kWord;
  std::uint32_t from = 0;  // bytes of the normalised text; both 0 when it is about the whole text
  std::uint32_t to = 0;
};

// A text gives at most this many; what follows is not read. About 4,000 words.
inline constexpr std::size_t kFeaturesMax = 65536;

// Says of each positive and negative hit whether it is negated: an odd number of negators shortly before it.
void mark_negated(std::string_view normalised, std::vector<Hit>& hits);

// `features` is overwritten.
void extract(const Normalised& normalised, const std::vector<Hit>& hits, std::vector<Feature>& features);

}  // namespace earshot::text
