// A service that is killed again and again while clients send. A client knows only what it was answered: what got a 2xx
// must be there, and what did not is sent again, with the same ids. Everything must have happened once.
#include <map>
#include <thread>

#include <gtest/gtest.h>

#include "crash/client.h"
#include "crash/death.h"
#include "earshot/topics.h"
#include "event/codec.h"
#include "event_log/embedded.h"
#include "support/random_test.h"
#include "support/scratch.h"

namespace earshot::test {
namespace {

constexpr int kClients = 3;

// How often each event stands in a topic; ticks may be doubled, they say nothing new.
std::map<std::string, int> events_of(const EmbeddedReader& log, Topic topic) {
  std::map<std::string, int> times;
  EventDecoder decoder;
  for (std::uint16_t partition = 0; partition < log.topics().at(index_of(topic)).partitions; ++partition) {
    const auto read = log.read({index_of(topic), partition}, 0, 100'000'000, [&](const StoredRecord& record) {
      const auto event = decoder.decode(record.value);
      EXPECT_TRUE(event);
      if (!event || std::holds_alternative<ClockTicked>(event->body)) return true;
      // Control events stand in every partition.
      const bool is_control = std::holds_alternative<ConfigChanged>(event->body);
      ++times[event->source + " " + event->id + (is_control ? " " + std::to_string(partition) : "")];
      return true;
    });
    EXPECT_TRUE(read) << read.error().message;
  }
  return times;
}

class KilledService : public ::testing::Test {
 protected:
  void expect_all_counted_once(RunningEarshot& service, const std::vector<std::unique_ptr<Client>>& clients) {
    for (const auto& client : clients) {
      for (const auto& [key, events] : client->sent()) {
        const HttpAnswer answer = service.get("/v1/customers/" + key);
        ASSERT_EQ(answer.status, 200) << key << answer.body;
        const std::string counted = "\"feedback_count\":" + std::to_string(events) + ",";
        EXPECT_NE(answer.body.find(counted), std::string::npos)
            << key << " is not " << counted << " " << answer.body.substr(0, 500);
      }
    }
  }

  void expect_all_recorded_once(const std::vector<std::unique_ptr<Client>>& clients) {
    const auto log = EmbeddedReader::open(data() / "log");
    ASSERT_TRUE(log) << log.error().message;
    const auto feedback = events_of(**log, Topic::feedback);
    for (const auto& client : clients) {
      for (const std::string& id : client->acknowledged()) {
        const auto found = feedback.find("/acme/shop " + id);
        ASSERT_NE(found, feedback.end()) << id << " was acknowledged and is lost";
      }
    }
    for (const TopicName& topic : kTopics) {
      for (const auto& [event, times] : events_of(**log, topic.topic)) {
        EXPECT_EQ(times, 1) << event << " in " << topic.name;
      }
    }
  }

  std::filesystem::path data() const { return scratch_.path() / "data"; }
  Scratch scratch_;
};

TEST_F(KilledService, LosesNothingThatItAcknowledgedAndDoesNothingTwice) {
  Random random(seed_of_test(22));
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < kClients; ++i) clients.push_back(std::make_unique<Client>(i, random.next()));
  const int wanted = scaled(100);
  int killed = 0;
  for (int round = 0; killed < wanted; ++round) {
    const Death death = draw_death(random, kCommitsOfAStart + 40, std::chrono::milliseconds(300));
    SCOPED_TRACE("round " + std::to_string(round) + " " + death.what);
    RunningEarshot service({data(), {}, death.environment, death.program});
    std::vector<std::thread> sending;
    if (service.runs()) {
      for (const auto& client : clients) sending.emplace_back([&] { client->send_to(service.port(), 60); });
    }
    if (death.comes_from_outside()) {
      std::this_thread::sleep_for(death.moment);  // any moment will do; which one it is decides nothing
      service.process().signal(SIGKILL);
    }
    for (std::thread& one : sending) one.join();
    const Outcome outcome = service.end();  // if it has survived all of it
    ASSERT_TRUE(outcome.was_killed || outcome.exit_code == 0) << outcome.err;
    killed += outcome.was_killed ? 1 : 0;
  }

  RunningEarshot service({data()});
  ASSERT_TRUE(service.runs());
  std::size_t acknowledged = 0;
  for (const auto& client : clients) {
    if (client->has_unacknowledged()) client->send_to(service.port(), 1);
    EXPECT_FALSE(client->has_unacknowledged());
    EXPECT_EQ(client->refused(), 0) << "a service that runs refuses nothing";
    acknowledged += client->acknowledged().size();
  }
  expect_all_counted_once(service, clients);
  ASSERT_EQ(service.end().exit_code, 0);

  expect_all_recorded_once(clients);
  const Outcome digest = run_on(data(), {"digest"});
  const Outcome replayed = run_on(data(), {"replay", "--check"});
  EXPECT_EQ(replayed.exit_code, 0) << replayed.out << replayed.err;
  EXPECT_NE(replayed.out.find("replay   " + digest.last_word()), std::string::npos) << replayed.out << digest.out;
  EXPECT_GT(acknowledged, static_cast<std::size_t>(killed));
  std::printf("killed %d services, %zu events acknowledged\n", killed, acknowledged);
}

}  // namespace
}  // namespace earshot::test
