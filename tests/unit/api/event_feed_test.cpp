#include "api/event_feed.h"

#include <deque>
#include <optional>

#include <gtest/gtest.h>

#include "event_log/memory.h"
#include "state_store/memory.h"
#include "support/random_test.h"

namespace earshot::api {
namespace {

using std::chrono::microseconds;

constexpr std::uint16_t kPartitions = 2;

// A server whose turns the test takes by hand, and whose clients take what they are sent when the test says so.
class ServerByHand : public Server {
 public:
  struct Client {
    std::string heard;
    bool has_more = false;  // than it took
  };

  std::uint16_t port() const override { return 0; }
  void run(Handler) override {}
  void post(std::function<void()> work) override { waiting.push_back(std::move(work)); }
  void post_after(microseconds pause, std::function<void()> work) override {
    pauses.push_back({pause, std::move(work)});
  }
  void each_tick(std::function<void()>) override {}
  void each_refusal(std::function<void(int)>) override {}
  bool write_stream(StreamId id, Frame frame) override {
    const auto found = clients.find(id);
    if (found == clients.end()) return false;
    ++writes;
    found->second.heard += *frame;
    found->second.has_more = true;
    return true;
  }
  void end_stream(StreamId id) override { clients.erase(id); }
  void stop() override {}

  bool take_turn() {
    if (waiting.empty()) return false;
    const auto work = std::move(waiting.front());
    waiting.pop_front();
    work();
    return true;
  }
  bool end_pause() {
    if (pauses.empty()) return false;
    const auto work = std::move(pauses.front().second);
    pauses.pop_front();
    work();
    return true;
  }

  std::map<StreamId, Client> clients;
  std::deque<std::function<void()>> waiting;
  std::deque<std::pair<microseconds, std::function<void()>>> pauses;
  std::size_t writes = 0;
  StreamId last_id = 0;
};

class StreamOpener : public Reply::Target {
 public:
  explicit StreamOpener(ServerByHand& server) : server_(server) {}
  void send(Response) override {}
  StreamId open_stream(StreamListener&) override {
    server_.clients[++server_.last_id];
    return server_.last_id;
  }

 private:
  ServerByHand& server_;
};

class EventFeedTest : public ::testing::Test {
 protected:
  EventFeedTest() {
    log_ = std::move(*MemoryLog::open(disk_, state_, {.topics = topics_}));
    feed_.emplace(server_, *log_, topics_, std::vector<Topic>{Topic::alerts});
  }

  static std::vector<TopicSpec> all_topics() {
    std::vector<TopicSpec> topics;
    for (const TopicName& topic : kTopics) topics.push_back({std::string(topic.name), kPartitions});
    return topics;
  }

  StreamId open(const std::string& last_event_id = "") {
    feed_->open(Reply(std::make_shared<StreamOpener>(server_)), "acme", last_event_id);
    return server_.last_id;
  }
  void open_many(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) open();
    for (auto& [id, client] : server_.clients) client.heard.clear();
    server_.writes = 0;
  }
  void publish(const std::string& title) {
    Event event;
    event.id = title;
    event.source = "/earshot/test";
    event.tenant = "acme";
    event.time = event.recorded = from_millis(1'780'000'000'000 + ++published_);
    AlertRaised alert;
    alert.title = title;
    alert.case_id = CaseId{0, 1};
    event.body = alert;
    const auto partition = static_cast<std::uint16_t>(published_ % kPartitions);
    log_->emit({index_of(Topic::alerts), partition}, {event.recorded, "acme", encode(event)});
    log_->commit({});
  }
  void client_takes(StreamId id) {
    ServerByHand::Client& client = server_.clients[id];
    if (std::exchange(client.has_more, false)) feed_->stream_drained(id);
  }

  // The titles of `heard` in their order, and the id of the last event.
  static std::vector<std::string> titles(const std::string& heard) { return all_after(heard, "\"title\":\"", '"'); }
  static std::string last_id(const std::string& heard) {
    const auto ids = all_after(heard, "id: ", '\n');
    return ids.empty() ? "" : ids.back();
  }

  MemoryDisk disk_;
  MemoryStore state_;
  std::vector<TopicSpec> topics_ = all_topics();
  std::unique_ptr<MemoryLog> log_;
  ServerByHand server_;
  std::optional<EventFeed> feed_;
  std::int64_t published_ = 0;

 private:
  static std::vector<std::string> all_after(const std::string& text, const std::string& before, char end) {
    std::vector<std::string> found;
    for (std::size_t at = text.find(before); at != std::string::npos; at = text.find(before, at)) {
      at += before.size();
      found.push_back(text.substr(at, text.find(end, at) - at));
    }
    return found;
  }
};

TEST_F(EventFeedTest, OneStreamAloneHearsAtOnce) {
  const StreamId id = open();
  publish("a");
  feed_->notified();
  EXPECT_EQ(titles(server_.clients[id].heard), std::vector<std::string>{"a"});
  ASSERT_EQ(server_.pauses.size(), 1u);
  EXPECT_EQ(server_.pauses.front().first, EventFeed::kPauseForEach);
}

TEST_F(EventFeedTest, ManyStreamsHoldUpARequestNoLongerThanAFewDo) {
  constexpr std::size_t kMany = 10 * EventFeed::kStreamsInTurn + 1;
  open_many(kMany);
  for (const bool is_heartbeat : {false, true}) {
    SCOPED_TRACE(is_heartbeat ? "a heartbeat" : "an event");
    server_.writes = 0;
    if (is_heartbeat) {
      feed_->heartbeat();
    } else {
      publish("a");
      feed_->notified();
    }
    std::size_t before = 0;
    std::size_t requests = 0;
    do {
      EXPECT_LE(server_.writes - std::exchange(before, server_.writes), EventFeed::kStreamsInTurn);
      server_.post([&] { ++requests; });  // one that has just come
      server_.take_turn();
    } while (server_.writes < kMany);
    EXPECT_GE(requests, 9u);
    EXPECT_EQ(server_.writes, kMany);
    while (server_.take_turn() || server_.end_pause()) {
    }
  }
  for (const auto& [id, client] : server_.clients) {
    EXPECT_EQ(titles(client.heard), std::vector<std::string>{"a"});
    EXPECT_TRUE(client.heard.ends_with(": still here\n\n"));
  }
}

TEST_F(EventFeedTest, WhatHappensDuringARoundAndThePauseAfterItGoesTogetherInTheNext) {
  constexpr std::size_t kMany = 100;
  open_many(kMany);
  publish("a");
  feed_->notified();
  publish("b");
  feed_->notified();
  while (server_.take_turn()) {
  }
  ASSERT_EQ(server_.pauses.size(), 1u);
  EXPECT_EQ(server_.pauses.front().first, kMany * EventFeed::kPauseForEach);
  publish("c");
  feed_->notified();
  EXPECT_FALSE(server_.take_turn()) << "it is the others' turn";
  EXPECT_EQ(server_.writes, kMany);
  ASSERT_TRUE(server_.end_pause());
  while (server_.take_turn()) {
  }
  EXPECT_EQ(server_.writes, 2 * kMany);
  for (const auto& [id, client] : server_.clients) EXPECT_EQ(titles(client.heard).size(), 3u);
  ASSERT_TRUE(server_.end_pause());
  EXPECT_TRUE(server_.pauses.empty()) << "nothing is asked of the server while nothing happens";
  EXPECT_FALSE(server_.take_turn());
}

// Streams come, go, come back and take their time, while events are published and turns are taken in any order.
TEST_F(EventFeedTest, NobodyMissesAnythingOrHearsItTwiceHoweverTheTurnsFall) {
  Random random(test::seed_of_test(20261127));
  int hearing = 0;
  int deaf = 0;  // came after the last event
  for (int life = 0; life < test::scaled(10); ++life) {
    std::map<StreamId, std::string> before;  // what the client had heard when it came back with this stream
    const auto come = [&](const std::string& heard) {
      const StreamId id = open(last_id(heard));
      before[id] = heard;
    };
    const auto somebody = [&] {
      auto found = server_.clients.begin();
      std::advance(found, static_cast<std::ptrdiff_t>(random.below(server_.clients.size())));
      return found->first;
    };
    const auto go = [&](StreamId id) {
      const std::string heard = before[id] + server_.clients[id].heard;
      before.erase(id);
      server_.clients.erase(id);
      if (random.chance(0.5)) feed_->stream_closed(id);  // else it is noticed when the next is written
      return heard;
    };
    come("");
    for (int step = 0; step < 2000; ++step) {
      switch (random.below(8)) {
        case 0:
          for (std::uint64_t i = random.below(200) == 0 ? 150 : 1; i > 0; --i) publish(std::to_string(published_ + 1));
          [[fallthrough]];
        case 1: feed_->notified(); break;
        case 2: server_.take_turn(); break;
        case 3: server_.end_pause(); break;
        case 4:
        case 5: client_takes(somebody()); break;
        case 6:
          if (server_.clients.size() > 1) come(go(somebody()));
          break;
        default:
          if (server_.clients.size() < 3 * EventFeed::kStreamsInTurn) come("");
      }
    }
    feed_->notified();
    for (bool is_more = true; is_more;) {
      is_more = server_.take_turn() || server_.end_pause();
      for (const auto& [id, client] : server_.clients) is_more |= client.has_more;
      if (is_more) client_takes(somebody());
    }
    for (const auto& [id, client] : server_.clients) {
      SCOPED_TRACE("stream " + std::to_string(id) + " of life " + std::to_string(life));
      std::map<std::int64_t, std::int64_t> next;  // by partition
      for (const std::string& title : titles(before[id] + client.heard)) {
        const std::int64_t number = std::stoll(title);
        const auto expected = next.emplace(number % kPartitions, number).first;  // it may have come at any time
        ASSERT_EQ(number, expected->second);
        expected->second += kPartitions;
      }
      for (const auto& [partition, number] : next) ASSERT_GT(number, published_) << "what came last is missing";
      ++(next.empty() ? deaf : hearing);
    }
    while (!server_.clients.empty()) (void)go(server_.clients.begin()->first);
  }
  EXPECT_GT(hearing, 10 * deaf);
}

}  // namespace
}  // namespace earshot::api
