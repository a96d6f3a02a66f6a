// A service on Kafka that is killed again and again, at named points of its commits and at any moment, while clients send and a
// reader of committed records looks. Afterwards what it published must be, for each writer and partition, what an undisturbed
// replay of the same inputs publishes, once and in order; and the state what the log says, here and on an empty machine.
#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "base/hash.h"
#include "cli/default_model.h"
#include "cli/station.h"
#include "crash/client.h"
#include "event/codec.h"
#include "event_log/follower.h"
#include "event_log/kafka_reader.h"
#include "event_log/position.h"
#include "state_store/memory.h"
#include "support/in_kafka.h"
#include "support/random_test.h"

namespace earshot::test {
namespace {

using namespace std::chrono_literals;

constexpr int kClients = 3;
const std::string kMortal = std::string(EARSHOT_BINARY_DIR) + "/mortal_earshot";

using Bytes = std::vector<std::string>;
using ByPartition = std::map<TopicPartition, Bytes>;

// Sees every record as it is committed, all the while.
class Onlooker {
 public:
  Onlooker(const LogReader& log, const std::vector<TopicSpec>& topics) : follower_(log, topics, all_of(topics)), thread_([this] { run(); }) {}
  ~Onlooker() { stop(); }

  ByPartition stop() {
    stops_ = true;
    if (thread_.joinable()) thread_.join();
    return std::move(seen_);
  }

 private:
  static std::vector<std::uint8_t> all_of(const std::vector<TopicSpec>& topics) {
    std::vector<std::uint8_t> all;
    for (std::size_t i = 0; i < topics.size(); ++i) all.push_back(static_cast<std::uint8_t>(i));
    return all;
  }
  void run() {
    for (bool is_last = false; !is_last;) {
      is_last = stops_;
      const auto read = follower_.read(1'000'000, [&](TopicPartition partition, const StoredRecord& record) {
        seen_[partition].push_back(std::string(record.key) + "\n" + std::string(record.value));
      });
      is_last = is_last && read;  // a broker that is away is not the end
      std::this_thread::sleep_for(10ms);  // a reader's interval
    }
  }

  Follower follower_;
  ByPartition seen_;
  std::atomic<bool> stops_{false};
  std::thread thread_;
};

// What each task publishes when it folds its recorded input from the first record to `next`.
class Undisturbed {
 public:
  Undisturbed(const LogReader& log, int partitions) : log_(log), partitions_(partitions) {}

  void fold(const MakeProcessor& make, std::uint16_t partition, Offset next) {
    MemoryStore scratch;
    ValueCache values(scratch, std::size_t{1} << 30);
    auto processor = make();
    const TopicPartition input{index_of(processor->input()), partition};
    Task task(std::move(processor), input, values);
    ASSERT_TRUE(task.load(scratch));
    const auto read = log_.read(input, 0, 100'000'000, [&](const StoredRecord& record) {
      if (record.offset >= next) return false;
      for (const Emitted& emitted : task.fold(record)) {
        const auto number = (murmur2(emitted.key) & 0x7fffffff) % static_cast<std::uint32_t>(partitions_);
        const TopicPartition to{index_of(emitted.topic), static_cast<std::uint16_t>(number)};
        const std::string bytes = emitted.key + "\n" + encode(emitted.event);
        writer_of_[to][bytes] = input;
        published_[to][input].push_back(bytes);
      }
      return true;
    });
    ASSERT_TRUE(read) << read.error().message;
  }

  // Each writer's records stand in `found` in their order, each once, and nothing else does that a processor could have written.
  void expect_in(TopicPartition partition, const Bytes& found) {
    std::map<TopicPartition, std::size_t> next;
    const auto& writers = writer_of_[partition];
    for (const std::string& bytes : found) {
      const auto writer = writers.find(bytes);
      if (writer == writers.end()) {
        EXPECT_EQ(bytes.find("\"causedby\""), std::string::npos) << "no replay publishes this: " << bytes;
        continue;
      }
      const Bytes& all = published_[partition][writer->second];
      std::size_t& at = next[writer->second];
      ASSERT_LT(at, all.size()) << "once more than a replay publishes it: " << bytes;
      ASSERT_EQ(bytes, all[at]) << "out of order, or twice";
      ++at;
      ++compared_;
    }
    for (const auto& [writer, all] : published_[partition]) EXPECT_EQ(next[writer], all.size()) << "of topic " << int(writer.topic) << " is missing";
  }
  std::size_t compared() const { return compared_; }

 private:
  const LogReader& log_;
  int partitions_;
  std::map<TopicPartition, std::map<std::string, TopicPartition>> writer_of_;
  std::map<TopicPartition, std::map<TopicPartition, Bytes>> published_;
  std::size_t compared_ = 0;
};

struct Death {
  std::string program = kEarshot;
  Process::Environment environment{};
  std::chrono::milliseconds moment{};
  std::string what;
};

Death draw_death(Random& random) {
  Death death;
  if (random.chance(0.35)) {
    death.moment = std::chrono::milliseconds(100 + random.below(1'500));
    death.what = "killed after " + std::to_string(death.moment.count()) + " ms";
    return death;
  }
  const char* const points[] = {"produced", "flushed", "offsets_sent", "committed", "stated"};
  // About thirty commits of a start are empty.
  const std::string at = std::string(points[random.below(5)]) + ":" + std::to_string(1 + random.below(70));
  death.program = kMortal;
  death.environment["EARSHOT_TEST_DIE_AT"] = at;
  death.what = "killed at " + at;
  return death;
}

class KafkaKill : public ::testing::Test {
 protected:
  void SetUp() override {
    if (shared_broker() == nullptr) GTEST_SKIP() << "there is no Kafka here; scripts/kafka fetch gets it";
    std::ofstream(file()) << "engine:\n  kind: kafka\n  bootstrap: " << shared_broker()->address() << "\n  prefix: " << prefix_ << "\nqueue_events_max: 40\n";
    const Outcome made = run_earshot({"topics", "--config", file(), "--create"});
    ASSERT_EQ(made.exit_code, 0) << made.out << made.err;
    auto config = cli::load_config(file());
    ASSERT_TRUE(config);
    config_ = *config;
    auto reader = KafkaReader::open(shared_broker()->connection(), prefix_, cli::topics_of(config_));
    ASSERT_TRUE(reader);
    reader_ = std::move(*reader);
  }
  std::string file() const { return (scratch_.path() / "earshot.yaml").string(); }
  RunningEarshot run(const std::string& program = kEarshot, const Process::Environment& environment = {}) const {
    return RunningEarshot({data_, {"--config", file()}, environment, program});
  }
  Outcome command(std::vector<std::string> words, const std::filesystem::path& data) const {
    words.insert(words.end(), {"--config", file(), "--data", data.string()});
    return run_earshot(std::move(words));
  }

  // Until every event that was sent has come through all processors to its customer.
  void wait_until_counted(RunningEarshot& service, const std::vector<std::unique_ptr<Client>>& clients) {
    const auto end = std::chrono::steady_clock::now() + 300s;
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

  // Positions as the state has them; the state is what the log says when this is called.
  void expect_what_an_undisturbed_replay_publishes(const ByPartition& seen) {
    auto analyzer = cli::load_analyzer("");
    ASSERT_TRUE(analyzer) << analyzer.error().message;
    const auto state = RocksStore::open_read_only(data_ / "state", {.format = cli::kStateFormat});
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

  // The state is what its log says, here and on an empty machine, and everything was published once.
  void expect_all_is_well(const ByPartition& seen) {
    const Outcome digest = command({"digest"}, data_);
    ASSERT_EQ(digest.exit_code, 0) << digest.err;
    const Outcome replayed = command({"replay", "--check"}, data_);
    EXPECT_EQ(replayed.exit_code, 0) << replayed.out << replayed.err;
    EXPECT_NE(replayed.out.find("replay   " + digest.last_word()), std::string::npos) << replayed.out << digest.out;
    const Outcome elsewhere = command({"digest"}, scratch_.path() / "another machine");
    EXPECT_EQ(elsewhere.last_word(), digest.last_word()) << elsewhere.err;
    expect_what_an_undisturbed_replay_publishes(seen);
  }

  Scratch scratch_;
  std::filesystem::path data_ = scratch_.path() / "data";
  std::string prefix_ = fresh_name();
  cli::Config config_;
  std::unique_ptr<KafkaReader> reader_;
};

TEST_F(KafkaKill, PublishesOnceWhatAnUndisturbedReplayPublishes) {
  Random random(seed_of_test(31));
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < kClients; ++i) clients.push_back(std::make_unique<Client>(i, random.next()));
  Onlooker onlooker(*reader_, cli::topics_of(config_));
  const int wanted = scaled(10);
  int killed = 0;
  for (int round = 0; killed < wanted; ++round) {
    const Death death = draw_death(random);
    SCOPED_TRACE("round " + std::to_string(round) + " " + death.what);
    RunningEarshot service = run(death.program, death.environment);
    std::vector<std::thread> sending;
    if (service.runs()) {
      for (const auto& client : clients) sending.emplace_back([&] { client->send_to(service.port(), 30); });
    }
    if (death.environment.empty()) {
      std::this_thread::sleep_for(death.moment);  // any moment will do; which one it is decides nothing
      service.process().signal(SIGKILL);
    }
    for (std::thread& one : sending) one.join();
    const Outcome outcome = service.end();  // if it has survived all of it
    ASSERT_TRUE(outcome.was_killed || outcome.exit_code == 0) << outcome.err;
    killed += outcome.was_killed ? 1 : 0;
  }

  std::size_t acknowledged = 0;
  {
    RunningEarshot service = run();
    ASSERT_TRUE(service.runs());
    for (const auto& client : clients) {
      if (client->has_unacknowledged()) client->send_to(service.port(), 1);
      EXPECT_FALSE(client->has_unacknowledged());
      acknowledged += client->acknowledged().size();
    }
    wait_until_counted(service, clients);
    ASSERT_EQ(service.end().exit_code, 0);
  }
  expect_all_is_well(onlooker.stop());
  EXPECT_GT(acknowledged, static_cast<std::size_t>(killed));
  std::printf("killed %d services, %zu events acknowledged\n", killed, acknowledged);
}

// Nothing that was acknowledged is lost, what is too much is refused, and it goes on by itself.
TEST_F(KafkaKill, WaitsForABrokerThatDiesInTheMiddleOfCommits) {
  Random random(seed_of_test(32));
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 30; ++i) clients.push_back(std::make_unique<Client>(i, random.next()));
  Onlooker onlooker(*reader_, cli::topics_of(config_));
  RunningEarshot service = run();
  ASSERT_TRUE(service.runs());
  std::atomic<bool> enough{false};
  const auto patience = std::chrono::steady_clock::now() + 300s;
  std::vector<std::thread> sending;
  for (const auto& client : clients) {
    sending.emplace_back([&] {
      while ((!enough || client->has_unacknowledged()) && std::chrono::steady_clock::now() < patience) {
        client->send_to(service.port(), 1);
        std::this_thread::sleep_for(1ms);  // as clients do that were refused
      }
    });
  }
  const auto refused = [&] { return std::any_of(clients.begin(), clients.end(), [](const auto& client) { return client->refused() > 0; }); };
  for (int death = 0; death < 2; ++death) {
    std::this_thread::sleep_for(std::chrono::milliseconds(500 + random.below(500)));  // any moment will do
    shared_broker()->kill();
    while (death == 0 && !refused() && std::chrono::steady_clock::now() < patience) std::this_thread::sleep_for(10ms);
    shared_broker()->start();
  }
  enough = true;
  for (std::thread& one : sending) one.join();
  if (std::chrono::steady_clock::now() >= patience) FAIL() << "it does not go on: " << service.end().err;
  wait_until_counted(service, clients);
  const Outcome outcome = service.end();
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  expect_all_is_well(onlooker.stop());
}

}  // namespace
}  // namespace earshot::test
