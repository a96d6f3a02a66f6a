#include "processors/insight/sketch.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/varint.h"
#include "earshot/check.h"

namespace earshot {
namespace {

constexpr int kBuckets = 2185;  // up to the largest 64-bit number
constexpr std::int64_t kValueMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kCountMax = 1ll << 50;  // of what is read; a thousand times as many still fit 64 bits
constexpr std::int64_t kLowBits = 24;
constexpr std::int64_t kLowMask = (1 << kLowBits) - 1;

struct Boundaries {
  std::array<double, kBuckets> power{};        // gamma^i
  std::array<std::int64_t, kBuckets> upper{};  // the largest whole number of bucket i
};

// By repeated multiplication and division, which every machine does alike; off by less than one up to bucket 1,479.
constexpr Boundaries boundaries() {
  Boundaries result;
  double power = 1;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    result.power[i] = power;
    result.upper[i] = power < 0x1p63 ? static_cast<std::int64_t>(power) : kValueMax;
    power = power * 101 / 99;
  }
  return result;
}

constexpr Boundaries kBoundaries = boundaries();
static_assert(kBoundaries.upper[kBuckets - 1] == kValueMax);

std::int64_t rounded(double value) { return value + 0.5 < 0x1p63 ? static_cast<std::int64_t>(value + 0.5) : kValueMax; }

}  // namespace

int bucket_of(std::int64_t value) {
  EARSHOT_CHECK(value > 0, "zero has a bucket of its own, and nothing is below it");
  const auto& upper = kBoundaries.upper;
  return static_cast<int>(std::lower_bound(upper.begin(), upper.end(), value) - upper.begin());
}

double answer_of_bucket(int index) {
  EARSHOT_CHECK(index >= 0 && index < kBuckets, "there is no such bucket");
  return kBoundaries.power[static_cast<std::size_t>(index)] * 99 / 100;  // 2/(gamma+1) = 0.99
}

void Quantiles::add(std::int64_t value) {
  EARSHOT_CHECK(value >= 0, "durations and counts are not negative");
  if (!is_bucketed_ && values_.size() == kExactMax) change_to_buckets();
  count_ += 1;
  max_ = std::max(max_, value);
  sum_.high += value >> kLowBits;
  sum_.low += value & kLowMask;
  if (!is_bucketed_) {
    values_.insert(std::upper_bound(values_.begin(), values_.end(), value), value);
  } else if (value == 0) {
    zeros_ += 1;
  } else {
    count_into_bucket(bucket_of(value), 1);
  }
}

void Quantiles::count_into_bucket(int index, std::int64_t count) {
  const auto bucket = std::lower_bound(buckets_.begin(), buckets_.end(), index,
                                       [](const Bucket& b, int wanted) { return b.index < wanted; });
  if (bucket != buckets_.end() && bucket->index == index) {
    bucket->count += count;
  } else {
    buckets_.insert(bucket, {index, count});
  }
}

void Quantiles::change_to_buckets() {
  if (is_bucketed_) return;
  is_bucketed_ = true;
  for (const std::int64_t value : values_) {
    if (value == 0) {
      zeros_ += 1;
    } else {
      count_into_bucket(bucket_of(value), 1);
    }
  }
  values_ = {};
}

void Quantiles::merge(const Quantiles& other) {
  if (this == &other) return merge(Quantiles(other));
  if (!is_bucketed_ && !other.is_bucketed_ && values_.size() + other.values_.size() <= kExactMax) {
    const auto middle = values_.insert(values_.end(), other.values_.begin(), other.values_.end());
    std::inplace_merge(values_.begin(), middle, values_.end());
  } else {
    Quantiles theirs = other;
    theirs.change_to_buckets();
    change_to_buckets();
    zeros_ += theirs.zeros_;
    for (const Bucket& bucket : theirs.buckets_) count_into_bucket(bucket.index, bucket.count);
  }
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
  sum_.high += other.sum_.high;
  sum_.low += other.sum_.low;
}

bool Quantiles::remove(std::int64_t value) {
  if (value < 0 || count_ == 0) return false;
  if (is_bucketed_) {
    if (!remove_from_bucket(value)) return false;
  } else {
    const auto at = std::lower_bound(values_.begin(), values_.end(), value);
    if (at == values_.end() || *at != value) return false;
    values_.erase(at);
  }
  count_ -= 1;
  if (count_ == 0) {
    *this = Quantiles{};
    return true;
  }
  // A bucket cannot tell whether it held this very value; what is stored stays readable if it did not.
  sum_.high = std::max<std::int64_t>(0, sum_.high - (value >> kLowBits));
  sum_.low = std::max<std::int64_t>(0, sum_.low - (value & kLowMask));
  if (!is_bucketed_) max_ = values_.back();
  if (is_bucketed_ && value >= max_) max_ = std::min(max_, value_of_rank(count_));
  return true;
}

bool Quantiles::remove_from_bucket(std::int64_t value) {
  if (value == 0) {
    if (zeros_ == 0) return false;
    zeros_ -= 1;
    return true;
  }
  const int index = bucket_of(value);
  const auto bucket = std::lower_bound(buckets_.begin(), buckets_.end(), index,
                                       [](const Bucket& b, int wanted) { return b.index < wanted; });
  if (bucket == buckets_.end() || bucket->index != index) return false;
  bucket->count -= 1;
  if (bucket->count == 0) buckets_.erase(bucket);
  return true;
}

std::int64_t Quantiles::value_of_rank(std::int64_t rank) const {
  if (!is_bucketed_) return values_[static_cast<std::size_t>(rank - 1)];
  std::int64_t seen = zeros_;
  if (rank <= seen) return 0;
  for (const Bucket& bucket : buckets_) {
    seen += bucket.count;
    if (rank <= seen) return rounded(answer_of_bucket(bucket.index));
  }
  return max_;
}

std::optional<std::int64_t> Quantiles::at(int permille) const {
  EARSHOT_CHECK(permille >= 0 && permille <= 1000, "a quantile lies between 0 and 1000 permille");
  if (count_ == 0) return std::nullopt;
  return value_of_rank(std::max<std::int64_t>(1, (permille * count_ + 999) / 1000));
}

std::optional<std::int64_t> Quantiles::mean() const {
  if (count_ == 0) return std::nullopt;
  const double sum = static_cast<double>(sum_.high) * 0x1p24 + static_cast<double>(sum_.low);
  return rounded(sum / static_cast<double>(count_));
}

std::optional<std::int64_t> Quantiles::max() const {
  if (count_ == 0) return std::nullopt;
  return max_;
}

namespace {

constexpr char kExactBytes = 0;
constexpr char kBucketBytes = 1;

void append(std::string& bytes, std::int64_t value) { append_varint(bytes, static_cast<std::uint64_t>(value)); }

// Takes a number of at most `limit`; -1 if there is none.
std::int64_t take(std::string_view& bytes, std::int64_t limit = kValueMax) {
  const auto value = take_varint(bytes);
  return value && *value <= static_cast<std::uint64_t>(limit) ? static_cast<std::int64_t>(*value) : -1;
}

}  // namespace

std::string Quantiles::bytes() const {
  std::string bytes;
  if (count_ == 0) return bytes;
  bytes += is_bucketed_ ? kBucketBytes : kExactBytes;
  if (!is_bucketed_) {
    std::int64_t before = 0;
    for (const std::int64_t value : values_) append(bytes, value - before), before = value;
    return bytes;
  }
  for (const std::int64_t number : {max_, sum_.high, sum_.low, zeros_}) append(bytes, number);
  int next = 0;
  for (const Bucket& bucket : buckets_) {
    append(bytes, bucket.index - next);
    append(bytes, bucket.count);
    next = bucket.index + 1;
  }
  return bytes;
}

Result<Quantiles> Quantiles::parse(std::string_view bytes) {
  Quantiles result;
  if (bytes.empty()) return result;
  const char form = bytes.front();
  bytes.remove_prefix(1);
  const bool is_read =
      form == kExactBytes ? result.parse_exact(bytes) : form == kBucketBytes && result.parse_buckets(bytes);
  if (!is_read || result.count_ == 0) return Error{ErrorKind::Corrupt, "the stored distribution is not readable"};
  return result;
}

bool Quantiles::parse_exact(std::string_view bytes) {
  for (std::int64_t before = 0; !bytes.empty();) {
    const std::int64_t difference = take(bytes, kValueMax - before);
    if (difference < 0 || values_.size() == kExactMax) return false;
    before += difference;
    values_.push_back(before);
    sum_.high += before >> kLowBits;
    sum_.low += before & kLowMask;
  }
  count_ = static_cast<std::int64_t>(values_.size());
  max_ = values_.empty() ? 0 : values_.back();
  return true;
}

bool Quantiles::parse_buckets(std::string_view bytes) {
  is_bucketed_ = true;
  for (std::int64_t* number : {&max_, &sum_.high, &sum_.low, &zeros_}) {
    *number = take(bytes);
    if (*number < 0) return false;
  }
  if (zeros_ > kCountMax) return false;
  count_ = zeros_;
  for (std::int64_t next = 0; !bytes.empty(); ++next) {
    const std::int64_t skipped = next < kBuckets ? take(bytes, kBuckets - 1 - next) : -1;
    const std::int64_t count = skipped < 0 ? -1 : take(bytes, kCountMax - count_);
    if (count <= 0) return false;
    next += skipped;
    buckets_.push_back({static_cast<int>(next), count});
    count_ += count;
  }
  return true;
}

}  // namespace earshot
