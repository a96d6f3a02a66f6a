#include "support/readers.h"

namespace earshot {

void LineReader::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    if (end == std::string_view::npos) return take(bytes);
    if (line_.empty() && !too_long_ && end < kLineBytesMax && number_ > 1) {
      // The usual case, a whole line in one piece, is not copied.
      std::string_view whole = bytes.substr(0, end);
      if (whole.ends_with('\r')) whole.remove_suffix(1);
      if (!whole.empty()) line(whole, number_);
      ++number_;
    } else {
      take(bytes.substr(0, end));
      end_line();
    }
    bytes.remove_prefix(end + 1);
  }
}

void LineReader::take(std::string_view piece) {
  if (!too_long_ && line_.size() + piece.size() > kLineBytesMax) {
    too_long_.emplace();
    too_long_->add(line_);
    line_.clear();
  }
  if (too_long_) {
    too_long_->add(piece);
  } else {
    line_ += piece;
  }
}

void LineReader::end_line() {
  if (too_long_) {
    reporter_.refuse({DeadLetterReason::too_large, "a line is longer than " + std::to_string(kLineBytesMax) + " bytes"},
                     *too_long_, "line " + std::to_string(number_));
    too_long_.reset();
  } else {
    std::string_view whole = line_;
    if (number_ == 1 && whole.starts_with(kByteOrderMark)) whole.remove_prefix(kByteOrderMark.size());
    if (whole.ends_with('\r')) whole.remove_suffix(1);
    if (!whole.empty()) line(whole, number_);
  }
  line_.clear();
  ++number_;
}

void LineReader::finish() {
  if (!line_.empty() || too_long_) end_line();
}

void PayloadReader::feed(std::string_view bytes) {
  if (!too_long_ && bytes_.size() + bytes.size() > kPayloadBytesMax) {
    too_long_.emplace();
    too_long_->add(bytes_);
    std::string().swap(bytes_);
  }
  if (too_long_) {
    too_long_->add(bytes);
  } else {
    bytes_ += bytes;
  }
}

void PayloadReader::finish() {
  if (too_long_) {
    reporter_.refuse({DeadLetterReason::too_large, "longer than " + std::to_string(kPayloadBytesMax) + " bytes"},
                     *too_long_, "");
  } else {
    payload(bytes_);
  }
  std::string().swap(bytes_);
  too_long_.reset();
}

}  // namespace earshot
