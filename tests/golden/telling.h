// Published events as lines that a support lead can read: what happened, to whom, and what follows from it. Ids are
// replaced by names in the order in which they appear, `case-1`, `customer-1`; stories use the same names with an @
// before them.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "earshot/event.h"

namespace earshot::golden {

class Telling {
 public:
  // The KPIs that the story wants to see, as `nps`: by day, of all dimensions together. Others are left out.
  explicit Telling(std::vector<std::string> kpis) : kpis_(std::move(kpis)) {}

  void hear(const Event& event);
  const std::vector<std::string>& lines() const { return lines_; }

  // The line with `@case-1` and the like replaced by the ids they stand for.
  std::string with_ids(std::string line) const;

 private:
  std::string named(const std::string& kind, const std::string& hex);

  std::vector<std::string> kpis_;
  std::map<std::string, std::string> names_;  // hex → name
  std::map<std::string, int> counts_;         // by kind
  std::vector<std::string> lines_;
};

}  // namespace earshot::golden
