// What was published must be, for each writer and partition, what an undisturbed replay of the same inputs publishes,
// once and in order, and also for a reader who has looked all the while.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/hash.h"
#include "event/codec.h"
#include "event_log/follower.h"
#include "pipeline/pump.h"
#include "state_store/memory.h"

namespace earshot::test {

using Bytes = std::vector<std::string>;
using ByPartition = std::map<TopicPartition, Bytes>;

// Sees every record as it is committed, all the while.
class Onlooker {
 public:
  Onlooker(const LogReader& log, const std::vector<TopicSpec>& topics)
      : follower_(log, topics, all_of(topics)), thread_([this] { run(); }) {}
  ~Onlooker() { stop(); }

  ByPartition stop() {
    stops_ = true;
    if (thread_.joinable()) thread_.join();
    return std::move(seen_);
  }

 private:
  static std::vector<std::uint8_t> all_of(const std::vector<TopicSpec>& topics) {
    std::vector<std::uint8_t> all;
    for (std::size_t i = 0; i < topics.size(); ++i) all.push_back(static_cast<std::uint8_t>(i));
    return all;
  }
  void run() {
    for (bool is_last = false; !is_last;) {
      is_last = stops_;
      const auto read = follower_.read(1'000'000, [&](TopicPartition partition, const StoredRecord& record) {
        seen_[partition].push_back(std::string(record.key) + "\n" + std::string(record.value));
      });
      is_last = is_last && read;                                   // a broker that is away is not the end
      std::this_thread::sleep_for(std::chrono::milliseconds(10));  // a reader's interval
    }
  }

  Follower follower_;
  ByPartition seen_;
  std::atomic<bool> stops_{false};
  std::thread thread_;
};

// What each task publishes when it folds its recorded input from the first record to `next`.
class Undisturbed {
 public:
  Undisturbed(const LogReader& log, int partitions) : log_(log), partitions_(partitions) {}

  void fold(const MakeProcessor& make, std::uint16_t partition, Offset next) {
    MemoryStore scratch;
    ValueCache values(scratch, std::size_t{1} << 30);
    auto processor = make();
    const TopicPartition input{index_of(processor->input()), partition};
    Task task(std::move(processor), input, values);
    ASSERT_TRUE(task.load(scratch));
    const auto read = log_.read(input, 0, 100'000'000, [&](const StoredRecord& record) {
      if (record.offset >= next) return false;
      for (const Emitted& emitted : task.fold(record)) {
        const auto number = (murmur2(emitted.key) & 0x7fffffff) % static_cast<std::uint32_t>(partitions_);
        const TopicPartition to{index_of(emitted.topic), static_cast<std::uint16_t>(number)};
        const std::string bytes = emitted.key + "\n" + encode(emitted.event);
        writer_of_[to][bytes] = input;
        published_[to][input].push_back(bytes);
      }
      return true;
    });
    ASSERT_TRUE(read) << read.error().message;
  }

  // Each writer's records stand in `found` in their order, each once, and nothing else does that a processor could have
  // written.
  void expect_in(TopicPartition partition, const Bytes& found) {
    std::map<TopicPartition, std::size_t> next;
    const auto& writers = writer_of_[partition];
    for (const std::string& bytes : found) {
      const auto writer = writers.find(bytes);
      if (writer == writers.end()) {
        EXPECT_EQ(bytes.find("\"causedby\""), std::string::npos) << "no replay publishes this: " << bytes;
        continue;
      }
      const Bytes& all = published_[partition][writer->second];
      std::size_t& at = next[writer->second];
      ASSERT_LT(at, all.size()) << "once more than a replay publishes it: " << bytes;
      ASSERT_EQ(bytes, all[at]) << "out of order, or twice";
      ++at;
      ++compared_;
    }
    for (const auto& [writer, all] : published_[partition])
      EXPECT_EQ(next[writer], all.size()) << "of topic " << int(writer.topic) << " is missing";
  }
  std::size_t compared() const { return compared_; }

 private:
  const LogReader& log_;
  int partitions_;
  std::map<TopicPartition, std::map<std::string, TopicPartition>> writer_of_;
  std::map<TopicPartition, std::map<TopicPartition, Bytes>> published_;
  std::size_t compared_ = 0;
};

}  // namespace earshot::test
