// A process's place in its application: which partitions are its, up to which offset they were committed, and the generation
// under which it commits. Kafka refuses a commit of an older generation, so a process that lost its partitions can do no harm.
//
// The member fetches no records; kafka_fetcher.h does. It has one assignment for its whole life: when others join and it is given
// the same partitions again nothing has happened; when partitions come or go it says so for ever after, and its owner begins anew.
//
// Threads: join and serve from one; the rest from any.
#pragma once

#include <atomic>
#include <functional>
#include <map>
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
    std::size_t partitions = 0;  // of the topics together
    std::chrono::milliseconds session{};
    // Called before partitions are given away: what was handed over is to be committed first.
    std::function<void()> before_revoke;
  };

  // Waits for all partitions; a process that was killed a moment ago keeps its own for a session. In the end takes what there is.
  static Result<std::unique_ptr<Member>> join(Settings settings, std::chrono::milliseconds patience);
  ~Member();

  const std::vector<Place>& assigned() const { return assigned_; }

  // Takes part in the group. An error is for good: another process has our partitions now, or shares them.
  Result<void> serve();

  struct Committed {
    Offset next = -1;  // -1: none yet
    std::string mark;  // of the commit that set it
  };
  // Waits while a transaction is pending whose outcome decides.
  Result<std::vector<Committed>> committed(const std::vector<Place>& places, std::chrono::milliseconds patience) const;

  GroupMetadata metadata() const { return GroupMetadata(rd_kafka_consumer_group_metadata(handle_.get())); }

 private:
  explicit Member(Settings settings) : settings_(std::move(settings)) {}
  static void rebalanced(rd_kafka_t* handle, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* partitions, void* self);
  void assign(rd_kafka_t* handle, const rd_kafka_topic_partition_list_t& partitions);

  Settings settings_;
  std::vector<Place> assigned_;
  bool has_some_ = false;
  bool has_joined_ = false;
  bool has_moved_ = false;
  bool is_between_ = false;  // revoked, and not yet assigned again
  Handle handle_;
};

}  // namespace earshot::kafka
