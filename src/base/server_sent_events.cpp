#include "base/server_sent_events.h"

#include <algorithm>

namespace earshot {
namespace {

constexpr std::size_t kLineMax = ServerSentEvents::kEventDataMax + 16;  // with the name of its field

void append_up_to(std::string& text, std::string_view more, std::size_t max) {
  text += more.substr(0, max - std::min(max, text.size()));
}

}  // namespace

void ServerSentEvents::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    if (was_return_ && bytes.front() == '\n') bytes.remove_prefix(1);
    was_return_ = false;
    const std::size_t end = bytes.find_first_of("\r\n");
    append_up_to(line_, bytes.substr(0, end), kLineMax);
    if (end == std::string_view::npos) return;
    was_return_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    end_line();
  }
}

void ServerSentEvents::end_line() {
  std::string_view line = line_;
  if (is_first_line_ && line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);
  is_first_line_ = false;
  if (line.empty()) {
    if (has_data_) take_(event_, data_);
    event_.clear();
    data_.clear();
    has_data_ = false;
  } else if (const std::size_t colon = line.find(':'); colon != 0) {
    const std::string_view field = line.substr(0, colon);
    std::string_view value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (field == "event") event_ = value.substr(0, 1024);
    if (field == "data") {
      if (has_data_) append_up_to(data_, "\n", kEventDataMax + 1);
      append_up_to(data_, value, kEventDataMax + 1);
      has_data_ = true;
    }
  }
  line_.clear();
}

}  // namespace earshot
