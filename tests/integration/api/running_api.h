// An Api on a free loopback port, over the memory engine, with a front door that keeps ids and answers commands itself.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "api/api.h"
#include "cloudevents/cloudevents.h"
#include "event/codec.h"
#include "event_log/memory.h"
#include "state_store/memory.h"
#include "support/values_of_test.h"

namespace earshot::api {

inline constexpr std::uint16_t kPartitions = 2;

inline std::vector<TopicSpec> topics_of_test() {
  std::vector<TopicSpec> topics;
  for (const TopicName& topic : kTopics) topics.push_back({std::string(topic.name), kPartitions});
  return topics;
}

// Takes a body as one item if it is signed with the word `secret`.
class HookOfTest : public Connector {
 public:
  std::string_view name() const override { return "hook_of_test"; }
  std::unique_ptr<Reader> open(const Origin& origin, Findings& findings) const override {
    return events_->open(origin, findings);
  }
  Result<void> verify(const SignedRequest& request) const override {
    const auto signature = request.headers.find("x-signature");
    if (signature != request.headers.end() && signature->second == "secret") return {};
    return Error{ErrorKind::Invalid, "wrong signature"};
  }

 private:
  std::unique_ptr<Connector> events_ = std::move(*make_cloudevents({}));
};

// What a customer said, and where.
struct Heard {
  std::string name = "user-12";
  std::string text = "late again";
  std::string title{};
  std::string channel = "web";
  std::string currency{};
  std::string signal = "one";  // that stands
};

// Desk refuses whoever is called so, with their name for a reason.
inline constexpr std::string_view kRefusedActor = "refuse ";

class RunningApi : private Intake, private Clock {
 public:
  enum class Door { open, full };

  explicit RunningApi(Api::Settings settings = {},
                      std::vector<StaticFile> files = {{"/", "text/html; charset=utf-8", "<!doctype html>"},
                                                       {"/console/page.js", "text/javascript", "export {};"}}) {
    auto log = MemoryLog::open(disk_, state_, {.topics = topics_of_test()});
    EXPECT_TRUE(log);
    log_ = std::move(*log);
    settings.server.port = 0;
    settings.access.default_tenant = "acme";
    Api::Parts parts{
        .log = *log_,
        .topics = topics_of_test(),
        .state = values_.view(),
        .state_here = [](Topic, std::string_view key, std::string_view) -> Result<std::optional<std::string>> {
          if (key == "acme/elsewhere") return Error{ErrorKind::Unavailable, "another process has it"};
          return key == "acme/here" ? std::optional<std::string>("value") : std::nullopt;
        },
        .intake = *this,
        .clock = *this,
        .events = *events_,
        .find_hook = [this](std::string_view connector, std::string_view tenant) -> const Connector* {
          return connector == hook_.name() && tenant == "acme" ? &hook_ : nullptr;
        },
        .find_reader = [this](const DeadLetter&, std::string_view name) -> FoundConnector {
          return {name.empty() ? events_.get() : nullptr, "api"};
        },
        .deliveries = deliveries(),
        .ready = [this]() -> Result<void> {
          if (door == Door::full) return Error{ErrorKind::Unavailable, "the queue is full"};
          return {};
        },
        .metrics = [](std::string_view) { return std::string("earshot_build_info{version=\"test\"} 1\n"); },
        .check_settings = [](std::string_view, std::string_view text) -> Result<void> {
          if (text.find("refused") == std::string_view::npos) return {};
          return Error{ErrorKind::Invalid, "these words cannot be looked for"};
        },
        .files = std::move(files)};
    auto started = Api::start(std::move(settings), std::move(parts));
    EXPECT_TRUE(started) << (started ? "" : started.error().message);
    api_ = std::move(*started);
  }
  ~RunningApi() override { api_->stop(); }

  std::uint16_t port() const { return api_->port(); }
  const Api& api() const { return *api_; }

  // Two sinks: chat has a delivery parked, and both a digest pending.
  static SinkDeliveries deliveries() {
    const auto row = [](const char* sink, const char* id, const char* state, int seconds) {
      SinkDeliveryRow made{.sink = sink, .id = id, .state = state, .at = from_millis(seconds * 1000), .tries = 3};
      (made.state == "parked" ? made.parked : made.due) = from_millis(9'000'000);
      return made;
    };
    return {.list = [row](std::string_view tenant) -> Result<std::vector<FoundDelivery>> {
              if (tenant != "acme") return std::vector<FoundDelivery>();
              return std::vector<FoundDelivery>{{row("chat", "parked-1", "parked", 1), {{0, 0}}},
                                                {row("chat", "digest-1", "pending", 2), {{0, 1}, {0, 2}}},
                                                {row("pager", "digest-1", "pending", 2), {{0, 1}, {0, 2}}}};
            },
            .alert_at = [](AlertPlace place) -> std::optional<Event> {
              Event event;
              event.id = "alert-" + std::to_string(place.offset);
              event.body = AlertRaised{.title = "title " + std::to_string(place.offset)};
              return event;
            },
            .resend = [](std::string_view, const ResendRequest& request) -> Result<std::int64_t> {
              if (request.sink == "none") return Error{ErrorKind::NotFound, "there is no sink none"};
              return 1;
            }};
  }

  // Appends what a processor would publish, and says so.
  void publish(Topic topic, std::uint16_t partition, EventBody body, std::string tenant = "acme") {
    append(topic, partition, std::move(body), std::move(tenant));
    api_->notify();
  }

  // As intake and customer would: a review in the log, and what is kept of it.
  void hear_of_customer(const std::string& key, const Heard& heard = {}) {
    const KeyHash facet = hash_key("", key);
    const std::string at = record_key("acme", facet);
    Input input;
    input.channel = "web";
    input.person = {.keys = {key}, .name = heard.name};
    input.content.text = heard.text;
    input.content.title = heard.title;
    const auto partition = static_cast<std::uint16_t>((murmur2(at) & 0x7fffffff) % kPartitions);
    append(Topic::feedback, partition, input, "acme");
    values_.put_customer(facet, *log_->end({index_of(Topic::feedback), partition}) - 1, heard.signal);
    values_.put_said(facet, *log_->end({index_of(Topic::feedback), partition}) - 1, heard.channel, heard.currency);
    CustomerChanged changed;
    changed.customer = {facet.high, facet.low};
    changed.facets = {facet};
    changed.risk = "act";
    publish(Topic::customers, 0, changed);
  }

  std::vector<DeadLetter> letters() {
    std::lock_guard lock(mutex_);
    return letters_;
  }
  std::vector<Event> events() {
    std::lock_guard lock(mutex_);
    return events_taken_;
  }

  std::atomic<Door> door = Door::open;
  std::atomic<bool> desk_answers = true;

 private:
  Timestamp now() const override { return from_millis(1'780'000'000'000); }

  void append(Topic topic, std::uint16_t partition, EventBody body, std::string tenant) {
    std::lock_guard lock(mutex_);
    Event event;
    event.id = "published-" + std::to_string(++published_);
    event.source = "/earshot/test";
    event.tenant = std::move(tenant);
    event.time = event.recorded = now() + Millis(published_);
    event.body = std::move(body);
    log_->emit({index_of(topic), partition}, {event.recorded, "acme", encode(event)});
    log_->commit({});
  }

  void offer(Offer offer, Done done) override {
    if (door == Door::full) return done(Error{ErrorKind::Unavailable, "the queue is full; try again later"});
    OfferOutcome outcome;
    std::vector<Command> commands;
    {
      std::lock_guard lock(mutex_);
      for (DeadLetter& letter : offer.letters) letters_.push_back(std::move(letter));
      for (Event& event : offer.events) {
        ++(ids_.insert(event.source + " " + event.id).second ? outcome.accepted : outcome.duplicate);
        if (const auto* command = std::get_if<Command>(&event.body)) commands.push_back(*command);
        events_taken_.push_back(std::move(event));
      }
    }
    done(outcome);
    for (const Command& command : commands) {
      if (desk_answers) publish(Topic::cases, 0, answer_to(command));
    }
  }

  static CommandAnswered answer_to(const Command& command) {
    if (command.case_id == CaseId{0, 404}) return {command.request, false, "unknown_case", "there is no such case", {}};
    if (command.actor == "user-1")
      return {command.request, false, "not_allowed", "only agents may do that", command.case_id};
    if (command.actor.starts_with(kRefusedActor))
      return {command.request, false, "odd", command.actor, command.case_id};
    if (command.kind == CommandKind::report)
      return {command.request, false, "wrong_state", "the case waits for nothing", command.case_id};
    return {command.request, true, "", "done", command.case_id};
  }

  MemoryDisk disk_;
  MemoryStore state_;
  ValuesOfTest values_;
  std::unique_ptr<MemoryLog> log_;
  std::unique_ptr<Connector> events_ = std::move(*make_cloudevents({}));
  HookOfTest hook_;
  std::mutex mutex_;
  std::set<std::string> ids_;
  std::vector<DeadLetter> letters_;
  std::vector<Event> events_taken_;
  int published_ = 0;
  std::unique_ptr<Api> api_;
};

// A review as a source sends it.
inline std::string review(const std::string& id) {
  return R"({"specversion":"1.0","id":")" + id +
         R"(","source":"/acme/shop","type":"earshot.feedback.review.v1","time":"2026-11-20T08:15:30Z",)"
         R"("data":{"channel":"web","person":{"keys":["customer:12"]},"content":{"text":"late again"},"rating":{"value":1,"min":1,"max":5}}})";
}

inline CaseChanged some_case(std::uint64_t id, CaseStep step = CaseStep::opened, CaseState state = CaseState::fresh) {
  CaseChanged change;
  change.step = step;
  change.case_id = {0, id};
  change.customer = {0, id * 10};
  change.facet = {0, id * 100};
  change.state = state;
  change.department = "delivery";
  change.owner = "agent-7";
  change.issues = {IssueType::delivery};
  change.reasons = {"late again"};
  change.opened_at = from_millis(1'780'000'000'000);
  change.first_reply_due = from_millis(1'780'000'600'000);
  return change;
}

inline SignalChanged some_signal(std::string name, bool raised = true) {
  SignalChanged signal;
  signal.signal = std::move(name);
  signal.kind = SignalKind::silent;
  signal.level = SignalLevel::act;
  signal.customer = {0, 7};
  signal.facet = {0, 70};
  signal.raised = raised;
  signal.since = from_millis(1'779'000'000'000);
  signal.probability_permille = 120;
  signal.reasons = {"usually buys every 9 days; nothing for 61 days"};
  return signal;
}

inline AlertRaised some_alert(std::string title) {
  AlertRaised alert;
  alert.severity = Severity::critical;
  alert.title = std::move(title);
  alert.case_id = CaseId{0, 1};
  alert.due = from_millis(1'780'000'600'000);
  return alert;
}

inline KpiReported some_kpi(std::string kpi, std::int64_t day, std::int64_t revision = 0) {
  KpiReported report;
  report.kpi = std::move(kpi);
  report.dimension = "channel=web";
  report.from = from_millis(day * 86'400'000);
  report.to = from_millis((day + 1) * 86'400'000);
  report.revision = revision;
  report.count = 10;
  report.numerator = 7;
  report.denominator = 10;
  report.value_milli = 700;
  return report;
}

inline DeadLetter some_letter() {
  DeadLetter letter;
  letter.reason = DeadLetterReason::not_json;
  letter.detail = "the text ends too early";
  letter.connector = "cloudevents";
  letter.place = "/v1/events";
  letter.bytes = "{\"a\":";
  letter.length = 5;
  letter.sha256 = std::string(64, 'a');
  return letter;
}

}  // namespace earshot::api
