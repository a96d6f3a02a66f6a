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
  for (std::size_t id = 0; id < optimiser.weights().size(); ++id) {
    const float size = std::abs(optimiser.weights()[id][head]) * static_cast<float>(optimiser.rarity()[id]);
    if (size > 0) sizes.push_back(size);
  }
  if (sizes.empty()) return 1.0;
  const auto at = sizes.begin() + static_cast<std::ptrdiff_t>(static_cast<double>(sizes.size() - 1) * kClipShare);
  std::nth_element(sizes.begin(), at, sizes.end());
  return std::max(1e-3, static_cast<double>(*at));
}

double as_real(Fixed value) { return static_cast<double>(value) / static_cast<double>(kFixedOne); }

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

// What calibration may change about sentiment: how sure it is, and how readily it says negative, in reviews and in
// posts.
struct Tuning {
  double sharpness = 1;
  double social_sharpness = 1;
  double negative = 0;
  double social_negative = 0;
};

struct Odds {
  double negative = 0;
  double positive = 0;
};

Odds odds_of(const Row& row, const Tuning& tuning) {
  const double social = 1 / (1 + std::exp(-as_real(row.logits.head[kGenreHead])));
  const double negative = as_real(row.logits.head[kNegativeHead]) + tuning.negative + tuning.social_negative * social;
  const double sharpness = tuning.sharpness + (tuning.social_sharpness - tuning.sharpness) * social;
  return {std::exp(negative * sharpness), std::exp(as_real(row.logits.head[kPositiveHead]) * sharpness)};
}

double softmax_loss(const Row& row, const Tuning& tuning) {
  const auto [negative, positive] = odds_of(row, tuning);
  const double neutral = row.example->two_class ? 0.0 : 1.0;
  const double mine = row.example->sentiment == 0 ? negative : row.example->sentiment == 2 ? positive : 1.0;
  return std::log(negative + positive + neutral) - std::log(mine);
}

// Of "negative or not" alone.
double negative_loss(const Row& row, const Tuning& tuning) {
  const auto [negative, positive] = odds_of(row, tuning);
  const double others = positive + (row.example->two_class ? 0.0 : 1.0);
  return std::log(negative + others) - std::log(row.example->sentiment == 0 ? negative : others);
}

int label_of(const Example& example, std::size_t head) {
  if (head == kComplaintHead) return example.complaint;
  if (head == kLeaveHead) return example.leave;
  if (head == kSuggestHead) return example.suggest;
  if (head == kGenreHead) return example.social;
  if (head < kComplaintHead) return -1;
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

void calibrate_sentiment(const TrainConfig& config, const std::vector<Row>& rows, std::size_t language,
                         ModelParts& parts) {
  std::vector<Row> mine;
  for (const Row& row : rows) {
    const bool counts = row.example->sentiment >= 0 && !config.sets[row.example->set].unscored;
    if (row.example->language == language && counts) mine.push_back(row);
  }
  if (mine.size() < 50) return;
  const auto weight = set_weights(config, mine);
  Tuning tuning;
  const auto tune = [&](double Tuning::*what, auto loss, double low, double high) {
    tuning.*what = lowest(
        [&](double value) {
          Tuning other = tuning;
          other.*what = value;
          double sum = 0;
          for (const Row& row : mine) sum += weight[row.example->set] * loss(row, other);
          return sum;
        },
        low, high);
  };
  for (int round = 0; round < 4; ++round) {
    tune(&Tuning::sharpness, softmax_loss, 0.05, 5.0);
    tune(&Tuning::social_sharpness, softmax_loss, 0.05, 5.0);
    tune(&Tuning::negative, negative_loss, -2.0, 2.0);
    tune(&Tuning::social_negative, negative_loss, -2.0, 2.0);
  }
  double softness = 1;
  for (const Row& row : mine)
    softness = std::max(softness, config.sets[row.example->set].social ? config.sets[row.example->set].softness : 1.0);
  tuning.social_sharpness /= softness;
  tune(&Tuning::social_negative, negative_loss, -2.0, 2.0);
  const auto fixed = [](double value) { return static_cast<std::int32_t>(std::lround(value * kFixedOne)); };
  for (const std::size_t head : {kNegativeHead, kPositiveHead})
    parts.numbers.sharpness[language][head] = fixed(tuning.sharpness / config.softness);
  for (const std::size_t head : {kSocialNegativeHead, kSocialPositiveHead})
    parts.numbers.sharpness[language][head] = fixed(tuning.social_sharpness / config.softness);
  parts.numbers.bias[language][kNegativeHead] += fixed(tuning.negative);
  parts.numbers.bias[language][kSocialNegativeHead] += fixed(tuning.social_negative);
}

void calibrate_yes_no(const std::vector<Row>& rows, std::size_t language, std::size_t head, ModelParts& parts) {
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
  parts.numbers.sharpness[language][head] = static_cast<std::int32_t>(std::lround(sharpness * kFixedOne));
}

// How many rows of cells a file of the configured size has room for.
std::uint32_t rows_for(const TrainConfig& config, std::size_t other_bytes) {
  constexpr std::size_t kRowBytes = kPlacesPerRow * (sizeof(Cell) + sizeof(std::uint16_t));
  const std::size_t room = config.model_bytes_max > other_bytes ? config.model_bytes_max - other_bytes : 0;
  return static_cast<std::uint32_t>(std::max<std::size_t>(1, room / kRowBytes));
}

constexpr std::size_t kOtherBytes = 120'000;  // of a model: lexicon, simplified forms, numbers

}  // namespace

std::vector<std::uint32_t> worth_a_place(const TrainConfig& config, const Dictionary& dictionary,
                                         const Optimiser& optimiser) {
  std::array<double, kHeads> unit{};
  for (std::size_t h = 0; h < kHeads; ++h) unit[h] = 1 / clip_point(optimiser, h);
  std::vector<std::pair<float, std::uint32_t>> ranked;
  for (std::uint32_t id = 0; id < dictionary.size(); ++id) {
    double largest = 0;
    for (std::size_t h = 0; h < kHeads; ++h) {
      const double share = h < kComplaintHead ? 1.0 : 0.7;  // a place is given for sentiment first
      largest = std::max(largest, share * std::abs(static_cast<double>(optimiser.weights()[id][h])) * unit[h]);
    }
    const double worth = largest * optimiser.rarity()[id] * std::pow(dictionary.at(id).texts, config.rank_power);
    ranked.emplace_back(static_cast<float>(worth), id);
  }
  std::sort(ranked.begin(), ranked.end(),
            [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
  ModelParts places;
  places.resize(rows_for(config, kOtherBytes));
  std::vector<std::uint32_t> kept;
  for (const auto& [worth, id] : ranked) {
    if (places.add(dictionary.at(id).hash, Cell{})) kept.push_back(id);
  }
  std::sort(kept.begin(), kept.end());
  return kept;
}

void quantise(const TrainConfig& config, const Dictionary& dictionary, const Optimiser& optimiser, ModelParts& parts) {
  ModelNumbers& numbers = parts.numbers;
  parts.name = config.name;
  for (std::size_t k = 0; k < kFeatureKinds; ++k) numbers.kind_weight[k] = config.kind_weight[k];
  std::array<double, kHeads> step{};
  for (std::size_t h = 0; h < kHeads; ++h) {
    step[h] = clip_point(optimiser, h) / 127;
    numbers.step[h] = static_cast<std::int32_t>(std::lround(step[h] * kFixedOne));
  }
  for (std::size_t language = 0; language < kModelLanguages; ++language) {
    numbers.sharpness[language].fill(static_cast<std::int32_t>(kFixedOne));
    numbers.threshold[language].fill(kUndecidedPermille);
    for (std::size_t h = 0; h < kHeads; ++h) {
      numbers.bias[language][h] =
          static_cast<std::int32_t>(std::lround(static_cast<double>(optimiser.bias()[language][h]) * kFixedOne));
    }
  }
  parts.resize(std::min(rows_for(config, kOtherBytes), static_cast<std::uint32_t>(dictionary.size() + 1)));
  for (std::uint32_t id = 0; id < dictionary.size(); ++id) {
    Cell cell;
    cell.rarity = optimiser.rarity()[id];
    for (std::size_t h = 0; h < kHeads; ++h) {
      const double units = static_cast<double>(optimiser.weights()[id][h]) * cell.rarity / step[h];
      cell.weight[h] = static_cast<std::int8_t>(std::clamp(std::lround(units), -127l, 127l));
    }
    (void)parts.add(dictionary.at(id).hash, cell);  // a place is sure: worth_a_place tried
  }
}

void calibrate(const TrainConfig& config, const Examples& dev, const Dictionary& dictionary, const Model& model,
               ModelParts& parts) {
  std::vector<Row> rows;
  std::vector<Feature> features;
  for (const Example& example : dev.rows) {
    features.clear();
    for (std::uint32_t i = 0; i < example.features; ++i) {
      const std::uint32_t packed = dev.features[example.first_feature + i];
      features.push_back(
          {dictionary.at(id_of_packed(packed)).hash, static_cast<FeatureKind>(kind_of_packed(packed)), 0, 0});
    }
    rows.push_back({&example, score(model, features, example.language)});
  }
  for (std::size_t language = 0; language < kModelLanguages; ++language) {
    calibrate_sentiment(config, rows, language, parts);
    for (std::size_t head = kGenreHead; head < kHeads; ++head) calibrate_yes_no(rows, language, head, parts);
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
  // Whether somebody is a he or a she says nothing of what they think.
  for (const auto& [from, to] : {std::pair{U'她', U'他'}, {U'妳', U'你'}}) {
    std::erase_if(pairs, [&](const auto& pair) { return pair.first == from; });
    pairs.emplace_back(from, to);
  }
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

}  // namespace earshot::text
