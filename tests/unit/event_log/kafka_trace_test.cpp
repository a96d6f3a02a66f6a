#include "event_log/kafka_trace.h"

#include <gtest/gtest.h>

namespace earshot::kafka {
namespace {

const std::string kTrace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(KafkaTrace, IsFoundInTheEnvelopeAndNowhereElse) {
  const std::string attribute = R"("traceparent":")" + kTrace + R"(",)";
  EXPECT_EQ(trace_of(R"({"id":"1",)" + attribute + R"("data":{}})"), kTrace);
  const std::string none[] = {"",
                              "{}",
                              R"({"id":"1","data":{}})",
                              R"({"id":"1","data":{)" + attribute + R"("x":1}})",
                              R"({"traceparent":"00-4b)",
                              R"({"id":"\"traceparent\":\")" + kTrace + R"(","data":{}})",
                              R"({"traceparent": ")" + kTrace + R"(","data":{}})"};
  for (const std::string& value : none) EXPECT_EQ(trace_of(value), "") << value;
}

TEST(KafkaTrace, OfTheHeaderBecomesTheAttributeOfWhatOthersWrote) {
  EXPECT_TRUE(may_need_trace(R"({"id":"1","data":{"recordedtime":1}})"));
  EXPECT_FALSE(may_need_trace(R"({"id":"1","recordedtime":"2026-11-20T08:15:30Z","data":{}})")) << "we wrote it";
  EXPECT_FALSE(may_need_trace(R"({"id":"1","data":{},"traceparent":"x"})")) << "the attribute counts";
  EXPECT_EQ(with_trace("{\"id\":\"1\"} \n", kTrace), R"({"id":"1","traceparent":")" + kTrace + R"("})");
  EXPECT_EQ(with_trace(R"({"id":"1"})", kTrace.substr(1)), std::nullopt);
  EXPECT_EQ(with_trace(R"({"id":"1"})", std::string(55, '"')), std::nullopt) << "a header must not add other members";
  EXPECT_EQ(with_trace("no event", kTrace), std::nullopt);
  EXPECT_EQ(with_trace("", kTrace), std::nullopt);
}

}  // namespace
}  // namespace earshot::kafka
