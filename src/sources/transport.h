// The wire, as a source sees it: opens a stream and fetches pages. Behind an interface, so that a source can be tested
// without one.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "earshot/listener.h"
#include "earshot/result.h"
#include "earshot/time.h"

namespace earshot {

// What a server answered that did not open a stream, or a page.
struct Reply {
  int status = 0;
  Millis retry_after{0};  // when it names a time
  std::string body;
};

class Stream {
 public:
  enum class What {
    message,
    alive,
    nothing,
    closed
  };  // alive: a ping or a comment; closed: by the server, which says why
  struct Got {
    What what = What::nothing;
    StreamMessage message;  // until the next read; closed: its data is the reason
    int code = 0;           // closed: of RFC 6455
  };

  virtual ~Stream() = default;
  // The next message. Nothing when none came in `wait`: what has come of one is kept. An error is the end of the
  // stream.
  virtual Result<Got> read(Millis wait) = 0;
};

class Transport {
 public:
  struct Opened {
    Reply reply;
    std::unique_ptr<Stream> stream;  // none when the server refused
  };

  virtual ~Transport() = default;
  virtual Result<Opened> open(const Opening& opening) = 0;
  virtual Result<Reply> fetch(const Opening& opening) = 0;
  virtual void stop() = 0;  // what is under way ends with an error, soon; any thread
};

}  // namespace earshot
