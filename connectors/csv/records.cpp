#include "csv/records.h"

#include <algorithm>

#include "support/readers.h"
#include "support/text.h"

namespace earshot::csv {
namespace {

constexpr std::size_t kSliceBytes = 64 * 1024;

}  // namespace

void Records::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::string_view slice = bytes.substr(0, kSliceBytes);
    buffer_ += slice;
    bytes.remove_prefix(slice.size());
    scan();
    buffer_.erase(0, start_);
    position_ -= start_;
    start_ = 0;
  }
}

void Records::finish() {
  // Dropping a line may bring more records to light, one of which may again be open at the end.
  while (start_ < buffer_.size() || too_long_) {
    if (too_long_) {
      end_record(buffer_.size());
    } else if (state_ == State::in_quotes) {
      drop_first_line("a quotation mark is not closed");
      if (state_ == State::broken) end_record(buffer_.size());
      scan();
    } else {
      end_record(buffer_.size());
    }
  }
}

void Records::scan() {
  while (position_ < buffer_.size()) {
    if (too_long_) {
      const std::size_t end = std::min(buffer_.find('\n', position_), buffer_.size());
      too_long_->add(std::string_view(buffer_).substr(position_, end - position_));
      position_ = start_ = end;
      if (end < buffer_.size()) end_record(end);
      continue;
    }
    const char c = buffer_[position_];
    if (c == '\n' && state_ != State::in_quotes) {
      end_record(position_);
    } else if (!step(c)) {
      drop_first_line("something stands behind a closing quotation mark");
    } else if (++position_ - start_ > kLineBytesMax) {
      begin_too_long();
    }
  }
}

bool Records::step(char c) {
  // A byte order mark is no part of the first field, which may begin with a quotation mark behind it.
  if (line_ == 1 && start_ == 0 && position_ < kByteOrderMark.size() && c == kByteOrderMark[position_]) return true;
  switch (state_) {
    case State::field_start:
    case State::in_field:
      if (c == dialect_.separator) {
        state_ = State::field_start;
      } else if (c == '"' && dialect_.quotes && state_ == State::field_start) {
        state_ = State::in_quotes;
      } else {
        state_ = State::in_field;
      }
      return true;
    case State::in_quotes:
      if (c == '"') state_ = State::after_quote;
      return true;
    case State::after_quote:
      if (c == '"') {
        state_ = State::in_quotes;  // a doubled mark stands for one
      } else if (c == dialect_.separator) {
        state_ = State::field_start;
      } else {
        return c == '\r' || c == ' ' || c == '\t';
      }
      return true;
    case State::broken: return true;
  }
  return false;
}

void Records::end_record(std::size_t end) {
  if (too_long_) {
    too_long(*too_long_, line_);
    too_long_.reset();
  } else if (state_ == State::broken) {
    return report_broken(end);
  } else {
    std::string_view whole(buffer_.data() + start_, end - start_);
    if (line_ == 1 && whole.starts_with(kByteOrderMark)) whole.remove_prefix(kByteOrderMark.size());
    if (whole.ends_with('\r')) whole.remove_suffix(1);
    if (!whole.empty()) record(whole, line_);
  }
  start_at(std::min(end + 1, buffer_.size()));
}

// The rest of a broken record is looked at again, from its second line on.
void Records::drop_first_line(std::string_view why) {
  why_broken_ = why;
  const std::size_t end = buffer_.find('\n', start_);
  if (end < position_) return report_broken(end);
  state_ = State::broken;  // still in its first line: of no use up to the line's end
}

void Records::report_broken(std::size_t end) {
  std::string_view first = std::string_view(buffer_).substr(start_, end - start_);
  if (first.ends_with('\r')) first.remove_suffix(1);
  malformed(first, line_, why_broken_);
  start_at(std::min(end + 1, buffer_.size()));
}

void Records::start_at(std::size_t position) {
  line_ += std::count(buffer_.begin() + static_cast<std::ptrdiff_t>(start_),
                      buffer_.begin() + static_cast<std::ptrdiff_t>(position), '\n');
  start_ = position_ = position;
  state_ = State::field_start;
}

void Records::begin_too_long() {
  if (state_ != State::broken && buffer_.find('\n', start_) < position_)
    return drop_first_line("a quotation mark is not closed");
  too_long_.emplace();
  too_long_->add(std::string_view(buffer_).substr(start_, position_ - start_));
  start_ = position_;
}

void split_record(std::string_view record, Dialect dialect, std::vector<std::string>& cells) {
  cells.clear();
  std::size_t i = 0;
  for (;;) {
    std::string& cell = cells.emplace_back();
    if (dialect.quotes && i < record.size() && record[i] == '"') {
      for (++i; i < record.size(); ++i) {
        if (record[i] == '"') {
          if (i + 1 >= record.size() || record[i + 1] != '"') break;
          ++i;
        }
        cell += record[i];
      }
      i = std::min(record.find(dialect.separator, i), record.size());
    } else {
      const std::size_t end = std::min(record.find(dialect.separator, i), record.size());
      cell = record.substr(i, end - i);
      i = end;
    }
    if (i >= record.size()) return;
    ++i;
  }
}

std::string_view plain_cell(std::string_view cell) {
  cell = trim(cell);
  if (cell.size() >= 3 && cell.starts_with("=\"") && cell.ends_with('"')) cell = trim(cell.substr(2, cell.size() - 3));
  return cell;
}

}  // namespace earshot::csv
