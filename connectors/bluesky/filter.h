// Which posts are kept: those that hold one of our words, or mention one of our accounts. All words and accounts are
// looked for in one pass. Const after it was made; any thread.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "bluesky/bluesky.h"
#include "event/json_reader.h"
#include "support/phrases.h"

namespace earshot::bluesky {

class Filter {
 public:
  static Result<Filter> of(const BlueskySettings& settings);

  bool takes(simdjson::dom::object record, std::string_view text) const;

  // Whether a frame, unread as it is, may hold a post that is taken, a deletion, or something else that must be read.
  // False only when it does not.
  bool may_matter(std::string_view frame) const { return !raw_ || raw_->stand_in(frame); }

 private:
  bool takes_facet(simdjson::dom::object facet) const;
  bool holds_keyword(std::string_view text) const { return keywords_ && keywords_->stand_in(text); }

  std::optional<Phrases> keywords_;
  std::vector<std::string> accounts_;
  std::optional<Phrases> raw_;  // nothing: every frame is read
  bool takes_all_ = false;
};

}  // namespace earshot::bluesky
