// A service on Kafka that is killed again and again, at named points of its commits and at any moment, while clients
// send and a reader of committed records looks. Afterwards what it published must be, for each writer and partition,
// what an undisturbed replay of the same inputs publishes, once and in order; and the state what the log says, here and
// on an empty machine.
#include "crash/kafka_life.h"

namespace earshot::test {
namespace {

using namespace std::chrono_literals;

constexpr int kClients = 3;
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

class KafkaKill : public KafkaLife {
 protected:
  RunningEarshot run(const std::string& program = kEarshot, const Process::Environment& environment = {}) const {
    return RunningEarshot({data_, {"--config", file()}, environment, program});
  }

  std::filesystem::path data_ = scratch_.path() / "data";
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
  expect_all_is_well(onlooker.stop(), {data_});
  EXPECT_GT(acknowledged, static_cast<std::size_t>(killed));
  std::printf("killed %d services, %zu events acknowledged\n", killed, acknowledged);
}

// Nothing that was acknowledged is lost, what is too much is refused, and it goes on by itself.
TEST_F(KafkaKill, WaitsForABrokerThatDiesInTheMiddleOfCommits) {
  Random random(seed_of_test(32));
  Onlooker onlooker(*reader_, cli::topics_of(config_));
  RunningEarshot service = run();
  ASSERT_TRUE(service.runs());
  Crowd crowd(30, random, service.port());
  for (int death = 0; death < 2; ++death) {
    std::this_thread::sleep_for(std::chrono::milliseconds(500 + random.below(500)));  // any moment will do
    shared_broker()->kill();
    while (death == 0 && !crowd.was_refused() && !crowd.has_lost_patience()) std::this_thread::sleep_for(10ms);
    shared_broker()->start();
  }
  if (!crowd.stop()) FAIL() << "it does not go on: " << service.end().err;
  wait_until_counted(service, crowd.clients());
  const Outcome outcome = service.end();
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  expect_all_is_well(onlooker.stop(), {data_});
}

// The log in Kafka goes on where the state on this disk cannot: the process ends, and catches up when there is room.
TEST_F(KafkaKill, EndsWhenTheDiskIsFullAndGoesOnWhenThereIsRoom) {
  Random random(seed_of_test(33));
  std::vector<std::unique_ptr<Client>> clients;
  clients.push_back(std::make_unique<Client>(0, random.next()));
  Onlooker onlooker(*reader_, cli::topics_of(config_));
  {
    RunningEarshot service =
        run(kMortal, {{"EARSHOT_TEST_DISK_BYTES", "400000"}, {"EARSHOT_TEST_MEMTABLE_BYTES", "65536"}});
    ASSERT_TRUE(service.runs()) << service.process().err();
    clients[0]->send_to(service.port(), 100'000);  // until it is gone
    service.process().wait();
    EXPECT_EQ(service.process().exit_code(), 1);
    EXPECT_NE(service.process().err().find("no space left for"), std::string::npos) << service.process().err();
  }
  EXPECT_GT(clients[0]->acknowledged().size(), 10u);
  RunningEarshot service = run();
  ASSERT_TRUE(service.runs()) << service.process().err();
  if (clients[0]->has_unacknowledged()) clients[0]->send_to(service.port(), 1);
  EXPECT_FALSE(clients[0]->has_unacknowledged());
  wait_until_counted(service, clients);
  ASSERT_EQ(service.end().exit_code, 0);
  expect_all_is_well(onlooker.stop(), {data_});
}

}  // namespace
}  // namespace earshot::test
