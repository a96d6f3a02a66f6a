// Listens to a Jetstream: which address to ask for, where to go on, and whether anything was missed.
//
// The cursor is the largest time of the server that was heard, in microseconds. Neighbouring frames stand in no strict
// order, and servers differ a little, so it goes on kOverlap earlier; what is heard twice is known by its id. A server
// that no longer has what was asked for begins with what it has, and says nothing: then its first frame is later than
// the last one that was heard.
#pragma once

#include <chrono>

#include "bluesky/bluesky.h"
#include "bluesky/filter.h"
#include "bluesky/frames.h"
#include "earshot/listener.h"

namespace earshot::bluesky {

class Jetstream final : public Listener {
 public:
  static constexpr std::chrono::seconds kOverlap{5};
  static constexpr std::chrono::minutes kBelievedAhead{5};  // a server's time beyond ours by more is no place to go on

  Jetstream(const BlueskySettings& settings, const Filter& filter, const Origin& origin, Findings& findings)
      : settings_(settings), filter_(filter), frames_(filter), reporter_(kName, origin, findings) {}

  Opening opening(std::string_view cursor, Timestamp now) override;
  bool refuses_cursor(int status, std::string_view body) const override;
  void hear(const StreamMessage& message, Timestamp now) override;
  Continuity continuity() const override { return continuity_; }
  std::string cursor() const override;
  Timestamp heard_from() const override { return heard_from_; }

 private:
  void note(Timestamp at, Timestamp now);

  const BlueskySettings& settings_;
  const Filter& filter_;
  FrameReader frames_;
  Reporter reporter_;
  Timestamp newest_{};
  Continuity continuity_ = Continuity::unknown;
  Timestamp heard_from_{};
};

// The time of a frame that is written as servers write it, without reading the rest of it.
std::optional<Timestamp> time_in_front(std::string_view frame);

}  // namespace earshot::bluesky
