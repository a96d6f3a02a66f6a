// `earshot analyze`, `eval`, `train` and `calibrate` as somebody types them; `eval` agrees with the shared scorer,
// which is written apart from it.
#include <gtest/gtest.h>

#include "support/program.h"
#include "support/shared_data.h"

namespace earshot {
namespace {

using Json = nlohmann::json;
using test::in_quotes;
using test::Program;

const std::filesystem::path kText = test::shared_file("data/text");
const std::filesystem::path kScorer = test::shared_file("tools/text_eval.py");

class TextCommands : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, const std::string& text) {
    const auto path = scratch_.path() / name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  test::Scratch scratch_;
};

TEST_F(TextCommands, AnalyzeKeepsTheOrderAndAnswersEveryLine) {
  const auto in = write("in.ndjson",
                        "{\"id\":\"a\",\"text\":\"My parcel never arrived, I want a refund!\",\"channel\":\"email\"}\n"
                        "{\"id\":\"b\",\"text\":\n"
                        "{\"id\":7,\"text\":\"half a pair \\ud83d of \\ude21 it\"}\n"
                        "{\"id\":\"c\",\"text\":\"bytes \xff\xfe that are no UTF-8\"}\n"
                        "\n"
                        "[1,2]\n"
                        "{\"id\":\"d\",\"txt\":\"x\"}\n"
                        "{\"id\":\"e\",\"text\":\"That is not my department.\",\"by\":\"agent\"}\n");
  const auto outcome = Program().run("analyze <" + in_quotes(in));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const auto lines = outcome.lines();
  ASSERT_EQ(lines.size(), 8u);
  for (std::size_t i = 0; i < lines.size(); ++i) EXPECT_EQ(lines[i].at("i"), i);
  for (const std::size_t i : {1u, 4u, 5u, 6u}) EXPECT_TRUE(lines[i].contains("error")) << lines[i];
  for (const std::size_t i : {0u, 2u, 3u, 7u}) EXPECT_TRUE(lines[i].contains("label")) << lines[i];
  EXPECT_EQ(lines[2].at("id"), 7);
  EXPECT_EQ(lines[6].at("id"), "d");
  EXPECT_TRUE(lines[7].at("agent_fault"));

  const Json& first = lines[0];
  EXPECT_EQ(first.at("id"), "a");
  EXPECT_EQ(first.at("lang"), "en");
  EXPECT_EQ(first.at("label"), "neg");
  EXPECT_EQ(first.at("p_neg"), first.at("probs").at("neg"));
  EXPECT_TRUE(first.at("complaint"));
  EXPECT_EQ(first.at("issue_probs").size(), 11u);
  EXPECT_EQ(first.at("intents").size(), 5u);
  EXPECT_EQ(first.at("churn"), 0);
  EXPECT_EQ(first.at("urgency"), 0);
  EXPECT_EQ(first.at("urgency_cause"), "none");
  EXPECT_FALSE(first.at("aspects").empty());
  EXPECT_FALSE(first.at("evidence").empty());
  for (const Json& label : first.at("labels")) EXPECT_GE(first.at("issue_probs").at(label.get<std::string>()), 0.5);
}

TEST_F(TextCommands, AnalyzeTellsNdjsonByItsFirstLineThatSaysAnything) {
  const std::string object = "{\"id\":7,\"text\":\"fine\"}\n";
  struct Row {
    const char* name;
    std::string in;
    std::vector<const char*> members;  // of each answer: "id", "error", or "text" for neither
  };
  const std::vector<Row> rows = {
      {"objects", object + "{\"id\":8\n" + object, {"id", "error", "id"}},
      {"a byte order mark", "\xef\xbb\xbf" + object + object, {"id", "id"}},
      {"spaces", "  " + object + "\t" + object, {"id", "id"}},
      {"an empty line", "\n" + object + "oops\n", {"text", "id", "error"}},
      {"a broken line", "oops\n{\"id\":\n" + object + "{\"id\":\noops\n", {"text", "text", "id", "error", "text"}},
      {"texts", "fine\n{braces} are fine\n", {"text", "text"}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const auto outcome = Program().run("analyze <" + in_quotes(write("in", row.in)));
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    std::vector<std::string> members;
    for (const Json& line : outcome.lines())
      members.push_back(line.contains("error") ? "error" : line.contains("id") ? "id" : "text");
    EXPECT_EQ(members, std::vector<std::string>(row.members.begin(), row.members.end()));
  }
}

TEST_F(TextCommands, AnalyzeAppliesAConfiguration) {
  const auto config =
      write("earshot.yaml",
            "text:\n  words:\n    - {phrases: [zorgel], issues: [technical], urgency: 2, product: zorgel-1}\n");
  const auto outcome =
      Program().run("analyze --config " + in_quotes(config) + " <" + in_quotes(write("in.txt", "my zorgel hums\n")));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json row = outcome.lines().at(0);
  EXPECT_EQ(row.at("labels").at(0), "technical");
  EXPECT_EQ(row.at("urgency"), 2);
  EXPECT_EQ(row.at("urgency_cause"), "operator_word");
  EXPECT_EQ(row.at("product"), "zorgel-1");
  EXPECT_NE(row.at("evidence").dump().find("{\"from\":3,\"label\":\"operator_word\",\"to\":9"), std::string::npos)
      << row.at("evidence");

  const auto wrong = write("wrong.yaml", "text:\n  words:\n    - {phrases: [zorgel]}\n");
  const auto refused = Program().run("analyze --config " + in_quotes(wrong) + " </dev/null");
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_NE(refused.err.find("says nothing"), std::string::npos) << refused.err;
}

class TextScores : public TextCommands {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kScorer)) GTEST_SKIP() << "the shared scorer is not here: " << kScorer;
    if (std::system("python3 -c pass 2>/dev/null") != 0)
      GTEST_SKIP() << "there is no python3 to run the shared scorer with";
  }

  // What the scorer says of the program's answers to the texts of a file.
  Json scored(const std::filesystem::path& gold, const std::string& options, const std::string& flags) {
    const auto texts = scratch_.path() / "texts";
    const auto answers = scratch_.path() / "answers";
    const auto scores = scratch_.path() / "scores";
    const std::string scorer = "python3 " + in_quotes(kScorer) + " ";
    EXPECT_EQ(std::system((scorer + "--texts " + in_quotes(gold) + " >" + in_quotes(texts)).c_str()), 0);
    EXPECT_EQ(std::system((Program::command("analyze --format text --no-evidence " + flags + " <" + in_quotes(texts)) +
                           " >" + in_quotes(answers))
                              .c_str()),
              0);
    EXPECT_EQ(std::system((scorer + options + " --json " + in_quotes(gold) + " " + in_quotes(answers) + " >" +
                           in_quotes(scores))
                              .c_str()),
              0);
    return Json::parse(test::read_whole(scores));
  }

  static void expect_equal(const Json& ours, const Json& theirs) {
    int compared = 0;
    for (const auto& [key, value] : theirs.items()) {
      if (!value.is_number() || !ours.contains(key)) continue;
      EXPECT_NEAR(ours.at(key).get<double>(), value.get<double>(), 0.00006) << key;
      ++compared;
    }
    EXPECT_GE(compared, 3);
  }
};

TEST_F(TextScores, OfSentimentAgreeWithTheSharedScorer) {
  for (const std::string& set : {std::string("en_sst2"), std::string("en_amazon_snip"), std::string("zh_weibo")}) {
    for (const std::string& flags : {std::string(), std::string("--no-unknown")}) {
      SCOPED_TRACE(set + " " + flags);
      const auto gold = kText / (set + ".dev.tsv");
      const auto ours = Program().run("eval --json " + flags + " " + in_quotes(gold));
      ASSERT_EQ(ours.exit_code, 0) << ours.err;
      expect_equal(ours.lines().at(0), scored(gold, "", flags));
    }
  }
}

TEST_F(TextScores, OfIssuesAndLeavingAgreeWithTheSharedScorer) {
  const auto gold = kText / "challenge.tsv";
  const auto ours = Program().run("eval --json " + in_quotes(gold));
  ASSERT_EQ(ours.exit_code, 0) << ours.err;
  bool issues = false;
  bool leaving = false;
  for (const Json& line : ours.lines()) {
    if (line.at("task") == "leaving") {
      leaving = true;
      expect_equal(line, scored(gold, "--task binary --col churn --field churn --positive 1", ""));
    }
    if (line.at("task") != "issues") continue;
    issues = true;
    expect_equal(line, scored(gold, "--task multilabel --col issue", ""));
  }
  EXPECT_TRUE(issues && leaving);
}

TEST_F(TextCommands, CalibrateWantsEnoughRowsAndHelps) {
  std::string few;
  for (int i = 0; i < 299; ++i) few += "neg\ten\tx\tthe soup was cold\n";
  const auto refused = Program().run("calibrate --channel shop " + in_quotes(write("few.tsv", few)));
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_NE(refused.err.find("300"), std::string::npos) << refused.err;
  const auto alike = write("alike.tsv", few + "neg\ten\tx\tthe tea was cold\n");
  const auto one_label = Program().run("calibrate --channel shop " + in_quotes(alike));
  EXPECT_EQ(one_label.exit_code, 2);
  EXPECT_NE(one_label.err.find("one label"), std::string::npos) << one_label.err;
  EXPECT_EQ(one_label.out, "");

  const auto dev = kText / "zh_waimai.dev.tsv";
  if (!std::filesystem::exists(dev)) GTEST_SKIP() << "the shared data is not here";
  const auto outcome = Program().run("calibrate --channel waimai " + in_quotes(dev));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  double before = 0;
  double after = 1;
  ASSERT_EQ(
      std::sscanf(outcome.err.c_str(), "%*d rows; on the half it did not see: loss %lf, now %lf", &before, &after), 2)
      << outcome.err;
  EXPECT_LT(after, before);
  EXPECT_NE(outcome.err.find("no row is labelled neu"), std::string::npos) << outcome.err;
  const auto config = write("earshot.yaml", outcome.out);
  EXPECT_EQ(Program().run("config check " + in_quotes(config)).exit_code, 0);
}

}  // namespace
}  // namespace earshot
