#include <gtest/gtest.h>

#include "earshot/time.h"

namespace earshot {
namespace {

TEST(Rfc3339, ReadsWhatItWrites) {
  for (const char* text :
       {"1970-01-01T00:00:00Z", "2026-11-20T08:15:30Z", "2024-02-29T23:59:59.999Z", "9999-12-31T23:59:59.999Z"}) {
    SCOPED_TRACE(text);
    const auto at = parse_rfc3339(text);
    ASSERT_TRUE(at);
    EXPECT_EQ(format_rfc3339(*at), text);
  }
}

TEST(Rfc3339, TakesOffsetsAndFractions) {
  EXPECT_EQ(parse_rfc3339("2026-11-20T16:15:30.5+08:00"), parse_rfc3339("2026-11-20T08:15:30.500Z"));
  EXPECT_EQ(parse_rfc3339("2026-11-20T08:15:30.123456789Z"), parse_rfc3339("2026-11-20T08:15:30.123Z"));
}

TEST(Rfc3339, RefusesEverythingElse) {
  for (const char* text :
       {"", "2026-11-20", "2026-11-20T08:15:30", "2026-13-01T00:00:00Z", "2025-02-29T00:00:00Z", "2026-11-20T24:00:00Z",
        "2026-11-20T08:15:30.Z", "2026-11-20T08:15:30+08", "2026-11-20T08:15:30Zx", "1969-12-31T23:59:59Z",
        "2026-11-20T08:15:30+25:00", "20261120T081530Z0000000"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(parse_rfc3339(text));
  }
}

}  // namespace
}  // namespace earshot
