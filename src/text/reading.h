// The way from bytes to what the model is shown: normalised text, lexicon hits, features. The trainer and the analyzer
// share it, so that a model never meets a text prepared in another way than those it learned from.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "earshot/analysis.h"
#include "earshot/result.h"
#include "text/features.h"
#include "text/language.h"
#include "text/lexicon.h"
#include "text/normalise.h"

namespace earshot::text {

struct Reading {
  Normalised normalised;
  std::vector<Hit> hits;
  std::vector<Finding> findings;
  std::vector<Feature> features;
};

class Reader {
 public:
  static Result<Reader> make(std::string_view lexicon, const std::vector<std::pair<char32_t, char32_t>>& simplified);

  // `reading` is overwritten; reusing one saves its allocations. Any thread, each with its own reading.
  void read(std::string_view text, NormaliseOptions options, Reading& reading) const;

  // The same without the list of features.
  void skim(std::string_view text, NormaliseOptions options, Reading& reading) const;

  const Simplified& simplified() const { return simplified_; }

 private:
  Simplified simplified_;
  Lexicon lexicon_;
};

// How strongly the words alone speak for each issue: a problem told, or a topic named in a clause that praises nothing.
enum class Mention : std::uint8_t { none, topic, problem };
std::array<Mention, kIssueTypes> issues_mentioned(const Reading& reading);

// Whether the feature of kind kWord at `from` is a Latin word, and no mark or name.
bool counts_as_word(std::string_view normalised, std::uint32_t from);

// Where each clause of the text ends: behind its marks, or before a "but". At most kClausesMax; the last end is the
// text's.
inline constexpr std::size_t kClausesMax = 64;
void clause_ends(const Reading& reading, std::vector<std::uint32_t>& ends);

// Whether the text is nothing but thanks, a greeting or an acknowledgement.
bool is_courtesy(const Reading& reading);

// The strongest finding that the customer leaves, or null. One that a guard overlaps ("almost cancelled") does not
// count.
const Finding* leaving(const Reading& reading);

}  // namespace earshot::text
