#include "text/training/train_config.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>

namespace earshot::text {
namespace {

using Words = std::vector<std::string>;

bool to_number(const std::string& word, double& value) {
  char* end = nullptr;
  value = std::strtod(word.c_str(), &end);
  return !word.empty() && *end == '\0';
}

int sentiment_of(const std::string& word) { return word == "neg" ? 0 : word == "neu" ? 1 : word == "pos" ? 2 : -1; }

Result<void> add_option(const std::string& word, DataSet& set) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos) {
    if (word == "two_class") return set.two_class = true, Result<void>{};
    if (word == "weak_issues") return set.weak_issues = true, Result<void>{};
    if (word == "complaint") return set.complaint = true, Result<void>{};
    if (word == "mapped_issues") return set.mapped_issues = true, Result<void>{};
    if (word == "social") return set.social = true, Result<void>{};
    if (word == "unscored") return set.unscored = true, Result<void>{};
    return Error{ErrorKind::Invalid, "unknown option " + word};
  }
  const std::string key = word.substr(0, equals);
  double value = 0;
  if (!to_number(word.substr(equals + 1), value)) return Error{ErrorKind::Invalid, key + " needs a number"};
  if (key == "weight") {
    set.weight = value;
  } else if (key == "dropout") {
    set.dropout = value;
  } else if (key == "softness") {
    set.softness = value;
  } else if (const int sentiment = sentiment_of(key); sentiment >= 0) {
    set.class_weight[static_cast<std::size_t>(sentiment)] = value;
  } else {
    return Error{ErrorKind::Invalid, "unknown option " + key};
  }
  return {};
}

Result<void> add_data(const Words& words, TrainConfig& config) {
  if (words.size() < 3) return Error{ErrorKind::Invalid, "data needs a name and a task"};
  DataSet set;
  set.name = words[1];
  if (words[2] == "sentiment") {
    set.task = DataSet::Task::sentiment;
  } else if (words[2] == "intent") {
    set.task = DataSet::Task::intent;
  } else if (words[2] == "aspect") {
    set.task = DataSet::Task::aspect;
  } else if (words[2] == "own") {
    set.task = DataSet::Task::own;
  } else {
    return Error{ErrorKind::Invalid, "unknown task " + words[2] + "; known are sentiment, intent, aspect, own"};
  }
  for (std::size_t i = 3; i < words.size(); ++i) {
    if (auto added = add_option(words[i], set); !added) return added;
  }
  config.sets.push_back(std::move(set));
  return {};
}

// as SET LABEL… SENTIMENT WEIGHT [complaint|no_complaint] [suggest|no_suggest]
Result<void> add_relabel(Words words, TrainConfig& config) {
  Relabel relabel;
  if (words.back() == "suggest" || words.back() == "no_suggest") {
    relabel.suggest = words.back() == "suggest" ? 1 : 0;
    words.pop_back();
  }
  if (words.back() == "complaint" || words.back() == "no_complaint") {
    relabel.complaint = words.back() == "complaint" ? 1 : 0;
    words.pop_back();
  }
  if (words.size() < 5 || !to_number(words.back(), relabel.weight)) {
    return Error{ErrorKind::Invalid, "`as` needs a set, a label, a sentiment and a weight"};
  }
  const std::string& sentiment = words[words.size() - 2];
  relabel.sentiment = sentiment_of(sentiment);
  if (relabel.sentiment < 0 && sentiment != "none") return Error{ErrorKind::Invalid, "unknown sentiment " + sentiment};
  for (std::size_t i = 2; i + 2 < words.size(); ++i) config.relabel[words[1]][words[i]] = relabel;
  return {};
}

Result<void> add_line(const Words& words, TrainConfig& config) {
  const std::string& key = words[0];
  if (key == "data") return add_data(words, config);
  if (key == "as") return add_relabel(words, config);
  if (key == "kind_weights") {
    if (words.size() != kFeatureKinds + 1) return Error{ErrorKind::Invalid, "kind_weights needs 8 numbers"};
    for (std::size_t i = 0; i < kFeatureKinds; ++i) config.kind_weight[i] = std::atoi(words[i + 1].c_str());
    return {};
  }
  if (words.size() != 2) return Error{ErrorKind::Invalid, key + " needs one value"};
  if (key == "name") return config.name = words[1], Result<void>{};
  if (key == "lexicon") return config.lexicon = words[1], Result<void>{};
  double value = 0;
  if (!to_number(words[1], value)) return Error{ErrorKind::Invalid, key + " needs a number"};
  if (key == "seed") return config.seed = static_cast<std::uint64_t>(value), Result<void>{};
  if (key == "epochs") return config.epochs = static_cast<int>(value), Result<void>{};
  if (key == "min_count") return config.min_count = static_cast<int>(value), Result<void>{};
  if (key == "rate") return config.rate = value, Result<void>{};
  if (key == "decay") return config.decay = value, Result<void>{};
  if (key == "neutral_share") return config.neutral_share = value, Result<void>{};
  if (key == "rarity_power") return config.rarity_power = value, Result<void>{};
  if (key == "dropout") return config.dropout = value, Result<void>{};
  if (key == "runs") return config.runs = std::max(1, static_cast<int>(value)), Result<void>{};
  if (key == "survey_epochs") return config.survey_epochs = static_cast<int>(value), Result<void>{};
  if (key == "rank_power") return config.rank_power = value, Result<void>{};
  if (key == "softness") return config.softness = value, Result<void>{};
  if (key == "model_bytes_max") return config.model_bytes_max = static_cast<std::size_t>(value), Result<void>{};
  return Error{ErrorKind::Invalid, "unknown key " + key};
}

}  // namespace

Result<TrainConfig> TrainConfig::parse(std::string_view text) {
  TrainConfig config;
  std::istringstream lines{std::string(text)};
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    std::istringstream in(line.substr(0, line.find('#')));
    Words words;
    for (std::string word; in >> word;) words.push_back(word);
    if (words.empty()) continue;
    if (auto added = add_line(words, config); !added)
      return std::move(added.error()).in("line " + std::to_string(number));
  }
  if (config.sets.empty()) return Error{ErrorKind::Invalid, "no `data` line: there is nothing to train on"};
  return config;
}

}  // namespace earshot::text
