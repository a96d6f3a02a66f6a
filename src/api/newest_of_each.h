// Which record of a topic is the newest of each thing that the topic speaks of: of a case, a signal, a kind of window.
// So a list of these costs what it gives, and not what the topic holds.
//
//     records  1 2 3 4 5 6 7 8 | 9 10      ends = 9: what a list that began then goes by, though 9 changed the thing of 4
//     newest     x         x x |   x       3 of them; which thing a record followed is remembered
//
// It is a cache in memory of what the log says: 24 bytes a record, some 60 a thing, and the values of the newest that
// stand, since these may be anywhere in the log. Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "api/newest_first.h"
#include "earshot/event.h"
#include "earshot/event_log.h"
#include "event/codec.h"

namespace earshot::api {

class NewestOfEach {
 public:
  struct Said {
    Fingerprint thing;
    bool stands = true;  // a case that somebody must still work on, a signal that is not over
  };
  using Read = std::function<std::optional<Said>(const EventBody&)>;

  struct Limits {
    std::size_t records_max = 16'000'000;
    std::size_t unreadable_max = 1000;
    std::size_t value_bytes_max = std::size_t{16} << 20;
  };

  NewestOfEach(const LogReader& log, Topic topic, std::uint16_t partitions, Read read, Limits limits)
      : log_(log), topic_(topic), limits_(limits), read_(std::move(read)), next_(partitions) {}

  Topic topic() const { return topic_; }
  std::optional<Said> said(const EventBody& body) const { return read_(body); }

  // How many records before `ends` were not taken in yet.
  Offset behind(const std::vector<Offset>& ends) const;

  // Takes in what stands before `ends`, `records_max` records at most or a few more. False if that cannot be: a
  // partition cannot be read, or the topic is larger than what may be kept.
  bool read_on(const std::vector<Offset>& ends, std::size_t records_max);

  enum class Which : std::uint8_t { all, standing };
  struct Slice {
    std::vector<Offset> begins;  // the log has forgotten what stands before
    std::vector<Offset> ends;    // as if the partitions ended there
    std::vector<Offset> uppers;  // only what stands before these
    Which which = Which::all;
    std::size_t count = 0;
  };
  // The newest records, the newest first, in the order of visit_newest_first.
  std::vector<Written> newest(std::string_view tenant, const Slice& slice) const;

  // Every record of one thing, the newest first, their values still to be read.
  std::vector<Written> all_of(std::string_view tenant, Fingerprint thing) const;

  std::vector<std::string> unreadable() const;  // the newest of them

 private:
  struct Ref {
    std::uint32_t index = UINT32_MAX;
    std::uint16_t partition = 0;
    explicit operator bool() const { return index != UINT32_MAX; }
  };
  struct Kept {
    Offset offset = 0;
    Timestamp time{};  // never less than that of the one before: what comes later in a partition is newer
    Ref older;         // of the same thing
  };
  using Bits = std::vector<std::uint64_t>;
  struct Partition {
    std::vector<Kept> records;
    Bits newest;
    Bits stands;
    std::size_t before(Offset offset) const;  // how many records stand before it
    std::size_t newest_before(std::size_t upper, Which which) const;
  };
  struct OfTenant {
    std::vector<Partition> partitions;
    std::unordered_map<Fingerprint, Ref> newest;
    Kept& at(Ref ref) { return partitions[ref.partition].records[ref.index]; }
    const Kept& at(Ref ref) const { return partitions[ref.partition].records[ref.index]; }
    bool is_newer(Ref one, Ref other) const;
  };
  using Moment = std::tuple<Timestamp, std::uint16_t, Offset>;
  struct Run;  // of one partition, when places are looked for

  void take(std::uint16_t partition, const StoredRecord& record);
  void add(OfTenant& tenant, std::uint16_t partition, const StoredRecord& record, const Said& said);
  void keep_value(Moment moment, std::string_view value);
  void drop_value(const Moment& moment);
  static std::vector<Run> runs(const OfTenant& tenant, const Slice& slice);

  const LogReader& log_;
  const Topic topic_;
  const Limits limits_;
  const Read read_;
  mutable std::mutex mutex_;
  EventDecoder decoder_;
  std::vector<Offset> next_;  // of each partition
  std::map<std::string, OfTenant, std::less<>> tenants_;
  std::size_t records_ = 0;
  std::vector<std::string> unreadable_;
  std::map<Moment, std::string> values_;  // the oldest go first
  std::size_t value_bytes_ = 0;
};

}  // namespace earshot::api
