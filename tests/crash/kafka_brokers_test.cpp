// Three brokers that keep everything twice at least. One that leads is killed with -9 again and again, while a service
// commits and clients send. Afterwards nothing is lost and nothing is there twice.
#include <csignal>

#include "crash/kafka_life.h"

namespace earshot::test {
namespace {

using namespace std::chrono_literals;

constexpr int kBrokers = 3;

class KafkaBrokers : public KafkaLife {
 protected:
  KafkaConnection connection() const override {
    std::string all;
    for (const auto& broker : brokers_) all += (all.empty() ? "" : ",") + broker->address();
    return {all, {}};
  }

  void SetUp() override {
    if (!KafkaBroker::is_there()) GTEST_SKIP() << "there is no Kafka here; scripts/kafka fetch gets it";
    std::vector<KafkaBroker::Settings> settings(kBrokers);
    std::string voters;
    for (int i = 0; i < kBrokers; ++i)
      voters += (i == 0 ? "" : ",") + std::to_string(i + 1) +
                "@127.0.0.1:" + std::to_string(settings[static_cast<std::size_t>(i)].controller_port);
    for (int i = 0; i < kBrokers; ++i) {
      KafkaBroker::Settings& one = settings[static_cast<std::size_t>(i)];
      one.properties =
          "node.id=" + std::to_string(i + 1) + "\ncontroller.quorum.voters=" + voters +
          "\ndefault.replication.factor=3\nmin.insync.replicas=2\noffsets.topic.replication.factor=3"
          "\ntransaction.state.log.replication.factor=3\ntransaction.state.log.min.isr=2"
          "\nbroker.session.timeout.ms=2000\nbroker.heartbeat.interval.ms=500\n";  // so long a dead broker leads
      brokers_.push_back(std::make_unique<KafkaBroker>(std::move(one)));
      brokers_.back()->begin_to_start();
    }
    for (const auto& broker : brokers_) broker->wait_until_it_runs();
    KafkaLife::SetUp();
  }

  // Of the first partition of the first input, as kcat is told; -1 while there is none.
  int leader() const {
    std::this_thread::sleep_for(100ms);  // as somebody looks who waits for it to change
    Process kcat({"/usr/bin/kcat", "-b", connection().bootstrap, "-L", "-t", prefix_ + "earshot.feedback"});
    kcat.wait();
    const std::string before = "partition 0, leader ";
    const std::string told = kcat.out();
    const std::size_t at = told.find(before);
    return at == std::string::npos ? -1 : std::atoi(told.c_str() + at + before.size());
  }

  std::filesystem::path data_ = scratch_.path() / "data";
  std::vector<std::unique_ptr<KafkaBroker>> brokers_;
};

TEST_F(KafkaBrokers, AreKilledWhileTheyLeadAndNothingIsLostOrTwice) {
  Random random(seed_of_test(34));
  Onlooker onlooker(*reader_, cli::topics_of(config_));
  RunningEarshot service({data_, {"--config", file()}});
  ASSERT_TRUE(service.runs()) << service.process().err();
  Crowd crowd(6, random, service.port());
  const int wanted = scaled(2);
  int moves = 0;
  for (int death = 0; death < wanted; ++death) {
    std::this_thread::sleep_for(std::chrono::milliseconds(300 + random.below(700)));  // any moment will do
    int killed = -1;
    while ((killed = leader()) < 1 && !crowd.has_lost_patience()) continue;
    ASSERT_GT(killed, 0);
    KafkaBroker& broker = *brokers_[static_cast<std::size_t>(killed - 1)];
    broker.kill();
    int next = killed;
    while ((next = leader()) < 1 || next == killed) {
      if (crowd.has_lost_patience()) break;
    }
    moves += next != killed ? 1 : 0;
    broker.start();
  }
  EXPECT_EQ(moves, wanted);
  if (!crowd.stop()) FAIL() << "it does not go on: " << service.end().err;
  wait_until_counted(service, crowd.clients());
  const Outcome outcome = service.end();
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  expect_all_is_well(onlooker.stop(), {data_});
  std::printf("killed %d leaders\n", wanted);
}

}  // namespace
}  // namespace earshot::test
