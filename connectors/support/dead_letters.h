// Makes dead letters: what could not be accepted, with its first bytes, its full length, its SHA-256 and its place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "earshot/connector.h"
#include "event/validate.h"

namespace earshot {

// Why one item cannot become an event.
struct Refusal {
  DeadLetterReason reason = DeadLetterReason::connector;
  std::string detail;  // for a person: what is wrong and where
};

// Bytes that are too many to hold: keeps the first kDeadLetterBytesMax, counts and digests the rest as it passes.
class PassingBytes {
 public:
  void add(std::string_view bytes);
  std::int64_t length() const { return length_; }
  // Fills bytes, length and sha256 of a letter; ends the computation.
  void move_into(DeadLetter& letter);

 private:
  std::string first_;
  std::int64_t length_ = 0;
  Sha256 digest_;
};

// Hands findings of one stream on, with the connector's name and the stream's place on every dead letter.
class Reporter {
 public:
  Reporter(std::string_view connector, Origin origin, Findings& findings)
      : connector_(connector), origin_(std::move(origin)), findings_(findings) {}

  const Origin& origin() const { return origin_; }

  // `where` is added to the place of the stream: `line 17`, `item 3`; empty for the whole.
  void refuse(Refusal refusal, std::string_view bytes, std::string_view where);
  void refuse(Refusal refusal, PassingBytes& bytes, std::string_view where);

  // Checks the event as the front door would; what does not pass becomes a dead letter with `bytes`. A missing tenant
  // and a missing time are filled in from the origin.
  void accept(Event event, std::string_view bytes, std::string_view where);
  void skipped() { findings_.skipped(); }

 private:
  DeadLetter letter(Refusal refusal, std::string_view where) const;

  std::string connector_;
  Origin origin_;
  Findings& findings_;
};

}  // namespace earshot
