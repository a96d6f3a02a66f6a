// One transaction after the other: records and positions become visible together or not at all.
//
// Every transaction commits at least one offset, with a mark of its own. So the broker checks the generation of each of
// them, and after a failure whose outcome nobody told, the mark says whether it was committed.
//
//     write ─► mark ─► commit ──► committed
//       │        │        └─ outcome unknown ─► begin_again ─► the mark decides
//       └────────┴─ failed ─► abort ─► the same transaction again
//
// librdkafka sends again what a broken connection may have swallowed. What the connection only delayed can reach the
// broker when a later transaction is open: an end would end that one half done, positions would move back
// (KAFKA-17754). So after trouble with a connection the next transaction has a new producer, whose epoch the old
// requests do not have.
//
// One thread.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "event_log/kafka_client.h"

namespace earshot::kafka {

class Producer {
 public:
  struct Settings {
    Properties connection;
    std::string transactional_id;  // stable: whoever takes it over ends what its last owner left open
    std::chrono::milliseconds transaction{};
    Properties headers;  // of every record of a topic
    std::vector<std::string> topics;
  };

  ~Producer() { let_go(); }
  static Result<std::unique_ptr<Producer>> open(Settings settings, std::chrono::milliseconds patience);

  struct Failed {
    enum class Then {
      again,        // nothing of it was done: abort, and do it again
      begin_again,  // nobody knows: begin_again, and let the mark decide
      never         // another process has taken over, or it cannot be done
    };
    Then then = Then::again;
    Error error;
  };
  template <class T>
  using Attempt = tl::expected<T, Failed>;

  Attempt<void> begin();

  struct Output {
    std::size_t topic = 0;  // place in Settings::topics
    std::int32_t partition = 0;
    std::string_view key;
    const std::string* value = nullptr;  // nothing: a tombstone
    Timestamp time{};
    bool is_record = true;  // carries the headers and the time of a record
  };
  // The bytes must stay where they are until the transaction has ended.
  Attempt<void> write(const Output& output);
  // When all that was written has reached the log, not yet to be seen.
  Attempt<void> flush();

  struct Offsets {
    std::string topic;
    std::int32_t partition = 0;
    Offset next = 0;
  };
  Attempt<void> send_offsets(const std::vector<Offsets>& offsets, const std::string& mark,
                             const rd_kafka_consumer_group_metadata_t& member);
  Attempt<void> commit();
  Attempt<void> abort();

  // A producer in place of this one. What the old one left open has an outcome when it is there.
  Attempt<void> begin_again();

  // After the offset of the newest record that this transaction wrote to the partition; -1 for none.
  Offset written(std::size_t topic, std::int32_t partition) const;

 private:
  struct Newest {
    Offset next = -1;
    rd_kafka_resp_err_t* failed = nullptr;
  };

  explicit Producer(Settings settings) : settings_(std::move(settings)) {}
  void let_go();
  static void delivered(rd_kafka_t*, const rd_kafka_message_t* message, void*);
  static void troubled(rd_kafka_t*, int code, const char* said, void* self);
  template <class Call>
  Attempt<void> end(const char* attempt, Call call);
  Attempt<void> outcome(rd_kafka_error_t* error, const char* attempt);
  template <class Call>
  Attempt<void> until_done(const char* attempt, Call call);

  Settings settings_;
  rd_kafka_resp_err_t failed_ = RD_KAFKA_RESP_ERR_NO_ERROR;  // of a delivery
  bool had_trouble_ = false;                                 // with a connection, in this transaction
  bool may_come_late_ = false;                               // something of the last one
  std::map<std::pair<std::size_t, std::int32_t>, Newest> newest_;
  Handle handle_;
  std::vector<TopicHandle> topics_;
};

}  // namespace earshot::kafka
