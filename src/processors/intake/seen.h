// Which events were taken already: the same (source, id) again changes nothing.
//
// An event is remembered under its own record key, so the question costs one look. What happened live is forgotten after
// kDedupeDays; so that this happens in the fold and at a bounded cost, the names are also listed by day, in chunks that a
// timer erases one by one. What was imported is never forgotten: an import may be run again at any time.
#pragma once

#include "earshot/processor.h"

namespace earshot {

inline constexpr int kDedupeDays = 30;
inline constexpr int kSeenChunk = 256;      // names in one chunk
inline constexpr int kChunksPerTimer = 32;  // chunks erased by one timer

enum class Seen { fresh, repeat, conflict };

class SeenEvents {
 public:
  // Whether `event` was taken before, looked up in the values of its partition. Changes nothing.
  static Seen look(const Event& event, std::string_view record_key, ValueView& values);

  // The same inside a step, and remembers a fresh one.
  Seen check(const Event& event, bool imported, Step& step) const;

  // A fingerprint of what the event says: its type and data; the envelope may differ between deliveries.
  static std::uint64_t content_of(const Event& event);

  // Erases a chunk of what has expired; true if the timer was one of ours.
  bool fire(const Timer& timer, Step& step) const;

 private:
  void list_by_day(const std::string& name, Step& step) const;
};

}  // namespace earshot
