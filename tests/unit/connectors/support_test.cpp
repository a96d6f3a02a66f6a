#include <zlib.h>

#include <gtest/gtest.h>

#include "csv/records.h"
#include "event/codec.h"
#include "support/gunzip.h"
#include "support/json.h"
#include "support/readers.h"
#include "support/template.h"
#include "support/text.h"

namespace earshot::test {
namespace {

struct Counted : Findings {
  void event(Event) override { ++events; }
  void dead_letter(DeadLetter letter) override { letters.push_back(std::move(letter)); }
  void skipped() override {}
  int events = 0;
  std::vector<DeadLetter> letters;
};

class Lines : public LineReader {
 public:
  explicit Lines(Findings& findings) : LineReader("test", Origin{"acme", "f", "f", {}}, findings) {}
  std::vector<std::pair<std::int64_t, std::string>> lines;

 private:
  void line(std::string_view line, std::int64_t number) override { lines.emplace_back(number, line); }
};

using Numbered = std::vector<std::pair<std::int64_t, std::string>>;

TEST(LineReader, CutsLinesWhereverThePiecesEnd) {
  const std::string bytes =
      "\xef\xbb\xbf"
      "a\r\n\n\r\nbc\nlast";
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    Counted counted;
    Lines reader(counted);
    for (std::size_t at = 0; at < bytes.size(); at += piece) reader.feed(std::string_view(bytes).substr(at, piece));
    reader.finish();
    EXPECT_EQ(reader.lines, (Numbered{{1, "a"}, {4, "bc"}, {5, "last"}})) << piece;
  }
}

TEST(LineReader, TakesTheLongestLineAndNotOneByteMore) {
  for (const std::size_t over : {0u, 1u}) {
    Counted counted;
    Lines reader(counted);
    const std::string line(kLineBytesMax + over, 'x');
    reader.feed(line);
    reader.feed("\nnext\n");
    reader.finish();
    EXPECT_EQ(counted.letters.size(), over);
    EXPECT_EQ(reader.lines.size(), 2 - over);
    EXPECT_EQ(reader.lines.back(), (std::pair<std::int64_t, std::string>{2, "next"}));
    if (over == 0) continue;
    EXPECT_EQ(counted.letters[0].reason, DeadLetterReason::too_large);
    EXPECT_EQ(counted.letters[0].bytes, line.substr(0, kDeadLetterBytesMax));
    EXPECT_EQ(counted.letters[0].length, static_cast<std::int64_t>(line.size()));
    EXPECT_EQ(counted.letters[0].sha256, sha256_hex(line));
    EXPECT_EQ(counted.letters[0].place, "f line 1");
  }
}

TEST(LineReader, HoldsAtMostOneLineOfAHundredMegabytes) {
  Counted counted;
  Lines reader(counted);
  const std::string piece(1'000'000, 'x');
  for (int i = 0; i < 100; ++i) {
    reader.feed(piece);
    ASSERT_LE(reader.buffered(), kLineBytesMax);
  }
  reader.finish();
  ASSERT_EQ(counted.letters.size(), 1u);
  EXPECT_EQ(counted.letters[0].length, 100'000'000);
}

class Whole : public PayloadReader {
 public:
  explicit Whole(Findings& findings) : PayloadReader("test", Origin{"acme", "f", "f", {}}, findings) {}
  std::optional<std::size_t> size;

 private:
  void payload(std::string_view bytes) override { size = bytes.size(); }
};

TEST(PayloadReader, TakesTheLargestPayloadAndNotOneByteMore) {
  for (const std::size_t over : {0u, 1u}) {
    Counted counted;
    Whole reader(counted);
    reader.feed(std::string(kPayloadBytesMax, 'x'));
    reader.feed(std::string(over, 'x'));
    EXPECT_LE(reader.buffered(), kPayloadBytesMax);
    reader.finish();
    EXPECT_EQ(reader.size.has_value(), over == 0);
    EXPECT_EQ(counted.letters.size(), over);
  }
}

TEST(Reporter, TakesAnEventOfTheLargestSizeAndNotOneByteMore) {
  const auto accepted = [](std::size_t text_bytes) {
    Counted counted;
    Reporter reporter("test", Origin{"acme", "f", "f", {}}, counted);
    Event event{.id = "1", .source = "/s", .time = from_millis(1)};
    Input input{.kind = InputKind::mention, .channel = "c", .person = {.keys = {"customer:1"}}};
    input.content.text = std::string(text_bytes, 'x');
    event.body = std::move(input);
    const std::size_t size = encode(event).size() + sizeof(",\"tenant\":\"acme\"") - 1;
    reporter.accept(std::move(event), "", "");
    EXPECT_EQ(counted.events == 1, size + 512 <= kEventBytesMax);
    return counted.events == 1;
  };
  EXPECT_TRUE(accepted(1000));
  std::size_t most = 1000, too_many = 100'000;
  while (too_many - most > 1) {
    const std::size_t middle = (most + too_many) / 2;
    (accepted(middle) ? most : too_many) = middle;
  }
  EXPECT_GT(most, 64'000u);
}

class Rows : public csv::Records {
 public:
  Rows() : Records({}) {}
  std::vector<std::pair<std::int64_t, std::string>> records;
  std::vector<std::pair<std::int64_t, std::string>> broken;
  std::int64_t long_bytes = 0;

 private:
  void record(std::string_view record, std::int64_t line) override { records.emplace_back(line, record); }
  void malformed(std::string_view first, std::int64_t line, std::string_view) override {
    broken.emplace_back(line, first);
  }
  void too_long(PassingBytes& bytes, std::int64_t) override { long_bytes = bytes.length(); }
};

TEST(CsvRecords, ABrokenRowCostsItsFirstLineOnlyWhereverThePiecesEnd) {
  const std::string bytes = "a,\"b\nc\"\nx,\"open\nd,e\nf,\"g\"\n\"h\"i,j\nk,l\nm,\"\n";
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    Rows rows;
    for (std::size_t at = 0; at < bytes.size(); at += piece) rows.feed(std::string_view(bytes).substr(at, piece));
    rows.finish();
    EXPECT_EQ(rows.records, (Numbered{{1, "a,\"b\nc\""}, {4, "d,e"}, {5, "f,\"g\""}, {7, "k,l"}})) << piece;
    EXPECT_EQ(rows.broken, (Numbered{{3, "x,\"open"}, {6, "\"h\"i,j"}, {8, "m,\""}})) << piece;
  }
}

TEST(CsvRecords, HoldAtMostOneRecordOfAHundredMegabytes) {
  for (const char* begin : {"", "\""}) {
    Rows rows;
    rows.feed(begin);
    const std::string piece(1'000'000, 'x');
    for (int i = 0; i < 100; ++i) {
      rows.feed(piece);
      ASSERT_LE(rows.buffered(), kLineBytesMax + 64 * 1024 + 1);
    }
    rows.feed("\nnext,row\n");
    rows.finish();
    EXPECT_GE(rows.long_bytes, 100'000'000) << begin;
    ASSERT_EQ(rows.records.size(), 1u) << begin;
    EXPECT_EQ(rows.records[0].second, "next,row");
  }
}

TEST(CsvRecords, AQuotationMarkThatNeverClosesDoesNotSwallowTheFile) {
  Rows rows;
  rows.feed("a,\"open\n");
  int lines = 0;
  for (; lines * 8 < static_cast<int>(2 * kLineBytesMax); ++lines) rows.feed("b,c,d,e\n");
  rows.finish();
  EXPECT_EQ(rows.broken.size(), 1u);
  EXPECT_EQ(static_cast<int>(rows.records.size()), lines);
}

TEST(Text, NumbersArePlainAndExact) {
  EXPECT_EQ(parse_integer("9007199254740993"), 9007199254740993);
  for (const char* text : {"", "1.0", " 1", "1e3", "9223372036854775808", "+1"})
    EXPECT_EQ(parse_integer(text), std::nullopt) << text;
  EXPECT_EQ(parse_decimal("2.5", 3), 2500);
  EXPECT_EQ(parse_decimal("-0.0005", 3), -1);
  EXPECT_EQ(parse_decimal("4.999999999999999999", 3), 5000);
  EXPECT_EQ(parse_decimal(".5", 3), 500);
  for (const char* text : {"", ".", "-", "1.2.3", "1,5", "NaN", "99999999999999999999"})
    EXPECT_EQ(parse_decimal(text, 3), std::nullopt) << text;
}

TEST(Text, StarsAsPeopleWriteThem) {
  struct Row {
    const char* text;
    std::int64_t milli;
  };
  for (const Row& row : {Row{"2.5", 2500}, Row{"五星", 5000}, Row{"1分", 1000}, Row{"四星半", 4500}, Row{"★★★☆☆", 3000},
                         Row{" 4 stars ", 4000}, Row{"两星", 2000}}) {
    EXPECT_EQ(parse_stars(row.text), row.milli) << row.text;
  }
  for (const char* text : {"", "good", "五五星", "☆x", "stars", "-3星半", "-1000000001"})
    EXPECT_EQ(parse_stars(text), std::nullopt) << text;
}

TEST(Text, MoneyIsExactInTheUnitsOfItsCurrency) {
  struct Row {
    const char* text;
    const char* currency;
    char mark;
    std::optional<std::int64_t> minor;
  };
  for (const Row& row : {Row{"1,299.00", "CNY", '.', 129900},
                         Row{"505.3", "GBP", '.', 50530},
                         Row{"-196.1", "GBP", '.', -19610},
                         Row{"¥389", "CNY", '.', 38900},
                         Row{"1.299,05", "EUR", ',', 129905},
                         Row{"1 299,5", "EUR", ',', 129950},
                         Row{"12,34,567.89", "INR", '.', 123456789},
                         Row{"1299", "JPY", '.', 1299},
                         Row{"1299.00", "JPY", '.', 1299},
                         Row{"1.250", "KWD", '.', 1250},
                         Row{"389.5元", "CNY", '.', 38950},
                         Row{"CNY 7", "CNY", '.', 700},
                         Row{"90071992547409.93", "GBP", '.', 9007199254740993},
                         Row{"0.1", "GBP", '.', 10},
                         Row{"1.005", "GBP", '.', std::nullopt},
                         Row{"1,2,3", "GBP", '.', std::nullopt},
                         Row{"1,29", "GBP", '.', std::nullopt},
                         Row{",299", "GBP", '.', std::nullopt},
                         Row{"", "GBP", '.', std::nullopt},
                         Row{"12.5.1", "GBP", '.', std::nullopt},
                         Row{"ten", "GBP", '.', std::nullopt},
                         Row{"-", "GBP", '.', std::nullopt}}) {
    EXPECT_EQ(parse_money(row.text, row.currency, row.mark), row.minor) << row.text << " " << row.currency;
  }
}

TEST(Text, Gb18030ReachesCharactersOfFourBytesAndRefusesDamage) {
  EXPECT_EQ(gb18030_to_utf8("\xba\xc3\x94\x39\xd1\x31"), "好👍");
  EXPECT_EQ(gb18030_to_utf8("\xba"), std::nullopt);
  EXPECT_EQ(gb18030_to_utf8("\xff\xff"), std::nullopt);
  EXPECT_EQ(gb18030_to_utf8(""), "");
}

struct OneField : ItemFields {
  std::string value;
  std::optional<std::string_view> find(std::string_view name) const override {
    return name == "a" ? std::optional<std::string_view>(value) : std::nullopt;
  }
};

TEST(Template, IsEmptyWhenAllItsHolesAre) {
  OneField fields;
  const auto filled = [&](const char* text) { return Template::parse(text).value().fill(fields); };
  EXPECT_EQ(filled("constant"), "constant");
  EXPECT_EQ(filled("id-{a}"), "");
  fields.value = "7";
  EXPECT_EQ(filled("id-{a}-{b?}"), "id-7-");
  EXPECT_EQ(filled("{{{a}"), "{7");
  for (const char* text : {"{", "{}", "{a", "{?}"}) EXPECT_FALSE(Template::parse(text).has_value()) << text;
}

TEST(SplitJsonArray, CutsItemsWithoutLookingIntoThem) {
  using Items = std::vector<std::string_view>;
  const auto split = [](std::string_view text) { return split_json_array(text, 3); };
  EXPECT_EQ(split(" [ {\"a\":\"],\\\"\"} , 7,[1,2] ] "), (Items{"{\"a\":\"],\\\"\"}", "7", "[1,2]"}));
  EXPECT_EQ(split("[]"), Items{});
  EXPECT_EQ(split("[1,]"), (Items{"1", ""}));
  EXPECT_EQ(split("[1,2,3]").value().size(), 3u);
  EXPECT_EQ(split("[1,2,3,4,5,6]").value().size(), 4u);
  for (const char* text : {"", "[", "]", "[}", "[[]", "[\"a]", "[1]]", "{}", "[1] x", "[]]"})
    EXPECT_EQ(split(text), std::nullopt) << text;
}

std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

struct Collected : Reader {
  void feed(std::string_view bytes) override { text += bytes; }
  void finish() override { finished = true; }
  std::string text;
  bool finished = false;
};

TEST(Gunzip, InflatesMembersInARowWhereverThePiecesEnd) {
  const std::string zeros(200'000, '0');  // more than one buffer of output from little input
  const std::string packed = gzip(zeros) + gzip("second");
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, packed.size()}) {
    Collected collected;
    Gunzip gunzip(collected);
    for (std::size_t at = 0; at < packed.size(); at += piece)
      ASSERT_TRUE(gunzip.feed(std::string_view(packed).substr(at, piece)).has_value());
    EXPECT_TRUE(gunzip.finish().has_value());
    EXPECT_TRUE(collected.finished);
    EXPECT_EQ(collected.text, zeros + "second");
  }
}

TEST(Gunzip, SaysWhenAFileIsCutDamagedOrABomb) {
  const std::string packed = gzip(std::string(100'000, 'x'));
  Collected collected;
  Gunzip cut(collected);
  EXPECT_TRUE(cut.feed(std::string_view(packed).substr(0, packed.size() - 3)).has_value());
  EXPECT_FALSE(cut.finish().has_value());
  Gunzip damaged(collected);
  EXPECT_FALSE(damaged.feed("\x1f\x8bgarbage that is no gzip at all").has_value());
  Gunzip bomb(collected, 99'999);
  EXPECT_FALSE(bomb.feed(packed).has_value());
  Gunzip enough(collected, 100'000);
  EXPECT_TRUE(enough.feed(packed).has_value());
}

}  // namespace
}  // namespace earshot::test
