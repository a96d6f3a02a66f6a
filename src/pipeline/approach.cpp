#include "pipeline/approach.h"

namespace earshot {

void Approach::take(const StoredRecord& record) {
  auto event = decoder_.decode(record.value);
  if (!event) {  // becomes a dead letter
    finish();
    lookahead_.begin();
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
  lookahead_.take(task_, values_, ahead.key);
}

void Approach::finish() {
  while (folded_ < taken_) fold_next();
}

void Approach::fold_next() {
  const Ahead& ahead = at(folded_++);
  (void)task_.fold({ahead.offset, ahead.time, ahead.key, {}}, &ahead.event);
}

}  // namespace earshot
