#include "event_log/tail.h"

#include <algorithm>

namespace earshot {

void Tail::add(const Record& record) {
  if (batches_.empty() || batches_.back().commit != 0) batches_.push_back({std::make_unique<RecordBatch>(next_), 0});
  batches_.back().batch->add(record);
  ++next_;
}

const RecordBatch* Tail::close(std::uint64_t commit) {
  if (batches_.empty() || batches_.back().commit != 0) return nullptr;
  batches_.back().commit = commit;
  bytes_ += batches_.back().batch->bytes();
  return batches_.back().batch.get();
}

void Tail::collect(Offset from, std::size_t records_max, std::vector<StoredRecord>& into) const {
  auto it = std::upper_bound(batches_.begin(), batches_.end(), from,
                             [](Offset wanted, const Kept& kept) { return wanted < kept.batch->end(); });
  for (; it != batches_.end() && into.size() < records_max; ++it) {
    const auto& records = it->batch->records();
    const auto skipped = static_cast<std::size_t>(std::max<Offset>(0, from - it->batch->base()));
    const std::size_t count = std::min(records.size() - skipped, records_max - into.size());
    const auto first = records.begin() + static_cast<std::ptrdiff_t>(skipped);
    into.insert(into.end(), first, first + static_cast<std::ptrdiff_t>(count));
  }
}

void Tail::drop_first() {
  bytes_ -= batches_.front().batch->bytes();
  batches_.pop_front();
}

void Tail::trim(std::uint64_t committed) {
  const auto is_done = [&](const Kept& kept) {
    return kept.commit != 0 && kept.commit <= committed && (!polled_ || kept.batch->end() <= passed_);
  };
  while (!batches_.empty() && is_done(batches_.front())) drop_first();
}

void Tail::trim_all(std::uint64_t committed) {
  while (!batches_.empty() && batches_.front().commit != 0 && batches_.front().commit <= committed) drop_first();
}

}  // namespace earshot
