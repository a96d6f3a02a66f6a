// What one measure costs in insight's shard, with its values decoded in memory as the pipeline keeps them, and what is
// left for the tenant's key.
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <benchmark/benchmark.h>

#include "base/random.h"
#include "processors/insight/insight.h"

namespace earshot {
namespace {

class Values final : public ValueView {
 public:
  const AnyValue* find(std::string_view record_key, std::string_view name, Decode) override {
    const auto found = values_.find(key_of(record_key, name));
    return found == values_.end() ? nullptr : found->second.get();
  }
  AnyValue& edit(std::string_view record_key, std::string_view name, Decode decode) override {
    auto& value = values_[key_of(record_key, name)];
    if (!value) value = decode("");
    return *value;
  }
  void erase(std::string_view record_key, std::string_view name) override { values_.erase(key_of(record_key, name)); }
  void put(std::string_view record_key, std::string_view name, std::string bytes, Decode decode) override {
    values_[key_of(record_key, name)] = decode(bytes);
  }

 private:
  const std::string& key_of(std::string_view record_key, std::string_view name) {
    key_.assign(record_key).push_back('\0');
    return key_.append(name);
  }
  std::string key_;
  std::unordered_map<std::string, std::unique_ptr<AnyValue>> values_;
};

class Outputs final : public StepOutput {
 public:
  void emit(Emitted emitted) override { emitted_.push_back(std::move(emitted)); }
  void set_timer(Timer) override {}
  std::vector<Emitted>& emitted() { return emitted_; }

 private:
  std::vector<Emitted> emitted_;
};

constexpr Timestamp kNow = from_millis(1'795'000'000'000);

std::vector<Event> some_feedback() {
  Random random{1};
  const std::string channels[] = {"google_play", "email", "web_chat", "app_store", "bluesky", "typeform"};
  std::vector<Event> events(1000);
  for (Event& event : events) {
    MeasureTaken measure;
    measure.at = kNow - Millis{random.between(0, 120'000)};
    measure.channel = channels[random.below(6)];
    measure.sentiment = static_cast<Sentiment>(random.below(4));
    measure.complaint = random.chance(0.3);
    for (std::uint64_t i = random.below(3); i > 0; --i)
      measure.issues.push_back(static_cast<IssueType>(1 + random.below(11)));
    event.tenant = "acme";
    event.body = std::move(measure);
  }
  return events;
}

void count_feedback(benchmark::State& state) {
  const auto processor = make_insight();
  const std::vector<Event> events = some_feedback();
  Values values;
  Outputs outputs;
  std::size_t i = 0;
  for (auto _ : state) {
    Step step(values, outputs, {"insight", "acme", "bench", "event", 2}, kNow, "acme/p3", 3, 0);
    processor->apply(events[i++ % events.size()], step);
  }
}
BENCHMARK(count_feedback);

void correct_a_survey(benchmark::State& state) {
  const auto processor = make_insight();
  Values values;
  Outputs outputs;
  Event event;
  event.tenant = "acme";
  std::int64_t i = 0;
  for (auto _ : state) {
    MeasureTaken measure;
    measure.kind = MeasureKind::survey_answer;
    measure.at = kNow - Millis{i % 60'000};
    measure.item = std::to_string(i);
    measure.channel = "typeform";
    measure.survey = Survey{std::to_string(i % 1000), SurveyFamily::nps, i % 11, 0, 10, std::nullopt, std::nullopt};
    ++i;
    event.body = std::move(measure);
    Step step(values, outputs, {"insight", "acme", "bench", "event", 2}, kNow, "acme/p3", 3, 0);
    processor->apply(event, step);
  }
}
BENCHMARK(correct_a_survey);

// A minute of one shard: what it sends, and what the tenant's key makes of it.
void add_a_minute(benchmark::State& state) {
  const auto processor = make_insight();
  const std::vector<Event> events = some_feedback();
  Values values;
  std::size_t sums = 0;
  for (auto _ : state) {
    Outputs sent;
    for (const Event& event : events) {
      Step step(values, sent, {"insight", "acme", "bench", "event", 2}, kNow, "acme/p3", 3, 0);
      processor->apply(event, step);
    }
    Step tick(values, sent, {"insight", "acme", "bench", "", 0}, kNow, "acme/p3", 3, -1);
    processor->fire({kNow, "acme/p3", "send"}, tick);
    sums = sent.emitted().size();
    Outputs outputs;
    for (const Emitted& one : sent.emitted()) {
      Step step(values, outputs, {"insight", "acme", "bench", "event", 3}, kNow, "acme", 0, 0);
      processor->apply(one.event, step);
    }
  }
  state.counters["sums"] = static_cast<double>(sums);
}
BENCHMARK(add_a_minute);

}  // namespace
}  // namespace earshot

BENCHMARK_MAIN();
