// A test of services on Kafka that die: their topics, commands on them, and what must be true in the end.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>

#include "cli/default_model.h"
#include "cli/station.h"
#include "crash/client.h"
#include "crash/undisturbed.h"
#include "event_log/kafka_reader.h"
#include "event_log/position.h"
#include "support/in_kafka.h"
#include "support/random_test.h"

namespace earshot::test {

inline const std::string kMortal = std::string(EARSHOT_BINARY_DIR) + "/mortal_earshot";

// Clients that send all the while, and again what was refused.
class Crowd {
 public:
  Crowd(int clients, Random& random, std::uint16_t port) {
    for (int i = 0; i < clients; ++i) clients_.push_back(std::make_unique<Client>(i, random.next()));
    for (const auto& client : clients_) {
      senders_.emplace_back([this, port, &client = *client] {
        while ((!enough_ || client.has_unacknowledged()) && !has_lost_patience()) {
          client.send_to(port, 1);
          std::this_thread::sleep_for(std::chrono::milliseconds(5));  // as clients do that were refused
        }
      });
    }
  }
  ~Crowd() { stop(); }

  // When all that was sent is acknowledged; false when it took too long.
  bool stop() {
    enough_ = true;
    for (std::thread& sender : senders_) sender.join();
    senders_.clear();
    return !has_lost_patience();
  }
  bool was_refused() const {
    return std::any_of(clients_.begin(), clients_.end(), [](const auto& client) { return client->refused() > 0; });
  }
  bool has_lost_patience() const { return std::chrono::steady_clock::now() >= patience_; }
  const std::vector<std::unique_ptr<Client>>& clients() const { return clients_; }

 private:
  const std::chrono::steady_clock::time_point patience_ =
      std::chrono::steady_clock::now() + std::chrono::seconds(300 + scaled(60));
  std::vector<std::unique_ptr<Client>> clients_;
  std::atomic<bool> enough_{false};
  std::vector<std::thread> senders_;
};

class KafkaLife : public ::testing::Test {
 protected:
  explicit KafkaLife(std::string more_of_engine = "") : more_of_engine_(std::move(more_of_engine)) {}

  // Others than the one broker that the tests of a program share.
  virtual KafkaConnection connection() const { return shared_broker()->connection(); }

  void SetUp() override {
    if (!KafkaBroker::is_there()) GTEST_SKIP() << "there is no Kafka here; scripts/kafka fetch gets it";
    std::ofstream(file()) << "engine:\n  kind: kafka\n  bootstrap: " << connection().bootstrap
                          << "\n  prefix: " << prefix_ << "\n"
                          << more_of_engine_ << "queue_events_max: 40\n";
    const Outcome made = run_earshot({"topics", "--config", file(), "--create"});
    ASSERT_EQ(made.exit_code, 0) << made.out << made.err;
    auto config = cli::load_config(file());
    ASSERT_TRUE(config);
    config_ = *config;
    auto reader = KafkaReader::open(connection(), prefix_, cli::topics_of(config_));
    ASSERT_TRUE(reader);
    reader_ = std::move(*reader);
  }
  std::string file() const { return (scratch_.path() / "earshot.yaml").string(); }
  Outcome command(std::vector<std::string> words, const std::filesystem::path& data) const {
    words.insert(words.end(), {"--config", file(), "--data", data.string()});
    return run_earshot(std::move(words));
  }

  // Until every event that was sent has come through all processors to its customer.
  void wait_until_counted(RunningEarshot& service, const std::vector<std::unique_ptr<Client>>& clients) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(300);
    for (const auto& client : clients) {
      for (const auto& [key, events] : client->sent()) {
        const std::string counted = "\"feedback_count\":" + std::to_string(events) + ",";
        std::string body;
        do {
          body = service.get("/v1/customers/" + key).body;
        } while (body.find(counted) == std::string::npos && std::chrono::steady_clock::now() < end);
        ASSERT_NE(body.find(counted), std::string::npos) << key << " is not " << counted << " " << body.substr(0, 500);
      }
    }
  }

  // Positions as the state of all tasks has them.
  void expect_what_an_undisturbed_replay_publishes(const ByPartition& seen, const std::filesystem::path& data) {
    auto analyzer = cli::load_analyzer("");
    ASSERT_TRUE(analyzer) << analyzer.error().message;
    const auto state = RocksStore::open_read_only(data / "state", {.format = cli::kStateFormat});
    ASSERT_TRUE(state) << state.error().message;
    Undisturbed undisturbed(*reader_, config_.partitions);
    for (const MakeProcessor& make : cli::make_processors(config_, *analyzer)) {
      for (std::uint16_t partition = 0; partition < config_.partitions; ++partition) {
        const auto next = position_in_state(**state, {index_of(make()->input()), partition});
        ASSERT_TRUE(next);
        undisturbed.fold(make, partition, *next);
      }
    }
    reader_->look_again();
    for (const TopicName& topic : kTopics) {
      for (std::uint16_t number = 0; number < config_.partitions; ++number) {
        const TopicPartition partition{index_of(topic.topic), number};
        SCOPED_TRACE(std::string(topic.name) + "/" + std::to_string(number));
        Bytes found;
        ASSERT_TRUE(reader_->read(partition, 0, 100'000'000, [&](const StoredRecord& record) {
          found.push_back(std::string(record.key) + "\n" + std::string(record.value));
          return true;
        }));
        undisturbed.expect_in(partition, found);
        const auto seen_there = seen.find(partition);
        EXPECT_EQ(seen_there == seen.end() ? Bytes{} : seen_there->second, found) << "the onlooker saw something else";
      }
    }
    EXPECT_GT(undisturbed.compared(), 100u);
    std::printf("%zu published records compared\n", undisturbed.compared());
  }

  // The state is what its log says, on an empty machine and in the directories of those who folded it, and everything
  // was published once. Nobody runs any more.
  void expect_all_is_well(const ByPartition& seen, const std::vector<std::filesystem::path>& directories) {
    const std::filesystem::path elsewhere = scratch_.path() / "another machine";
    const Outcome replayed = command({"replay", "--check"}, elsewhere);
    EXPECT_EQ(replayed.exit_code, 0) << replayed.out << replayed.err;
    const Outcome digest = command({"digest"}, elsewhere);
    ASSERT_EQ(digest.exit_code, 0) << digest.err;
    EXPECT_NE(replayed.out.find("replay   " + digest.last_word()), std::string::npos) << replayed.out << digest.out;
    for (const std::filesystem::path& data : directories)
      EXPECT_EQ(command({"digest"}, data).last_word(), digest.last_word()) << data;
    expect_what_an_undisturbed_replay_publishes(seen, elsewhere);
  }

  Scratch scratch_;
  std::string more_of_engine_;
  std::string prefix_ = fresh_name();
  cli::Config config_;
  std::unique_ptr<KafkaReader> reader_;
};

}  // namespace earshot::test
