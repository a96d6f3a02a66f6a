#include "pipeline/approach.h"

namespace earshot {

void Approach::take(const StoredRecord& record) {
  auto event = decoder_.decode(record.value);
  if (!event) {  // becomes a dead letter
    finish();
    (void)task_.fold(record);
    return;
  }
  if (taken_ - folded_ == kAhead) fold_next();
  Ahead& ahead = at(taken_++);
  ahead.offset = record.offset;
  ahead.time = record.time;
  ahead.key.assign(record.key);
  ahead.event = std::move(*event);
  Task::stamp(ahead.event, record.time);
  task_.guess(ahead.key, ahead.names);
  bring(0, ValueCache::Stage::place);
  bring(kApart, ValueCache::Stage::entry);
  bring(2 * kApart, ValueCache::Stage::value);
}

void Approach::finish() {
  while (folded_ < taken_) fold_next();
}

void Approach::bring(std::size_t back, ValueCache::Stage stage) {
  if (taken_ - folded_ <= back) return;
  for (const Fingerprint& name : at(taken_ - 1 - back).names) values_.approach(name, stage);
}

void Approach::fold_next() {
  const Ahead& ahead = at(folded_++);
  (void)task_.fold({ahead.offset, ahead.time, ahead.key, {}}, &ahead.event);
}

}  // namespace earshot
