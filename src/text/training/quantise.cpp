#include "text/training/quantise.h"

#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>

namespace earshot::text {
namespace {

constexpr double kClipShare = 0.9999;
constexpr std::int32_t kUndecidedPermille = 500;

// The value below which all but the largest few of the head's weights lie.
double clip_point(const Optimiser& optimiser, std::size_t head) {
  std::vector<float> sizes;
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
    const float size = std::abs(optimiser.weights()[bucket][head]) * static_cast<float>(optimiser.rarity()[bucket]);
    if (size > 0) sizes.push_back(size);
  }
  if (sizes.empty()) return 1.0;
  const auto at = sizes.begin() + static_cast<std::ptrdiff_t>(static_cast<double>(sizes.size() - 1) * kClipShare);
  std::nth_element(sizes.begin(), at, sizes.end());
  return std::max(1e-3, static_cast<double>(*at));
}

double as_real(Fixed value) {
  return static_cast<double>(value) / static_cast<double>(kFixedOne);
}

// The lowest point of a function with one valley, by golden section.
double lowest(const std::function<double(double)>& loss, double low, double high) {
  constexpr double kGolden = 0.6180339887498949;
  for (int i = 0; i < 40; ++i) {
    const double a = high - kGolden * (high - low);
    const double b = low + kGolden * (high - low);
    (loss(a) < loss(b) ? high : low) = loss(a) < loss(b) ? b : a;
  }
  return (low + high) / 2;
}

struct Row {
  const Example* example;
  Logits logits;
};

double softmax_loss(const Row& row, double sharpness) {
  const double neg = as_real(row.logits.head[kNegativeHead]) * sharpness;
  const double pos = as_real(row.logits.head[kPositiveHead]) * sharpness;
  const double mine = row.example->sentiment == 0 ? neg : row.example->sentiment == 2 ? pos : 0.0;
  const double all = std::exp(neg) + std::exp(pos) + (row.example->two_class ? 0.0 : 1.0);
  return std::log(all) - mine;
}

int label_of(const Example& example, std::size_t head) {
  if (head == kComplaintHead) return example.complaint;
  if (head == kLeaveHead) return example.leave;
  const std::size_t issue = head - kIssueHead;
  return (example.issues_known >> issue & 1) == 0 ? -1 : example.issues >> issue & 1;
}

// Each dev set counts the same, so that the largest does not decide for all.
std::vector<double> set_weights(const TrainConfig& config, const std::vector<Row>& rows) {
  std::vector<double> count(config.sets.size());
  for (const Row& row : rows) ++count[row.example->set];
  for (double& value : count) value = value > 0 ? 1.0 / std::max(300.0, value) : 0;
  return count;
}

void calibrate_sentiment(const TrainConfig& config, const std::vector<Row>& rows, std::size_t language, Model& model) {
  std::vector<Row> mine;
  for (const Row& row : rows) {
    const bool counts = row.example->sentiment >= 0 && !config.sets[row.example->set].unscored;
    if (row.example->language == language && counts) mine.push_back(row);
  }
  if (mine.size() < 50) return;
  const auto weight = set_weights(config, mine);
  const double sharpness = lowest(
      [&](double value) {
        double sum = 0;
        for (const Row& row : mine) sum += weight[row.example->set] * softmax_loss(row, value);
        return sum;
      },
      0.05, 5.0);
  for (const std::size_t head : {kNegativeHead, kPositiveHead}) {
    model.numbers.sharpness[language][head] = static_cast<std::int32_t>(std::lround(sharpness * kFixedOne));
  }
}

void calibrate_yes_no(const std::vector<Row>& rows, std::size_t language, std::size_t head, Model& model) {
  std::vector<Row> mine;
  int yes = 0;
  for (const Row& row : rows) {
    const int label = label_of(*row.example, head);
    if (row.example->language != language || label < 0) continue;
    mine.push_back(row);
    yes += label;
  }
  if (yes < 20 || mine.size() < 50) return;
  const double sharpness = lowest(
      [&](double value) {
        double sum = 0;
        for (const Row& row : mine) {
          const double logit = as_real(row.logits.head[head]) * value;
          sum += std::log1p(std::exp(-std::abs(logit))) +
                 std::max(0.0, label_of(*row.example, head) == 1 ? -logit : logit);
        }
        return sum;
      },
      0.05, 5.0);
  model.numbers.sharpness[language][head] = static_cast<std::int32_t>(std::lround(sharpness * kFixedOne));
}

}  // namespace

Model quantise(const TrainConfig& config, const Optimiser& optimiser, ModelParts parts) {
  Model model;
  model.name = config.name;
  model.lexicon = std::move(parts.lexicon);
  model.simplified = std::move(parts.simplified);
  for (std::size_t k = 0; k < kFeatureKinds; ++k) model.numbers.kind_weight[k] = config.kind_weight[k];
  std::array<double, kHeads> step{};
  for (std::size_t h = 0; h < kHeads; ++h) {
    step[h] = clip_point(optimiser, h) / 127;
    model.numbers.step[h] = static_cast<std::int32_t>(std::lround(step[h] * kFixedOne));
  }
  for (std::size_t language = 0; language < kModelLanguages; ++language) {
    model.numbers.sharpness[language].fill(static_cast<std::int32_t>(kFixedOne));
    model.numbers.threshold[language].fill(kUndecidedPermille);
    for (std::size_t h = 0; h < kHeads; ++h) {
      model.numbers.bias[language][h] =
          static_cast<std::int32_t>(std::lround(static_cast<double>(optimiser.bias()[language][h]) * kFixedOne));
    }
  }
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
    Cell cell;
    cell.rarity = optimiser.rarity()[bucket];
    bool says_something = false;
    for (std::size_t h = 0; h < kHeads; ++h) {
      const double units = static_cast<double>(optimiser.weights()[bucket][h]) * cell.rarity / step[h];
      if (std::abs(units) < config.prune) continue;
      cell.weight[h] = static_cast<std::int8_t>(std::clamp(std::lround(units), -127l, 127l));
      says_something = says_something || cell.weight[h] != 0;
    }
    if (says_something) model.cells[bucket] = cell;
  }
  model.index();
  return model;
}

Logits score(const Model& model, const Examples& examples, const Example& example) {
  std::vector<Feature> features(example.features);
  for (std::uint32_t i = 0; i < example.features; ++i) {
    const std::uint32_t packed = examples.features[example.first_feature + i];
    features[i].bucket = bucket_of_packed(packed);
    features[i].kind = static_cast<FeatureKind>(kind_of_packed(packed));
  }
  return score(model, features, example.language);
}

void calibrate(const TrainConfig& config, const Examples& dev, Model& model) {
  std::vector<Row> rows;
  for (const Example& example : dev.rows) rows.push_back({&example, score(model, dev, example)});
  for (std::size_t language = 0; language < kModelLanguages; ++language) {
    calibrate_sentiment(config, rows, language, model);
    for (std::size_t head = kComplaintHead; head < kHeads; ++head) calibrate_yes_no(rows, language, head, model);
  }
}

std::vector<std::pair<char32_t, char32_t>> simplified_pairs() {
  std::vector<std::pair<char32_t, char32_t>> pairs;
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::Transliterator> translit(
      icu::Transliterator::createInstance("Traditional-Simplified", UTRANS_FORWARD, status));
  if (U_FAILURE(status) || translit == nullptr) return pairs;
  for (char32_t point = Simplified::kFirst; point <= Simplified::kLast; ++point) {
    icu::UnicodeString text(static_cast<UChar32>(point));
    translit->transliterate(text);
    if (text.countChar32() != 1) continue;
    const auto to = static_cast<char32_t>(text.char32At(0));
    if (to != point && to >= Simplified::kFirst && to <= Simplified::kLast) pairs.emplace_back(point, to);
  }
  return pairs;
}

}  // namespace earshot::text
