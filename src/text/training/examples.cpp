#include "text/training/examples.h"

#include <filesystem>
#include <map>
#include <optional>

#include "earshot/check.h"
#include "text/model.h"
#include "text/training/own_rows.h"

namespace earshot::text {
namespace {

struct Mapped {
  std::uint16_t issues = 0;
  bool leaves = false;
};
using IssueMap = std::map<std::string, std::map<std::string, Mapped>>;

std::uint16_t issue_bits(const std::string& names) {
  std::uint16_t bits = 0;
  for (const std::string& name : split(names, '|')) {
    for (int i = 1; i < kIssueTypes; ++i) {
      if (name == name_of(static_cast<IssueType>(i))) bits = static_cast<std::uint16_t>(bits | 1 << (i - 1));
    }
  }
  return bits;
}

Result<IssueMap> read_issue_map(const std::string& path) {
  auto file = read_labelled(path);
  if (!file) return std::move(file.error());
  IssueMap map;
  for (const LabelledText& row : file->rows) map[row.label][row.language] = {issue_bits(row.domain), row.text == "1"};
  return map;
}

constexpr std::uint16_t kAllIssues = (1 << (kIssueTypes - 1)) - 1;

int sentiment_of(std::string_view label) { return label == "neg" ? 0 : label == "neu" ? 1 : label == "pos" ? 2 : -1; }

class Labeller {
 public:
  Labeller(const TrainConfig& config, const DataSet& set, const IssueMap& map, const std::vector<std::string>& columns)
      : set_(set), issue_(more_of(columns, "issue")), leaves_(more_of(columns, "churn")) {
    if (const auto found = map.find(set.name); found != map.end()) map_ = &found->second;
    if (const auto found = config.relabel.find(set.name); found != config.relabel.end()) relabel_ = &found->second;
  }

  Example label(const LabelledText& row, const Reading& reading) const {
    Example example;
    example.weight = static_cast<float>(set_.weight);
    example.language = row.language == "zh" ? kChinese : kEnglish;
    example.social = static_cast<std::int8_t>(set_.social ? 1 : 0);
    switch (set_.task) {
      case DataSet::Task::own: break;
      case DataSet::Task::sentiment: sentiment(row, reading, example); break;
      case DataSet::Task::intent: intent(row, example); break;
      case DataSet::Task::aspect: aspects(row, example); break;
    }
    if (const Finding* finding = leaving(reading)) {
      if (finding->permille >= 700) example.leave = 1;
    } else if (example.leave < 0) {
      example.leave = 0;
    }
    told(row, example);
    weigh(example);
    return example;
  }

  Example label(const OwnRow& row) const {
    Example example;
    example.weight = static_cast<float>(set_.weight);
    example.language = row.language == "zh" ? kChinese : kEnglish;
    example.sentiment = static_cast<std::int8_t>(sentiment_of(row.sentiment));
    example.complaint = row.complaint ? 1 : 0;
    example.leave = row.leave ? 1 : 0;
    example.suggest = row.suggest ? 1 : 0;
    example.issues_known = kAllIssues;
    example.issues = row.issues;
    weigh(example);
    return example;
  }

 private:
  // Where LabelledText::more has the column of that name, if it does.
  static std::optional<std::size_t> more_of(const std::vector<std::string>& columns, std::string_view name) {
    for (std::size_t i = 4; i < columns.size(); ++i) {
      if (columns[i] == name) return i - 4;
    }
    return std::nullopt;
  }

  // What a person said of the row, as `earshot export-labels` writes it, counts more than what words suggest.
  void told(const LabelledText& row, Example& example) const {
    if (issue_ && *issue_ < row.more.size()) {
      example.issues_known = kAllIssues;
      example.issues = issue_bits(row.more[*issue_]);
    }
    if (leaves_ && *leaves_ < row.more.size()) example.leave = row.more[*leaves_] == "1" ? 1 : 0;
  }

  void weigh(Example& example) const {
    if (example.sentiment >= 0)
      example.weight *= static_cast<float>(set_.class_weight[static_cast<std::size_t>(example.sentiment)]);
  }

  void sentiment(const LabelledText& row, const Reading& reading, Example& example) const {
    example.sentiment = static_cast<std::int8_t>(sentiment_of(row.label));
    example.two_class = set_.two_class;
    if (set_.complaint) example.complaint = example.sentiment == 0 ? 1 : 0;
    if (!set_.weak_issues) return;
    // Words that name a problem may be wrong in praise, so a praising text only says which issues it has none of.
    const auto mentioned = issues_mentioned(reading);
    for (std::size_t i = 1; i < kIssueTypes; ++i) {
      const auto bit = static_cast<std::uint16_t>(1 << (i - 1));
      const bool found = mentioned[i] == Mention::problem || (mentioned[i] == Mention::topic && example.sentiment == 0);
      if (found && example.sentiment != 0) continue;
      example.issues_known |= bit;
      if (found) example.issues |= bit;
    }
  }

  void intent(const LabelledText& row, Example& example) const {
    if (const Relabel* relabel = relabelled(row.label)) {
      example.sentiment = static_cast<std::int8_t>(relabel->sentiment);
      example.complaint = static_cast<std::int8_t>(relabel->complaint);
      example.suggest = static_cast<std::int8_t>(relabel->suggest);
      example.weight *= static_cast<float>(relabel->weight);
    }
    if (!set_.mapped_issues || map_ == nullptr) return;
    const auto found = map_->find(row.label);
    if (found == map_->end()) return;
    example.issues_known = kAllIssues;
    example.issues = found->second.issues;
    example.leave = found->second.leaves ? 1 : 0;
  }

  // The sentiment of a text all of whose aspects agree; the issues of those that are blamed.
  void aspects(const LabelledText& row, Example& example) const {
    bool has[3] = {false, false, false};
    example.issues_known = set_.mapped_issues ? kAllIssues : std::uint16_t{0};
    for (const std::string& pair : split(row.label, '|')) {
      const std::size_t colon = pair.rfind(':');
      if (colon == std::string::npos) continue;
      const int polarity = sentiment_of(std::string_view(pair).substr(colon + 1));
      if (polarity < 0) continue;
      has[polarity] = true;
      if (polarity != 0 || !set_.mapped_issues || map_ == nullptr) continue;
      const auto found = map_->find(pair.substr(0, colon));
      if (found != map_->end()) example.issues |= found->second.issues;
    }
    if (has[0] && !has[2]) example.sentiment = 0;
    if (has[2] && !has[0]) example.sentiment = 2;
    if (has[1] && !has[0] && !has[2]) example.sentiment = 1;
    if (set_.complaint && example.sentiment >= 0) example.complaint = example.sentiment == 0 ? 1 : 0;
  }

  const Relabel* relabelled(const std::string& label) const {
    if (relabel_ == nullptr) return nullptr;
    auto found = relabel_->find(label);
    if (found == relabel_->end()) found = relabel_->find("*");
    return found == relabel_->end() ? nullptr : &found->second;
  }

  const DataSet& set_;
  std::optional<std::size_t> issue_;
  std::optional<std::size_t> leaves_;
  const std::map<std::string, Mapped>* map_ = nullptr;
  const std::map<std::string, Relabel>* relabel_ = nullptr;
};

}  // namespace

void Examples::look_up(const Dictionary& dictionary) {
  features.clear();
  std::uint64_t at = 0;
  for (Example& row : rows) {
    const std::uint64_t end = at + row.raw_features;
    row.first_feature = features.size();
    for (; at < end; ++at) {
      const auto id = dictionary.find(static_cast<std::uint32_t>(raw[at]));
      if (id) features.push_back(*id | static_cast<std::uint32_t>(raw[at] >> 32) << kIdBits);
    }
    row.features = static_cast<std::uint32_t>(features.size() - row.first_feature);
  }
}

Dictionary features_of(const Examples& train, int min_count) {
  struct Count {
    std::uint32_t hash = 0;
    std::uint32_t texts = 0;
    std::uint32_t last_text = 0;
  };
  std::vector<Count> counts;
  std::vector<std::uint32_t> slots(std::size_t{1} << 25);  // place in `counts`, and one
  std::uint32_t text = 0;
  std::uint64_t at = 0;
  for (const Example& row : train.rows) {
    ++text;
    for (const std::uint64_t end = at + row.raw_features; at < end; ++at) {
      const auto hash = static_cast<std::uint32_t>(train.raw[at]);
      std::size_t slot = (hash * 0x9e3779b97f4a7c15ull >> 32) & (slots.size() - 1);
      while (slots[slot] != 0 && counts[slots[slot] - 1].hash != hash) slot = (slot + 1) & (slots.size() - 1);
      if (slots[slot] == 0) {
        EARSHOT_CHECK(counts.size() < slots.size() / 2, "more features than the trainer can count");
        counts.push_back({hash, 0, 0});
        slots[slot] = static_cast<std::uint32_t>(counts.size());
      }
      Count& count = counts[slots[slot] - 1];
      if (count.last_text == text) continue;
      count.last_text = text;
      ++count.texts;
    }
  }
  std::vector<Dictionary::Entry> entries;
  for (const Count& count : counts) {
    if (count.texts >= static_cast<std::uint32_t>(min_count)) entries.push_back({count.hash, count.texts});
  }
  return {std::move(entries), train.rows.size()};
}

Result<Examples> read_examples(const TrainConfig& config, const TrainPaths& paths, const std::string& part,
                               const Reader& reader) {
  IssueMap map;
  if (const std::string path = paths.data_directory + "/issue_map.tsv"; std::filesystem::exists(path)) {
    auto read = read_issue_map(path);
    if (!read) return std::move(read.error());
    map = std::move(*read);
  }
  Examples examples;
  Reading reading;
  for (std::size_t s = 0; s < config.sets.size(); ++s) {
    const DataSet& set = config.sets[s];
    std::vector<OwnRow> own;
    LabelledFile file;
    std::string name = set.name + "." + part + ".tsv";
    if (set.task == DataSet::Task::own) {
      if (part == "dev") continue;
      name = set.name + ".txt";
      auto rows = read_own_rows(std::filesystem::path(paths.config).parent_path() / name);
      if (!rows) return std::move(rows.error());
      file.sha256 = rows->sha256;
      own = std::move(rows->rows);
    } else {
      const std::string path = paths.data_directory + "/" + name;
      if (part == "dev" && !std::filesystem::exists(path)) continue;
      auto read = read_labelled(path);
      if (!read) return std::move(read.error());
      file = std::move(*read);
    }
    const Labeller labeller(config, set, map, file.columns);
    const auto add = [&](Example example) {
      example.set = static_cast<std::uint16_t>(s);
      example.raw_features = static_cast<std::uint32_t>(reading.features.size());
      for (const Feature& feature : reading.features) {
        examples.raw.push_back(feature.hash | static_cast<std::uint64_t>(feature.kind) << 32);
      }
      examples.rows.push_back(example);
    };
    for (const LabelledText& row : file.rows) {
      reader.read(row.text, {}, reading);
      add(labeller.label(row, reading));
    }
    for (const OwnRow& row : own) {
      reader.read(row.text, {}, reading);
      add(labeller.label(row));
    }
    examples.files.push_back({name, file.sha256, file.rows.size() + own.size()});
  }
  return examples;
}

}  // namespace earshot::text
