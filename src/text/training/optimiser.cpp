#include "text/training/optimiser.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"

namespace earshot::text {
namespace {

constexpr float kSquaresStart = 1e-4f;

float sigmoid(float x) { return 1.0f / (1.0f + std::exp(-x)); }

// The social heads count as far as `social` says.
void mix(HeadValues& logits, float social) {
  logits[kNegativeHead] += social * logits[kSocialNegativeHead];
  logits[kPositiveHead] += social * logits[kSocialPositiveHead];
}

// Rarity is the inverse document frequency in 255 steps.
std::vector<std::uint8_t> rarities(const Dictionary& dictionary, double power) {
  const double all = static_cast<double>(dictionary.all_texts());
  const double largest = std::pow(std::log((all + 1) / 2) + 1, power);
  std::vector<std::uint8_t> rarity(dictionary.size());
  for (std::uint32_t id = 0; id < dictionary.size(); ++id) {
    const double value = std::pow(std::log((all + 1) / (dictionary.at(id).texts + 1)) + 1, power) / largest;
    rarity[id] = static_cast<std::uint8_t>(std::clamp(std::lround(value * 255), 1l, 255l));
  }
  return rarity;
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
  if (example.suggest >= 0) ask_yes_no(kSuggestHead, example.suggest == 1);
  if (example.social >= 0) ask_yes_no(kGenreHead, example.social == 1);
  if (example.social == 1) {
    for (const auto& [head, social] :
         {std::pair{kNegativeHead, kSocialNegativeHead}, {kPositiveHead, kSocialPositiveHead}}) {
      slope.value[social] = slope.value[head];
      slope.active[social] = slope.active[head];
    }
  }
  for (std::size_t i = 0; i + 1 < kIssueTypes; ++i) {
    if ((example.issues_known >> i & 1) != 0) ask_yes_no(kIssueHead + i, (example.issues >> i & 1) != 0);
  }
  for (float& value : slope.value) value *= example.weight;
  return slope;
}

Optimiser::Optimiser(const TrainConfig& config, const Dictionary& dictionary)
    : config_(&config),
      rarity_(rarities(dictionary, config.rarity_power)),
      weights_(dictionary.size()),
      squares_(dictionary.size()) {
  for (HeadValues& squares : squares_) squares.fill(kSquaresStart);
  for (HeadValues& squares : bias_squares_) squares.fill(kSquaresStart);
}

void Optimiser::run_epoch(const Examples& train, int run, int epoch) {
  std::vector<std::uint32_t> order(train.rows.size());
  std::iota(order.begin(), order.end(), 0u);
  Random random(config_->seed * 10000 + static_cast<std::uint64_t>(run * 100 + epoch));
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  for (const std::uint32_t row : order) {
    look(train, train.rows[row], &random);
    update(train.rows[row], static_cast<float>(config_->rate));
  }
}

// The known features of a text as a vector of length one; with `hide`, only those that chance leaves.
void Optimiser::look(const Examples& examples, const Example& example, Random* hide) {
  look_.clear();
  const double own_dropout = config_->sets[example.set].dropout;
  const auto hidden_below = static_cast<std::uint32_t>((own_dropout >= 0 ? own_dropout : config_->dropout) * 65536);
  double squares = 0;
  std::uint64_t bits = 0;
  for (std::uint32_t i = 0; i < example.features; ++i) {
    const std::uint32_t packed = examples.features[example.first_feature + i];
    const std::uint32_t id = id_of_packed(packed);
    if (hide != nullptr && hidden_below > 0) {
      if (i % 4 == 0 || bits == 0) bits = hide->next();
      const bool is_hidden = (bits & 0xffff) < hidden_below;
      bits >>= 16;
      if (is_hidden) continue;
    }
    const auto value = static_cast<float>(config_->kind_weight[kind_of_packed(packed)] * rarity_[id]);
    squares += static_cast<double>(value) * static_cast<double>(value);
    look_.push_back({id, value});
  }
  const float scale = squares > 0 ? static_cast<float>(1.0 / std::sqrt(squares)) : 1.0f;
  for (Input& input : look_) input.value *= scale;
}

void Optimiser::average_with(const Optimiser& other, int times) {
  const float own = static_cast<float>(times) / static_cast<float>(times + 1);
  const auto mean = [&](HeadValues& value, const HeadValues& with) {
    for (std::size_t h = 0; h < value.size(); ++h) value[h] = own * value[h] + (1.0f - own) * with[h];
  };
  for (std::size_t id = 0; id < weights_.size(); ++id) mean(weights_[id], other.weights_[id]);
  for (std::size_t language = 0; language < bias_.size(); ++language) mean(bias_[language], other.bias_[language]);
}

HeadValues Optimiser::sums_of_look(std::size_t language) const {
  HeadValues sums = bias_[language];
  for (const Input& input : look_) {
    const HeadValues& weight = weights_[input.id];
    for (std::size_t h = 0; h < HeadValues{}.size(); ++h) sums[h] += input.value * weight[h];
  }
  return sums;
}

HeadValues Optimiser::logits(const Examples& examples, const Example& example) {
  look(examples, example, nullptr);
  HeadValues logits = sums_of_look(example.language);
  mix(logits, sigmoid(logits[kGenreHead]));
  return logits;
}

void Optimiser::update(const Example& example, float rate) {
  HeadValues logits = sums_of_look(example.language);
  mix(logits, example.social == 1 ? 1.0f : 0.0f);
  const Slope slope = slope_of(example, logits, config_->neutral_share);
  const auto decay = static_cast<float>(config_->decay);
  for (const Input& input : look_) {
    HeadValues& weight = weights_[input.id];
    HeadValues& squares = squares_[input.id];
    for (std::size_t h = 0; h < HeadValues{}.size(); ++h) {
      const float step = slope.value[h] * input.value + slope.active[h] * decay * weight[h];
      squares[h] += step * step;
      weight[h] -= rate * step / std::sqrt(squares[h]);
    }
  }
  HeadValues& bias = bias_[example.language];
  HeadValues& squares = bias_squares_[example.language];
  for (std::size_t h = 0; h < HeadValues{}.size(); ++h) {
    squares[h] += slope.value[h] * slope.value[h];
    bias[h] -= rate * slope.value[h] / std::sqrt(squares[h]);
  }
}

}  // namespace earshot::text
