#include "cli/labels.h"

#include <gtest/gtest.h>

#include "cli/default_model.h"
#include "cli/tenant_texts.h"
#include "earshot/topics.h"
#include "event/codec.h"

namespace earshot::cli {
namespace {

const Analyzer& analyzer() {
  static const auto loaded = load_analyzer(std::string(EARSHOT_SOURCE_DIR) + "/models/text-2.bin");
  return *loaded;
}

// A log of one partition a topic, in memory.
class SomeLog final : public LogReader {
 public:
  void add(Topic topic, const Event& event) { records_[index_of(topic)].push_back(encode(event)); }

  Result<void> read(TopicPartition partition, Offset from, std::size_t records_max, const Visit& visit) const override {
    const auto& records = records_[partition.topic];
    for (std::size_t i = static_cast<std::size_t>(from); i < records.size() && records_max > 0; ++i, --records_max) {
      if (!visit({.offset = static_cast<Offset>(i), .value = records[i]})) break;
    }
    return {};
  }
  Result<Offset> begin(TopicPartition) const override { return Offset{0}; }
  Result<Offset> end(TopicPartition partition) const override {
    return static_cast<Offset>(records_[partition.topic].size());
  }

  static std::vector<TopicSpec> topics() {
    std::vector<TopicSpec> specs;
    for (const TopicName& topic : kTopics) specs.push_back({std::string(topic.name), 1});
    return specs;
  }

 private:
  std::array<std::vector<std::string>, kTopics.size()> records_;
};

Event event_with(EventBody body, const std::string& id, const std::string& tenant = "acme") {
  Event event;
  event.id = id;
  event.source = "/acme/reviews";
  event.tenant = tenant;
  event.time = event.recorded = from_millis(1'700'000'000'000);
  event.body = std::move(body);
  return event;
}

Event review(const std::string& id, const std::string& text) {
  Input input;
  input.channel = "web_shop";
  input.person.keys = {"customer:C1"};
  input.content.text = text;
  return event_with(input, id);
}

Command relabel(const std::string& id, Sentiment sentiment) {
  Command command;
  command.kind = CommandKind::relabel;
  command.request = "r-" + id;
  command.actor = "agent-7";
  command.target = Target{"/acme/reviews", id};
  command.sentiment = sentiment;
  return command;
}

TEST(Labels, JoinWhatPeopleSaidWithTheTexts) {
  SomeLog log;
  log.add(Topic::feedback, review("1", "the parcel never came\nand nobody answers"));
  log.add(Topic::feedback, review("2", "味道很好，推荐"));
  log.add(Topic::feedback, review("3", "nobody spoke of this one"));
  Command first = relabel("1", Sentiment::neutral);
  Command second = relabel("1", Sentiment::negative);  // the last word counts
  second.request = "r-1b";
  second.issues = {IssueType::delivery, IssueType::service};
  second.urgency = 1;
  log.add(Topic::desk, event_with(first, "a"));
  log.add(Topic::desk, event_with(second, "b"));
  log.add(Topic::desk, event_with(relabel("2", Sentiment::positive), "c"));
  log.add(Topic::desk, event_with(relabel("4", Sentiment::positive), "d"));
  log.add(Topic::desk, event_with(relabel("3", Sentiment::positive), "e", "other"));

  const auto labels = read_labels(log, SomeLog::topics(), "acme", analyzer());
  ASSERT_TRUE(labels.has_value()) << labels.error().message;
  EXPECT_EQ(labels->without_text, 1u);
  EXPECT_EQ(as_training_rows(labels->rows),
            "#label\tlang\tdomain\ttext\tissue\tchurn\turgency\n"
            "neg\ten\tweb_shop\tthe parcel never came and nobody answers\tdelivery|service\t0\t1\n"
            "pos\tzh\tweb_shop\t味道很好，推荐\tnone\t0\t0\n");
  const auto agreed = agreement(labels->rows, analyzer());
  EXPECT_EQ(agreed.at("neg").said, 1u);
  EXPECT_EQ(agreed.at("neg").agreed, 1u);
  EXPECT_EQ(agreed.at("pos").agreed, 1u);
  EXPECT_EQ(agreed.at("delivery").agreed, 1u);
  EXPECT_EQ(agreed.at("urgent").said, 1u);
}

TEST(Labels, LeaveOutWhatDeskRefusedAndWhatWasSaidUnderTheSameNameAgain) {
  SomeLog log;
  log.add(Topic::feedback, review("1", "the parcel never came"));
  log.add(Topic::feedback, review("2", "nobody answers"));
  Command stranger = relabel("1", Sentiment::positive);
  stranger.actor = "user-1";
  Command again = relabel("2", Sentiment::positive);
  log.add(Topic::desk, event_with(stranger, "a"));
  log.add(Topic::desk, event_with(relabel("2", Sentiment::negative), "b"));
  log.add(Topic::desk, event_with(again, "c"));
  log.add(Topic::cases, event_with(CommandAnswered{"r-1", false, "unknown_actor", "", {}}, "d"));
  log.add(Topic::cases, event_with(CommandAnswered{"r-2", true, "", "", {}}, "e"));
  const auto labels = read_labels(log, SomeLog::topics(), "acme", analyzer());
  ASSERT_TRUE(labels.has_value());
  ASSERT_EQ(labels->rows.size(), 1u);
  EXPECT_EQ(labels->rows[0].text, "nobody answers");
  EXPECT_EQ(labels->rows[0].sentiment, Sentiment::negative);
}

// ---- what a tenant's settings change ------------------------------------------------------------------------------

Analysis read(TenantTexts& texts, const std::string& text, const std::string& settings, std::string& product,
              const std::string& channel = "web_shop") {
  Input input;
  input.channel = channel;
  Analysis analysis = analyzer().analyze(text, {}, {.evidence = false});
  texts.apply(input, text, settings, analysis, product);
  return analysis;
}

TEST(TenantTexts, ApplyFromTheirSettingsOnAndNotBefore) {
  TenantTexts texts(analyzer());
  std::string product;
  const std::string text = "my zorgel makes a strange sound";
  const Analysis before = read(texts, text, "{}", product);
  EXPECT_EQ(before, analyzer().analyze(text, {}, {.evidence = false}));
  const Analysis after =
      read(texts, text, R"({"words":[{"phrases":["zorgel"],"issues":["technical"],"product":"zorgel-1"}]})", product);
  EXPECT_EQ(product, "zorgel-1");
  EXPECT_TRUE(std::any_of(after.issues.begin(), after.issues.end(),
                          [](const IssueScore& issue) { return issue.type == IssueType::technical; }));
  product.clear();
  EXPECT_EQ(read(texts, text, "{}", product), before);
  EXPECT_EQ(product, "");
}

TEST(TenantTexts, WhatIsOverlookedSaysNothing) {
  TenantTexts texts(analyzer());
  std::string product;
  const std::string settings = R"({"ignore":["Terrible Tea"]})";
  EXPECT_EQ(read(texts, "the tea from Terrible Tea is lovely", settings, product).sentiment, Sentiment::positive);
  const Analysis a = read(texts, "I got a Terrible Tea cup", settings, product);
  const Analysis b = analyzer().analyze("I got a              cup", {}, {.evidence = false});
  EXPECT_EQ(a, b);
}

TEST(TenantTexts, OnlyTheChannelThatWasCalibratedIsReadAnew) {
  TenantTexts texts(analyzer());
  std::string product;
  const std::string settings = R"({"calibration":[{"channel":"app","negative_milli":-4000}]})";
  const std::string text = "the soup was cold and the waiter was rude";
  EXPECT_EQ(read(texts, text, settings, product, "web_shop"), analyzer().analyze(text, {}, {.evidence = false}));
  EXPECT_LT(read(texts, text, settings, product, "app").negative_permille, 700);
}

}  // namespace
}  // namespace earshot::cli
