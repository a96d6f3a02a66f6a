// Takes the commits that wait and makes one transaction of them, then one batch of state. What it must know of the
// group and the topics it is given; it knows nothing of polls.
//
// Without a member it commits records only: nobody's positions, and no changelog. What state comes with them stays
// here.
//
// Threads: commit, idle and drain from any; everything else is its own thread's.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include "event_log/kafka.h"
#include "event_log/kafka_member.h"
#include "event_log/kafka_producer.h"

namespace earshot::kafka {

struct Emitted {
  TopicPartition partition;
  Record record;
};

class Committer {
 public:
  struct Parts {
    StateStore& state;
    const KafkaLog::Settings& settings;
    Member* member;                      // nothing: this process folds no tasks
    rd_kafka_t* onlooker;                // asks how far the application has come
    std::unique_ptr<Producer> producer;  // nothing: made when there are records
    std::function<Result<std::unique_ptr<Producer>>()> open_producer;
    std::vector<std::uint8_t> changelog_of;  // by topic: its changelog's place among the producer's topics; 255: none
    // After a commit: up to where a partition holds records of it.
    std::function<void(TopicPartition, Offset)> shown;
  };

  explicit Committer(Parts parts);
  ~Committer();

  void commit(std::vector<Emitted> records, Commit commit);
  bool idle() const { return under_way_.load(std::memory_order_acquire) == 0; }
  void drain();  // waits until nothing is under way
  void set_positions(
      std::map<TopicPartition, Offset> positions);  // in the log, of the tasks that are ours; nothing is under way
  void begin_changelogs(
      const std::vector<TopicPartition>& tasks);  // anew: their values follow, all of them; nothing is under way
  bool is_dead() const { return dead_.load(); }
  bool has_failed() const { return has_failed_.load(); }  // and takes nothing more
  Offset position(TopicPartition input) const;            // in the log

 private:
  struct Job {
    std::vector<Emitted> records;
    Commit commit;
  };
  using Landed = std::map<TopicPartition, Offset>;

  void run();
  void write(std::vector<Job> jobs);
  Result<void> transact(const std::vector<Job>& jobs);
  Producer::Attempt<void> attempt(const std::vector<Job>& jobs, const std::vector<Producer::Offsets>& offsets,
                                  const std::string& mark);
  Producer::Attempt<void> write_records(const std::vector<Job>& jobs);
  Producer::Attempt<void> write_changelog(const std::vector<Job>& jobs);
  Result<bool> was_committed(const std::vector<Producer::Offsets>& offsets, const std::string& mark);
  std::vector<Producer::Offsets> offsets_of(const std::vector<Job>& jobs);
  void note_what_landed(const std::vector<Job>& jobs);
  Result<void> write_state(std::vector<Job>& jobs);  // takes the values out of them
  bool has_changelog() const { return parts_.member != nullptr && parts_.settings.keys.task_of; }
  bool survives(KafkaPoint point);

  std::vector<Job> abandoned_;  // of the transaction that failed: the producer may still hold their bytes
  Parts parts_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Job> queue_;
  bool closing_ = false;
  std::atomic<std::size_t> under_way_{0};
  std::atomic<bool> dead_{false};
  std::atomic<bool> has_failed_{false};
  std::optional<Error> failed_;

  mutable std::mutex positions_mutex_;
  std::map<TopicPartition, Offset> positions_;
  std::map<TopicPartition, Position> moves_;  // of the transaction that is being made
  std::map<TopicPartition, std::string> position_values_;
  Landed shown_;       // records of it, by partition
  Landed changelogs_;  // changelog records of it, by task
  std::set<TopicPartition>
      begins_anew_;      // changelogs that get a mark first; under positions_mutex_ until a commit is under way
  std::string process_;  // names this process in marks
  std::uint64_t transactions_ = 0;
  std::thread thread_;
};

}  // namespace earshot::kafka
