// Adds up what features weigh, for all heads at once. Whole numbers, so the order does not matter.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "text/model.h"

namespace earshot::text {

using SumsOf = std::array<std::int32_t, 24>;  // the rarity, which nobody reads, the heads, and what lies behind a cell

// Weighted sums of cells: also the rarity, whose sum nobody reads, because full vectors are the fastest. A kind's
// weight is at most 16 and a cell's at most 127, so 16 products always fit into 16 bits.
class Sums {
 public:
  void add(const Cell* cell, std::int16_t weight) {
    Bytes low;
    ShortBytes high;
    std::memcpy(&low, cell, sizeof low);
    std::memcpy(&high, reinterpret_cast<const char*>(cell) + sizeof low, sizeof high);
    low_ += __builtin_convertvector(low, Shorts) * weight;
    high_ += __builtin_convertvector(high, FewShorts) * weight;
    if (++in_few_ == 16) flush();
  }

  void add(const std::array<std::int16_t, kHeads + 1>& sums) {
    for (std::size_t i = 0; i < sums.size(); ++i) totals_[i] += sums[i];
  }

  const SumsOf& totals() {
    flush();
    return totals_;
  }

 private:
  using Bytes [[gnu::vector_size(16)]] = std::int8_t;
  using ShortBytes [[gnu::vector_size(8)]] = std::int8_t;
  using Shorts [[gnu::vector_size(32)]] = std::int16_t;
  using FewShorts [[gnu::vector_size(16)]] = std::int16_t;

  void flush() {
    for (std::size_t i = 0; i < 16; ++i) totals_[i] += low_[i];
    for (std::size_t i = 0; i < 8; ++i) totals_[16 + i] += high_[i];
    low_ = Shorts{};
    high_ = FewShorts{};
    in_few_ = 0;
  }

  Shorts low_{};
  FewShorts high_{};
  int in_few_ = 0;
  SumsOf totals_{};
};

// What some features came to.
struct Added {
  SumsOf totals{};
  std::int64_t squares = 0;
  std::uint32_t known = 0;
};

// Adds up features until told to look at what there is. Tags are fetched from memory a few features ahead of their use,
// cells a chunk ahead.
class Scorer {
 public:
  Scorer(const Model& model, std::size_t language) : model_(model), language_(language) {}

  // Whether the model knows it.
  bool add(std::uint32_t hash, FeatureKind kind) {
    const Cell* cell = model_.cells.find(hash);
    if (cell == nullptr) return false;
    __builtin_prefetch(cell);
    chunk_[in_chunk_++] = {cell, static_cast<std::int16_t>(model_.numbers.kind_weight[kind])};
    if (in_chunk_ == kChunk) add_up();
    return true;
  }

  // The same for those who need not know.
  void add_later(std::uint32_t hash, FeatureKind kind) {
    model_.cells.prefetch(hash);
    waiting_[waits_++] = {hash, kind};
    if (waits_ == kWaiting) look_up();
  }

  // What other features came to.
  void add(const std::array<std::int16_t, kHeads + 1>& totals, std::uint32_t squares, std::uint32_t known) {
    sums_.add(totals);
    squares_ += squares;
    known_ += known;
  }

  // All that was added so far.
  Added added() {
    flush();
    return {sums_.totals(), squares_, known_};
  }

  Logits logits() {
    flush();
    Logits logits;
    logits.known = known_;
    logits.length = std::max<std::int64_t>(1, whole_root(squares_));
    const auto& totals = sums_.totals();
    for (std::size_t h = 0; h < kHeads; ++h) logits.head[h] = logit(h, totals[h + 1], logits.length);
    mix_genre(logits.head);
    return logits;
  }

  // What was added since the last clause ended, and what else is to be said of this clause.
  void end_clause(const Added& more, ClauseLogits& clause) {
    flush();
    const auto& totals = sums_.totals();
    const std::int64_t length = std::max<std::int64_t>(1, whole_root(squares_ - clause_squares_ + more.squares));
    std::array<Fixed, kHeads> head{};
    for (std::size_t h = 0; h <= kGenreHead; ++h)
      head[h] = logit(h, totals[h + 1] - clause_totals_[h + 1] + more.totals[h + 1], length);
    mix_genre(head);
    clause.negative = head[kNegativeHead];
    clause.positive = head[kPositiveHead];
    clause.known = known_ - clause_known_;
    clause_totals_ = totals;
    clause_squares_ = squares_;
    clause_known_ = known_;
  }

 private:
  struct Known {
    const Cell* cell = nullptr;
    std::int16_t weight = 0;
  };

  Fixed logit(std::size_t head, std::int64_t total, std::int64_t length) const {
    const Fixed sum = model_.numbers.bias[language_][head] + total * model_.numbers.step[head] / length;
    return std::clamp<Fixed>(sum, -kFixedLimit, kFixedLimit);
  }

  static void mix_genre(std::array<Fixed, kHeads>& head) {
    const std::int64_t social = sigmoid_permille(head[kGenreHead]);
    head[kNegativeHead] += head[kSocialNegativeHead] * social / 1000;
    head[kPositiveHead] += head[kSocialPositiveHead] * social / 1000;
  }

  void look_up() {
    for (std::size_t i = 0; i < waits_; ++i) add(waiting_[i].hash, waiting_[i].kind);
    waits_ = 0;
  }

  void flush() {
    look_up();
    add_up();
  }

  void add_up() {
    for (std::size_t i = 0; i < in_chunk_; ++i) {
      const std::int64_t value = std::int64_t{chunk_[i].weight} * chunk_[i].cell->rarity;
      squares_ += value * value;
      sums_.add(chunk_[i].cell, chunk_[i].weight);
    }
    known_ += static_cast<std::uint32_t>(in_chunk_);
    in_chunk_ = 0;
  }

  struct Waiting {
    std::uint32_t hash = 0;
    FeatureKind kind = kWord;
  };

  static constexpr std::size_t kChunk = 128;
  static constexpr std::size_t kWaiting = 16;

  const Model& model_;
  std::size_t language_;
  Sums sums_;
  std::int64_t squares_ = 0;
  std::uint32_t known_ = 0;
  std::array<Known, kChunk> chunk_;
  std::size_t in_chunk_ = 0;
  std::array<Waiting, kWaiting> waiting_;
  std::size_t waits_ = 0;
  SumsOf clause_totals_{};
  std::int64_t clause_squares_ = 0;
  std::uint32_t clause_known_ = 0;
};

}  // namespace earshot::text
