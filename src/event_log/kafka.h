// The event log in a Kafka cluster, for many machines: the same four calls, and the same rule.
//
//     caller's thread                 committer's thread
//     emit ─► open batch ─► commit ─queue─► one transaction for all commits that wait:
//     poll ◄─ committed records only           records, changelog of the state, positions    ◄── the only commit point
//                                       ─► state: values + positions, one batch
//                                       ─► done
//
// A commit carries the generation of this process in its consumer group, so one that lost its partitions (it hung, the
// network was cut) is refused and can do no harm. What goes wrong and passes is tried again: the same transaction,
// never half of it. What does not pass ends the engine: every commit is done with the error, and starting again
// recovers.
//
// The topics must be there (kafka_topics.h). Opening waits until the state is what the log says (kafka_changelog.h),
// and so does sharing, for the tasks that are new: their values on this disk may be those of the last time they were
// here.
//
// Threads: as EventLog says. `done` is called on the committer's thread and must not call the log. The destructor first
// commits what was handed over; an open batch is lost. The state store must live longer.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "earshot/event_log.h"
#include "event_log/kafka_topics.h"
#include "event_log/topic_spec.h"

namespace earshot {

// The moments of a commit at which a test lets the engine die.
enum class KafkaPoint { produced, flushed, offsets_sent, committed, stated };

// Which keys of the state are whose; the engine itself does not know what keys mean. Without them there is no
// changelog, and state that is behind is caught up by folding. So it is with an empty changelog, that of a new format.
struct TaskKeys {
  std::string format{};  // of the values
  std::function<TopicPartition(std::string_view key)> task_of{};
  std::function<std::vector<std::string>(TopicPartition task)> prefixes{};  // of all keys of the task
};

// What a process is to the application.
enum class KafkaRole {
  member,   // folds its share of the tasks
  writer,   // folds nothing: what it emits is for the members
  onlooker  // the same, and it has the state of all tasks as they were when it came
};

class KafkaLog : public EventLog {
 public:
  struct Settings {
    KafkaConnection connection{};
    std::vector<TopicSpec> topics{};
    std::vector<std::uint8_t> inputs{};     // topics that tasks read
    std::vector<std::uint8_t> compacted{};  // topics of which only the newest record of a key matters
    std::string prefix{};                   // of topics, the consumer group and transactions
    std::string application = "earshot";
    std::string slot = "0";  // a stable name of this process among those of the application
    KafkaRole role = KafkaRole::member;
    std::string part = "writer";  // names the transactions of one who is no member, beside the slot
    std::vector<std::pair<std::string, std::string>> headers{};  // of every record
    TaskKeys keys{};
    std::size_t commits_under_way_max = 4;
    std::chrono::milliseconds session{
        120'000};  // so long a process may be silent before its partitions are another's; a broker may be away as long
    std::chrono::milliseconds poll{300'000};               // so long its caller may be silent before they are
    std::chrono::milliseconds transaction{15'000};         // so long a transaction may take
    std::chrono::milliseconds start{120'000};              // so long joining the others may take
    std::function<void(std::int64_t records)> progress{};  // of restoring the state
    std::function<bool(KafkaPoint)> at{};  // false: the engine is dead, as if its process had ended there
  };

  static Result<std::unique_ptr<KafkaLog>> open(StateStore& state, Settings settings);
  ~KafkaLog() override;

  Result<Restored> restore(TopicPartition input) override;
  Result<std::span<const StoredRecord>> poll(TopicPartition partition, Offset from, std::size_t records_max) override;
  void emit(TopicPartition partition, Record record) override;
  void commit(Commit commit) override;
  bool idle() const override;
  Result<bool> must_share() override;
  Result<bool> share() override;
  bool owns(TopicPartition input) const override;
  Millis behind() const override;
  void announce(std::string address) override;
  Result<std::string> address_of(TopicPartition input) const override;
  Result<std::string> fact(std::string_view name) const override;
  Result<void> set_fact(std::string_view name, std::string_view value) override;

  Result<void> read(TopicPartition partition, Offset from, std::size_t records_max, const Visit& visit) const override;
  Result<Offset> begin(TopicPartition partition) const override;
  Result<Offset> end(TopicPartition partition) const override;

  // How far the application has come in an input, as Kafka says now. Any thread.
  Result<Offset> position(TopicPartition input) const;

  bool is_dead() const;  // of the hook `at`; any thread

 private:
  class Impl;  // keeps librdkafka out of this header
  explicit KafkaLog(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace earshot
