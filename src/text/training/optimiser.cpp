#include "text/training/optimiser.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"

namespace earshot::text {
namespace {

constexpr float kSquaresStart = 1e-4f;

float sigmoid(float x) {
  return 1.0f / (1.0f + std::exp(-x));
}

float length_of(const TrainConfig& config, const std::vector<std::uint8_t>& rarity, const std::uint32_t* features,
                std::uint32_t count) {
  double sum = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const double value = config.kind_weight[kind_of_packed(features[i])] * rarity[bucket_of_packed(features[i])];
    sum += value * value;
  }
  return sum > 0 ? static_cast<float>(std::sqrt(sum)) : 1.0f;
}

}  // namespace

Slope slope_of(const Example& example, const HeadValues& logits, double neutral_share) {
  Slope slope;
  const auto ask = [&](std::size_t head, float value) {
    slope.value[head] = value;
    slope.active[head] = 1.0f;
  };
  const auto ask_yes_no = [&](std::size_t head, bool yes) { ask(head, sigmoid(logits[head]) - (yes ? 1.0f : 0.0f)); };
  if (example.sentiment >= 0) {
    const float top = std::max({0.0f, logits[kNegativeHead], logits[kPositiveHead]});
    const float neg = std::exp(logits[kNegativeHead] - top);
    const float pos = std::exp(logits[kPositiveHead] - top);
    const float sum = neg + pos + std::exp(-top);
    const float is_neg = example.sentiment == 0 ? 1.0f : 0.0f;
    const float is_pos = example.sentiment == 2 ? 1.0f : 0.0f;
    const float share = example.two_class ? static_cast<float>(neutral_share) : 1.0f;
    const float among_two = neg / (neg + pos) - is_neg;  // given that the text is not neutral
    ask(kNegativeHead, share * (neg / sum - is_neg) + (1.0f - share) * among_two);
    ask(kPositiveHead, share * (pos / sum - is_pos) - (1.0f - share) * among_two);
  }
  if (example.complaint >= 0) ask_yes_no(kComplaintHead, example.complaint == 1);
  if (example.leave >= 0) ask_yes_no(kLeaveHead, example.leave == 1);
  for (std::size_t i = 0; i + 1 < kIssueTypes; ++i) {
    if ((example.issues_known >> i & 1) != 0) ask_yes_no(kIssueHead + i, (example.issues >> i & 1) != 0);
  }
  for (float& value : slope.value) value *= example.weight;
  return slope;
}

Optimiser::Optimiser(const TrainConfig& config, const Examples& train)
    : config_(&config), rarity_(kBuckets), weights_(kBuckets), squares_(kBuckets) {
  count(train);
  for (HeadValues& squares : squares_) squares.fill(kSquaresStart);
  for (HeadValues& squares : bias_squares_) squares.fill(kSquaresStart);
}

// Rarity is the inverse document frequency in 255 steps. What is too rare to be learned stays 0 and is never used.
void Optimiser::count(const Examples& train) {
  std::vector<std::uint32_t> texts(kBuckets);
  std::vector<std::uint32_t> last_seen(kBuckets);
  std::uint32_t ordinal = 0;
  for (const Example& example : train.rows) {
    ++ordinal;
    for (std::uint32_t i = 0; i < example.features; ++i) {
      const std::uint32_t bucket = bucket_of_packed(train.features[example.first_feature + i]);
      if (last_seen[bucket] == ordinal) continue;
      last_seen[bucket] = ordinal;
      ++texts[bucket];
    }
  }
  const double all = static_cast<double>(train.rows.size());
  const double largest = std::pow(std::log((all + 1) / 2) + 1, config_->rarity_power);
  for (std::uint32_t bucket = 0; bucket < kBuckets; ++bucket) {
    if (texts[bucket] < static_cast<std::uint32_t>(config_->min_count)) continue;
    const double rarity = std::pow(std::log((all + 1) / (texts[bucket] + 1)) + 1, config_->rarity_power) / largest;
    rarity_[bucket] = static_cast<std::uint8_t>(std::clamp(std::lround(rarity * 255), 1l, 255l));
  }
}

void Optimiser::run_epoch(const Examples& train, int epoch) {
  std::vector<std::uint32_t> order(train.rows.size());
  std::iota(order.begin(), order.end(), 0u);
  Random random(config_->seed * 1000 + static_cast<std::uint64_t>(epoch));
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  for (const std::uint32_t row : order) update(train, train.rows[row], static_cast<float>(config_->rate));
}

HeadValues Optimiser::logits(const Examples& examples, const Example& example) const {
  const std::uint32_t* features = examples.features.data() + example.first_feature;
  const float scale = 1.0f / length_of(*config_, rarity_, features, example.features);
  HeadValues sums = bias_[example.language];
  for (std::uint32_t i = 0; i < example.features; ++i) {
    const std::uint32_t bucket = bucket_of_packed(features[i]);
    const float x = scale * static_cast<float>(config_->kind_weight[kind_of_packed(features[i])] * rarity_[bucket]);
    const HeadValues& weight = weights_[bucket];
    for (std::size_t h = 0; h < 16; ++h) sums[h] += x * weight[h];
  }
  return sums;
}

void Optimiser::update(const Examples& train, const Example& example, float rate) {
  const Slope slope = slope_of(example, logits(train, example), config_->neutral_share);
  const std::uint32_t* features = train.features.data() + example.first_feature;
  const float scale = 1.0f / length_of(*config_, rarity_, features, example.features);
  const auto decay = static_cast<float>(config_->decay);
  for (std::uint32_t i = 0; i < example.features; ++i) {
    const std::uint32_t bucket = bucket_of_packed(features[i]);
    if (rarity_[bucket] == 0) continue;
    const float x = scale * static_cast<float>(config_->kind_weight[kind_of_packed(features[i])] * rarity_[bucket]);
    HeadValues& weight = weights_[bucket];
    HeadValues& squares = squares_[bucket];
    for (std::size_t h = 0; h < 16; ++h) {
      const float step = slope.value[h] * x + slope.active[h] * decay * weight[h];
      squares[h] += step * step;
      weight[h] -= rate * step / std::sqrt(squares[h]);
    }
  }
  HeadValues& bias = bias_[example.language];
  HeadValues& squares = bias_squares_[example.language];
  for (std::size_t h = 0; h < 16; ++h) {
    squares[h] += slope.value[h] * slope.value[h];
    bias[h] -= rate * slope.value[h] / std::sqrt(squares[h]);
  }
}

}  // namespace earshot::text
