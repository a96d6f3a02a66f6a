#include "event_log/kafka_upstream.h"

#include <pthread.h>

#include <algorithm>

#include "event_log/kafka_member.h"

namespace earshot::kafka {

namespace {

using namespace std::chrono_literals;

// feedback, identity, feedback, activity, activity (a customer that moves), desk, activity, measures.
constexpr std::size_t kLinks = 8;
constexpr auto kPause = 100ms;
// From the time that an event is given until it is in the log, and between the clocks of two machines.
constexpr auto kOnItsWay = 5s;
constexpr auto kAnswer = 10s;

}  // namespace

Result<std::unique_ptr<Upstream>> Upstream::watch(const Properties& connection, const std::string& application,
                                                  KafkaReader& reader, std::vector<TopicPartition> inputs,
                                                  std::vector<Place> places) {
  std::unique_ptr<Upstream> upstream(new Upstream(reader, std::move(inputs), std::move(places)));
  auto onlooker = connect_onlooker(connection, application);
  if (!onlooker) return std::move(onlooker.error());
  upstream->application_ = std::move(*onlooker);
  Properties all = connection;
  all.emplace_back("isolation.level", "read_uncommitted");
  auto uncommitted = connect(RD_KAFKA_CONSUMER, all);
  if (!uncommitted) return std::move(uncommitted.error());
  upstream->uncommitted_ = std::move(*uncommitted);
  upstream->thread_ = std::thread([self = upstream.get()] { self->run(); });
  pthread_setname_np(upstream->thread_.native_handle(), "upstream");
  return upstream;
}

Upstream::~Upstream() {
  {
    const std::lock_guard lock(mutex_);
    stops_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Millis Upstream::behind() const {
  const std::lock_guard lock(mutex_);
  if (begun_.size() < kLinks) return kPatience;
  const auto passed = std::chrono::steady_clock::now() - begun_.front() + kOnItsWay;
  return std::min<Millis>(std::chrono::ceil<Millis>(passed), kPatience);
}

void Upstream::begin_again() {
  const std::lock_guard lock(mutex_);
  begun_.clear();
  starts_again_ = true;
}

void Upstream::run() {
  std::unique_lock lock(mutex_);
  while (!stops_) {
    if (std::exchange(starts_again_, false)) goal_.clear();
    lock.unlock();
    look();
    lock.lock();
    changed_.wait_for(lock, kPause, [&] { return stops_; });
  }
}

// A broker that does not answer is asked again; until then nothing is known to be over.
void Upstream::look() {
  if (!goal_.empty()) {
    const auto reached = committed(application_.get(), places_, kAnswer);
    if (!reached) return;
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      if (!has_reached(i, std::max<Offset>((*reached)[i].next, 0))) return;
    }
    const std::lock_guard lock(mutex_);
    if (starts_again_) return;
    begun_.push_back(goal_set_);
    if (begun_.size() > kLinks) begun_.pop_front();
  }
  goal_set_ = std::chrono::steady_clock::now();
  auto ends = edges(uncommitted_.get(), places_, Edge::end, kAnswer);
  goal_ = ends ? std::move(*ends) : std::vector<Offset>{};
}

// Behind the last record of a partition there may be marks of transactions: its end is past what can be folded.
bool Upstream::has_reached(std::size_t i, Offset next) {
  if (next >= goal_[i]) return true;
  auto& [from, to] = empty_until_[i];
  if (from <= next && goal_[i] <= to) return true;
  const auto end = reader_.end(inputs_[i]);
  if (!end || *end < goal_[i]) return false;  // a transaction is open
  Offset first = *end;
  const auto read = reader_.read(inputs_[i], next, 1, [&](const StoredRecord& record) {
    first = record.offset;
    return false;
  });
  if (!read || first < goal_[i]) return false;
  from = next;
  to = first;
  return true;
}

}  // namespace earshot::kafka
