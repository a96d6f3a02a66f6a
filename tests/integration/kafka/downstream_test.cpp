// What other systems find in the cluster: read with kcat, a client that is not ours, and checked against the schemas
// and the AsyncAPI document.
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "cli/files.h"
#include "cli/station.h"
#include "event/names.h"
#include "support/earshot_process.h"
#include "support/in_kafka.h"
#include "support/program.h"
#include "support/schema.h"

namespace earshot::test {
namespace {

struct Heard {
  int partition = 0;
  std::string key;
  std::string headers;
  long long timestamp = 0;
  std::string value;
};

class Downstream : public ::testing::Test {
 protected:
  void SetUp() override {
    if (shared_broker() == nullptr) GTEST_SKIP() << "there is no Kafka here; scripts/kafka fetch gets it";
    std::ofstream(file()) << "tenant: acme\ndata: " << (scratch_.path() / "data").string()
                          << "\nengine:\n  kind: kafka\n  bootstrap: " << shared_broker()->address()
                          << "\n  prefix: " << prefix_ << "\n";
    const Outcome made = run_earshot({"topics", "--config", file(), "--create"});
    ASSERT_EQ(made.exit_code, 0) << made.out << made.err;
  }
  std::string file() const { return (scratch_.path() / "earshot.yaml").string(); }

  // A simulated company's history, until nothing moves any more.
  void play_history() {
    const Outcome simulated = run_earshot({"simulate", "--customers", "30", "--days", "45", "--seed", "3"});
    ASSERT_EQ(simulated.exit_code, 0) << simulated.err;
    std::ofstream(scratch_.path() / "history.jsonl") << simulated.out << "this is no event\n";
    auto config = cli::load_config(file());
    ASSERT_TRUE(config) << config.error().message;
    auto station = cli::Station::open(*config, {});
    ASSERT_TRUE(station) << station.error().message;
    ASSERT_TRUE((*station)->record_config());
    Pump& pump = (*station)->pump();
    auto connector = cli::find_connector(*config, "cloudevents");
    ASSERT_TRUE(connector);
    struct ToPump : Findings {
      void event(Event event) override { events.push_back(std::move(event)); }
      void dead_letter(DeadLetter letter) override { events.push_back(event_of(std::move(letter), "acme")); }
      void skipped() override {}
      std::vector<Event> events;
    } found;
    ASSERT_TRUE(cli::read_file(**connector, (scratch_.path() / "history.jsonl").string(), "acme", kNever, found));
    std::stable_sort(found.events.begin(), found.events.end(),
                     [](const Event& a, const Event& b) { return a.time < b.time; });
    const ImportRules rules = (*station)->import_rules();
    Timestamp last{};
    for (std::size_t i = 0; i < found.events.size(); ++i) {
      Event& event = found.events[i];
      last = std::max(last, event.time);
      event.tenant = "acme";
      event.recorded = event.time = last;
      const std::string key = rules.record_key(event);
      pump.append(Topic::feedback, key, std::move(event));
      if (i % 50 == 0) settle(**station, last);
    }
    settle(**station, last + std::chrono::hours(48));
  }
  static void settle(cli::Station& station, Timestamp until) {
    do {
      ASSERT_TRUE(station.commit());
      station.pump().look_again();
      ASSERT_TRUE(station.pump().run_before(until));
    } while (station.pump().uncommitted() > 0);
  }

  std::vector<Heard> hear(std::string_view topic) const {
    Process kcat({"/usr/bin/kcat", "-b", shared_broker()->address(), "-C", "-e", "-q", "-t",
                  prefix_ + std::string(topic), "-X", "isolation.level=read_committed", "-f", "%p\t%k\t%h\t%T\t%s\n"});
    kcat.wait();
    EXPECT_EQ(kcat.exit_code(), 0) << kcat.err();
    std::vector<Heard> heard;
    std::istringstream lines(kcat.out());
    for (std::string line; std::getline(lines, line);) {
      Heard one;
      std::istringstream words(line);
      std::string number;
      std::getline(words, number, '\t');
      one.partition = std::stoi(number);
      std::getline(words, one.key, '\t');
      std::getline(words, one.headers, '\t');
      std::getline(words, number, '\t');
      one.timestamp = std::stoll(number);
      std::getline(words, one.value);
      heard.push_back(std::move(one));
    }
    return heard;
  }

  Scratch scratch_;
  std::string prefix_ = fresh_name();
};

// The two examples, each until it has shown an alert.
TEST_F(Downstream, TheExamplesReadAlerts) {
  play_history();
  ASSERT_FALSE(HasFatalFailure());
  const std::string source(EARSHOT_SOURCE_DIR);
  const std::string where = " " + shared_broker()->address() + " " + prefix_ + "earshot.alerts >&2";
  std::vector<std::string> programs{"java -cp \"$(" + source + "/scripts/kafka where)/libs/*\" " + source +
                                    "/examples/Alerts.java"};
  if (std::system("python3 -c 'import confluent_kafka' 2>/dev/null") == 0)
    programs.push_back("python3 " + source + "/examples/alerts.py");
  for (const std::string& program : programs) {
    SCOPED_TRACE(program);
    Process example({"/bin/sh", "-c", "exec " + program + where});
    const std::string line = example.wait_for("acme/");
    EXPECT_FALSE(line.empty()) << example.err();
  }
}

TEST_F(Downstream, EveryRecordIsACloudEventThatFollowsItsSchema) {
  play_history();
  ASSERT_FALSE(HasFatalFailure());
  const auto asyncapi = nlohmann::json::parse(read_whole(std::string(EARSHOT_SOURCE_DIR) + "/schemas/asyncapi.json"));
  const EventSchemas schemas;
  std::map<std::string, std::size_t> records;
  for (const TopicName& topic : kTopics) {
    const std::string channel(topic.name.substr(std::string_view("earshot.").size()));
    const auto& messages = asyncapi["channels"][channel]["messages"];
    for (const Heard& one : hear(topic.name)) {
      SCOPED_TRACE(std::string(topic.name) + " " + one.value);
      ++records[channel];
      const auto event = nlohmann::json::parse(one.value, nullptr, false);
      ASSERT_TRUE(event.is_object());
      ASSERT_TRUE(messages.contains(event["type"].get<std::string>())) << "asyncapi.json does not say so";
      EXPECT_EQ(one.headers.substr(0, one.headers.find(",earshot-time")),
                "content-type=application/cloudevents+json; charset=UTF-8");
      EXPECT_EQ(schemas.refuse(one.value), std::nullopt);
      if (event.contains("recordedtime")) {  // not in what was recorded before any event
        const auto recorded = parse_rfc3339(event["recordedtime"].get<std::string>());
        ASSERT_TRUE(recorded);
        EXPECT_EQ(one.timestamp, to_millis(*recorded));
      }
      const bool is_control =
          event["type"] == "earshot.config.changed.v1" || event["type"] == "earshot.clock.ticked.v1";
      if (!is_control) {
        EXPECT_EQ(one.partition, static_cast<int>((murmur2(one.key) & 0x7fffffff) % 4))
            << "where Kafka's own clients would put it";
        EXPECT_TRUE(one.key == "acme" || one.key.starts_with("acme/")) << one.key;
      }
    }
  }
  for (const TopicName& topic : kTopics) {
    const std::string channel(topic.name.substr(std::string_view("earshot.").size()));
    if (topic.topic == Topic::outreach) continue;  // nothing writes to it yet
    EXPECT_GT(records[channel], 0u) << channel << " is empty, so nothing was shown";
    std::printf("%s %zu\n", channel.c_str(), records[channel]);
  }
}

// Whoever sends an event may send a trace context with it, in HTTP or in Kafka, and finds it on what Earshot makes of
// the event.
TEST_F(Downstream, ATraceParentComesOutOnWhatFollows) {
  const std::string by_http = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const std::string by_kafka = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  RunningEarshot service({scratch_.path() / "data", {"--config", file()}});
  ASSERT_TRUE(service.runs()) << service.process().err();
  ASSERT_EQ(
      service.post("/v1/events", review_json({.id = "r1", .key = "customer:1"}), {{"traceparent", by_http}}).status,
      200);
  ASSERT_EQ(service.post("/v1/events", review_json({.id = "r2", .key = "customer:2"})).status, 200);
  std::string written = review_json({.id = "r3", .key = "customer:3"});
  written.insert(1, R"("tenant":"acme",)");
  std::ofstream(scratch_.path() / "record") << "acme/customer:3\t" << written;
  Process producer({"/usr/bin/kcat", "-b", shared_broker()->address(), "-P", "-t", prefix_ + "earshot.feedback", "-K",
                    "\t", "-H", "traceparent=" + by_kafka, "-X", "partitioner=murmur2", "-l",
                    (scratch_.path() / "record").string()});
  producer.wait();
  ASSERT_EQ(producer.exit_code(), 0) << producer.err();
  const auto is_counted = [&](const char* key) {
    return service.get(std::string("/v1/customers/customer:") + key).body.find("\"feedback_count\":1,") !=
           std::string::npos;
  };
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!(is_counted("1") && is_counted("2") && is_counted("3")) && std::chrono::steady_clock::now() < patience)
    continue;
  ASSERT_EQ(service.end().exit_code, 0);

  std::map<std::string, std::string> trace_of_cause;  // by event id
  std::map<std::string, std::size_t> traced;          // records that carry one, by topic
  const std::pair<const char*, std::string> sent[] = {{"r1", by_http}, {"r2", ""}, {"r3", by_kafka}};
  for (const auto& [id, trace] : sent) trace_of_cause[id] = trace;
  std::vector<std::pair<std::string, Heard>> all;
  for (const TopicName& topic : kTopics) {
    if (topic.topic == Topic::outreach || topic.topic == Topic::kpis) continue;
    for (Heard& one : hear(topic.name)) all.emplace_back(topic.name, std::move(one));
  }
  for (int links = 0; links < 6; ++links) {  // an event may be read before its cause
    for (const auto& [topic, one] : all) {
      const auto event = nlohmann::json::parse(one.value);
      const auto cause = trace_of_cause.find(event.value("causedby", event["id"].get<std::string>()));
      if (cause == trace_of_cause.end()) continue;
      trace_of_cause[event["id"]] = cause->second;
      if (links < 5) continue;
      SCOPED_TRACE(topic + " " + one.value);
      EXPECT_EQ(event["id"] == "r3" ? by_kafka : event.value("traceparent", ""),
                cause->second);  // that one came with the header alone
      const std::size_t header = one.headers.find("traceparent=");
      EXPECT_EQ(header == std::string::npos ? "" : one.headers.substr(header + 12, 55), cause->second);
      if (!cause->second.empty()) ++traced[topic];
    }
  }
  for (const char* topic : {"earshot.feedback", "earshot.activity", "earshot.measures", "earshot.signals",
                            "earshot.desk", "earshot.cases", "earshot.customers"})
    EXPECT_GE(traced[topic], 2u) << topic;
  const Outcome replayed =
      run_earshot({"replay", "--check", "--config", file(), "--data", (scratch_.path() / "elsewhere").string()});
  EXPECT_EQ(replayed.exit_code, 0) << replayed.out << replayed.err;
}

}  // namespace
}  // namespace earshot::test
