// Tables for people: columns that line up though a Chinese character is two columns wide.
//
// What customers wrote is shown as text and nothing else: control characters and those that turn the direction of
// writing never reach the terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "earshot/time.h"

namespace earshot::cli {

// `2011-12-09 13:00`, UTC.
std::string show_time(Timestamp at);

// `3 d 4 h`, `2 h 5 min`, `40 s`: the two units that matter.
std::string show_span(Millis span);

// Text on one line, safe to print: anything that would move the cursor becomes a space.
std::string printable(std::string_view text);

// How many columns a terminal gives to a printable text.
std::size_t display_width(std::string_view text);

// At most `width` columns of the text, with `…` where it was cut.
std::string clipped(std::string_view text, std::size_t width);

class Table {
 public:
  struct Column {
    std::string title;
    bool to_the_right = false;   // numbers
    std::size_t width_max = 60;  // longer texts are cut, but for the last column
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  void add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }

  // The title line and the rows; columns in which no row has anything are left out.
  std::string text() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace earshot::cli
