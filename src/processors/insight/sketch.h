// Quantiles of whole numbers that can be added up: of many shards, of 24 hours, of a correction that takes values back.
//
// Percentiles must never be averaged, so what is kept is the distribution. Up to kExactMax values are kept as they are;
// above that each is counted in a bucket, with an error of at most 1 %: with gamma = 101/99, bucket i holds the values
// in (gamma^(i-1), gamma^i] and answers 2 gamma^i / (gamma+1); zeros have a bucket of their own. All state is whole
// numbers, and what has only been added and merged depends on the values alone: merging is associative and commutative,
// and merge(parts) equals the whole to the byte.
//
// Taking values back is exact but for two things: buckets stay buckets also when kExactMax or fewer values are left,
// and if the largest of bucketed values is taken back the maximum is the answer of the highest bucket.
//
//   bytes:  empty                                                          no values
//           0  varint(first) varint(difference) …                          exact, ascending
//           1  varint(max) varint(high) varint(low) varint(zeros)          buckets; high 2^24 + low is the sum
//              ( varint(buckets skipped) varint(count) ) …
//
// Not for several threads at once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "earshot/result.h"

namespace earshot {

class Quantiles {
 public:
  static constexpr std::size_t kExactMax = 4096;

  // Reads what bytes() gave; Corrupt if it was anything else.
  static Result<Quantiles> parse(std::string_view bytes);
  std::string bytes() const;

  void add(std::int64_t value);     // at least 0
  bool remove(std::int64_t value);  // false, and nothing changes, if no such value (or bucket) is there
  void merge(const Quantiles& other);

  std::int64_t count() const { return count_; }
  bool is_exact() const { return !is_bucketed_; }

  // Nearest rank: the value at rank (permille n + 999) div 1000 of the ascending values, the first for permille 0; for
  // an even n the median is the lower middle value. From a bucket its answer, rounded. Nothing without values.
  std::optional<std::int64_t> at(int permille) const;  // 0 to 1000
  std::optional<std::int64_t> mean() const;            // rounded half away from zero
  std::optional<std::int64_t> max() const;

  bool operator==(const Quantiles& other) const = default;

 private:
  struct Bucket {
    int index;
    std::int64_t count;
    bool operator==(const Bucket&) const = default;
  };
  // In two parts, so that no sum of what fits a value can overflow, and taking back is exact.
  struct Sum {
    std::int64_t high = 0;
    std::int64_t low = 0;  // of the lowest 24 bits of each value
    bool operator==(const Sum&) const = default;
  };

  void count_into_bucket(int index, std::int64_t count);
  void change_to_buckets();
  bool remove_from_bucket(std::int64_t value);
  std::int64_t value_of_rank(std::int64_t rank) const;
  bool parse_exact(std::string_view bytes);
  bool parse_buckets(std::string_view bytes);

  bool is_bucketed_ = false;
  std::int64_t count_ = 0;
  std::int64_t max_ = 0;
  Sum sum_;
  std::vector<std::int64_t> values_;  // ascending; empty when bucketed
  std::int64_t zeros_ = 0;            // when bucketed
  std::vector<Bucket> buckets_;       // when bucketed; ascending, counts above 0
};

// The bucket of a value above 0: ceil(ln value / ln gamma).
int bucket_of(std::int64_t value);

// What a bucket answers for all its values: 2 gamma^index / (gamma + 1).
double answer_of_bucket(int index);

}  // namespace earshot
