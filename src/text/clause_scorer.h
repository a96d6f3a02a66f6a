// What each clause of a text comes to by itself, while the whole is added up.
#pragma once

#include <span>
#include <vector>

#include "text/extractor.h"
#include "text/scorer.h"

namespace earshot::text {

// What the flags of a clause weigh.
class Flags {
 public:
  explicit Flags(const Model& model) : scorer_(model, kEnglish) {}
  void feature(std::uint32_t hash, FeatureKind kind, std::uint32_t, std::uint32_t) {
    ++size_;
    scorer_.add_later(hash, kind);
  }
  std::size_t size() const { return size_; }
  Added added() { return scorer_.added(); }

 private:
  Scorer scorer_;
  std::size_t size_ = 0;
};

// Ends each clause of a scorer at its place, and says of it what the lexicon found there.
class ClauseScorer {
 public:
  ClauseScorer(const Model& model, Scorer& scorer, std::span<const Hit> hits, std::vector<ClauseLogits>& clauses)
      : model_(model), scorer_(scorer), hits_(hits), clauses_(clauses) {}

  // Whether a clause ends before a feature that ends at `to`. Flags come last and are about the whole.
  bool is_over(FeatureKind kind, std::uint32_t to) const {
    return at_ < clauses_.size() && (kind == kFlag || to > clauses_[at_].to);
  }

  // Before that feature is added.
  void before(FeatureKind kind, std::uint32_t to) {
    while (is_over(kind, to)) end();
  }

  void finish() {
    while (at_ < clauses_.size()) end();
  }

 private:
  void end() {
    ClauseLogits& clause = clauses_[at_++];
    std::size_t size = 0;
    while (size < hits_.size() && hits_[size].from < clause.to) ++size;
    Flags flags(model_);
    add_lexicon(hits_.first(size), flags);
    scorer_.end_clause(flags.added(), clause);
    hits_ = hits_.subspan(size);
  }

  const Model& model_;
  Scorer& scorer_;
  std::span<const Hit> hits_;  // behind the last clause that ended
  std::vector<ClauseLogits>& clauses_;
  std::size_t at_ = 0;
};

}  // namespace earshot::text
