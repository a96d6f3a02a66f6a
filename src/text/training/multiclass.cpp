#include "text/training/multiclass.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <map>
#include <numeric>

#include "base/hash.h"
#include "base/random.h"
#include "text/training/measures.h"
#include "text/training/quantise.h"

namespace earshot::text {
namespace {

constexpr std::string_view kMagic = "EARSHMC1";
constexpr std::array<float, kFeatureKinds> kKindWeight = {16, 12, 6, 6, 14, 14, 10, 0};
constexpr float kSquaresStart = 1e-4f;

template <class T>
void put(const T& value, std::string& out) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <class T>
bool take(std::string_view& bytes, T& value) {
  if (bytes.size() < sizeof value) return false;
  std::memcpy(&value, bytes.data(), sizeof value);
  bytes.remove_prefix(sizeof value);
  return true;
}

Result<Reader> plain_reader() { return Reader::make("", simplified_pairs()); }

void to_chances(std::vector<double>& logits) {
  const double top = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (double& logit : logits) sum += logit = std::exp(logit - top);
  for (double& logit : logits) logit /= sum;
}

Dictionary dictionary_of(const LabelledFile& file, const Reader& reader, int min_count) {
  std::map<std::uint32_t, std::pair<std::uint32_t, std::size_t>> texts;  // hash → how many, and the last one
  Reading reading;
  for (std::size_t row = 0; row < file.rows.size(); ++row) {
    reader.read(file.rows[row].text, {}, reading);
    for (const Feature& feature : reading.features) {
      auto& [count, last] = texts[feature.hash];
      if (count > 0 && last == row) continue;
      ++count;
      last = row;
    }
  }
  std::vector<Dictionary::Entry> entries;
  for (const auto& [hash, count] : texts) {
    if (count.first >= static_cast<std::uint32_t>(min_count)) entries.push_back({hash, count.first});
  }
  return {std::move(entries), file.rows.size()};
}

}  // namespace

Multiclass::Multiclass(std::vector<std::string> labels, Dictionary dictionary, Reader reader)
    : labels_(std::move(labels)), dictionary_(std::move(dictionary)), reader_(std::move(reader)) {
  weights_.assign(dictionary_.size() * labels_.size(), 0);
  bias_.assign(labels_.size(), 0);
}

Multiclass::Inputs Multiclass::inputs_of(std::string_view text) const {
  thread_local Reading reading;
  reader_.read(text, {}, reading);
  Inputs inputs;
  double squares = 0;
  for (const Feature& feature : reading.features) {
    const auto id = dictionary_.find(feature.hash);
    if (!id) continue;
    const double texts = dictionary_.at(*id).texts;
    const auto rarity = std::log(static_cast<double>(dictionary_.all_texts() + 1) / (texts + 1)) + 1;
    const float value = kKindWeight[feature.kind] * static_cast<float>(rarity);
    squares += static_cast<double>(value) * static_cast<double>(value);
    inputs.push_back({*id, value});
  }
  const auto scale = static_cast<float>(squares > 0 ? 1 / std::sqrt(squares) : 1);
  for (Input& input : inputs) input.value *= scale;
  return inputs;
}

std::vector<double> Multiclass::logits_of(const Inputs& inputs) const {
  std::vector<double> logits(bias_.begin(), bias_.end());
  for (const Input& input : inputs) {
    const float* weights = weights_.data() + std::size_t{input.id} * labels_.size();
    for (std::size_t label = 0; label < labels_.size(); ++label)
      logits[label] += static_cast<double>(input.value * weights[label]);
  }
  return logits;
}

Multiclass::Answer Multiclass::answer(std::string_view text) const {
  Answer answer;
  answer.chances = logits_of(inputs_of(text));
  answer.label =
      static_cast<std::size_t>(std::max_element(answer.chances.begin(), answer.chances.end()) - answer.chances.begin());
  to_chances(answer.chances);
  return answer;
}

double Multiclass::accuracy(const LabelledFile& file) const {
  std::size_t right = 0;
  for (const LabelledText& row : file.rows) right += labels_[answer(row.text).label] == row.label ? 1 : 0;
  return file.rows.empty() ? 0 : static_cast<double>(right) / static_cast<double>(file.rows.size());
}

Result<Multiclass> Multiclass::train(const LabelledFile& train, const LabelledFile& dev, const Settings& settings,
                                     const Progress& progress) {
  std::map<std::string, std::size_t> index;
  for (const LabelledText& row : train.rows) index.try_emplace(row.label);
  if (index.size() < 2) return Error{ErrorKind::Invalid, "there is one label only: nothing to choose from"};
  std::vector<std::string> labels;
  for (auto& [label, at] : index) {
    at = labels.size();
    labels.push_back(label);
  }
  auto reader = plain_reader();
  if (!reader) return std::move(reader.error());
  Dictionary dictionary = dictionary_of(train, *reader, settings.min_count);
  Multiclass model(std::move(labels), std::move(dictionary), std::move(*reader));
  progress("read " + std::to_string(train.rows.size()) + " texts, " + std::to_string(model.labels_.size()) +
           " labels, " + std::to_string(model.dictionary_.size()) + " features");

  std::vector<Inputs> inputs;
  for (const LabelledText& row : train.rows) inputs.push_back(model.inputs_of(row.text));
  std::vector<float> squares(model.weights_.size(), kSquaresStart);
  std::vector<float> bias_squares(model.bias_.size(), kSquaresStart);
  std::vector<std::uint32_t> order(train.rows.size());
  std::iota(order.begin(), order.end(), 0u);
  const std::size_t n = model.labels_.size();
  const auto rate = static_cast<float>(settings.rate);
  const auto decay = static_cast<float>(settings.decay);
  std::vector<float> best_weights;
  std::vector<float> best_bias;
  double best = -1;
  for (int epoch = 1; epoch <= settings.epochs; ++epoch) {
    Random random(settings.seed * 1000 + static_cast<std::uint64_t>(epoch));
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
    Inputs seen;
    for (const std::uint32_t row : order) {
      seen.clear();
      for (const Input& input : inputs[row]) {
        if (random.unit() >= settings.dropout) seen.push_back(input);
      }
      std::vector<double> chances = model.logits_of(seen);
      to_chances(chances);
      chances[index[train.rows[row].label]] -= 1;
      for (const Input& input : seen) {
        float* weights = model.weights_.data() + std::size_t{input.id} * n;
        float* sums = squares.data() + std::size_t{input.id} * n;
        for (std::size_t label = 0; label < n; ++label) {
          const float step = static_cast<float>(chances[label]) * input.value + decay * weights[label];
          sums[label] += step * step;
          weights[label] -= rate * step / std::sqrt(sums[label]);
        }
      }
      for (std::size_t label = 0; label < n; ++label) {
        const auto step = static_cast<float>(chances[label]);
        bias_squares[label] += step * step;
        model.bias_[label] -= rate * 0.1f * step / std::sqrt(bias_squares[label]);
      }
    }
    if (epoch % 5 != 0 && epoch != settings.epochs) continue;
    const double now = model.accuracy(dev);
    char text[64];
    std::snprintf(text, sizeof text, "epoch %d  dev accuracy %.4f", epoch, now);
    progress(text);
    if (now < best) continue;
    best = now;
    best_weights = model.weights_;
    best_bias = model.bias_;
  }
  model.weights_ = std::move(best_weights);
  model.bias_ = std::move(best_bias);
  return model;
}

std::string Multiclass::save() const {
  std::string out(kMagic);
  put(static_cast<std::uint32_t>(labels_.size()), out);
  for (const std::string& label : labels_) {
    put(static_cast<std::uint32_t>(label.size()), out);
    out += label;
  }
  put(static_cast<std::uint64_t>(dictionary_.all_texts()), out);
  put(static_cast<std::uint32_t>(dictionary_.size()), out);
  for (std::uint32_t id = 0; id < dictionary_.size(); ++id) put(dictionary_.at(id), out);
  for (const float weight : weights_) put(weight, out);
  for (const float bias : bias_) put(bias, out);
  put(fingerprint(out).low, out);
  return out;
}

Result<Multiclass> Multiclass::load(std::string_view bytes) {
  const Error corrupt{ErrorKind::Corrupt,
                      "the model is damaged; train it again with `earshot train --task multiclass`"};
  if (!bytes.starts_with(kMagic))
    return Error{ErrorKind::Invalid, "this is no model of `earshot train --task multiclass`"};
  std::uint64_t checksum = 0;
  if (bytes.size() < kMagic.size() + sizeof checksum) return corrupt;
  std::memcpy(&checksum, bytes.data() + bytes.size() - sizeof checksum, sizeof checksum);
  bytes.remove_suffix(sizeof checksum);
  if (fingerprint(bytes).low != checksum) return corrupt;
  bytes.remove_prefix(kMagic.size());
  std::uint32_t count = 0;
  std::vector<std::string> labels;
  if (!take(bytes, count) || count > bytes.size()) return corrupt;
  for (std::uint32_t i = 0; i < count; ++i) {
    std::uint32_t size = 0;
    if (!take(bytes, size) || size > bytes.size()) return corrupt;
    labels.emplace_back(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
  std::uint64_t all_texts = 0;
  if (!take(bytes, all_texts) || !take(bytes, count) || count > bytes.size()) return corrupt;
  std::vector<Dictionary::Entry> entries(count);
  for (Dictionary::Entry& entry : entries) {
    if (!take(bytes, entry)) return corrupt;
  }
  auto reader = plain_reader();
  if (!reader) return std::move(reader.error());
  Multiclass model(std::move(labels), Dictionary(std::move(entries), all_texts), std::move(*reader));
  for (float& weight : model.weights_) {
    if (!take(bytes, weight)) return corrupt;
  }
  for (float& bias : model.bias_) {
    if (!take(bytes, bias)) return corrupt;
  }
  return model;
}

MulticlassScores score_multiclass(const Multiclass& model, const std::vector<LabelledText>& rows) {
  struct Counts {
    double right = 0;
    double answered = 0;
    double gold = 0;
  };
  std::map<std::string, Counts> of;
  std::vector<Chance> chances;
  MulticlassScores scores{.rows = rows.size()};
  for (const LabelledText& row : rows) {
    const Multiclass::Answer answer = model.answer(row.text);
    const std::string& label = model.labels()[answer.label];
    const bool is_right = label == row.label;
    ++of[row.label].gold;
    ++of[label].answered;
    of[label].right += is_right ? 1 : 0;
    scores.accuracy += is_right ? 1 : 0;
    chances.push_back({answer.chances[answer.label], is_right});
  }
  double labels = 0;
  for (const auto& [label, counts] : of) {
    if (counts.gold == 0) continue;
    ++labels;
    scores.macro_f1 += f1_of(counts.right, counts.answered, counts.gold);
    scores.mean_recall += counts.right / counts.gold;
  }
  const double n = std::max<double>(1, static_cast<double>(rows.size()));
  scores.ece = calibration_error(bins_of(chances));
  scores.accuracy /= n;
  scores.macro_f1 /= std::max(1.0, labels);
  scores.mean_recall /= std::max(1.0, labels);
  return scores;
}

}  // namespace earshot::text
