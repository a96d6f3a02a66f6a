// Public data on its way through the real program, as a support lead would try it: what was bought in a shop over two
// years, then reviews in two languages. What is said about silence is worked out a second time, by hand.
#include <csignal>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "integration/cli/silence_by_hand.h"
#include "support/program.h"
#include "support/shared_data.h"

namespace earshot {
namespace {

using Json = nlohmann::json;
using test::in_quotes;
using test::Program;

const std::filesystem::path kShop = test::shared_file("data/churn/online_retail_ii_events.csv.gz");
const std::filesystem::path kChinese = test::shared_file("data/text/zh_waimai.test.tsv");
const std::filesystem::path kEnglish = test::shared_file("data/text/en_zomato.test.tsv");

const std::string kImportShop = "import --config examples/online_retail.yaml " + in_quotes(kShop);
const std::string kImportReviews =
    "import --config examples/labelled_reviews.yaml " + in_quotes(kChinese) + " " + in_quotes(kEnglish);

// How far the two imports reach.
const std::int64_t kShopEnds = by_hand::seconds_of("2011-12-09T12:50:00Z");
const std::int64_t kReviewsEnd = by_hand::seconds_of("2011-12-09T13:20:33Z");  // 1,233 rows, a second each

struct Counts {
  long accepted = 0;
  long duplicate = 0;
  long rejected = 0;
  bool operator==(const Counts&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Counts& counts) {
  return out << counts.accepted << " accepted, " << counts.duplicate << " duplicate, " << counts.rejected
             << " rejected";
}

class RealInput : public ::testing::Test {
 protected:
  // Everything is imported once; each test looks at it.
  static void SetUpTestSuite() {
    if (!std::filesystem::exists(kShop)) return;
    scratch_ = std::make_unique<test::Scratch>();
    shop_ = import(kImportShop, "data");
    reviews_ = import(kImportReviews, "data");
    digest_ = digest("data");
  }
  static void TearDownTestSuite() { scratch_.reset(); }

  void SetUp() override {
    if (!std::filesystem::exists(kShop)) GTEST_SKIP() << "the shared data is not here: " << kShop;
  }

  static std::string data(const std::string& name) { return " --data " + in_quotes(scratch_->path() / name); }

  static Counts import(const std::string& words, const std::string& name) {
    const auto outcome = Program().run(words + data(name));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
    Counts counts;
    EXPECT_EQ(std::sscanf(outcome.out.c_str(), "accepted %ld\nduplicate %ld\nrejected %ld\n", &counts.accepted,
                          &counts.duplicate, &counts.rejected),
              3)
        << outcome.out;
    return counts;
  }

  // Some 64 hex digits, which two runs may be compared by.
  static std::string digest(const std::string& name) {
    const auto outcome = Program().run("digest" + data(name));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(outcome.last_word().size(), 64u) << outcome.out;
    return outcome.last_word();
  }

  static std::vector<Json> ask(const std::string& words) {
    const auto outcome = Program().run(words + " --json" + data("data"));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
    return outcome.lines();
  }

  static std::map<std::string, std::vector<by_hand::Contact>> contacts() {
    const auto csv = scratch_->path() / "shop.csv";
    const int status = std::system(("gzip -dc " + in_quotes(kShop) + " >" + in_quotes(csv)).c_str());
    EXPECT_EQ(status, 0);
    std::ifstream file(csv);
    return by_hand::read_contacts(file);
  }

  static std::unique_ptr<test::Scratch> scratch_;
  static Counts shop_;
  static Counts reviews_;
  static std::string digest_;
};

std::unique_ptr<test::Scratch> RealInput::scratch_;
Counts RealInput::shop_;
Counts RealInput::reviews_;
std::string RealInput::digest_;

TEST_F(RealInput, EveryRowIsTaken) {
  EXPECT_EQ(shop_, (Counts{44'745, 0, 0}));
  EXPECT_EQ(reviews_, (Counts{1'233 + 874, 0, 0}));
}

TEST_F(RealInput, ReplayFindsWhatTheStateHolds) {
  const auto outcome = Program().run("replay --check" + data("data"));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("state    " + digest_ + "\nreplay   " + digest_ + "\n"), std::string::npos) << outcome.out;
}

TEST_F(RealInput, ASecondImportChangesNothing) {
  EXPECT_EQ(import(kImportShop, "data"), (Counts{0, 44'745, 0}));
  EXPECT_EQ(import(kImportReviews, "data"), (Counts{0, 2'107, 0}));
  EXPECT_EQ(digest("data"), digest_);
}

TEST_F(RealInput, TheSizeOfABatchChangesNothing) {
  import(kImportShop + " --batch 37", "small_batches");
  import(kImportReviews + " --batch 100000", "small_batches");
  EXPECT_EQ(digest("small_batches"), digest_);
}

// The system ends the process when one of its files grows beyond a limit: in the middle of a write of the log.
TEST_F(RealInput, AnImportThatDiesAndIsRunAgainEndsInTheSameState) {
  long accepted = 0;
  for (const int megabytes : {2, 4, 6}) {
    SCOPED_TRACE(megabytes);
    const std::string limits = "ulimit -c 0 && ulimit -f " + std::to_string(megabytes * 2048) + " && ";
    const int status =
        std::system(("(" + limits + Program::command(kImportShop + data("died")) + ") >/dev/null 2>&1").c_str());
    EXPECT_EQ(WEXITSTATUS(status), 128 + SIGXFSZ);
    const auto before = Program().run("topics --json" + data("died"));
    const long now = before.exit_code == 0 ? before.lines().at(0).at("records").get<long>() : 0;
    EXPECT_GE(now, accepted);
    accepted = now;
  }
  EXPECT_GT(accepted, 1'000) << "something was imported before it died";
  const Counts last = import(kImportShop, "died");
  EXPECT_GT(last.duplicate, 1'000);
  EXPECT_EQ(last.accepted + last.duplicate, 44'745);
  import(kImportReviews, "died");
  EXPECT_EQ(digest("died"), digest_);
}

// The last signal of everybody whose silence stands when the data ends, by customer.
TEST_F(RealInput, EveryCustomerWhoFellSilentIsListedAndNobodyElse) {
  struct Expected {
    std::string level;
    double since = 0;
  };
  std::map<std::string, Expected> expected;
  for (const auto& [customer, all] : contacts()) {
    const auto silence = by_hand::silence_after(&all.front(), &all.back());
    const double now = static_cast<double>(kReviewsEnd);
    if (!silence || by_hand::noticed(silence->watch_at) > now) continue;
    const bool act = by_hand::noticed(silence->act_at) <= now;
    expected["customer:" + customer] = {act ? "act" : "watch",
                                        act ? std::max(silence->act_at, silence->watch_at) : silence->watch_at};
  }
  std::map<std::string, Json> found;
  for (const Json& row : ask("signals --kind silent")) found[row.at("key")] = row;
  EXPECT_EQ(found.size(), expected.size());
  for (const auto& [key, silence] : expected) {
    SCOPED_TRACE(key);
    ASSERT_TRUE(found.contains(key));
    const Json& row = found[key];
    EXPECT_EQ(row.at("level"), silence.level);
    EXPECT_NEAR(static_cast<double>(by_hand::seconds_of(row.at("since"))), silence.since, 1.5);
    EXPECT_GE(row.at("reasons").size(), 2u);
  }
}

// Once a customer's silence passed 0.8: those of the last week of the shop, of customers with a habit.
TEST_F(RealInput, OnlySilencesOfTheLastWeekOpenedACase) {
  std::multiset<std::string> expected;
  for (const auto& [customer, all] : contacts()) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto silence = by_hand::silence_after(&all.front(), &all[i]);
      if (!silence || silence->active_days < 2) continue;
      const double act = std::max(silence->act_at, silence->watch_at);
      const auto next = static_cast<double>(i + 1 < all.size() ? all[i + 1].at : kReviewsEnd);
      if (by_hand::noticed(act) < next && act >= static_cast<double>(kShopEnds - 7 * by_hand::kDay))
        expected.insert("customer:" + customer);
    }
  }
  // Of a few nobody is told, to compare: their signal says so.
  std::set<std::string> untouched;
  for (const Json& row : ask("signals --kind silent")) {
    if (row.at("reasons").back().get<std::string>().starts_with("kept untouched")) untouched.insert(row.at("key"));
  }
  EXPECT_GE(untouched.size(), 1u);
  EXPECT_LE(untouched.size(), expected.size() / 6);
  for (const std::string& key : untouched) EXPECT_EQ(expected.erase(key), 1u) << key;

  std::multiset<std::string> found;
  for (const Json& row : ask("cases")) {
    if (row.at("origin") != "silence") continue;
    found.insert(row.at("key"));
    EXPECT_TRUE(row.at("proactive"));
    EXPECT_GE(by_hand::seconds_of(row.at("opened_at")), kShopEnds - 7 * by_hand::kDay);
  }
  EXPECT_EQ(found, expected);
  EXPECT_GT(found.size(), 5u);
}

struct Review {
  std::string label;
  std::int64_t at = 0;
};

// What the example's configuration makes of the rows of a file, by reviewer.
std::map<std::string, Review> reviews_in(const std::filesystem::path& file) {
  std::map<std::string, Review> reviews;
  std::ifstream rows(file);
  std::int64_t row = 0;
  for (std::string line; std::getline(rows, line);) {
    ++row;
    reviews["reviewer:" + file.filename().string() + "-" + std::to_string(row)] = {
        line.substr(0, line.find('\t')), by_hand::seconds_of("2011-12-09T13:00:00Z") + row};
  }
  return reviews;
}

TEST_F(RealInput, EveryBadReviewOpenedOneCaseWithSomebodyToAnswerForIt) {
  std::map<std::string, Review> reviews = reviews_in(kChinese);
  reviews.merge(reviews_in(kEnglish));
  ASSERT_EQ(reviews.size(), 2'107u);
  std::map<std::string, int> opened;
  for (const Json& row : ask("cases")) {
    if (row.at("origin") != "review") continue;
    const std::string key = row.at("key");
    SCOPED_TRACE(key);
    ASSERT_TRUE(reviews.contains(key));
    ++opened[reviews[key].label];
    EXPECT_EQ(by_hand::seconds_of(row.at("opened_at")), reviews[key].at);
    EXPECT_NE(row.value("owner", "") + row.value("liaison", ""), "") << "nobody answers for it";
    EXPECT_NE(row.at("department"), "");
    EXPECT_FALSE(row.at("reasons").empty());
    reviews[key].label += " opened";
  }
  EXPECT_EQ(opened["neg"], 838 + 232);
  for (const auto& [key, review] : reviews) EXPECT_NE(review.label, "neg") << key << " has no case";
  // Few stars are enough; words overrule many stars only when there is no doubt.
  EXPECT_LT(opened["neu"] + opened["pos"], 60);
}

TEST_F(RealInput, NoAlertLeaves) {
  EXPECT_TRUE(ask("alerts").empty());
  EXPECT_TRUE(ask("dead-letters list").empty());
}

TEST_F(RealInput, OneCustomerIsShownWhole) {
  const auto everybody = contacts();
  const std::string customer = "R13085";
  const auto& all = everybody.at(customer);
  const Json shown = ask("customer customer:" + customer).at(0);
  std::set<std::int64_t> days;
  for (const auto& contact : all) {
    if (contact.is_purchase) days.insert(contact.at / by_hand::kDay);
  }
  EXPECT_EQ(shown.at("activity_days"), days.size());
  EXPECT_EQ(by_hand::seconds_of(shown.at("first_seen")), all.front().at);
  EXPECT_EQ(by_hand::seconds_of(shown.at("last_heard")), all.back().at);
  EXPECT_EQ(shown.at("timeline").size(), all.size());
  const Json review = ask("customer reviewer:en_zomato.test.tsv-2").at(0);
  EXPECT_EQ(review.at("risk"), "unhappy");
  EXPECT_EQ(review.at("timeline").back().at("text"), "wrong order");
  EXPECT_EQ(review.at("cases").size(), 1u);
}

}  // namespace
}  // namespace earshot
