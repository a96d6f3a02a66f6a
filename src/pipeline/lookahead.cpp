#include "pipeline/lookahead.h"

#include "pipeline/task.h"

namespace earshot {

void Lookahead::take(const Task& task, const ValueCache& values, std::string_view record_key) {
  std::vector<Fingerprint>& names = names_[taken_++ % names_.size()];
  names.clear();
  if (!record_key.empty()) task.guess(record_key, names);
  bring(0, [&](const Fingerprint& name) { values.approach(name, ValueCache::Stage::place); });
  bring(1, [&](const Fingerprint& name) { values.approach(name, ValueCache::Stage::entry); });
  bring(2, [&](const Fingerprint& name) { values.approach(name, ValueCache::Stage::value); });
  for (const bool again : {false, true}) {
    bring(again ? 4 : 3, [&](const Fingerprint& name) {
      if (const AnyValue* value = values.known(name)) task.processor().approach(*value, again);
    });
  }
}

}  // namespace earshot
