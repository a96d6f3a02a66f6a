#include "pipeline/lookahead.h"

#include "pipeline/task.h"

namespace earshot {

void Lookahead::take(const Task& task, const ValueCache& values, std::string_view record_key) {
  std::vector<Fingerprint>& names = names_[taken_++ % names_.size()];
  names.clear();
  if (!record_key.empty()) task.guess(record_key, names);
  bring(values, 0, ValueCache::Stage::place);
  bring(values, kApart, ValueCache::Stage::entry);
  bring(values, 2 * kApart, ValueCache::Stage::value);
  bring(values, 3 * kApart, ValueCache::Stage::other_entry);
  bring(values, 4 * kApart, ValueCache::Stage::other_value);
}

}  // namespace earshot
