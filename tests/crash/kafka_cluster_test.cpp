// Several services share the partitions on Kafka. One is killed, one hangs so long that others take its partitions and
// then wakes up, one joins from an empty directory and goes, and clients send all the while. Afterwards everything was
// published once, as an undisturbed replay of the same inputs publishes it.
#include <algorithm>
#include <array>
#include <thread>

#include "crash/kafka_life.h"
#include "support/random_test.h"
#include "support/test_clock.h"

namespace earshot::test {
namespace {

using namespace std::chrono_literals;

constexpr int kClients = 3;
constexpr std::size_t kServices = 3;
constexpr auto kSession = 6s;

class KafkaCluster : public KafkaLife {
 protected:
  KafkaCluster() : KafkaLife("  session_seconds: 6\n") {}
  ~KafkaCluster() override { stop_sending(); }

  std::filesystem::path data(std::size_t slot) const { return scratch_.path() / ("data-" + std::to_string(slot)); }

  void start(std::size_t slot, const std::string& program = kEarshot, const Process::Environment& environment = {}) {
    services_[slot] = std::make_unique<RunningEarshot>(RunningEarshot::Settings{
        data(slot), {"--config", file(), "--slot", std::to_string(slot)}, environment, program});
    ports_[slot] = services_[slot]->port();
  }
  bool runs(std::size_t slot) {
    return services_[slot] && services_[slot]->runs() && !services_[slot]->process().has_ended();
  }
  Outcome end(std::size_t slot, int signal) {
    ports_[slot] = 0;
    const Outcome outcome = services_[slot]->end(signal);
    services_[slot].reset();
    return outcome;
  }

  // Each client sends to whoever runs.
  void send_all_the_while(Random& random) {
    for (int i = 0; i < kClients; ++i) clients_.push_back(std::make_unique<Client>(i, random.next()));
    for (std::size_t i = 0; i < clients_.size(); ++i) {
      senders_.emplace_back([this, i] {
        for (std::size_t turn = i; !enough_; ++turn) {
          const std::uint16_t port = ports_[turn % kServices];
          if (port != 0) clients_[i]->send_to(port, 5);
          std::this_thread::sleep_for(5ms);  // as a client does that comes back
        }
      });
    }
  }
  void stop_sending() {
    enough_ = true;
    for (std::thread& sender : senders_) sender.join();
    senders_.clear();
  }
  // What a client was not told about it sends again.
  void settle_accounts(std::size_t slot) {
    for (const auto& client : clients_) {
      for (int i = 0; client->has_unacknowledged() && i < 1000; ++i) client->send_to(services_[slot]->port(), 1);
      EXPECT_FALSE(client->has_unacknowledged());
    }
  }

  std::array<std::unique_ptr<RunningEarshot>, kServices> services_;
  std::array<std::atomic<std::uint16_t>, kServices> ports_{};
  std::vector<std::unique_ptr<Client>> clients_;
  std::atomic<bool> enough_ = false;
  std::vector<std::thread> senders_;
};

struct Fault {
  enum class Kind { point, moment, zombie, zombie_at_point, newcomer } kind = Kind::moment;
  std::size_t slot = 0;
  std::chrono::milliseconds moment{};
  std::string at;
};

// One after the other, so that few faults are of all kinds.
Fault draw_fault(int number, Random& random) {
  constexpr std::array kinds{Fault::Kind::zombie_at_point, Fault::Kind::newcomer, Fault::Kind::point,
                             Fault::Kind::zombie, Fault::Kind::moment};
  constexpr std::array points{"produced", "flushed", "offsets_sent", "committed", "stated"};
  Fault fault;
  fault.kind = kinds[static_cast<std::size_t>(number) % kinds.size()];
  fault.slot = random.below(2);
  fault.moment = std::chrono::milliseconds(100 + random.below(2'000));
  // Who is to stop must have started; about thirty commits of a start are empty.
  const std::uint64_t passings =
      fault.kind == Fault::Kind::zombie_at_point ? 40 + random.below(40) : 1 + random.below(60);
  fault.at = std::string(points[random.below(points.size())]) + ":" + std::to_string(passings);
  return fault;
}

TEST_F(KafkaCluster, PublishesOnceWhatAnUndisturbedReplayPublishesWhileItsProcessesDieHangAndMove) {
  Random random(seed_of_test(41));
  Onlooker onlooker(*reader_, cli::topics_of(config_));
  start(0);
  start(1);
  ASSERT_TRUE(runs(0) && runs(1));
  send_all_the_while(random);
  int killed = 0;
  int fenced = 0;
  const int faults = scaled(10);
  for (int number = 0; number < faults; ++number) {
    const Fault fault = draw_fault(number, random);
    SCOPED_TRACE("fault " + std::to_string(number) + " slot " + std::to_string(fault.slot) + " " + fault.at);
    switch (fault.kind) {
      case Fault::Kind::point:
        killed += end(fault.slot, SIGKILL).was_killed ? 1 : 0;
        start(fault.slot, kMortal, {{"EARSHOT_TEST_DIE_AT", fault.at}});
        services_[fault.slot]->process().wait();
        killed += services_[fault.slot]->process().was_killed() ? 1 : 0;
        break;
      case Fault::Kind::moment:
        std::this_thread::sleep_for(fault.moment);  // any moment will do; which one it is decides nothing
        killed += end(fault.slot, SIGKILL).was_killed ? 1 : 0;
        break;
      case Fault::Kind::zombie:
        services_[fault.slot]->process().signal(SIGSTOP);
        std::this_thread::sleep_for(kSession + 3s);  // most often the others have taken over by then
        services_[fault.slot]->process().signal(SIGCONT);
        std::this_thread::sleep_for(fault.moment);
        break;
      case Fault::Kind::zombie_at_point: {
        killed += end(fault.slot, SIGKILL).was_killed ? 1 : 0;
        start(fault.slot, kMortal, {{"EARSHOT_TEST_STOP_AT", fault.at}});
        Process& process = services_[fault.slot]->process();
        while (!process.has_stopped() && !process.has_ended()) std::this_thread::sleep_for(5ms);
        std::this_thread::sleep_for(kSession + 3s);
        process.signal(SIGCONT);
        std::this_thread::sleep_for(fault.moment);
        break;
      }
      case Fault::Kind::newcomer:
        start(2);
        EXPECT_TRUE(runs(2)) << services_[2]->process().err();
        std::this_thread::sleep_for(fault.moment);
        EXPECT_TRUE(runs(2)) << services_[2]->process().err();
        (void)end(2, number % 2 == 0 ? SIGTERM : SIGKILL);
        std::filesystem::remove_all(data(2));
        break;
    }
    for (const std::size_t slot : {0u, 1u}) {
      if (runs(slot)) continue;
      if (services_[slot]) {
        const Outcome outcome = end(slot, SIGTERM);
        const bool is_fenced = outcome.exit_code == 1;
        fenced += is_fenced ? 1 : 0;
        EXPECT_TRUE(outcome.was_killed || is_fenced) << outcome.exit_code << outcome.err;
        if (is_fenced) std::printf("%s", outcome.err.substr(outcome.err.rfind("ERROR")).c_str());
      }
      start(slot);
      ASSERT_TRUE(runs(slot)) << services_[slot]->process().err();
    }
  }
  stop_sending();
  settle_accounts(0);
  wait_until_counted(*services_[1], clients_);  // it asks the other for what it does not have
  ASSERT_EQ(end(1, SIGTERM).exit_code, 0);
  wait_until_counted(*services_[0], clients_);  // it has all partitions after a session
  ASSERT_EQ(end(0, SIGTERM).exit_code, 0);
  expect_all_is_well(onlooker.stop(), {data(0), data(1)});
  std::size_t acknowledged = 0;
  for (const auto& client : clients_) acknowledged += client->acknowledged().size();
  EXPECT_GT(acknowledged, 100u);
  EXPECT_GT(killed, 0);
  EXPECT_GT(fenced, 0) << "no zombie was refused, so nothing was shown of them";
  std::printf("%d faults: %d killed, %d zombies refused, %zu events acknowledged\n", faults, killed, fenced,
              acknowledged);
}

// ---- time passes and nobody says anything
// ----------------------------------------------------------------------------

class KafkaClusterInSilence : public KafkaCluster {
 protected:
  static constexpr int kSilent = 40;

  void start_with_clock(std::size_t slot) {
    start(slot, kMortal, {{"EARSHOT_TEST_CLOCK", clock_file()}});
    ASSERT_TRUE(runs(slot)) << services_[slot]->process().err();
  }
  // One order each; after sixteen weeks without another the customer is silent.
  void order_once(std::size_t slot) {
    std::string body;
    for (int i = 0; i < kSilent; ++i) {
      const std::string id = std::to_string(i);
      body += (i == 0 ? "[" : ",") +
              (R"({"specversion":"1.0","id":"o)" + id +
               R"(","source":"/acme/shop","type":"earshot.activity.order.v1","data":{"channel":"web",)") +
              R"("person":{"keys":["customer:C-)" + id + R"("]},"order":{"id":"o)" + id +
              R"(","amount":1200,"currency":"EUR"}}})";
    }
    const HttpAnswer answer = services_[slot]->post("/v1/events", body + "]");
    ASSERT_EQ(answer.status, 200) << answer.body;
    ASSERT_NE(answer.body.find("\"accepted\":" + std::to_string(kSilent)), std::string::npos) << answer.body;
  }
  std::size_t records_of(Topic topic, std::string_view what) const {
    std::size_t count = 0;
    reader_->look_again();
    for (std::uint16_t i = 0; i < config_.partitions; ++i) {
      const auto read = reader_->read({index_of(topic), i}, 0, 1'000'000, [&](const StoredRecord& record) {
        count += record.value.find(what) == std::string_view::npos ? 0 : 1;
        return true;
      });
      EXPECT_TRUE(read);
    }
    return count;
  }
  void wait_for_records(Topic topic, std::string_view what, std::size_t count) const {
    const auto end = std::chrono::steady_clock::now() + 120s;
    while (records_of(topic, what) < count && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(50ms);
    ASSERT_EQ(records_of(topic, what), count) << what;
  }
  std::string clock_file() const { return (scratch_.path() / "clock").string(); }

  TestClock clock_{clock_file()};
};

TEST_F(KafkaClusterInSilence, TimersFireByTicksInEveryPartitionAfterARestartAndAfterAMove) {
  using namespace std::chrono;
  Onlooker onlooker(*reader_, cli::topics_of(config_));
  start_with_clock(0);
  start_with_clock(1);
  order_once(0);
  wait_for_records(Topic::customers, "customer.changed", kSilent);
  (void)end(0, SIGKILL);
  start_with_clock(0);  // its timers are armed in the state it finds
  start_with_clock(2);  // what moves to it has armed timers too
  clock_.pass(weeks(17));
  wait_for_records(Topic::signals, "\"silent\"", kSilent);
  for (std::uint16_t i = 0; i < config_.partitions; ++i) {
    std::size_t ticks = 0;
    ASSERT_TRUE(reader_->read({index_of(Topic::activity), i}, 0, 1'000'000, [&](const StoredRecord& record) {
      ticks += record.value.find("clock.ticked") == std::string_view::npos ? 0 : 1;
      return true;
    }));
    EXPECT_GT(ticks, 0u) << "nothing was shown of partition " << i;
  }
  for (const std::size_t slot : {0u, 1u, 2u}) {
    const Outcome outcome = end(slot, SIGTERM);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  }
  expect_all_is_well(onlooker.stop(), {data(0), data(1), data(2)});
  EXPECT_EQ(records_of(Topic::signals, "\"silent\""), static_cast<std::size_t>(kSilent)) << "once each";
}

}  // namespace
}  // namespace earshot::test
