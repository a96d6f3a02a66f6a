// The newest kTimelineMax things that happened between a customer and us, per facet, without their texts: an entry says where
// in the log the text is. A ring, so an entry costs one value and none is ever moved.
#pragma once

#include "earshot/processor.h"
#include "processors/customer/profile.h"

namespace earshot {

inline constexpr std::int64_t kTimelineMax = 200;
inline constexpr std::int32_t kCaseEntry = 100;  // TimelineEntry.what: 100 + CaseStep

class Timeline {
 public:
  static std::string name(KeyHash facet, std::int64_t slot) { return "timeline/" + facet.hex() + "/" + std::to_string(slot); }

  void apply(const ActivityRecorded& activity, const Reading& reading, Step& step) const;
  // Of a customer who is known. A case that was opened by hand names no key that was ever heard of: it stands with the first.
  void apply(const CaseChanged& change, Timestamp at, Step& step) const;

 private:
  static state::TimelineEntry& next(KeyHash facet, Step& step);
};

}  // namespace earshot
