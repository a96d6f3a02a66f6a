// The Kafka engine in a test: topics, a broker that is shared, a local state in a scratch folder that can be lost.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "event_log/kafka.h"
#include "state_store/rocks.h"
#include "support/kafka_broker.h"
#include "support/scratch.h"

namespace earshot::test {

// One for all tests of a program; each has topics of its own in it. Nothing when there is no Kafka here.
KafkaBroker* shared_broker();

class InKafka {
 public:
  KafkaLog::Settings
      settings;  // for the next open; topics may be left out; the broker is the shared one if none is named

  std::function<void(KafkaPoint)> at_point;  // of each commit, on the committer's thread

  InKafka() { settings.prefix = fresh_name(); }

  Result<void> open(const std::vector<TopicSpec>& topics) {
    if (settings.connection.bootstrap.empty()) settings.connection = shared_broker()->connection();
    settings.topics = topics;
    settings.inputs.clear();
    for (std::size_t i = 0; i < topics.size(); ++i) settings.inputs.push_back(static_cast<std::uint8_t>(i));
    dies_at_ = -1;
    settings.at = [this](KafkaPoint point) {
      if (at_point) at_point(point);
      return static_cast<int>(point) != dies_at_;
    };
    const auto wanted = kafka_topics(
        topics, {.prefix = settings.prefix, .inputs = settings.inputs, .state_format = settings.keys.format});
    if (auto created = create_kafka_topics(settings.connection, wanted); !created) return created;
    auto state = RocksStore::open(directory_->path() / "state", {});
    if (!state) return std::move(state.error());
    state_ = std::move(*state);
    auto log = KafkaLog::open(*state_, settings);
    if (!log) {
      state_.reset();
      return std::move(log.error());
    }
    log_ = std::move(*log);
    return {};
  }
  void close() {
    log_.reset();
    state_.reset();
  }
  // The next open finds an empty directory, as on another machine.
  void lose_state() { directory_ = std::make_unique<Scratch>(); }

  KafkaLog& log() { return *log_; }
  StateStore& state() { return *state_; }
  void die_at(KafkaPoint point) { dies_at_ = static_cast<int>(point); }
  void wait_for_death() const {
    while (!log_->is_dead()) std::this_thread::yield();
  }

 private:
  std::unique_ptr<Scratch> directory_ = std::make_unique<Scratch>();
  std::atomic<int> dies_at_{-1};
  std::unique_ptr<RocksStore> state_;
  std::unique_ptr<KafkaLog> log_;
};

}  // namespace earshot::test
