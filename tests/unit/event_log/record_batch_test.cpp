#include "event_log/record_batch.h"

#include <gtest/gtest.h>

#include "support/random_test.h"

namespace earshot {
namespace {

using test::scaled;
using test::seed_of_test;

std::string bytes_of(const RecordBatch& batch, Codec codec) {
  RecordBatch::Encoded encoded;
  batch.encode(codec, encoded);
  std::string all;
  for (const std::string_view part : encoded.parts) all.append(part);
  return all;
}

RecordBatch three_records() {
  RecordBatch batch(1000);
  batch.add({from_millis(1'700'000'000'000), "key", "value value value value value"});
  batch.add({from_millis(1'699'999'999'999), "", ""});
  batch.add({from_millis(1'700'000'000'500), "key", std::string(300, 'v')});
  return batch;
}

TEST(RecordBatch, IsUndoneByDecoding) {
  Random random(seed_of_test(1));
  for (int round = 0; round < scaled(200); ++round) {
    RecordBatch batch(static_cast<Offset>(random.below(1'000'000)));
    std::vector<Record> records;
    for (std::uint64_t i = 1 + random.below(50); i > 0; --i) {
      const std::size_t size = random.chance(0.02) ? random.below(400'000) : random.below(300);
      Record record{from_millis(random.between(0, 253402300799999)), std::string(random.below(40), 'k'), ""};
      while (record.value.size() < size)
        record.value.push_back(static_cast<char>(random.below(random.chance(0.5) ? 256 : 4)));
      batch.add(record);
      records.push_back(record);
    }
    for (const Codec codec : {Codec::plain, Codec::lz4}) {
      const auto decoded = decode_batch(bytes_of(batch, codec), batch.base());
      ASSERT_TRUE(decoded) << decoded.error().message;
      ASSERT_EQ(decoded->records.size(), records.size());
      for (std::size_t i = 0; i < records.size(); ++i) {
        const StoredRecord& record = decoded->records[i];
        ASSERT_EQ(record.offset, batch.base() + static_cast<Offset>(i));
        ASSERT_EQ(record.time, records[i].time);
        ASSERT_EQ(record.key, records[i].key);
        ASSERT_EQ(record.value, records[i].value);
      }
      ASSERT_EQ(*end_of_batch(bytes_of(batch, codec), batch.base()), batch.end());
    }
  }
}

TEST(RecordBatch, AGapSaysWhereItEndsAndHoldsNothing) {
  const std::string bytes = gap_bytes(7, 10);
  const auto gap = decode_batch(bytes, 7);
  ASSERT_TRUE(gap) << gap.error().message;
  EXPECT_TRUE(gap->records.empty());
  EXPECT_EQ(gap->end, 10);
  EXPECT_EQ(*end_of_batch(bytes, 7), 10);
  EXPECT_EQ(decode_batch(bytes, 8).error().kind, ErrorKind::Corrupt);
  EXPECT_EQ(decode_batch(bytes + "x", 7).error().kind, ErrorKind::Corrupt);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    EXPECT_FALSE(decode_batch(damaged, 7)) << i;
  }
}

TEST(RecordBatch, ShowsWhatWasAddedWhileMoreIsAdded) {
  RecordBatch batch(0);
  batch.add({from_millis(5), "first", "value"});
  const StoredRecord first = batch.records().front();
  for (int i = 0; i < 10'000; ++i) batch.add({from_millis(5), "k", std::string(100, 'v')});
  EXPECT_EQ(first.key, "first");
  EXPECT_EQ(first.value, "value");
}

TEST(RecordBatch, RefusesEveryTruncation) {
  for (const Codec codec : {Codec::plain, Codec::lz4}) {
    const std::string whole = bytes_of(three_records(), codec);
    ASSERT_TRUE(decode_batch(whole, 1000));
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const auto decoded = decode_batch(std::string_view(whole).substr(0, size), 1000);
      ASSERT_FALSE(decoded) << size;
      ASSERT_EQ(decoded.error().kind, ErrorKind::Corrupt);
    }
    EXPECT_FALSE(decode_batch(whole + "x", 1000));
  }
}

TEST(RecordBatch, RefusesEveryFlippedBit) {
  for (const Codec codec : {Codec::plain, Codec::lz4}) {
    std::string bytes = bytes_of(three_records(), codec);
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
      ASSERT_FALSE(decode_batch(bytes, 1000)) << bit;
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    }
  }
}

TEST(RecordBatch, RefusesABatchFromAnotherPlace) {
  const auto decoded = decode_batch(bytes_of(three_records(), Codec::plain), 1001);
  ASSERT_FALSE(decoded);
  EXPECT_NE(decoded.error().message.find("offset 1000"), std::string::npos) << decoded.error().message;
}

// The format, byte for byte: a reader that somebody else writes from docs/file-format.md agrees with this.
TEST(RecordBatch, IsLaidOutAsDocumented) {
  RecordBatch batch(258);
  batch.add({from_millis(1000), "k", "vv"});
  batch.add({from_millis(999), "", "w"});
  const std::string bytes = bytes_of(batch, Codec::plain);
  const std::string after_checksum(
      "\x01\x00\x00\x00"                  // version 1, plain
      "\x02\x00\x00\x00"                  // 2 records
      "\x02\x01\x00\x00\x00\x00\x00\x00"  // base offset 258
      "\xe8\x03\x00\x00\x00\x00\x00\x00"  // base time 1000
      "\x0a\x00\x00\x00"                  // 10 bytes of body
      "\x00\x01\x02kvv"                   // same time, 1 byte, 2 bytes
      "\x01\x00\x01w",                    // 1 ms before, 0 bytes, 1 byte
      28 + 10);
  EXPECT_EQ(bytes.substr(8), after_checksum);
}

TEST(RecordBatchDeathTest, StopsAtARecordAboveTheLimit) {
  RecordBatch batch(0);
  batch.add({from_millis(0), "k", std::string(kRecordBytesMax - 1, 'v')});
  EXPECT_DEATH(batch.add({from_millis(0), "k", std::string(kRecordBytesMax, 'v')}), "kRecordBytesMax");
}

}  // namespace
}  // namespace earshot
