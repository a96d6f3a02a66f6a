#include "text/training/train.h"
#include "text/training/measures.h"

#include <cstdio>
#include <sstream>

#include <gtest/gtest.h>

#include "base/hash.h"
#include "base/random.h"
#include "support/scratch.h"
#include "text/training/eval.h"
#include "text/training/examples.h"
#include "text/training/labelled.h"
#include "text/training/measures.h"
#include "text/training/model_card.h"

namespace earshot::text {
namespace {

constexpr std::string_view kConfig =
    "name tiny\nlexicon words.txt\nepochs 3\nmin_count 1\nmodel_bytes_max 400000\ndropout 0.2\n"
    "data en_tiny sentiment weight=1 complaint\ndata zh_tiny sentiment weight=2 two_class\n";

// A corpus in which single words decide, written from a seed.
void write_corpus(const std::filesystem::path& directory) {
  const std::vector<std::string> good = {"lovely", "tasty", "friendly"};
  const std::vector<std::string> bad = {"cold", "rude", "broken"};
  Random random(7);
  for (const std::string part : {"train", "dev"}) {
    std::string en;
    std::string zh;
    for (int i = 0; i < 120; ++i) {
      const std::uint64_t kind = random.below(3);
      const std::string& word = kind == 0 ? bad[random.below(3)] : kind == 1 ? "table" : good[random.below(3)];
      en += (kind == 0   ? "neg"
             : kind == 1 ? "neu"
                         : "pos") +
            std::string("\ten\ttest\tthe thing was ") + word + " today\n";
      const bool is_good = random.chance(0.5);
      zh += (is_good ? "pos" : "neg") + std::string("\tzh\ttest\t这个东西") + (is_good ? "满意" : "太慢") + "了\n";
    }
    ASSERT_TRUE(write_bytes((directory / ("en_tiny." + part + ".tsv")).string(), en).has_value());
    ASSERT_TRUE(write_bytes((directory / ("zh_tiny." + part + ".tsv")).string(), zh).has_value());
  }
  ASSERT_TRUE(write_bytes((directory / "tiny.conf").string(), kConfig).has_value());
  ASSERT_TRUE(write_bytes((directory / "words.txt").string(), "[positive] lovely\n").has_value());
}

TEST(Train, LearnsATinyCorpusAndGivesTheSameBytesTwice) {
  const test::Scratch scratch;
  write_corpus(scratch.path());
  const TrainPaths paths{(scratch.path() / "tiny.conf").string(), scratch.path().string()};
  int lines = 0;
  const auto first = train(paths, [&](const std::string&) { ++lines; });
  ASSERT_TRUE(first.has_value()) << first.error().message;
  EXPECT_GE(lines, 2);
  const auto second = train(paths, [](const std::string&) {});
  ASSERT_TRUE(second.has_value());
  const std::string bytes = first->model.save();
  EXPECT_LE(bytes.size(), 400'000u);
  EXPECT_TRUE(bytes == second->model.save());

  const auto analyzer = Analyzer::load(StableBytes::copy(bytes));
  ASSERT_TRUE(analyzer.has_value());
  for (const std::string name : {"en_tiny.dev.tsv", "zh_tiny.dev.tsv"}) {
    const auto file = read_labelled((scratch.path() / name).string());
    ASSERT_TRUE(file.has_value());
    EXPECT_GT(score_sentiment(*analyzer, file->rows, false).confusion.accuracy(), 0.98) << name;
  }
}

TEST(Train, WhatPeopleCorrectedIsLearned) {
  const test::Scratch scratch;
  const std::string rows =
      "#label\tlang\tdomain\ttext\tissue\tchurn\turgency\n"
      "neg\ten\tweb\tmy zorgel hums\ttechnical|refund\t1\t0\n"
      "neg\ten\tweb\tit crashes, and I am leaving\tnone\t0\t0\n";
  ASSERT_TRUE(write_bytes((scratch.path() / "desk.train.tsv").string(), rows).has_value());
  const auto config = TrainConfig::parse("data desk sentiment complaint weak_issues\n");
  ASSERT_TRUE(config.has_value()) << config.error().message;
  const auto reader = Reader::make("[technical] crashes\n[going] leaving\n= leave 900 : going\n",
                                   std::vector<std::pair<char32_t, char32_t>>{});
  ASSERT_TRUE(reader.has_value()) << reader.error().message;
  const auto examples = read_examples(*config, {"tiny.conf", scratch.path().string()}, "train", *reader);
  ASSERT_TRUE(examples.has_value()) << examples.error().message;
  ASSERT_EQ(examples->rows.size(), 2u);
  const auto bit = [](IssueType type) { return 1u << (static_cast<unsigned>(type) - 1); };
  EXPECT_EQ(examples->rows[0].issues, bit(IssueType::technical) | bit(IssueType::refund));
  EXPECT_EQ(examples->rows[0].leave, 1);
  EXPECT_EQ(examples->rows[1].issues, 0u) << "whatever the lexicon finds";
  EXPECT_EQ(examples->rows[1].leave, 0) << "whatever the patterns say";
  for (const Example& row : examples->rows) EXPECT_EQ(row.issues_known, (1u << (kIssueTypes - 1)) - 1);
}

TEST(Train, TheCardSaysHowItWasMadeAndHowFarItMayBeBelieved) {
  const test::Scratch scratch;
  write_corpus(scratch.path());
  const TrainPaths paths{(scratch.path() / "tiny.conf").string(), scratch.path().string()};
  const auto training = train(paths, [](const std::string&) {});
  ASSERT_TRUE(training.has_value()) << training.error().message;
  const std::string bytes = training->model.save();
  const auto card = model_card(*training, {paths, "2026-11-27", "earshot train --config tiny.conf", bytes});
  ASSERT_TRUE(card.has_value()) << card.error().message;
  for (const std::string& said :
       {sha256_hex(bytes), std::to_string(bytes.size()) + " bytes", std::string("2026-11-27"),
        std::string("`earshot train --config tiny.conf`"),
        sha256_hex(*read_bytes((scratch.path() / "en_tiny.dev.tsv").string())),
        std::string("| en_tiny | 120 | 1.000 | 1.000 | "), std::string("| P(neg) | rows | said | true |")}) {
    EXPECT_NE(card->find(said), std::string::npos) << said << "\n" << *card;
  }
  // Each of the 240 dev rows stands in one of the 15 parts.
  std::size_t rows = 0;
  std::size_t parts = 0;
  std::istringstream lines(card->substr(card->find("| P(neg)")));
  for (std::string line; std::getline(lines, line) && !line.empty();) {
    unsigned part = 0;
    if (std::sscanf(line.c_str(), "| %*f-%*f | %u |", &part) != 1) continue;
    rows += part;
    ++parts;
  }
  EXPECT_EQ(rows, 240u);
  EXPECT_EQ(parts, 15u);
}

TEST(Train, PostsAreAsMuchSofterAsTheConfigurationSays) {
  const auto trained = [](std::string_view options) {
    const test::Scratch scratch;
    write_corpus(scratch.path());
    const std::string config =
        "name tiny\nlexicon words.txt\nepochs 1\nmin_count 1\nmodel_bytes_max 400000\ndata en_tiny sentiment " +
        std::string(options) + "\n";
    EXPECT_TRUE(write_bytes((scratch.path() / "tiny.conf").string(), config).has_value());
    auto training =
        train({(scratch.path() / "tiny.conf").string(), scratch.path().string()}, [](const std::string&) {});
    EXPECT_TRUE(training.has_value()) << training.error().message;
    return training->model.numbers.sharpness[kEnglish];
  };
  const auto plain = trained("social");
  const auto soft = trained("social softness=2");
  EXPECT_NEAR(static_cast<double>(plain[kSocialNegativeHead]) / soft[kSocialNegativeHead], 2, 0.001);
  EXPECT_NEAR(static_cast<double>(plain[kSocialPositiveHead]) / soft[kSocialPositiveHead], 2, 0.001);
  EXPECT_EQ(plain[kNegativeHead], soft[kNegativeHead]);
}

TEST(Train, SaysWhatIsWrongWithAConfiguration) {
  struct Row {
    std::string_view config;
    std::string_view message;
  };
  const std::vector<Row> rows = {{"", "nothing to train on"},
                                 {"data a sentiment\nspeed 3", "line 2: unknown key speed"},
                                 {"data a guess", "line 1: unknown task guess"},
                                 {"data a sentiment fast", "line 1: unknown option fast"},
                                 {"data a sentiment weight=x", "line 1: weight needs a number"},
                                 {"as a b neg", "line 1: `as` needs"}};
  for (const Row& row : rows) {
    SCOPED_TRACE(row.config);
    const auto config = TrainConfig::parse(row.config);
    ASSERT_FALSE(config.has_value());
    EXPECT_NE(config.error().message.find(row.message), std::string::npos) << config.error().message;
  }
}

TEST(Train, NamesTheFileThatIsMissing) {
  const test::Scratch scratch;
  write_corpus(scratch.path());
  std::filesystem::remove(scratch.path() / "zh_tiny.train.tsv");
  const auto result =
      train({(scratch.path() / "tiny.conf").string(), scratch.path().string()}, [](const std::string&) {});
  ASSERT_FALSE(result.has_value());
  EXPECT_NE(result.error().message.find("zh_tiny.train.tsv"), std::string::npos);
}

TEST(Bins, ARowOnTheirBorderIsWhereTheSharedScorerHasIt) {
  struct Row {
    std::uint16_t neg;
    std::uint16_t pos;
    std::size_t bin;  // int(p * 15) in Python, p = neg / (neg + pos) of the decimals
  };
  for (const Row& row : {Row{5, 20, 2}, Row{144, 396, 3}, Row{324, 81, 11}, Row{400, 600, 6}, Row{1000, 0, 14}}) {
    SCOPED_TRACE(row.neg);
    EXPECT_EQ(bins_of({{share_against(row.neg, row.pos), true}})[row.bin].rows, 1u);
  }
}

TEST(Confusion, CountsAsIsUsual) {
  Confusion confusion;
  // gold neg: 3 right, 1 as pos; gold pos: 2 right, 1 unknown; no neutral text
  for (int i = 0; i < 3; ++i) confusion.add(0, 0);
  confusion.add(0, 2);
  for (int i = 0; i < 2; ++i) confusion.add(2, 2);
  confusion.add(2, 3);
  EXPECT_DOUBLE_EQ(confusion.accuracy(), 5.0 / 7);
  EXPECT_DOUBLE_EQ(confusion.f1(0), 2.0 * 3 / (3 + 4));
  EXPECT_DOUBLE_EQ(confusion.f1(2), 2.0 * 2 / (3 + 3));
  EXPECT_DOUBLE_EQ(confusion.macro_f1(), (confusion.f1(0) + confusion.f1(2)) / 2);
}

}  // namespace
}  // namespace earshot::text
