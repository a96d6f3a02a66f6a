// A source: bytes in, events and dead letters out. Parsing is pure; fetching them is somebody else's.
//
// One bad item costs only itself: it becomes a dead letter with its bytes, reason and place, and its neighbours pass.
// The same bytes give the same events with the same ids, so a second delivery changes nothing.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "earshot/event.h"
#include "earshot/listener.h"
#include "earshot/result.h"

namespace earshot {

// Where bytes come from.
struct Origin {
  std::string tenant;
  std::string place;     // for people: a file name, a path of the API; becomes DeadLetter::place with the line or item
  std::string name;      // part of `source` and of ids that the payload does not give: the file's base name
  Timestamp received{};  // stands in for a missing or absurd time of an item
};

// Takes what a reader finds. `event.recorded` is left alone: the front door sets it.
class Findings {
 public:
  virtual ~Findings() = default;
  virtual void event(Event event) = 0;
  virtual void dead_letter(DeadLetter letter) = 0;
  virtual void skipped() = 0;  // something of no interest (a like, an empty line with meaning): counted, not kept
};

// Reads one stream of bytes (a file, a request body) that arrives in pieces cut anywhere. Memory is bounded whatever
// comes.
class Reader {
 public:
  virtual ~Reader() = default;
  virtual void feed(std::string_view bytes) = 0;
  virtual void finish() = 0;
};

using Headers = std::map<std::string, std::string>;  // names in lower case

// One signed request, as it came.
struct SignedRequest {
  const Headers& headers;
  std::string_view body;
  Timestamp now{};
};

class Connector {
 public:
  virtual ~Connector() = default;
  virtual std::string_view name() const = 0;  // its folder
  // A reader borrows from its connector and from `findings`, and is used by one thread; several may be open at once.
  virtual std::unique_ptr<Reader> open(const Origin& origin, Findings& findings) const = 0;
  // Reads the body of one HTTP request; its headers may say how. Invalid: a content type that is not taken (415).
  virtual Result<std::unique_ptr<Reader>> open_request(const Origin& origin, const Headers& headers,
                                                       Findings& findings) const {
    (void)headers;
    return open(origin, findings);
  }
  // For a source that is listened to live (earshot/listener.h); nothing when its settings name no server.
  virtual std::unique_ptr<Listener> listen(const Origin& origin, Findings& findings) const {
    (void)origin, (void)findings;
    return nullptr;
  }
  // Checks the signature over the raw body. Without a scheme every request is refused: there is nothing to trust.
  virtual Result<void> verify(const SignedRequest& request) const {
    (void)request;
    return Error{ErrorKind::Invalid, "connector " + std::string(name()) + " takes no web hooks"};
  }
};

inline constexpr std::size_t kPayloadBytesMax = 8 * 1024 * 1024;  // of a payload that must be parsed as a whole
inline constexpr std::size_t kLineBytesMax = 1024 * 1024;         // of a line; what is longer is a dead letter

}  // namespace earshot
