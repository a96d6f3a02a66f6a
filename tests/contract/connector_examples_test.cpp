// The configurations in examples/ read the public data they were written for: every row, exactly, with ids of their
// own.
#include <set>

#include <gtest/gtest.h>

#include "cli/config.h"
#include "cli/files.h"
#include "support/connector_samples.h"
#include "support/shared_data.h"

namespace earshot::test {
namespace {

cli::Config example(const std::string& name) {
  auto config = cli::load_config(std::filesystem::path(EARSHOT_SOURCE_DIR) / "examples" / name);
  EXPECT_TRUE(config.has_value()) << (config ? "" : config.error().message);
  return config ? std::move(*config) : cli::Config{};
}

Found read_shared(const cli::Config& config, const std::string& connector, const std::string& file) {
  Found found;
  auto made = cli::find_connector(config, connector);
  EXPECT_TRUE(made.has_value()) << (made ? "" : made.error().message);
  if (!made) return found;
  const auto read =
      cli::read_file(**made, shared_file(file).string(), "acme", parse_rfc3339("2026-11-22T12:00:00Z").value(), found);
  EXPECT_TRUE(read.has_value()) << (read ? "" : read.error().message);
  return found;
}

// A secret stands in the environment, never in the file; an unset one is an error, not an open door.
TEST(Examples, SecretsOfAConnectorComeFromTheEnvironment) {
  const std::string yaml =
      "connectors:\n  - {name: survey, connector: typeform, secret_env: EARSHOT_TEST_HOOK_SECRET}\n";
  ::unsetenv("EARSHOT_TEST_HOOK_SECRET");
  EXPECT_FALSE(cli::parse_config(yaml, "test.yaml").has_value());
  ::setenv("EARSHOT_TEST_HOOK_SECRET", "typeform-secret-1", 1);
  const auto config = cli::parse_config(yaml, "test.yaml");
  ::unsetenv("EARSHOT_TEST_HOOK_SECRET");
  ASSERT_TRUE(config.has_value()) << config.error().message;
  const auto connector = cli::find_connector(*config, "survey");
  ASSERT_TRUE(connector.has_value());
  const auto samples = std::filesystem::path(EARSHOT_SOURCE_DIR) / "connectors" / "typeform" / "samples";
  const std::string body = read_file(samples / "form_response.json");
  const std::string rows = read_file(samples / "signatures.json");
  const std::size_t begin = rows.find("sha256=");  // of the first row, the valid one
  const Headers headers{{"typeform-signature", rows.substr(begin, rows.find('"', begin) - begin)}};
  EXPECT_TRUE((*connector)->verify({headers, body, kEarliest}).has_value());
  EXPECT_FALSE((*connector)->verify({headers, body + " ", kEarliest}).has_value());
  EXPECT_FALSE(make_connector("typeform", "{}").value()->verify({headers, body, kEarliest}).has_value());
}

std::size_t distinct_ids(const Found& found) {
  std::set<std::pair<std::string, std::string>> ids;
  for (const Event& event : found.events) ids.emplace(event.source, event.id);
  return ids.size();
}

TEST(Examples, ConnectorsOfEveryExampleCanBeMade) {
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(EARSHOT_SOURCE_DIR) / "examples")) {
    if (entry.path().extension() != ".yaml") continue;
    const cli::Config config = example(entry.path().filename().string());
    for (const cli::ConnectorConfig& connector : config.connectors) {
      const auto made = make_connector(connector.connector, connector.settings);
      EXPECT_TRUE(made.has_value()) << entry.path() << ": " << (made ? "" : made.error().message);
    }
  }
}

TEST(Examples, OnlineRetailReadsEveryPurchaseAndReturnToThePenny) {
  const std::string file = "churn/online_retail_ii_events.csv.gz";
  if (!std::filesystem::exists(shared_file("data/" + file))) GTEST_SKIP() << "no " << shared_file("data/" + file);
  const Found found = read_shared(example("online_retail.yaml"), "retail", "data/" + file);
  std::int64_t orders = 0, returns = 0, ordered = 0, returned = 0;
  for (const Event& event : found.events) {
    const Input& input = std::get<Input>(event.body);
    (input.kind == InputKind::order ? orders : returns) += 1;
    (input.kind == InputKind::order ? ordered : returned) += input.order->amount;
  }
  EXPECT_EQ(orders, 36'851);
  EXPECT_EQ(returns, 7'894);
  EXPECT_EQ(ordered, 1'743'153'316);  // added up with decimal numbers elsewhere
  EXPECT_EQ(returned, 108'788'214);
  EXPECT_EQ(found.letters.size(), 0u);
  EXPECT_EQ(distinct_ids(found), found.events.size());
}

TEST(Examples, LabelledReviewsReadEveryText) {
  struct Row {
    const char* file;
    std::size_t rows;
  };
  for (const Row& row : {Row{"zh_waimai.test.tsv", 1233}, Row{"en_zomato.test.tsv", 874}}) {
    const std::string file = std::string("data/text/") + row.file;
    if (!std::filesystem::exists(shared_file(file))) GTEST_SKIP() << "no " << shared_file(file);
    const Found found = read_shared(example("labelled_reviews.yaml"), "labelled_reviews", file);
    ASSERT_EQ(found.events.size(), row.rows);
    EXPECT_EQ(found.letters.size(), 0u);
    EXPECT_EQ(distinct_ids(found), row.rows);
    EXPECT_EQ(found.events.front().id, std::string(row.file) + "-1");
    EXPECT_EQ(found.events.back().time, parse_rfc3339("2011-12-09T13:00:00Z").value() + std::chrono::seconds(row.rows));
    EXPECT_EQ(std::get<Input>(found.events[1].body).rating,
              (Rating{1000, 1000, 5000}));  // both files: the second row is `neg`
  }
}

}  // namespace
}  // namespace earshot::test
