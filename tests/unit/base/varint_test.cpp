#include "base/varint.h"

#include <limits>

#include <gtest/gtest.h>

namespace earshot {
namespace {

TEST(Varint, IsReadAsItWasWrittenInTheShortestForm) {
  const struct {
    std::uint64_t value;
    std::size_t bytes;
  } rows[] = {{0, 1},           {127, 1},
              {128, 2},         {16'383, 2},
              {16'384, 3},      {(1ull << 63) - 1, 9},
              {1ull << 63, 10}, {std::numeric_limits<std::uint64_t>::max(), 10}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.value);
    std::string bytes;
    append_varint(bytes, row.value);
    EXPECT_EQ(bytes.size(), row.bytes);
    std::string_view rest = bytes;
    EXPECT_EQ(take_varint(rest), row.value);
    EXPECT_TRUE(rest.empty());
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
      std::string_view part = std::string_view(bytes).substr(0, cut);
      EXPECT_EQ(take_varint(part), std::nullopt);
      EXPECT_EQ(part.size(), cut);
    }
  }
}

TEST(Varint, LeavesWhatFollows) {
  std::string_view bytes = "\x05rest";
  EXPECT_EQ(take_varint(bytes), 5u);
  EXPECT_EQ(bytes, "rest");
}

TEST(Varint, RefusesLongerFormsAndMoreThan64Bits) {
  using namespace std::string_literals;
  for (const std::string& bad : {"\x80\x00"s, "\x85\x80\x00"s, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"s,
                                 "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"s}) {
    std::string_view bytes = bad;
    EXPECT_EQ(take_varint(bytes), std::nullopt);
  }
}

}  // namespace
}  // namespace earshot
