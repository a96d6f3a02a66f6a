// Two ways to cut a stream that arrives in pieces: into lines, or taken as a whole. Both hold a bounded number of bytes
// whatever comes, and turn what is too long into one dead letter without holding it.
#pragma once

#include <string>
#include <string_view>

#include "support/dead_letters.h"

namespace earshot {

inline constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// Lines end with LF or CRLF, the last one also with the end of the stream. A byte order mark at the start is dropped,
// empty lines are passed over (and numbered). A line above kLineBytesMax is one dead letter; the next line is read as
// usual.
class LineReader : public Reader {
 public:
  LineReader(std::string_view connector, const Origin& origin, Findings& findings)
      : reporter_(connector, origin, findings) {}
  void feed(std::string_view bytes) final;
  void finish() final;
  std::size_t buffered() const { return line_.size(); }

 protected:
  // `number` counts from 1. `line` lives until the call returns.
  virtual void line(std::string_view line, std::int64_t number) = 0;
  Reporter reporter_;

 private:
  void take(std::string_view piece);
  void end_line();

  std::string line_;
  std::int64_t number_ = 1;
  std::optional<PassingBytes> too_long_;
};

// Calls payload() once, at the end, unless the stream is longer than kPayloadBytesMax: then it is one dead letter.
class PayloadReader : public Reader {
 public:
  PayloadReader(std::string_view connector, const Origin& origin, Findings& findings)
      : reporter_(connector, origin, findings) {}
  void feed(std::string_view bytes) final;
  void finish() final;
  std::size_t buffered() const { return bytes_.size(); }

 protected:
  virtual void payload(std::string_view bytes) = 0;
  Reporter reporter_;

 private:
  std::string bytes_;
  std::optional<PassingBytes> too_long_;
};

}  // namespace earshot
