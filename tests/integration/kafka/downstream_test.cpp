// What other systems find in the cluster: read with kcat, a client that is not ours, and checked against the schemas and the
// AsyncAPI document.
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
#include "support/in_kafka.h"
#include "support/earshot_process.h"
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
    std::ofstream(file()) << "tenant: acme\ndata: " << (scratch_.path() / "data").string() << "\nengine:\n  kind: kafka\n  bootstrap: " << shared_broker()->address()
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
    std::stable_sort(found.events.begin(), found.events.end(), [](const Event& a, const Event& b) { return a.time < b.time; });
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
    Process kcat({"/usr/bin/kcat", "-b", shared_broker()->address(), "-C", "-e", "-q", "-t", prefix_ + std::string(topic), "-X", "isolation.level=read_committed",
                  "-f", "%p\t%k\t%h\t%T\t%s\n"});
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
  std::vector<std::string> programs{"java -cp \"$(" + source + "/scripts/kafka where)/libs/*\" " + source + "/examples/Alerts.java"};
  if (std::system("python3 -c 'import confluent_kafka' 2>/dev/null") == 0) programs.push_back("python3 " + source + "/examples/alerts.py");
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
      EXPECT_EQ(one.headers.substr(0, one.headers.find(",earshot-time")), "content-type=application/cloudevents+json; charset=UTF-8");
      EXPECT_EQ(schemas.refuse(one.value), std::nullopt);
      if (event.contains("recordedtime")) {  // not in what was recorded before any event
        const auto recorded = parse_rfc3339(event["recordedtime"].get<std::string>());
        ASSERT_TRUE(recorded);
        EXPECT_EQ(one.timestamp, to_millis(*recorded));
      }
      const bool is_control = event["type"] == "earshot.config.changed.v1" || event["type"] == "earshot.clock.ticked.v1";
      if (!is_control) {
        EXPECT_EQ(one.partition, static_cast<int>((murmur2(one.key) & 0x7fffffff) % 4)) << "where Kafka's own clients would put it";
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

}  // namespace
}  // namespace earshot::test
