#include "sources/retry_after.h"

#include <gtest/gtest.h>

#include "sources/backoff.h"

namespace earshot {
namespace {

using namespace std::chrono_literals;

TEST(RetryAfter, IsSecondsOrADateWithinAnHour) {
  const Timestamp now = *parse_rfc3339("2015-10-21T07:28:00Z");
  struct Row {
    const char* header;
    Millis wait;
  };
  const Row rows[] = {{"0", 0s},
                      {" 120 ", 120s},
                      {"3600", 1h},
                      {"3601", 1h},
                      {"99999999999999999999", 1h},
                      {"Wed, 21 Oct 2015 07:28:30 GMT", 30s},
                      {"Wed, 21 Oct 2015 07:27:59 GMT", 0s},
                      {"Thu, 22 Oct 2015 07:28:00 GMT", 1h},
                      {"", 0s},
                      {"-5", 0s},
                      {"1.5", 0s},
                      {"soon", 0s},
                      {"Wed, 31 Feb 2015 07:28:30 GMT", 0s},
                      {"Wed, 21 Okt 2015 07:28:30 GMT", 0s},
                      {"Wed, 21 Oct 2015 07:28:30 CET", 0s}};
  for (const Row& row : rows) EXPECT_EQ(retry_after_of(row.header, now), row.wait) << row.header;
}

TEST(Backoff, DoublesItsBoundUpToTheMostAndBeginsAnew) {
  Backoff backoff(7);
  Millis bound = Backoff::kFirst;
  Millis sum{0};
  for (int i = 0; i < 1000; ++i) {
    const Millis wait = backoff.next();
    EXPECT_GE(wait, 0ms);
    EXPECT_LE(wait, bound);
    bound = std::min(2 * bound, Backoff::kMost);
    sum += wait;
  }
  EXPECT_NEAR(static_cast<double>(sum.count()) / 1000, 30'000, 3'000) << "anything up to the bound is as likely";
  backoff.reset();
  EXPECT_LE(backoff.next(), Backoff::kFirst);
}

}  // namespace
}  // namespace earshot
