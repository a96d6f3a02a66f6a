#include "cli/refit.h"

#include <future>

#include <gtest/gtest.h>

#include "cli/default_model.h"
#include "cli/station.h"
#include "event/codec.h"
#include "event_log/memory.h"
#include "pipeline/digest.h"
#include "pipeline/replay.h"
#include "processors/intake/intake.h"
#include "state_store/memory.h"
#include "support/manual_clock.h"

namespace earshot::cli {
namespace {

using std::chrono::days;
using std::chrono::hours;

// A service over the memory engine, whose clock the test moves.
class ServiceThatFits : public ::testing::Test {
 protected:
  static constexpr int kPartitions = 2;

  void SetUp() override {
    config_.partitions = kPartitions;
    config_.tenant = "acme";
    auto loaded = load_analyzer(std::string(EARSHOT_SOURCE_DIR) + "/models/text-2.bin");
    ASSERT_TRUE(loaded) << loaded.error().message;
    analyzer_ = std::make_unique<Analyzer>(std::move(*loaded));
    std::vector<TopicSpec> topics;
    for (const TopicName& topic : kTopics) topics.push_back({std::string(topic.name), kPartitions});
    auto log = MemoryLog::open(disk_, state_, {.topics = std::move(topics)});
    ASSERT_TRUE(log) << log.error().message;
    log_ = std::move(*log);
    auto pump = Pump::start(*log_, state_, make_processors(config_, *analyzer_), {.partitions = kPartitions});
    ASSERT_TRUE(pump) << pump.error().message;
    pump_ = std::move(*pump);
    ImportRules rules;
    rules.record_key = [](const Event& event) { return feedback_key("", event.tenant, std::get<Input>(event.body)); };
    rules.is_known = [](const Event&, std::string_view, ValueView&) { return false; };
    rules.number_settings = [](Event& event, ValueView*) {
      std::get<ConfigChanged>(event.body).version = to_millis(event.recorded);
      return true;
    };
    live_ = std::make_unique<Live>(*pump_, std::move(rules), clock_, Live::Settings{.tenant = "acme"}, Live::Hooks{});
    refit_ = std::make_unique<Refit>(parts());
  }

  Refit::Parts parts() { return {state_, *log_, config_, *live_, clock_, lines_}; }

  // Durable when it returns, and all that was offered before it too.
  void hear(std::vector<Event> events) {
    std::promise<bool> heard;
    live_->offer(std::move(events),
                 [&](const Result<Live::Outcome>& outcome) { heard.set_value(outcome.has_value()); });
    EXPECT_TRUE(heard.get_future().get());
  }

  // Each ordered once a week until now, the last `once` of them only today.
  void hear_customers(int count, int once) {
    std::vector<Event> events;
    for (int customer = 0; customer < count; ++customer) {
      const int orders = customer < count - once ? 2 + customer % 5 : 1;
      for (int week = 0; week < orders; ++week) events.push_back(order(customer, clock_.now() - days{7 * week}));
    }
    hear(std::move(events));
  }

  Event order(int customer, Timestamp at) {
    Input input;
    input.kind = InputKind::order;
    input.channel = "shop";
    input.person.keys = {"customer:" + std::to_string(customer)};
    input.order = Order{"O" + std::to_string(++orders_), 1000, "EUR"};
    Event event;
    event.id = input.order->id;
    event.source = "/shop";
    event.tenant = "acme";
    event.time = at;
    event.body = std::move(input);
    return event;
  }

  // What a look leads to, once it is durable.
  std::vector<ChurnModelFitted> look() {
    const std::size_t before = fits().size();
    refit_->look();
    hear({});
    std::vector<ChurnModelFitted> all = fits();
    return {all.begin() + static_cast<std::ptrdiff_t>(before), all.end()};
  }

  // As the log has them; they stand in each partition of each input topic.
  std::vector<ChurnModelFitted> fits() const {
    std::vector<ChurnModelFitted> found;
    EventDecoder decoder;
    const auto read = log_->read({index_of(Topic::activity), 1}, 0, 1'000'000, [&](const StoredRecord& record) {
      const auto event = decoder.decode(record.value);
      if (const auto* fitted = event ? std::get_if<ChurnModelFitted>(&event->body) : nullptr) found.push_back(*fitted);
      return true;
    });
    EXPECT_TRUE(read);
    return found;
  }

  Config config_;
  test::ManualClock clock_{*parse_rfc3339("2026-06-01T12:00:00Z")};
  std::vector<std::string> said_;
  Log lines_{LogLevel::info, [this](LogLevel, std::string_view line) { said_.emplace_back(line); }};
  std::unique_ptr<Analyzer> analyzer_;
  MemoryDisk disk_;
  MemoryStore state_;
  std::unique_ptr<MemoryLog> log_;
  std::unique_ptr<Pump> pump_;
  std::unique_ptr<Live> live_;
  std::unique_ptr<Refit> refit_;
  int orders_ = 0;
};

TEST_F(ServiceThatFits, FitsOnceAndAgainAfterAWeek) {
  hear_customers(400, 200);
  const auto first = look();
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0].version, 1);
  EXPECT_EQ(first[0].customers, 400);
  EXPECT_EQ(first[0].repeaters, 200);
  EXPECT_EQ(first[0].until, clock_.now());
  EXPECT_EQ(said_.size(), 1u);

  clock_.pass(days{7} - hours{1});
  hear({order(1, clock_.now())});
  EXPECT_TRUE(look().empty()) << "it is young enough";
  clock_.pass(days{1});
  hear({order(2, clock_.now())});
  const auto second = look();
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].version, 2);
  EXPECT_TRUE(look().empty());
}

// A service that starts goes by what is in the log.
TEST_F(ServiceThatFits, DoesNotFitAgainOnlyBecauseItWasStarted) {
  hear_customers(400, 0);
  EXPECT_EQ(look().size(), 1u);
  clock_.pass(days{2});
  hear({order(1, clock_.now())});
  refit_ = std::make_unique<Refit>(parts());
  EXPECT_TRUE(look().empty());
}

// The file says nothing of segments; what was applied since the start does.
TEST_F(ServiceThatFits, GoesByTheSettingsThatAreInForce) {
  Event event;
  event.id = "1";
  event.source = "/ops";
  event.tenant = "acme";
  event.body = ConfigChanged{"silence", 0, R"({"segments":[{"name":"shoppers","channels":["shop"]}]})"};
  hear({event});
  hear_customers(400, 0);
  const auto fits = look();
  ASSERT_EQ(fits.size(), 2u);
  EXPECT_EQ(fits[1].segment, "shoppers");
}

TEST_F(ServiceThatFits, LeavesTooFewCustomersToTheDefaults) {
  hear_customers(299, 0);
  EXPECT_TRUE(look().empty());
  clock_.pass(days{1});
  hear({order(299, clock_.now())});  // the three hundredth
  EXPECT_EQ(look().size(), 1u);
}

TEST_F(ServiceThatFits, LeavesTooFewWhoCameBackToTheDefaults) {
  hear_customers(400, 301);
  EXPECT_TRUE(look().empty());
  clock_.pass(days{1});
  hear({order(399, clock_.now())});
  EXPECT_EQ(look().size(), 1u);
}

TEST_F(ServiceThatFits, FitsNothingWhereNobodyWantsIt) {
  config_.fit_every_days = 0;
  hear_customers(400, 0);
  EXPECT_TRUE(look().empty());
  clock_.pass(days{30});
  EXPECT_TRUE(look().empty());
}

// A dead feed looks like customers who have all gone.
TEST_F(ServiceThatFits, LearnsNothingFromATimeInWhichNobodyWasHeard) {
  hear_customers(400, 0);
  EXPECT_EQ(look().size(), 1u);
  clock_.pass(days{60});
  hear({});
  EXPECT_TRUE(look().empty());
  clock_.pass(days{1});
  hear({order(1, clock_.now() - days{40})});
  const auto fitted = look();
  ASSERT_EQ(fitted.size(), 1u);
  EXPECT_LT(fitted[0].until, clock_.now() - days{39});
}

// A replay, which fits nothing, finds the same.
TEST_F(ServiceThatFits, IsReplayedToTheSameState) {
  hear_customers(400, 0);
  EXPECT_EQ(look().size(), 1u);
  clock_.pass(days{200});
  hear({order(1, clock_.now())});
  EXPECT_EQ(look().size(), 1u);
  live_->stop();
  MemoryStore scratch;
  const auto replayed =
      replay(*log_, pump_->positions(), scratch, make_replay_processors(config_), {.partitions = kPartitions});
  ASSERT_TRUE(replayed) << replayed.error().message;
  EXPECT_EQ(replayed->digest, *state_digest(state_, kPartitions));
}

TEST_F(ServiceThatFits, LooksOnAThreadOfItsOwnAndEndsIt) {
  hear_customers(400, 0);
  std::promise<void> fitted;
  Log lines{LogLevel::info, [&](LogLevel, std::string_view) { fitted.set_value(); }};
  Refit::Parts ours{state_, *log_, config_, *live_, clock_, lines};
  {
    Refit refit(ours);
    refit.begin();
    fitted.get_future().get();
  }
  EXPECT_EQ(fits().size(), 1u);
  config_.fit_every_days = 0;
  Refit never(ours);
  never.begin();
}

}  // namespace
}  // namespace earshot::cli
