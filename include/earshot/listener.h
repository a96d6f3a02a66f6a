// A source that is listened to live: what to open, and what to make of what comes. As pure as a connector's parsing:
// src/sources does the talking, keeps the time, and tries again when a connection breaks.
//
//     opening(cursor) ──► page()/take_page()… ──► hear()… ──► the connection breaks ──► opening(cursor) …
//
// One thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "earshot/time.h"

namespace earshot {

// What is to be asked for.
struct Opening {
  std::string url;  // `wss://`, `ws://`: a WebSocket; `https://`, `http://`: server-sent events, or a page
  std::vector<std::pair<std::string, std::string>> headers;
  std::string ca_file;  // of the authority behind the server's certificate; empty: those of the machine
  bool allow_private_addresses = false;  // else only public ones are connected to
};

// A frame of a WebSocket, or one server-sent event.
struct StreamMessage {
  std::string_view event;  // of a frame: empty
  std::string_view data;
};

// Whether all that was said since the cursor has come, or is coming.
enum class Continuity { unknown, whole, broken };

class Listener {
 public:
  virtual ~Listener() = default;

  // A connection is about to be made that goes on from `cursor`, what cursor() said before; empty: from now on.
  virtual Opening opening(std::string_view cursor, Timestamp now) = 0;

  // The server did not open the stream. True: it would without the cursor.
  virtual bool refuses_cursor(int status, std::string_view body) const {
    (void)status, (void)body;
    return false;
  }

  // The stream is open, and not yet read: what is to be fetched first, until there is nothing more. The answer of each.
  virtual std::optional<Opening> page() { return std::nullopt; }
  virtual void take_page(int status, std::string_view body) { (void)status, (void)body; }

  virtual void hear(const StreamMessage& message, Timestamp now) = 0;

  virtual Continuity continuity() const = 0;
  virtual std::string cursor() const = 0;  // where to go on after all that was heard
  virtual Timestamp heard_from() const {
    return kEarliest;
  }  // broken: what was said from then on has come; kEarliest: from now on
};

}  // namespace earshot
