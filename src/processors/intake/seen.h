// Which events were taken already: the same (source, id) again changes nothing.
//
// The ids of one record key lie in the value that intake reads for that key anyway, so the question costs no look of
// its own. Few keys have more than one bucket of them; those that do get one bucket more at a time (linear hashing,
// Litwin 1980), so that no step costs much more than another. What happened live is forgotten kDedupeDays whole days
// after the day on which it was recorded: passed over from then on, and dropped when its bucket is written next. What
// was imported is never forgotten: an import may be run again at any time.
#pragma once

#include <cstdint>

#include "earshot/processor.h"

namespace earshot {

inline constexpr int kDedupeDays = 30;
inline constexpr int kBucketIds = 48;  // in one bucket, before the key gets another

enum class Seen { fresh, repeat, conflict };

class SeenEvents {
 public:
  // Whether `event`, which has its recorded time, was taken before, looked up in the values of its partition. Changes
  // nothing.
  static Seen look(const Event& event, std::string_view record_key, ValueView& values);

  // The same inside a step, and remembers a fresh one and a conflict, so that each is told once.
  static Seen check(const Event& event, bool imported, Step& step);

  // A fingerprint of what the event says: its type and data; the envelope may differ between deliveries.
  static std::uint64_t content_of(const Event& event);
};

}  // namespace earshot
