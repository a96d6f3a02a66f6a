#include "text/analyzer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "unit/text/support.h"

namespace earshot {
namespace {

Analysis analyze(std::string_view text, std::string_view language = {}) {
  return shipped_analyzer().analyze(text, language);
}

bool has_issue(const Analysis& analysis, IssueType type) {
  return std::any_of(analysis.issues.begin(), analysis.issues.end(),
                     [&](const IssueScore& issue) { return issue.type == type; });
}

TEST(Analyzer, TellsSentimentInBothLanguages) {
  struct Row {
    std::string_view text;
    Language language;
    Sentiment sentiment;
  };
  const std::vector<Row> rows = {
      {"The soup was cold and the waiter was rude, terrible evening.", Language::en, Sentiment::negative},
      {"Absolutely delicious food and such friendly staff!", Language::en, Sentiment::positive},
      {"汤是凉的，服务员态度恶劣，太差了", Language::zh, Sentiment::negative},
      {"味道很好，送餐也快，非常满意", Language::zh, Sentiment::positive},
      {"服務態度很差，菜也難吃", Language::zh, Sentiment::negative},
      {"ＴＨＥ ＦＯＯＤ ＷＡＳ ＴＥＲＲＩＢＬＥ", Language::en, Sentiment::negative},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.text);
    const Analysis analysis = analyze(row.text);
    EXPECT_EQ(analysis.language, row.language);
    EXPECT_EQ(analysis.sentiment, row.sentiment);
    EXPECT_EQ(analysis.negative_permille + analysis.neutral_permille + analysis.positive_permille, 1000);
  }
}

TEST(Analyzer, HearsTwoNegationsAndWhichSideARivalIsOn) {
  struct Row {
    std::string_view text;
    Sentiment sentiment;
  };
  const std::vector<Row> rows = {
      {"Not bad at all", Sentiment::positive},
      {"There is nothing I don't like about it", Sentiment::positive},
      {"My old kettle never let me down", Sentiment::positive},
      {"This was not good at all", Sentiment::negative},
      {"没有不满意的地方", Sentiment::positive},
      {"没有人不喜欢", Sentiment::positive},
      {"不是一般的好", Sentiment::positive},
      {"不是一般的难吃", Sentiment::negative},
      {"一点都不好", Sentiment::negative},
      {"Worse than Acme in every way", Sentiment::negative},
      {"Better than Acme in every way", Sentiment::positive},
      {"比美团好多了", Sentiment::positive},
      {"京东比你们快多了", Sentiment::negative},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.text);
    EXPECT_EQ(analyze(row.text).sentiment, row.sentiment);
  }
}

TEST(Analyzer, AbstainsWhereItWasNotTrained) {
  const std::vector<std::string_view> rows = {
      "El servicio fue muy malo y la comida estaba fría",
      "とても美味しかったです、また行きます",
      "Das Essen war nicht gut und der Kellner sehr unfreundlich",
      "서비스가 너무 느려요",
      "Доставка опоздала на два часа",
      "",
      "   ",
      "🙂",
      "12345 678",
      "\xff\xfe\x80",
  };
  for (const std::string_view row : rows) {
    SCOPED_TRACE(row);
    const Analysis analysis = analyze(row);
    EXPECT_EQ(analysis.sentiment, Sentiment::unknown);
    EXPECT_EQ(analysis.language, Language::unknown);
    EXPECT_EQ(analysis.negative_permille + analysis.neutral_permille + analysis.positive_permille, 0);
    EXPECT_FALSE(analysis.complaint);
  }
}

TEST(Analyzer, ChoosesWhenItMayNotAbstain) {
  const Analysis analysis = shipped_analyzer().analyze("😡😡😡", {}, {.evidence = false, .may_abstain = false});
  EXPECT_NE(analysis.sentiment, Sentiment::unknown);
}

TEST(Analyzer, FindsIssueTypes) {
  struct Row {
    std::string_view text;
    IssueType issue;
  };
  const std::vector<Row> rows = {
      {"My parcel never arrived and tracking has not changed for days", IssueType::delivery},
      {"送餐太慢了，等了两个小时才送到", IssueType::delivery},
      {"I was charged twice for the same invoice", IssueType::billing},
      {"申请退款半个月了还不退钱", IssueType::refund},
      {"衣服洗一次就掉色起球，质量太差", IssueType::quality},
      {"感觉是假货，和专柜的不一样", IssueType::authenticity},
      {"They sent me the wrong item, this is not what I ordered", IssueType::order_error},
      {"更新之后软件一直闪退", IssueType::app},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.text);
    EXPECT_TRUE(has_issue(analyze(row.text), row.issue));
  }
}

TEST(Analyzer, AnAspectThatIsOnlyNamedIsNeitherPraisedNorBlamed) {
  struct Row {
    std::string_view text;
    Aspect aspect;
    Sentiment polarity;
  };
  const std::vector<Row> rows = {
      {"We came by car, the parking is behind the restaurant.", Aspect::place, Sentiment::neutral},
      {"The pizza was terrible, but the staff were very helpful.", Aspect::food, Sentiment::negative},
      {"The pizza was terrible, but the staff were very helpful.", Aspect::staff, Sentiment::positive},
      {"物流很快，味道太差", Aspect::delivery, Sentiment::positive},
      {"物流很快，味道太差", Aspect::food, Sentiment::negative},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.text);
    const Analysis analysis = analyze(row.text);
    const auto found = std::find_if(analysis.aspects.begin(), analysis.aspects.end(),
                                    [&](const AspectScore& score) { return score.aspect == row.aspect; });
    ASSERT_NE(found, analysis.aspects.end());
    EXPECT_EQ(found->polarity, row.polarity);
  }
}

TEST(Analyzer, HearsAGoodbyeButNotEveryCancellation) {
  for (const std::string_view text : {"I want to cancel my subscription", "We are not renewing our contract next year",
                                      "以后不会再买了，太失望", "请帮我注销会员"}) {
    SCOPED_TRACE(text);
    EXPECT_GE(analyze(text).leave_permille, 500);
  }
  for (const std::string_view text :
       {"I almost cancelled my subscription but support talked me round", "Please cancel my appointment on Monday",
        "帮我取消订单", "I cancelled the order because of the size", "下次还会再来"}) {
    SCOPED_TRACE(text);
    EXPECT_LT(analyze(text).leave_permille, 500);
  }
}

TEST(Analyzer, UrgencyComesFromWordsNeverFromTone) {
  struct Row {
    std::string_view text;
    std::uint8_t urgency;
    UrgencyCause cause;
  };
  const std::vector<Row> rows = {
      {"The charger caught fire on my desk", 2, UrgencyCause::safety},
      {"插座漏电，差点出事", 2, UrgencyCause::safety},
      {"There are unauthorised transactions on my statement", 2, UrgencyCause::fraud},
      {"我的卡被盗刷了", 2, UrgencyCause::fraud},
      {"My lawyer will be in touch", 1, UrgencyCause::legal},
      {"Worst company ever, I hate you, terrible terrible terrible!!!", 0, UrgencyCause::none},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.text);
    const Analysis analysis = analyze(row.text);
    EXPECT_EQ(analysis.urgency, row.urgency);
    EXPECT_EQ(analysis.urgency_cause, row.cause);
  }
}

TEST(Analyzer, ThanksAloneIsCourtesy) {
  for (const std::string_view text : {"谢谢", "ok thanks", "Thank you so much!", "好的，谢谢 🙏", "Hi", "收到了"}) {
    SCOPED_TRACE(text);
    const Analysis analysis = analyze(text);
    EXPECT_TRUE(analysis.courtesy);
    EXPECT_FALSE(analysis.complaint);
  }
  for (const std::string_view text :
       {"thanks, but it still does not work", "谢谢，可是还没收到", "", "🙏", "Hello? anyone there?"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(analyze(text).courtesy);
  }
}

TEST(Analyzer, EvidencePointsIntoTheOriginalText) {
  const std::string_view text = "Hmm…  Ｔｈｅ soup was TERRIBLE, and they never refunded me 😡";
  const Analysis analysis = analyze(text);
  ASSERT_FALSE(analysis.evidence.empty());
  EXPECT_LE(analysis.evidence.size(), kEvidenceMax);
  bool names_the_word = false;
  for (const Evidence& evidence : analysis.evidence) {
    ASSERT_LT(evidence.from, evidence.to);
    ASSERT_LE(evidence.to, text.size());
    names_the_word =
        names_the_word || text.substr(evidence.from, evidence.to - evidence.from).find("TERRIBLE") != text.npos;
  }
  EXPECT_TRUE(names_the_word);
  EXPECT_TRUE(std::is_sorted(analysis.evidence.begin(), analysis.evidence.end(),
                             [](const Evidence& a, const Evidence& b) { return a.weight_milli > b.weight_milli; }));
}

TEST(Analyzer, EmojiAloneAnswerWhenTheyAreSure) {
  EXPECT_EQ(analyze("😡😡😡").sentiment, Sentiment::negative);
  EXPECT_EQ(analyze("😍").sentiment, Sentiment::positive);
  EXPECT_EQ(analyze("😡").language, Language::unknown);
  EXPECT_FALSE(analyze("😡").evidence.empty());
  // A smile may be hostile, marks are no face, and a face does not translate what stands beside it.
  for (const std::string_view text : {"🙂", "!!!", "12345", "これは最悪です 😡", "Очень 😍"}) {
    SCOPED_TRACE(text);
    const Analysis analysis = analyze(text);
    EXPECT_EQ(analysis.sentiment, Sentiment::unknown);
    EXPECT_EQ(analysis.negative_permille + analysis.neutral_permille + analysis.positive_permille, 0);
  }
}

// Where `text` shows evidence for `label`, as it stands there.
std::string shown(std::string_view text, std::string_view label, bool by_agent = false) {
  for (const Evidence& evidence : shipped_analyzer().analyze(text, {}, {.by_agent = by_agent}).evidence) {
    if (evidence.label == label) return std::string(text.substr(evidence.from, evidence.to - evidence.from));
  }
  return {};
}

TEST(Analyzer, WhateverItSaysHasEvidence) {
  struct Row {
    std::string_view text;
    std::string_view label;
    std::string_view where;  // within what is shown
  };
  const std::vector<Row> rows = {
      {"Terrible food, I want my money back", "complaint", "Terrible"},
      {"送餐太慢，差评", "complaint", "慢"},
      {"Is the soup hot？", "ask", "？"},
      {"How do I change my address?", "ask", "How do I"},
      {"You should add dark mode", "suggest", "should"},
      {"I am cancelling my account today", "leave", "cancelling"},
      {"The charger caught fire", "safety", "caught fire"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(std::string(row.text) + ", " + std::string(row.label));
    EXPECT_NE(shown(row.text, row.label).find(row.where), std::string::npos) << shown(row.text, row.label);
  }
  EXPECT_EQ(shown("Sorry, that is not my department", "agent_fault", true), "not my department");
}

TEST(Analyzer, EveryIssueOfALongComplaintIsShown) {
  const std::string_view text =
      "My parcel is late, a wrong item was in it, it broke, it is fake, the staff was rude, it was overpriced, I was "
      "charged twice, no refund, my account is locked, the app crashes, no internet connection.";
  const Analysis analysis = analyze(text);
  ASSERT_GT(analysis.issues.size(), 6u);
  EXPECT_EQ(analysis.evidence.size(), kEvidenceMax);
  for (const IssueScore& issue : analysis.issues)
    EXPECT_NE(shown(text, text::name_of(issue.type)), "") << text::name_of(issue.type);
  EXPECT_NE(shown(text, "neg"), "");
}

TEST(Analyzer, GivesTheSameAnswerWithAndWithoutEvidence) {
  for (const std::string_view text : {"The soup was cold", "送餐太慢", "a b c", "don't buy"}) {
    Analysis with = shipped_analyzer().analyze(text);
    const Analysis without = shipped_analyzer().analyze(text, {}, {.evidence = false});
    with.evidence.clear();
    EXPECT_EQ(with, without) << text;
  }
}

TEST(Analyzer, ThreadsAgree) {
  const std::string_view text = "配送很快，但是味道一般，food was cold";
  const Analysis expected = analyze(text);
  std::vector<int> differences(4);
  std::vector<std::thread> threads;
  for (int& difference : differences) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        shipped_analyzer().analyze(i % 2 == 0 ? "something else" : "别的东西");
        if (!(analyze(text) == expected)) ++difference;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(differences, std::vector<int>(4));
}

TEST(Analyzer, LivesThroughHostileTexts) {
  std::string marks = "a";
  for (int i = 0; i < 100000; ++i) marks += "\xcc\x81";
  for (const std::string& text :
       {std::string(1 << 20, 'x'), std::string(1 << 20, '\xf0'), marks, std::string(100000, '\0')}) {
    EXPECT_LE(analyze(text).evidence.size(), kEvidenceMax);
  }
  std::string never;
  for (int i = 0; i < 50000; ++i) never += "never buy again ";
  EXPECT_GE(analyze(never).leave_permille, 500);
}

}  // namespace
}  // namespace earshot
