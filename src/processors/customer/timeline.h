// The newest kTimelineMax things that happened between a customer and us, per facet, without their texts: an entry says
// where in the log the text is. A ring, so an entry costs one value and none is ever moved.
#pragma once

#include <vector>

#include "earshot/processor.h"
#include "processors/customer/profile.h"

namespace earshot {

inline constexpr std::int64_t kTimelineMax = 200;
inline constexpr std::int32_t kCaseEntry = 100;  // TimelineEntry.what: 100 + CaseStep

class Timeline {
 public:
  static std::string name(KeyHash facet, std::int64_t slot) {
    return "timeline/" + facet.hex() + "/" + std::to_string(slot);
  }

  void apply(const ActivityRecorded& activity, const Reading& reading, Step& step) const;
  // Of a customer who is known. A case that was opened by hand names no key that was ever heard of: it stands with the
  // first.
  void apply(const CaseChanged& change, Timestamp at, Step& step) const;

  using Entries = std::vector<state::TimelineEntry>;
  // Takes out what is kept of a facet's timeline, oldest first.
  static Entries take_out(KeyHash facet, Step& step);
  // Adds entries to those of a facet that is here: the newest of all stay. `lost`: entries they had that are kept
  // nowhere.
  static void put_in(KeyHash facet, Entries entries, std::int64_t lost, Step& step);

 private:
  static void add(KeyHash facet, const state::TimelineEntry& entry, Step& step);
};

}  // namespace earshot
