#include "stage.h"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "all.h"
#include "pipeline/digest.h"
#include "pipeline/replay.h"
#include "processors/customer/customer.h"
#include "processors/desk/desk.h"
#include "processors/identity/identity.h"
#include "processors/insight/insight.h"

namespace earshot::golden {
namespace {

constexpr std::string_view kTenant = "acme";

class Found final : public Findings {
 public:
  void event(Event event) override { events.push_back(std::move(event)); }
  void dead_letter(DeadLetter letter) override { events.push_back(event_of(std::move(letter), std::string(kTenant))); }
  void skipped() override {}
  std::vector<Event> events;
};

bool is_control(const Event& event) {
  return std::holds_alternative<ConfigChanged>(event.body) || std::holds_alternative<ImportBegan>(event.body);
}

std::string key_of(const Event& event) {
  if (const auto* input = std::get_if<Input>(&event.body)) return feedback_key("", event.tenant, *input);
  return feedback_key(event.tenant, std::get<DeadLetter>(event.body));
}

}  // namespace

Stage::Stage(const Analyse& analyse, Settings settings, Published published)
    : settings_(settings),
      processors_{[analyse] { return make_intake({}, analyse); }, [] { return make_identity(); },
                  [] { return make_customer(); }, [] { return make_desk(); }, [] { return make_insight(); }} {
  auto connector = make_connector("cloudevents", "{}");
  EARSHOT_CHECK(connector, "the connector needs no settings");
  connector_ = std::move(*connector);
  MemoryLog::Settings log_settings;
  for (const TopicName& topic : kTopics)
    log_settings.topics.push_back({std::string(topic.name), static_cast<std::uint16_t>(settings_.partitions)});
  auto log = MemoryLog::open(disk_, state_, std::move(log_settings));
  EARSHOT_CHECK(log, "an empty memory log opens");
  log_ = std::move(*log);
  auto pump = Pump::start(*log_, state_, processors_, {settings_.partitions});
  EARSHOT_CHECK(pump, "an empty log has nothing that could fail to be restored");
  pump_ = std::move(*pump);
  pump_->observe([published = std::move(published)](std::string_view, const Event& event) {
    const bool is_inside =
        std::holds_alternative<MeasureTaken>(event.body) || std::holds_alternative<MeasuresSummed>(event.body);
    if (!is_inside) published(event);
  });
}

void Stage::play(std::string_view line, int number) {
  if (auto decoded = decoder_.decode(line)) {
    decoded->tenant = kTenant;
    if (std::holds_alternative<ClockTicked>(decoded->body)) return pass_time_to(decoded->time);
    if (is_control(*decoded)) return append_control(std::move(*decoded));
  }
  Found found;
  const auto reader =
      connector_->open({std::string(kTenant), "delivery " + std::to_string(number), "story", now_}, found);
  reader->feed(line);
  reader->finish();
  for (Event& event : found.events) append(std::move(event));
  if (settings_.commits_each_line) commit();
}

void Stage::append(Event event) {
  event.tenant = kTenant;
  if (event.time == kEarliest) event.time = now_;
  now_ = event.recorded = std::max(now_, event.time);
  run(now_);
  const bool is_command = std::holds_alternative<Command>(event.body);
  pump_->append(is_command ? Topic::desk : Topic::feedback, is_command ? tenant_key(event.tenant) : key_of(event),
                event);
  run(now_);
}

void Stage::append_control(Event event) {
  event.recorded = now_;
  pump_->append_everywhere(event);
  run(now_);
}

// Up to and including `to`: what is due exactly then fires too.
void Stage::pass_time_to(Timestamp to) {
  now_ = std::max(now_, to);
  run(now_ + Millis{1});
}

void Stage::run(Timestamp to) {
  const auto ran = pump_->run_before(to);
  ASSERT_TRUE(ran.has_value()) << ran.error().message;
}

void Stage::commit() {
  pump_->commit([](const Result<void>& result) { EXPECT_TRUE(result.has_value()); });
}

Stage::Digests Stage::finish() {
  commit();
  Digests digests;
  auto live = state_digest(state_, settings_.partitions);
  MemoryStore scratch;
  auto replayed = replay(*log_, pump_->positions(), scratch, processors_, {settings_.partitions});
  EXPECT_TRUE(live.has_value() && replayed.has_value());
  if (live) digests.live = std::move(*live);
  if (replayed) digests.replayed = std::move(replayed->digest);
  return digests;
}

}  // namespace earshot::golden
