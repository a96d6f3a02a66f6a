// How long ago everything was recorded that has been folded by now, wherever it was folded, and all that followed from
// it too.
//
// A record makes others, in topics of which other processes may fold the partitions. So time is taken in rounds: a
// round is over when all that was in the inputs at its beginning has been folded. After as many rounds as a chain of
// events has links, what followed from a record of the time before the first of them has been folded as well.
//
//     where the inputs end ──► wait until every task is there ──► where they end now ──► …   kLinks times
//
// Any thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "event_log/kafka_reader.h"

namespace earshot::kafka {

class Upstream {
 public:
  // So long a tick waits for others at most.
  static constexpr std::chrono::minutes kPatience{5};

  // `inputs` are partitions of the topics that tasks read; the reader must live longer.
  static Result<std::unique_ptr<Upstream>> watch(const Properties& connection, const std::string& application,
                                                 KafkaReader& reader, std::vector<TopicPartition> inputs,
                                                 std::vector<Place> places);
  ~Upstream();

  Millis behind() const;
  void begin_again();  // tasks have moved

 private:
  using Moment = std::chrono::steady_clock::time_point;

  Upstream(KafkaReader& reader, std::vector<TopicPartition> inputs, std::vector<Place> places)
      : reader_(reader), inputs_(std::move(inputs)), places_(std::move(places)), empty_until_(inputs_.size()) {}
  void run();
  void look();
  bool has_reached(std::size_t i, Offset next);

  KafkaReader& reader_;
  std::vector<TopicPartition> inputs_;
  std::vector<Place> places_;
  Handle application_;                                  // asks how far tasks are
  Handle uncommitted_;                                  // asks where inputs end, open transactions included
  std::vector<Offset> goal_;                            // of this round, by input
  std::vector<std::pair<Offset, Offset>> empty_until_;  // by input: from, to: there are no records
  Moment goal_set_{};
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Moment> begun_;  // the rounds that are over, the newest kLinks of them
  bool starts_again_ = false;
  bool stops_ = false;
  std::thread thread_;
};

}  // namespace earshot::kafka
