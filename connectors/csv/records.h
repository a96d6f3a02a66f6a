// Cuts a stream of separated values into records: RFC 4180 with the tolerance that real exports need.
//
// A record ends with LF or CRLF outside quotation marks. One that opens a quotation mark and never closes it properly
// costs only its first line: reading goes on at the next line, so the rows behind it are not swallowed. At most
// kLineBytesMax and one slice are held, whatever comes. Works on raw bytes: in UTF-8 and GB18030 no byte of a longer
// character equals a line break, a quotation mark or one of the separators.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/dead_letters.h"

namespace earshot::csv {

struct Dialect {
  char separator = ',';
  bool quotes = true;  // false: a quotation mark is a character like any other
};

class Records {
 public:
  virtual ~Records() = default;
  void feed(std::string_view bytes);
  void finish();
  std::size_t buffered() const { return buffer_.size(); }

 protected:
  explicit Records(Dialect dialect) : dialect_(dialect) {}

  // `record` is without its line break; `line` counts from 1. Empty lines are passed over.
  virtual void record(std::string_view record, std::int64_t line) = 0;
  virtual void malformed(std::string_view first_line, std::int64_t line, std::string_view why) = 0;
  virtual void too_long(PassingBytes& bytes, std::int64_t line) = 0;

 private:
  enum class State { field_start, in_field, in_quotes, after_quote, broken };

  void scan();
  bool step(char c);  // false: not well formed
  void end_record(std::size_t end);
  void drop_first_line(std::string_view why);
  void report_broken(std::size_t end);
  void start_at(std::size_t position);
  void begin_too_long();

  Dialect dialect_;
  std::string buffer_;        // from the begin of the record being read
  std::size_t start_ = 0;     // of the record
  std::size_t position_ = 0;  // of the next byte to look at
  State state_ = State::field_start;
  std::string_view why_broken_;
  std::int64_t line_ = 1;
  std::optional<PassingBytes> too_long_;
};

// The cells of one record, with quotation marks taken off.
void split_record(std::string_view record, Dialect dialect, std::vector<std::string>& cells);

// A cell as meant: trimmed, and without the `="…"` by which spreadsheets protect long numbers.
std::string_view plain_cell(std::string_view cell);

}  // namespace earshot::csv
