// What /metrics says of a real service after a few deliveries: every stage counts, and times are measured.
#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "support/earshot_process.h"
#include "support/scratch.h"

namespace earshot::test {
namespace {

std::map<std::string, double> samples_of(const std::string& text) {
  std::map<std::string, double> samples;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t space = line.rfind(' ');
    if (!line.starts_with('#') && space != std::string::npos) samples[line.substr(0, space)] = std::stod(line.substr(space + 1));
  }
  return samples;
}

TEST(MetricsOfAService, CountEveryStageAndMeasureItsTimes) {
  Scratch scratch;
  RunningEarshot service({.data = scratch.path() / "data"});
  ASSERT_TRUE(service.runs());
  for (const char* id : {"1", "2", "1"}) {
    ASSERT_EQ(service.post("/v1/events", review_json({.id = id, .key = "customer:M"})).status, 200);
  }
  EXPECT_EQ(service.post("/v1/events", "no JSON at all").status, 400);

  auto samples = samples_of(service.get("/metrics").body);
  EXPECT_EQ(samples[R"(earshot_events_in_total{stage="api"})"], 3);
  EXPECT_EQ(samples[R"(earshot_events_out_total{stage="api"})"], 2);
  EXPECT_EQ(samples[R"(earshot_duplicates_total{stage="api"})"], 1);
  EXPECT_EQ(samples[R"(earshot_dead_letters_total{reason="not_json",stage="intake"})"], 1);
  EXPECT_EQ(samples[R"(earshot_feedback_total{channel="web",sentiment="neg"})"], 2);
  EXPECT_GE(samples["earshot_commit_seconds_count"], 3);
  EXPECT_GT(samples["earshot_commit_seconds_sum"], 0);
  for (const std::string stage : {"intake", "customer", "desk"}) {
    EXPECT_GE(samples["earshot_events_in_total{stage=\"" + stage + "\"}"], 2) << stage;
    EXPECT_TRUE(samples.contains("earshot_lag_seconds{stage=\"" + stage + "\"}")) << stage;
  }
  EXPECT_TRUE(samples.contains(R"(earshot_lag_seconds{stage="api"})"));
  EXPECT_EQ(service.end().exit_code, 0);
}

}  // namespace
}  // namespace earshot::test
