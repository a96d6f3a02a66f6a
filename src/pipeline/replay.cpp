#include "pipeline/replay.h"

#include <algorithm>
#include <mutex>
#include <ranges>
#include <thread>

#include "pipeline/approach.h"
#include "pipeline/digest.h"

namespace earshot {
namespace {

constexpr std::size_t kReadRecords = 1024;
constexpr std::size_t kTouchedBytes = 1024;  // of one value, roughly
constexpr std::size_t kThreadsMax = 8;

// What is to be folded: one task, up to where it stands.
struct Work {
  MakeProcessor make;
  Position position;
};

// Tasks share nothing but the store, so each thread takes the next one that is left.
class Replay {
 public:
  Replay(const LogReader& log, StateStore& scratch, std::vector<Work> work,
         const std::function<void(std::int64_t)>& progress)
      : log_(log), scratch_(scratch), work_(std::move(work)), progress_(progress) {}

  Result<std::int64_t> run(std::size_t cache_bytes) {
    const std::size_t count = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1,
                                                      std::min(kThreadsMax, std::max<std::size_t>(1, work_.size())));
    std::vector<std::thread> others;
    for (std::size_t i = 1; i < count; ++i) others.emplace_back([&] { take_work(cache_bytes / count); });
    take_work(cache_bytes / count);
    for (std::thread& other : others) other.join();
    if (failed_) return std::move(*failed_);
    return records_;
  }

 private:
  void take_work(std::size_t cache_bytes) {
    while (const Work* work = next()) {
      auto folded = fold(*work, cache_bytes);
      if (folded) continue;
      const std::lock_guard lock(mutex_);
      if (!failed_) failed_ = std::move(folded.error());
    }
  }

  const Work* next() {
    const std::lock_guard lock(mutex_);
    return failed_ || begun_ == work_.size() ? nullptr : &work_[begun_++];
  }

  Result<void> fold(const Work& work, std::size_t cache_bytes) {
    ValueCache values(scratch_, cache_bytes);
    Task task(work.make(), work.position.input, values);
    if (auto loaded = task.load(scratch_); !loaded) return loaded;
    task.be_silent(true);
    values.begin_with_nothing();
    Approach approach(task, values);
    Offset next = 0;
    std::int64_t unwritten = 0;
    std::uint64_t writes = 0;
    while (next < work.position.next) {
      const Offset from = next;
      auto read = log_.read(work.position.input, from, kReadRecords, [&](const StoredRecord& record) {
        if (record.offset >= work.position.next) return false;
        approach.take(record);
        next = record.offset + 1;
        ++unwritten;
        return true;
      });
      if (!read) return std::move(read.error()).in("reading the log again");
      approach.finish();
      if (next == from) break;                                       // only gaps are left
      if (values.touched() < cache_bytes / kTouchedBytes) continue;  // values that are changed often are written once
      if (auto written = write(task, values, std::exchange(unwritten, 0), ++writes); !written) return written;
    }
    return write(task, values, unwritten, ++writes);
  }

  // State of one task, written now and then so that memory is bounded by the cache.
  Result<void> write(Task& task, ValueCache& values, std::int64_t records, std::uint64_t number) {
    std::vector<StateWrite> writes = values.take_touched(number);
    for (StateWrite& write : task.take_timer_writes(number)) writes.push_back(std::move(write));
    if (auto written = scratch_.write(writes); !written) return written;
    values.written(number);
    const std::lock_guard lock(mutex_);
    records_ += records;
    if (progress_) progress_(records_);
    return {};
  }

  const LogReader& log_;
  StateStore& scratch_;
  std::vector<Work> work_;
  const std::function<void(std::int64_t)>& progress_;
  std::mutex mutex_;
  std::size_t begun_ = 0;
  std::int64_t records_ = 0;
  std::optional<Error> failed_;
};

}  // namespace

Result<Replayed> replay(const LogReader& log, const std::vector<Position>& positions, StateStore& scratch,
                        const std::vector<MakeProcessor>& processors, Pump::Settings settings,
                        const std::function<void(std::int64_t)>& progress) {
  std::vector<Work> work;
  // The last processors first: their topics have few partitions that are much in use, and nobody should wait for one at
  // the end.
  for (const MakeProcessor& make : processors | std::views::reverse) {
    const std::uint8_t topic = index_of(make()->input());
    for (const Position& position : positions) {
      if (position.input.topic == topic) work.push_back({make, position});
    }
  }
  auto records = Replay(log, scratch, std::move(work), progress).run(settings.cache_bytes);
  if (!records) return std::move(records.error());
  auto digest = state_digest(scratch, settings.partitions);
  if (!digest) return std::move(digest.error());
  return Replayed{*records, std::move(*digest)};
}

}  // namespace earshot
