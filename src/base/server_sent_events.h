// Cuts a stream of server-sent events (WHATWG HTML, 9.2) that arrives in pieces cut anywhere into events. Lines end
// with LF, CRLF or CR; a byte order mark at the start is dropped; comments keep a connection alive and say nothing.
// Memory is bounded: of longer data only the first kEventDataMax bytes and one more are kept, so that whoever reads
// them sees that they are too long.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace earshot {

class ServerSentEvents {
 public:
  static constexpr std::size_t kEventDataMax = 1024 * 1024;

  using Take = std::function<void(std::string_view event, std::string_view data)>;
  explicit ServerSentEvents(Take take) : take_(std::move(take)) {}

  // An event without data is none; what has not ended with an empty line when the stream ends is none either.
  void feed(std::string_view bytes);

 private:
  void end_line();

  Take take_;
  std::string line_;
  std::string event_;
  std::string data_;
  bool has_data_ = false;
  bool is_first_line_ = true;
  bool was_return_ = false;  // a CR: an LF behind it is the same end
};

}  // namespace earshot
