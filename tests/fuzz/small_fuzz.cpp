// The small readers: times, numbers, hex, base64, varints, places of a log, trace contexts, GB18030, gzip. What is read
// can be written and read again.
#include "api/http.h"
#include "base/hex.h"
#include "base/utf8.h"
#include "base/varint.h"
#include "earshot/check.h"
#include "earshot/time.h"
#include "event/trace_parent.h"
#include "fuzz/target.h"
#include "support/gunzip.h"
#include "support/text.h"

namespace earshot::fuzz {

namespace {

class Counts final : public Reader {
 public:
  void feed(std::string_view bytes) override { count += bytes.size(); }
  void finish() override { is_finished = true; }
  std::size_t count = 0;
  bool is_finished = false;
};

void take_gzip(std::string_view bytes) {
  constexpr std::int64_t kMost = 1 << 20;
  Counts counts;
  Gunzip gunzip(counts, kMost);
  if (gunzip.feed(bytes)) (void)gunzip.finish();
  EARSHOT_CHECK(counts.count <= kMost, "what is inflated is bounded");
}

void take_varints(std::string_view bytes) {
  std::string written;
  std::string_view rest = bytes;
  while (const auto value = take_varint(rest)) append_varint(written, *value);
  EARSHOT_CHECK(bytes.starts_with(written) && written.size() + rest.size() == bytes.size(), "the shortest form only");
}

}  // namespace

void take(std::string_view bytes) {
  switch (choose(bytes, 9)) {
    case 0:
      if (const auto at = parse_rfc3339(bytes))
        EARSHOT_CHECK(parse_rfc3339(format_rfc3339(*at)) == *at, "a time is itself");
      break;
    case 1:
      if (const auto raw = from_hex(bytes)) EARSHOT_CHECK(from_hex(to_hex(*raw)) == *raw, "hex is itself");
      break;
    case 2:
      if (const auto raw = from_base64(bytes)) EARSHOT_CHECK(from_base64(to_base64(*raw)) == *raw, "base64 is itself");
      break;
    case 3: take_varints(bytes); break;
    case 4:
      if (is_trace_parent(bytes)) EARSHOT_CHECK(bytes.size() == 55, "a trace context has one length");
      break;
    case 5:
      if (const auto text = gb18030_to_utf8(bytes)) EARSHOT_CHECK(is_valid_utf8(*text), "what is read is UTF-8");
      break;
    case 6: take_gzip(bytes); break;
    case 7:
      if (const auto decoded = api::percent_decoded(bytes, true))
        EARSHOT_CHECK(decoded->size() <= bytes.size(), "decoding does not grow");
      break;
    default:
      (void)parse_integer(bytes);
      (void)parse_decimal(bytes, 3);
      (void)parse_money(bytes, "KWD", ',');
      if (const auto stars = parse_stars(bytes))
        EARSHOT_CHECK(*stars >= -1'000'000'000 && *stars <= 1'000'000'500, "ratings are bounded");
      (void)trim(bytes);
      EARSHOT_CHECK(bytes.starts_with(utf8_prefix(bytes, 5)), "a prefix is one");
  }
}

std::vector<std::string> seeds() {
  const std::string gzip("\x1f\x8b\x08\0\0\0\0\0\x02\x03\x4b\x4c\x4a\x06\0\xc2\x41\x24\x35\x03\0\0\0", 23);  // abc
  return {std::string("\0", 1) + "2026-11-20T08:15:30.123+05:30",
          "\x01"
          "00ffAB",
          "\x02"
          "aGVsbG8=",
          "\x03\x81\x01\x05",
          "\x04"
          "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
          "\x05\xc4\xe3\xba\xc3\x81\x30\x81\x30",
          "\x06" + gzip,
          "\x07"
          "a%20b+c%E4%BD%A0",
          "\x08"
          "四星半",
          "\x08"
          "1.299,00",
          "\x08★★★☆☆",
          "\x08-2.5 stars"};
}

}  // namespace earshot::fuzz
