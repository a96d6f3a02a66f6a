#include "pipeline/replay.h"

#include "pipeline/digest.h"

namespace earshot {
namespace {

constexpr std::size_t kReadRecords = 1024;
constexpr std::int64_t kRecordsPerWrite = 20'000;

// State of one task, written now and then so that memory is bounded by the cache.
Result<void> write_state(Task& task, ValueCache& values, StateStore& scratch, std::uint64_t number) {
  std::vector<StateWrite> writes = values.take_touched(number);
  for (StateWrite& write : task.take_timer_writes()) writes.push_back(std::move(write));
  if (auto written = scratch.write(writes); !written) return written;
  values.written(number);
  return {};
}

}  // namespace

Result<Replayed> replay(const LogReader& log, const std::vector<Position>& positions, StateStore& scratch,
                        const std::vector<MakeProcessor>& processors, Pump::Settings settings,
                        const std::function<void(std::int64_t)>& progress) {
  Replayed result;
  std::uint64_t writes = 0;
  for (const MakeProcessor& make : processors) {
    for (const Position& position : positions) {
      auto processor = make();
      if (index_of(processor->input()) != position.input.topic) continue;
      ValueCache values(scratch, settings.cache_bytes);
      Task task(std::move(processor), position.input, values);
      if (auto loaded = task.load(scratch); !loaded) return std::move(loaded.error());
      Offset next = 0;
      while (next < position.next) {
        const Offset from = next;
        auto read = log.read(position.input, from, kReadRecords, [&](const StoredRecord& record) {
          if (record.offset >= position.next) return false;
          (void)task.fold(record);  // nothing is published
          next = record.offset + 1;
          ++result.records;
          return true;
        });
        if (!read) return std::move(read.error()).in("reading the log again");
        if (next == from) break;
        if (result.records / kRecordsPerWrite != (result.records - (next - from)) / kRecordsPerWrite || next >= position.next) {
          if (auto written = write_state(task, values, scratch, ++writes); !written) return std::move(written.error());
          if (progress) progress(result.records);
        }
      }
      if (auto written = write_state(task, values, scratch, ++writes); !written) return std::move(written.error());
    }
  }
  auto digest = state_digest(scratch, settings.partitions);
  if (!digest) return std::move(digest.error());
  result.digest = std::move(*digest);
  return result;
}

}  // namespace earshot
