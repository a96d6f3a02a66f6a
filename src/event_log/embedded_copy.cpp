#include "event_log/embedded_copy.h"

#include <algorithm>
#include <map>

#include "event_log/embedded.h"
#include "state_store/memory.h"

namespace earshot {

namespace {

constexpr std::size_t kRecordsAtOnce = 10'000;

using Positions = std::vector<Position>;

bool are_same(const Positions& a, const Positions& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Position& x, const Position& y) { return x.input == y.input && x.next == y.next; });
}

// The topics as facts of the new log, as whoever opens it first would write them.
Result<void> make_log(const EmbeddedCopy& copy, const std::filesystem::path& directory) {
  MemoryStore nothing;
  auto log = EmbeddedLog::open(directory, nothing, {.topics = copy.topics});
  if (!log) return std::move(log.error());
  for (const auto& [name, value] : copy.facts) {
    if (auto set = (*log)->set_fact(name, value); !set) return set;
  }
  return {};
}

class Copier {
 public:
  Copier(const EmbeddedCopy& copy, EmbeddedStore& store) : copy_(copy), store_(store) {}

  Result<std::int64_t> run() {
    auto positions = copy_.positions();
    if (!positions) return std::move(positions.error());
    auto before = ends();
    if (!before) return std::move(before.error());
    for (const auto& [partition, end] : *before) {
      if (auto carried = carry(partition, end); !carried) return std::move(carried.error());
    }
    auto after = ends();
    if (!after) return std::move(after.error());
    auto still = copy_.positions();
    if (!still) return std::move(still.error());
    if (*after != *before || !are_same(*positions, *still))
      return Error{
          ErrorKind::Conflict,
          "somebody has written to the log while it was copied; stop every earshot that runs on it and copy again"};
    if (auto written = store_.append({}, *positions); !written) return std::move(written.error());
    return done_;
  }

 private:
  using Ends = std::map<TopicPartition, Offset>;

  Result<Ends> ends() const {
    Ends found;
    for (std::size_t topic = 0; topic < copy_.topics.size(); ++topic) {
      for (std::uint16_t i = 0; i < copy_.topics[topic].partitions; ++i) {
        const TopicPartition partition{static_cast<std::uint8_t>(topic), i};
        const auto end = copy_.from.end(partition);
        if (!end) return end.error();
        found[partition] = *end;
      }
    }
    return found;
  }

  Result<void> carry(TopicPartition partition, Offset end) {
    const auto begin = copy_.from.begin(partition);
    if (!begin) return begin.error();
    const bool is_input = std::find(copy_.inputs.begin(), copy_.inputs.end(), partition.topic) != copy_.inputs.end();
    if (*begin != 0 && is_input)
      return Error{ErrorKind::Conflict, "the first records of " + copy_.topics[partition.topic].name +
                                            " were dropped, so no state can be folded from a copy"};
    Offset next = 0;  // behind what is written
    for (Offset from = *begin; from < end;) {
      std::vector<RecordBatch> batches;
      std::vector<EmbeddedStore::Gap> gaps;
      const Offset first = from;
      const auto read = copy_.from.read(partition, from, kRecordsAtOnce, [&](const StoredRecord& record) {
        if (record.offset >= end) return false;
        if (record.offset > next) gaps.push_back({partition, next, record.offset});
        if (batches.empty() || batches.back().end() != record.offset) batches.emplace_back(record.offset);
        batches.back().add({record.time, std::string(record.key), std::string(record.value)});
        from = next = record.offset + 1;
        ++done_;
        return true;
      });
      if (!read) return read;
      if (from == first) break;  // only marks of transactions are left
      std::vector<EmbeddedStore::Piece> pieces;
      for (const RecordBatch& batch : batches) pieces.push_back({partition, &batch});
      if (auto written = store_.append(pieces, {}, gaps); !written) return written;
      if (copy_.progress) copy_.progress(done_);
    }
    return {};
  }

  const EmbeddedCopy& copy_;
  EmbeddedStore& store_;
  std::int64_t done_ = 0;
};

Result<std::int64_t> copy_into(const EmbeddedCopy& copy, const std::filesystem::path& directory) {
  if (auto made = make_log(copy, directory); !made) return std::move(made.error());
  auto store = EmbeddedStore::open(directory, {}, EmbeddedStore::Mode::read_write);
  if (!store) return std::move(store.error());
  return Copier(copy, **store).run();
}

}  // namespace

Result<std::int64_t> copy_to_directory(const EmbeddedCopy& copy) {
  std::error_code failed;
  if (std::filesystem::exists(copy.to, failed) && !std::filesystem::is_empty(copy.to, failed))
    return Error{ErrorKind::Conflict, copy.to.string() + " is not empty; name a new directory"};
  // Half a log must not be taken for one.
  std::filesystem::path unfinished = copy.to;
  unfinished += ".copying";
  std::filesystem::remove_all(unfinished, failed);
  auto copied = copy_into(copy, unfinished);
  if (!copied) {
    std::filesystem::remove_all(unfinished, failed);
    return copied;
  }
  std::filesystem::remove(copy.to, failed);  // an empty one
  std::filesystem::rename(unfinished, copy.to, failed);
  if (failed) return Error{ErrorKind::Unavailable, "cannot rename " + unfinished.string() + ": " + failed.message()};
  return copied;
}

}  // namespace earshot
