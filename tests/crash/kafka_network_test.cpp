// A network between a service and its broker that is slow, breaks off, stands still, delivers long afterwards, or is
// not there at all. What was promised is kept all the same.
#include <algorithm>
#include <future>

#include "crash/kafka_life.h"
#include "support/keys_of_test.h"
#include "support/tcp_proxy.h"

namespace earshot::test {
namespace {

using namespace std::chrono_literals;

constexpr std::int16_t kEndTxn = 26;  // as Kafka's protocol numbers them
constexpr std::int16_t kTxnOffsetCommit = 28;

// Its clients are sent through the proxy; what the broker has to say to itself is not.
class FarBroker {
 public:
  FarBroker() : FarBroker(free_port(), free_port()) {}

  TcpProxy network;
  KafkaBroker broker;
  KafkaConnection connection() const { return {"127.0.0.1:" + std::to_string(network.port()), {}}; }

 private:
  FarBroker(std::uint16_t port, std::uint16_t controller) : network(port), broker(settings(port, controller)) {
    broker.start();
  }
  KafkaBroker::Settings settings(std::uint16_t port, std::uint16_t controller) const {
    const std::string here = "://127.0.0.1:", inner = "INTERNAL" + here + std::to_string(free_port());
    return {.properties = "listeners=PLAINTEXT" + here + std::to_string(port) + "," + inner + ",CONTROLLER" + here +
                          std::to_string(controller) + "\nadvertised.listeners=PLAINTEXT" + here +
                          std::to_string(network.port()) + "," + inner +
                          "\nlistener.security.protocol.map=PLAINTEXT:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT"
                          "\ninter.broker.listener.name=INTERNAL\n",
            .port = port,
            .controller_port = controller};
  }
};

class KafkaNetwork : public KafkaLife {
 protected:
  void SetUp() override {
    if (KafkaBroker::is_there() && !far_) far_ = std::make_unique<FarBroker>();
    KafkaLife::SetUp();
  }
  KafkaConnection connection() const override { return far_->connection(); }
  TcpProxy& network() { return far_->network; }

  void expect_it_went_on(RunningEarshot& service, Crowd& crowd, Onlooker& onlooker) {
    if (!crowd.stop()) FAIL() << "it does not go on: " << service.end().err;
    wait_until_counted(service, crowd.clients());
    const Outcome outcome = service.end();
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    expect_all_is_well(onlooker.stop(), {data_});
  }

  std::filesystem::path data_ = scratch_.path() / "data";
  static inline std::unique_ptr<FarBroker> far_;  // for both suites, until the program ends
};

TEST_F(KafkaNetwork, MayBeSlowBreakOffStandStillAndDeliverLate) {
  Random random(seed_of_test(35));
  Onlooker onlooker(*reader_, cli::topics_of(config_));
  RunningEarshot service({data_, {"--config", file()}});
  ASSERT_TRUE(service.runs()) << service.process().err();
  Crowd crowd(6, random, service.port());
  const auto a_while = [&](int most_ms) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100 + random.below(static_cast<std::uint64_t>(most_ms))));
  };
  int late = 0;
  for (int weather = 0; weather < std::max(5, scaled(10)); ++weather) {
    switch (weather % 5) {
      case 0: network().delay(std::chrono::milliseconds(5 + random.below(60))); break;
      case 1: network().cut(); break;
      case 2: network().stall(TcpProxy::Way::to_server, true); break;
      case 3: network().stall(TcpProxy::Way::to_client, true); break;
      case 4: network().hold_next(kEndTxn); break;
    }
    a_while(1'500);
    network().stall(TcpProxy::Way::to_server, false);
    network().stall(TcpProxy::Way::to_client, false);
    if (weather % 5 == 4) {
      const auto end = std::chrono::steady_clock::now() + 30s;
      while (!network().holds() && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(10ms);  // for the next commit
    }
    if (network().holds()) late += network().let_go(30s) ? 1 : 0;
    if (weather % 5 == 1) network().delay(0ms);
  }
  EXPECT_GT(late, 0);
  network().delay(0ms);
  expect_it_went_on(service, crowd, onlooker);
}

TEST_F(KafkaNetwork, MayBeAwayForAMinuteWhileEventsCome) {
  Random random(seed_of_test(36));
  Onlooker onlooker(*reader_, cli::topics_of(config_));
  RunningEarshot service({data_, {"--config", file()}});
  ASSERT_TRUE(service.runs()) << service.process().err();
  Crowd crowd(60, random, service.port());
  std::this_thread::sleep_for(500ms);  // any moment will do
  network().go_away(true);
  std::this_thread::sleep_for(std::chrono::seconds(scaled(6)));
  EXPECT_TRUE(crowd.was_refused()) << "the queue is bounded";
  EXPECT_EQ(service.get("/healthz").status, 200);
  network().go_away(false);
  expect_it_went_on(service, crowd, onlooker);
}

// Outputs and positions through a network that holds a request back, and delivers it when the next transaction is open.
class KafkaLateRequest : public KafkaNetwork {
 protected:
  void SetUp() override {
    KafkaNetwork::SetUp();
    if (!far_) return;
    kafka_.settings.connection = connection();
    kafka_.settings.keys = keys_of_test();
    open();
    for (int i = 0; i < 10; ++i) kafka_.log().emit({0, 0}, {from_millis(i), "in", "in"});
    commit("first", 1);
  }
  void open() {
    const auto opened = kafka_.open({{"input", 1}, {"output", 1}});
    ASSERT_TRUE(opened) << opened.error().message;
  }
  void commit(std::string output, Offset next) {
    kafka_.log().emit({1, 0}, {from_millis(1), "out", std::move(output)});
    std::promise<Result<void>> done;
    kafka_.log().commit({{{{0, 0}, next}}, {{"0/k", std::to_string(next)}}, [&](const Result<void>& result) {
                           done.set_value(result);
                         }});
    const auto result = done.get_future().get();
    ASSERT_TRUE(result) << result.error().message;
  }
  // The commit is done, by a request that was sent again; the first one comes at `point` of the next commit.
  void commit_late(std::int16_t request, KafkaPoint point) {
    network().hold_next(request);
    commit("second", 2);
    ASSERT_TRUE(network().holds());
    kafka_.at_point = [this, point](KafkaPoint reached) {
      if (reached == point && network().holds()) was_answered_ = network().let_go(30s);
    };
  }
  void expect(Offset next, const Bytes& outputs) {
    const auto at = kafka_.log().restore({0, 0});
    ASSERT_TRUE(at) << at.error().message;
    EXPECT_EQ(at->log_next, next);
    EXPECT_EQ(at->state_next, next);
    Bytes found;
    ASSERT_TRUE(kafka_.log().read({1, 0}, 0, 100, [&](const StoredRecord& record) {
      found.emplace_back(record.value);
      return true;
    }));
    EXPECT_EQ(found, outputs);
  }

  InKafka kafka_;
  bool was_answered_ = false;
};

TEST_F(KafkaLateRequest, ThatEndsATransactionDoesNotEndTheNextOne) {
  commit_late(kEndTxn, KafkaPoint::flushed);
  kafka_.die_at(KafkaPoint::flushed);
  kafka_.log().emit({1, 0}, {from_millis(1), "out", "third"});
  kafka_.log().commit({{{{0, 0}, 3}}, {{"0/k", "3"}}, nullptr});
  kafka_.wait_for_death();
  EXPECT_TRUE(was_answered_);
  kafka_.close();
  open();
  expect(2, {"first", "second"});
  commit("third", 3);
  expect(3, {"first", "second", "third"});
}

TEST_F(KafkaLateRequest, ThatCommitsPositionsDoesNotMoveThemBack) {
  commit_late(kTxnOffsetCommit, KafkaPoint::offsets_sent);
  commit("third", 3);
  EXPECT_TRUE(was_answered_);
  kafka_.close();
  kafka_.at_point = nullptr;
  open();
  expect(3, {"first", "second", "third"});
}

}  // namespace
}  // namespace earshot::test
