// A process's place in its application: which partitions are its, up to which offset they were committed, and the
// generation under which it commits. Kafka refuses a commit of an older generation, so a process that lost its
// partitions can do no harm.
//
//     join ─► assigned ──must_share──► share: gives up everything, waits ─► assigned, under a new generation
//                 └─ lost (it hung, or another took its slot): an error for good
//
// Kafka lets a process keep its partitions until it gives them up, however long it takes to commit what it has. The
// member fetches no records; kafka_fetcher.h does. It is static: whoever starts again in its slot has its partitions at
// once.
//
// Threads: join, serve and share from one; the rest from any, but not while one of those runs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "event_log/kafka_client.h"

namespace earshot::kafka {

class Member {
 public:
  struct Settings {
    Properties connection;
    std::string application;
    std::string slot;  // a stable name of this process within the application
    std::vector<std::string> topics;
    std::chrono::milliseconds session{};
    std::chrono::milliseconds poll{};
  };

  // Waits for the partitions of this process; there may be none when there are more processes than partitions.
  static Result<std::unique_ptr<Member>> join(Settings settings, std::chrono::milliseconds patience);
  ~Member();

  const std::vector<Place>& assigned() const { return assigned_; }
  // Of the generation in which they were assigned.
  const rd_kafka_consumer_group_metadata_t& metadata() const { return *metadata_; }

  // Takes part in the group. An error is for good: what was ours may be another's.
  Result<void> serve();

  // Others came or went. Nothing moves before share is called, which waits a moment; true: `assigned` says what is ours
  // now.
  bool must_share() const { return is_asked_ || is_between_; }
  Result<bool> share();

 private:
  explicit Member(Settings settings) : settings_(std::move(settings)) {}
  static void rebalanced(rd_kafka_t* handle, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* partitions,
                         void* self);
  void assign(rd_kafka_t* handle, const rd_kafka_topic_partition_list_t& partitions);
  void give_up();
  bool has_the_same_of_each_topic() const;
  Result<void> check() const;

  Settings settings_;
  std::vector<Place> assigned_;
  GroupMetadata metadata_;
  bool was_assigned_ = false;
  bool is_asked_ = false;
  bool is_between_ = false;  // given up, and not yet assigned again
  bool is_lost_ = false;
  bool is_leaving_ = false;
  std::chrono::steady_clock::time_point between_since_{};
  Handle handle_;
};

// What was this process's was another's.
Error moved(const std::string& slot);

// How far an application has come in each place, -1 where it has not begun; the mark is of the commit that said so.
// Waits while a transaction is pending whose outcome decides. The handle needs the application as its group.id, and
// isolation.level read_committed.
struct Committed {
  Offset next = -1;
  std::string mark;
};
Result<std::vector<Committed>> committed(rd_kafka_t* handle, const std::vector<Place>& places,
                                         std::chrono::milliseconds patience);

// A handle that asks and is no member.
Result<Handle> connect_onlooker(const Properties& connection, const std::string& application);

}  // namespace earshot::kafka
