// What to train on and how, as committed beside the model it makes:
//
//     name text-2
//     lexicon lexicon.txt                     beside this file
//     kind_weights 16 14 5 6 14 14 10 8       of FeatureKind, in its order
//     data zh_waimai sentiment weight=1.5 two_class weak_issues complaint
//     data own own                            sentences of our own: own.txt beside this file
//     as en_emotion anger neg 0.5             a label of another set, read as a sentiment
//
// `#` begins a comment. An unknown word is an error that names its line.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "earshot/result.h"
#include "text/features.h"

namespace earshot::text {

struct DataSet {
  enum class Task { sentiment, intent, aspect, own };
  std::string name;  // NAME.train.tsv and NAME.dev.tsv in the data directory
  Task task = Task::sentiment;
  double weight = 1.0;
  double dropout = -1;                                // of this set alone; below 0: as for all
  std::array<double, 3> class_weight{1.0, 1.0, 1.0};  // neg neu pos
  bool two_class = false;      // holds no neutral texts, which says nothing about neutral texts elsewhere
  bool weak_issues = false;    // label its complaints with the issues that the lexicon finds
  bool complaint = false;      // its negatives are complaints, its others are not
  bool mapped_issues = false;  // its labels have issue types in issue_map.tsv
  bool social = false;         // posts, not reviews
  double softness =
      1.0;  // of posts: how much more their temperature than is best on dev, for other sources are less alike
  bool unscored = false;  // not part of the dev score that chooses the epoch
};

struct Relabel {
  int sentiment = -1;  // 0 neg, 1 neu, 2 pos
  double weight = 1.0;
  int complaint = -1;
  int suggest = -1;
};

struct TrainPaths {
  std::string config;
  std::string data_directory;
};

struct TrainConfig {
  std::string name = "text-2";
  std::string lexicon = "lexicon.txt";
  std::uint64_t seed = 1;
  int epochs = 8;
  double rate = 0.3;           // of AdaGrad
  double decay = 1e-5;         // lazy L2
  double neutral_share = 0.2;  // how far a two-class row still says "not neutral"
  double rarity_power = 1.0;   // of the inverse document frequency
  int min_count = 2;           // a feature seen in fewer texts is dropped
  double dropout = 0.0;        // share of features hidden from each look at a text, so that no single word carries all
  int runs = 1;             // whose mean the model is: each sees the texts in another order and other features hidden
  int survey_epochs = 3;    // with all features, to find out which are worth a place
  double rank_power = 0.5;  // of the number of texts, when features are ranked for a place
  std::size_t model_bytes_max = 8'000'000;
  double softness = 1.0;  // of the temperatures that are best on dev: other texts are always a little different
  std::array<int, kFeatureKinds> kind_weight{16, 14, 5, 6, 14, 14, 10, 8};
  std::vector<DataSet> sets;
  std::map<std::string, std::map<std::string, Relabel>> relabel;  // set → label or "*"

  static Result<TrainConfig> parse(std::string_view text);
};

}  // namespace earshot::text
