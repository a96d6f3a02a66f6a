// Keeps a consumer's fetches going. librdkafka before 2.2 looks only once a second whether queues that were full have
// room again; its thread for a broker looks sooner when it is woken, here by a question whose answer nobody needs.
//
//     after each take from a queue: alarm.see(place, what is left in it)
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "event_log/kafka_client.h"

namespace earshot::kafka {

class Alarm {
 public:
  explicit Alarm(rd_kafka_t* handle) : handle_(handle), thread_([this] { run(); }) {}
  ~Alarm();

  // Of a queue that librdkafka holds for full at `full` messages. One thread; never waits.
  void see(const Place& place, std::size_t left, std::size_t full);

 private:
  void run();

  rd_kafka_t* handle_;
  std::map<Place, bool> was_full_;  // of the one who sees
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<Place> asked_;
  bool stops_ = false;
  std::thread thread_;
};

}  // namespace earshot::kafka
