// Records of separated values: the same however the bytes are cut, none longer than a line may be.
#include "csv/records.h"
#include "earshot/check.h"
#include "fuzz/target.h"

namespace earshot::fuzz {

namespace {

class Seen final : public csv::Records {
 public:
  explicit Seen(csv::Dialect dialect) : Records(dialect), dialect_(dialect) {}
  std::string all;

 private:
  void record(std::string_view record, std::int64_t line) override {
    EARSHOT_CHECK(record.size() <= kLineBytesMax, "records are bounded");
    std::vector<std::string> cells;
    csv::split_record(record, dialect_, cells);
    EARSHOT_CHECK(!cells.empty(), "a record has a cell");
    all += "r" + std::to_string(line);
    for (const std::string& cell : cells) all += "|" + cell;
  }
  void malformed(std::string_view first_line, std::int64_t line, std::string_view why) override {
    EARSHOT_CHECK(!why.empty(), "a refusal says why");
    all += "m" + std::to_string(line) + "|" + std::string(first_line);
  }
  void too_long(PassingBytes&, std::int64_t line) override { all += "l" + std::to_string(line); }
  csv::Dialect dialect_;
};

std::string read(csv::Dialect dialect, std::string_view bytes, std::size_t piece) {
  Seen seen(dialect);
  for (std::size_t at = 0; at < bytes.size(); at += piece) seen.feed(bytes.substr(at, piece));
  seen.finish();
  return std::move(seen.all);
}

}  // namespace

void take(std::string_view bytes) {
  const csv::Dialect dialect{",;\t"[choose(bytes, 3)], choose(bytes, 2) == 0};
  const std::size_t piece = 1 + choose(bytes, 16);
  EARSHOT_CHECK(read(dialect, bytes, bytes.size() + 1) == read(dialect, bytes, piece), "the same however it is cut");
}

std::vector<std::string> seeds() {
  const std::string head("\0\0\2", 3);
  return {head + "id,text,stars\r\n1,\"a \"\"b\"\"\nc\",5\r\n2,,\n", head + "\"never closed,1\n2,3\n",
          std::string("\1\1\1", 3) + "a;\"b;c\n", std::string("\2\0\7", 3) + "a\tb\n\n\"c\"d\te\n"};
}

}  // namespace earshot::fuzz
