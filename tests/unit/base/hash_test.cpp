#include "base/hash.h"

#include <gtest/gtest.h>

#include "base/hex.h"

namespace earshot {
namespace {

TEST(Murmur2, ChoosesThePartitionsThatKafkaChooses) {
  // The values of Kafka's own unit test.
  EXPECT_EQ(static_cast<std::int32_t>(murmur2("21")), -973932308);
  EXPECT_EQ(static_cast<std::int32_t>(murmur2("foobar")), -790332482);
  EXPECT_EQ(static_cast<std::int32_t>(murmur2("a-little-bit-long-string")), -985981536);
  EXPECT_EQ(static_cast<std::int32_t>(murmur2("abc")), 479470107);
}

TEST(Sha256, MatchesThePublishedVectors) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(KeyHash, DependsOnTheSecret) {
  EXPECT_EQ(hash_key("", "customer:1").hex(), sha256_hex("customer:1").substr(0, 32));
  EXPECT_NE(hash_key("a", "customer:1"), hash_key("b", "customer:1"));
  EXPECT_EQ(KeyHash::parse(hash_key("a", "x").hex()), hash_key("a", "x"));
}

TEST(Base64, IsUndoneByDecoding) {
  for (const std::string text : {"", "f", "fo", "foo", "foob", "fooba", "foobar"}) {
    SCOPED_TRACE(text);
    EXPECT_EQ(from_base64(to_base64(text)), text);
    EXPECT_EQ(from_hex(to_hex(text)), text);
  }
  EXPECT_EQ(to_base64("foobar"), "Zm9vYmFy");
  for (const char* bad : {"Zg", "Zg=", "Z===", "=Zg=", "Zm9v!mFy", "Zg==Zg=="}) EXPECT_FALSE(from_base64(bad)) << bad;
}

}  // namespace
}  // namespace earshot
