#include "text/training/examples.h"

#include <filesystem>
#include <map>
#include <optional>

#include "text/model.h"

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

int sentiment_of(std::string_view label) {
  return label == "neg" ? 0 : label == "neu" ? 1 : label == "pos" ? 2 : -1;
}

class Labeller {
 public:
  Labeller(const TrainConfig& config, const DataSet& set, const IssueMap& map) : set_(set) {
    if (const auto found = map.find(set.name); found != map.end()) map_ = &found->second;
    if (const auto found = config.relabel.find(set.name); found != config.relabel.end()) relabel_ = &found->second;
  }

  Example label(const LabelledText& row, const Reading& reading) const {
    Example example;
    example.weight = static_cast<float>(set_.weight);
    example.language = row.language == "zh" ? kChinese : kEnglish;
    switch (set_.task) {
      case DataSet::Task::sentiment:
        sentiment(row, reading, example);
        break;
      case DataSet::Task::intent:
        intent(row, example);
        break;
      case DataSet::Task::aspect:
        aspects(row, example);
        break;
    }
    if (const Finding* finding = leaving(reading)) {
      if (finding->permille >= 700) example.leave = 1;
    } else if (example.leave < 0) {
      example.leave = 0;
    }
    if (example.sentiment >= 0)
      example.weight *= static_cast<float>(set_.class_weight[static_cast<std::size_t>(example.sentiment)]);
    return example;
  }

 private:
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
  const std::map<std::string, Mapped>* map_ = nullptr;
  const std::map<std::string, Relabel>* relabel_ = nullptr;
};

}  // namespace

Result<Examples> read_examples(const TrainConfig& config, const std::string& data_directory, const std::string& part,
                               const Reader& reader) {
  IssueMap map;
  if (const std::string path = data_directory + "/issue_map.tsv"; std::filesystem::exists(path)) {
    auto read = read_issue_map(path);
    if (!read) return std::move(read.error());
    map = std::move(*read);
  }
  Examples examples;
  Reading reading;
  for (std::size_t s = 0; s < config.sets.size(); ++s) {
    const std::string name = config.sets[s].name + "." + part + ".tsv";
    const std::string path = data_directory + "/" + name;
    if (part == "dev" && !std::filesystem::exists(path)) continue;
    auto file = read_labelled(path);
    if (!file) return std::move(file.error());
    const Labeller labeller(config, config.sets[s], map);
    for (const LabelledText& row : file->rows) {
      reader.read(row.text, {}, reading);
      Example example = labeller.label(row, reading);
      example.set = static_cast<std::uint16_t>(s);
      example.first_feature = examples.features.size();
      example.features = static_cast<std::uint32_t>(reading.features.size());
      for (const Feature& feature : reading.features) examples.features.push_back(pack(feature));
      examples.rows.push_back(example);
    }
    examples.files.push_back({name, file->sha256, file->rows.size()});
  }
  return examples;
}

}  // namespace earshot::text
