#include "telemetry/log.h"

#include <vector>

#include <gtest/gtest.h>

namespace earshot {
namespace {

TEST(LogLine, IsASentenceThenKeysWithValues) {
  EXPECT_EQ(log_line("survey answers went to dead letters",
                     {{"connector", "nps_survey"}, {"dead", 3}, {"of", 250u}, {"late", true}}),
            "survey answers went to dead letters connector=nps_survey dead=3 of=250 late=true");
}

TEST(LogLine, StaysOneLineWhateverAValueHolds) {
  const struct {
    std::string_view name, value, shown;
  } rows[] = {
      {"a line of its own", "x\nERROR all is lost", "\"x\\nERROR all is lost\""},
      {"carriage return and escape", "a\r\x1b[2Jb", "a\\x0d\\x1b[2Jb"},
      {"another key", "1 admin=true", "\"1 admin=true\""},
      {"quotes and backslashes", "say \"no\\\"", "\"say \\\"no\\\\\\\"\""},
      {"nothing", "", "\"\""},
      {"next line (C1)", "a\xc2\x85z", "a\\u0085z"},
      {"line separator", "a\xe2\x80\xa8z", "a\\u2028z"},
      {"Chinese stays readable", "退款", "退款"},
      {"a zero byte", std::string_view("a\0b", 3), "a\\x00b"},
      {"a character cut short", "a\xe2\x80", "a\xe2\x80"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(log_line("said", {{"text", row.value}}), "said text=" + std::string(row.shown));
  }
}

TEST(Log, WritesFromItsLevelUp) {
  std::vector<std::string> lines;
  Log log(LogLevel::warn, [&](LogLevel, std::string_view line) { lines.emplace_back(line); });
  log.debug("a");
  log.info("b");
  log.warn("c");
  log.error("d", {{"n", 1}});
  log.set_lowest(LogLevel::off);
  log.error("e");
  EXPECT_EQ(lines, (std::vector<std::string>{"c", "d n=1"}));
}

TEST(Log, WritesTimeLevelAndLineToStandardError) {
  ::testing::internal::CaptureStderr();
  {
    Log log;
    log.warn("disk is nearly full {}", {{"free_mb", 12}});
  }
  const std::string written = ::testing::internal::GetCapturedStderr();
  // 2026-11-20T08:15:30.120Z WARN  disk is nearly full {} free_mb=12
  ASSERT_GT(written.size(), 25u);
  EXPECT_EQ(written[10], 'T');
  EXPECT_EQ(written[23], 'Z');
  EXPECT_EQ(written.substr(24), " WARN  disk is nearly full {} free_mb=12\n");
}

TEST(RepeatedProblem, IsReportedOnceThenCounted) {
  std::vector<std::string> lines;
  Log log(LogLevel::info, [&](LogLevel, std::string_view line) { lines.emplace_back(line); });
  RepeatedProblem problem(log, "the broker is away");
  for (int i = 0; i < 150; ++i) problem.happened("timed out");
  EXPECT_EQ(problem.times(), 150u);
  EXPECT_EQ(lines, (std::vector<std::string>{"the broker is away detail=\"timed out\" times=1",
                                             "the broker is away detail=\"timed out\" times=10",
                                             "the broker is away detail=\"timed out\" times=100"}));
}

}  // namespace
}  // namespace earshot
