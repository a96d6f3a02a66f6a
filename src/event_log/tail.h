// The newest records of one partition, in memory: those that are not committed yet, and those that the one who polls
// has still to pass. A record that was just emitted is polled from here, without a copy and without touching the disk.
//
// Threads: one, that of the engine's caller. A batch that was closed is also read by the committer until it is written.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "event_log/record_batch.h"

namespace earshot {

class Tail {
 public:
  explicit Tail(Offset next) : next_(next) {}

  void add(const Record& record);

  // Ends the open batch, which then belongs to commit number `commit`; nothing if it is empty. The batch stays until
  // trim learns that the commit is written.
  const RecordBatch* close(std::uint64_t commit);

  // Offsets below this one are not here but on disk.
  Offset first() const { return batches_.empty() ? next_ : batches_.front().batch->base(); }
  Offset next() const { return next_; }
  std::size_t bytes() const { return bytes_; }

  // Views of up to `records_max` records from `from` on.
  void collect(Offset from, std::size_t records_max, std::vector<StoredRecord>& into) const;

  // The records below `from` will not be polled again soon. Until the first call nothing is kept for polling.
  void passed(Offset from) {
    polled_ = true;
    passed_ = from;
  }

  // Forgets what is committed and was passed. Ends the views of collect.
  void trim(std::uint64_t committed);
  // Forgets whatever is committed; who polls goes on from disk.
  void trim_all(std::uint64_t committed);

 private:
  struct Kept {
    std::unique_ptr<RecordBatch> batch;
    std::uint64_t commit = 0;  // 0: still open
  };

  void drop_first();

  std::deque<Kept> batches_;
  Offset next_;
  Offset passed_ = 0;
  bool polled_ = false;
  std::size_t bytes_ = 0;  // of closed batches
};

}  // namespace earshot
