#include "event_log/kafka_alarm.h"

#include <pthread.h>

namespace earshot::kafka {

namespace {

constexpr int kAnswerMs = 1'000;

}  // namespace

Alarm::~Alarm() {
  {
    const std::lock_guard lock(mutex_);
    stops_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Alarm::see(const Place& place, std::size_t left, std::size_t full) {
  bool& was_full = was_full_[place];
  if (left >= full) was_full = true;
  if (!was_full || left > full / 2) return;
  was_full = false;
  {
    const std::lock_guard lock(mutex_);
    asked_.insert(place);
  }
  changed_.notify_all();
}

void Alarm::run() {
  pthread_setname_np(pthread_self(), "kafka-alarm");
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return stops_ || !asked_.empty(); });
    if (stops_) return;
    const Place place = asked_.extract(asked_.begin()).value();
    lock.unlock();
    std::int64_t begin = 0, end = 0;
    (void)rd_kafka_query_watermark_offsets(handle_, place.topic.c_str(), place.partition, &begin, &end, kAnswerMs);
    lock.lock();
  }
}

}  // namespace earshot::kafka
