// What /metrics says of a real service after a few deliveries: every stage counts, and times are measured.
#include <fstream>
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
    if (!line.starts_with('#') && space != std::string::npos)
      samples[line.substr(0, space)] = std::stod(line.substr(space + 1));
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
  EXPECT_EQ(samples[R"(earshot_dead_letters_total{connector="cloudevents",reason="not_json",stage="intake"})"], 1);
  EXPECT_EQ(samples[R"(earshot_feedback_total{channel="web",sentiment="neg",tenant="acme"})"], 2);
  EXPECT_GE(samples["earshot_commit_seconds_count"], 3);
  EXPECT_GT(samples["earshot_commit_seconds_sum"], 0);
  for (const std::string stage : {"intake", "customer", "desk"}) {
    EXPECT_GE(samples["earshot_events_in_total{stage=\"" + stage + "\"}"], 2) << stage;
    EXPECT_TRUE(samples.contains("earshot_lag_seconds{stage=\"" + stage + "\"}")) << stage;
  }
  EXPECT_TRUE(samples.contains(R"(earshot_lag_seconds{stage="api"})"));
  for (const auto& [name, value] : samples) {
    if (!name.starts_with("earshot_lag_seconds")) continue;
    EXPECT_LT(value, 3600) << name << ": the first configuration has no time";
  }
  EXPECT_EQ(samples[R"(earshot_http_requests_total{outcome="ok",route="/v1/events"})"], 3);
  EXPECT_EQ(samples[R"(earshot_http_requests_total{outcome="refused",route="/v1/events"})"], 1);
  EXPECT_EQ(samples[R"(earshot_http_request_seconds_count{route="/v1/events"})"], 4);
  EXPECT_EQ(samples["earshot_ready"], 1);
  EXPECT_EQ(samples["earshot_queue_events"], 0);
  EXPECT_EQ(samples["earshot_queue_events_max"], 20'000);
  EXPECT_GT(samples["earshot_process_cpu_seconds_total"], 0);
  EXPECT_GT(samples["earshot_process_memory_bytes"], 10e6);
  EXPECT_GT(samples["earshot_process_open_files"], 10);
  EXPECT_GT(samples["earshot_process_open_files_max"], samples["earshot_process_open_files"]);
  EXPECT_GT(samples["earshot_disk_free_bytes"], 0);
  EXPECT_GT(samples["earshot_disk_size_bytes"], samples["earshot_disk_free_bytes"]);
  EXPECT_GT(samples["earshot_start_timestamp_seconds"], 1.7e9);
  EXPECT_EQ(service.end().exit_code, 0);
}

TEST(MetricsOfAService, CountWhatIsRefusedBeforeARouteIsKnown) {
  Scratch scratch;
  RunningEarshot service({.data = scratch.path() / "data"});
  ASSERT_TRUE(service.runs());
  EXPECT_EQ(service.get("/nowhere").status, 404);
  HttpClient client(service.port());
  ASSERT_TRUE(client.send("nonsense\r\n\r\n"));
  EXPECT_EQ(client.read_answer().status, 400);
  HttpClient stream(service.port());
  ASSERT_TRUE(stream.send("GET /v1/alerts/stream HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  EXPECT_NE(stream.read_until("\r\n\r\n"), "");
  auto samples = samples_of(service.get("/metrics").body);
  EXPECT_EQ(samples[R"(earshot_http_requests_total{outcome="refused",route="none"})"], 2);
  EXPECT_EQ(samples[R"(earshot_http_requests_total{outcome="ok",route="/v1/alerts/stream"})"], 1);
  EXPECT_FALSE(samples.contains(R"(earshot_http_request_seconds_count{route="/v1/alerts/stream"})"))
      << "a stream has no end to wait for";
  EXPECT_EQ(samples[R"(earshot_http_requests_total{outcome="failed",route="/v1/events"})"], 0);
}

// A start knows the open cases of its state: nobody has to wait for the next one.
TEST(MetricsOfAService, ShowTheActiveCasesOfItsState) {
  Scratch scratch;
  const auto file = scratch.path() / "reviews.ndjson";
  std::ofstream(file)
      << review_json({.id = "1", .key = "customer:M", .time = "2026-01-05T10:00:00Z"}) << "\n"
      << review_json({.id = "2", .key = "customer:N", .text = "all fine", .stars = 5, .time = "2026-01-06T10:00:00Z"})
      << "\n"
      << review_json({.id = "3", .key = "customer:N", .text = "still fine", .stars = 5, .time = "2026-01-07T10:00:00Z"})
      << "\n";
  ASSERT_EQ(run_on(scratch.path() / "data", {"import", file.string()}).exit_code, 0);
  RunningEarshot service({.data = scratch.path() / "data"});
  ASSERT_TRUE(service.runs());
  auto samples = samples_of(service.get("/metrics").body);
  double active = 0;
  for (const auto& [name, value] : samples) {
    if (name.starts_with("earshot_cases_active{")) active += value;
  }
  EXPECT_EQ(active, 1);
}

}  // namespace
}  // namespace earshot::test
