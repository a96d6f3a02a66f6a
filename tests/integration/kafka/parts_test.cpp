// The parts of an Earshot in processes of their own: intake, processors, API; and several workers in one.
#include <algorithm>
#include <csignal>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "event_log/kafka_reader.h"
#include "support/earshot_process.h"
#include "support/in_kafka.h"

namespace earshot::test {
namespace {

using namespace std::chrono_literals;

constexpr int kCustomers = 24;

class Parts : public ::testing::Test {
 protected:
  void SetUp() override {
    if (shared_broker() == nullptr) GTEST_SKIP() << "there is no Kafka here; scripts/kafka fetch gets it";
    write_config(1);
    const Outcome made = run_earshot({"topics", "--config", file(), "--create"});
    ASSERT_EQ(made.exit_code, 0) << made.out << made.err;
  }
  void write_config(int workers) const {
    std::ofstream(file()) << "engine:\n  kind: kafka\n  bootstrap: " << shared_broker()->address()
                          << "\n  prefix: " << prefix_ << "\n  session_seconds: 6\n  workers: " << workers
                          << "\nqueue_events_max: 40\n";
  }
  std::string file() const { return (scratch_.path() / "earshot.yaml").string(); }
  std::unique_ptr<RunningEarshot> run(const std::string& part, const std::string& slot = "0") const {
    return std::make_unique<RunningEarshot>(RunningEarshot::Settings{
        scratch_.path() / (part + slot), {"--config", file(), "--only", part, "--slot", slot}});
  }
  static std::string customer(int i) { return "customer:C-" + std::to_string(i); }
  static HttpAnswer review(RunningEarshot& to, int number) {
    return to.post("/v1/events",
                   review_json({.id = "r" + std::to_string(number), .key = customer(number % kCustomers)}));
  }
  // The answer that is good, or the last one.
  static HttpAnswer ask_until(RunningEarshot& whom, const std::string& target,
                              const std::function<bool(const std::string& body)>& is_good) {
    const auto end = std::chrono::steady_clock::now() + 60s;
    HttpAnswer answer;
    do {
      answer = whom.get(target);
    } while (!is_good(answer.body) && std::chrono::steady_clock::now() < end);
    return answer;
  }
  static HttpAnswer ask_until(RunningEarshot& whom, const std::string& target, std::string_view wanted) {
    return ask_until(whom, target, [&](const std::string& body) { return body.find(wanted) != std::string::npos; });
  }
  static void expect_counted(RunningEarshot& by, int customers, int events) {
    const std::string counted = "\"feedback_count\":" + std::to_string(events) + ",";
    for (int i = 0; i < customers; ++i) {
      const HttpAnswer answer = ask_until(by, "/v1/customers/" + customer(i), counted);
      ASSERT_NE(answer.body.find(counted), std::string::npos)
          << customer(i) << " " << answer.status << " " << answer.body;
    }
  }

  // How many tasks each slot has said to be its own, and all of them together.
  std::map<std::string, std::size_t> shares() const {
    auto reader = KafkaReader::open(shared_broker()->connection(), prefix_, {{kOwnersTopic, 1}});
    EXPECT_TRUE(reader) << reader.error().message;
    std::map<std::string, std::string> newest;
    const auto read = (*reader)->read({0, 0}, 0, 1'000, [&](const StoredRecord& record) {
      newest[std::string(record.key)] = record.value;
      return true;
    });
    EXPECT_TRUE(read) << read.error().message;
    std::map<std::string, std::size_t> shares;
    std::set<std::string> all;
    for (const auto& [slot, said] : newest) {
      std::istringstream words(said);
      std::string word;
      words >> word;  // the address
      for (; words >> word; ++shares[slot]) all.insert(word);
    }
    shares["all"] = all.size();
    return shares;
  }

  Scratch scratch_;
  const std::string prefix_ = fresh_name();
};

TEST_F(Parts, EachDoesItsOwnAndTheApiAsksTheOwnersOfPartitions) {
  auto intake = run("connectors");
  auto first = run("processors", "0");
  auto second = run("processors", "1");
  auto api = run("api");
  ASSERT_TRUE(intake->runs() && first->runs() && second->runs() && api->runs()) << api->process().err();
  for (int i = 0; i < 2 * kCustomers; ++i) ASSERT_EQ(review(*intake, i).status, 200);
  expect_counted(*api, kCustomers, 2);
  const HttpAnswer list = api->get("/v1/customers?limit=100");
  for (int i = 0; i < kCustomers; ++i)
    EXPECT_NE(list.body.find("\"" + customer(i) + "\""), std::string::npos)
        << "the list opens the keys of all: " << list.body;

  // A case, and an action on it, whose answer comes from the process that has the desk.
  const HttpAnswer cases = ask_until(*api, "/v1/cases?limit=1", "\"case\":\"");
  const auto member = [&](const std::string& name) {
    const std::string before = "\"" + name + "\":\"";
    const std::size_t at = cases.body.find(before) + before.size();
    return cases.body.substr(at, cases.body.find('"', at) - at);
  };
  const HttpAnswer taken =
      api->post("/v1/cases/" + member("case") + "/actions", R"({"action":"take","actor":")" + member("owner") + R"("})",
                {{"Content-Type", "application/json"}});
  EXPECT_EQ(taken.status, 200) << taken.body;

  for (const auto& [whom, target] : {std::pair(intake.get(), "/v1/customers"), std::pair(first.get(), "/v1/customers"),
                                     std::pair(first.get(), "/v1/stream")}) {
    const HttpAnswer answer = whom->get(target);
    EXPECT_EQ(answer.status, 404);
    EXPECT_NE(answer.body.find("started with --only"), std::string::npos) << answer.body;
  }
  for (RunningEarshot* whom : {first.get(), api.get()}) EXPECT_EQ(review(*whom, 0).status, 404);
  for (RunningEarshot* whom : {intake.get(), first.get(), api.get()}) EXPECT_EQ(whom->get("/readyz").status, 200);
  for (RunningEarshot* whom : {api.get(), second.get(), first.get(), intake.get()}) {
    const Outcome outcome = whom->end();
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  }
}

TEST_F(Parts, SettingsAreTakenByAProcessThatFoldsNothingAndCountForAll) {
  auto intake = run("connectors");
  auto first = run("processors", "0");
  auto second = run("processors", "1");
  auto api = run("api");
  ASSERT_TRUE(intake->runs() && first->runs() && second->runs() && api->runs()) << api->process().err();
  ask_until(*intake, "/v1/config", R"("section":"text","version":1,)");  // an owner of each section has said so
  const auto apply = [&](const std::string& word) {
    const std::string file = (scratch_.path() / "words.yaml").string();
    std::ofstream(file) << "text:\n  words:\n    - {phrases: [" << word << "], issues: [technical], urgency: 2}\n";
    return run_earshot({"config", "apply", file, "--section", "text", "--url", intake->url()});
  };
  const Outcome alone = run_earshot({"config", "apply", file()});
  EXPECT_EQ(alone.exit_code, 2);
  EXPECT_NE(alone.err.find("--url"), std::string::npos) << alone.err;
  // The later one counts, though its text is the lesser one and nobody knows here which version is kept.
  for (const char* word : {"zapping", "flurbling"}) {
    const Outcome applied = apply(word);
    ASSERT_EQ(applied.exit_code, 0) << applied.err;
    EXPECT_NE(applied.out.find("text: in force for all that is recorded from 20"), std::string::npos) << applied.out;
  }
  for (int i = 0; i < kCustomers; ++i) {
    const HttpAnswer heard = intake->post(
        "/v1/events", review_json({.id = "w" + std::to_string(i), .key = customer(i), .text = "It is flurbling"}));
    ASSERT_EQ(heard.status, 200) << heard.body;
  }
  expect_counted(*api, kCustomers, 1);
  for (int i = 0; i < kCustomers; ++i)
    EXPECT_NE(api->get("/v1/customers/" + customer(i)).body.find("technical"), std::string::npos)
        << "in whichever partition: " << customer(i);
  const HttpAnswer shown = ask_until(*api, "/v1/config", "flurbling");
  EXPECT_NE(shown.body.find("flurbling"), std::string::npos) << shown.body;
  const Outcome again = apply("flurbling");
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(again.out.find("changed"), std::string::npos) << again.out;
  for (RunningEarshot* whom : {api.get(), second.get(), first.get(), intake.get()}) EXPECT_EQ(whom->end().exit_code, 0);
}

TEST_F(Parts, AnOwnerThatDoesNotAnswerIsNamedAndIsFoundAgainAtItsNewAddress) {
  auto intake = run("connectors");
  auto first = run("processors", "0");
  auto second = run("processors", "1");
  auto api = run("api");
  for (int i = 0; i < kCustomers; ++i) ASSERT_EQ(review(*intake, i).status, 200);
  expect_counted(*api, kCustomers, 1);
  (void)second->end(SIGKILL);
  int without_answer = 0;
  for (int i = 0; i < kCustomers; ++i) {
    const HttpAnswer answer = api->get("/v1/customers/" + customer(i));
    if (answer.status == 200) continue;
    ++without_answer;
    EXPECT_EQ(answer.status, 503);
    EXPECT_TRUE(answer.headers.contains("retry-after"));
    EXPECT_NE(answer.body.find(second->url()), std::string::npos) << answer.body;
  }
  EXPECT_GT(without_answer, 0);
  EXPECT_LT(without_answer, kCustomers);
  second = run("processors", "1");
  ASSERT_TRUE(second->runs());
  expect_counted(*api, kCustomers, 1);
  // And when it is gone for good the other has all.
  (void)second->end(SIGKILL);
  expect_counted(*api, kCustomers, 1);
}

TEST_F(Parts, IntakeRefusesWhenItsQueueIsFullAndLosesNothingOfWhatItTook) {
  auto intake = run("connectors");
  auto processors = run("processors");
  auto api = run("api");
  ASSERT_TRUE(intake->runs() && processors->runs() && api->runs());
  std::atomic<int> next{0}, accepted{0}, refused{0}, unanswered{0};
  shared_broker()->signal(SIGSTOP);
  std::vector<std::thread> senders;
  for (int i = 0; i < 60; ++i) {
    senders.emplace_back([&] {
      const int number = next++;
      HttpAnswer answer = review(*intake, number);
      while (answer.status == 503) {
        EXPECT_TRUE(answer.headers.contains("retry-after"));
        ++refused;
        std::this_thread::sleep_for(20ms);  // as a client does that was refused
        answer = review(*intake, number);
      }
      (answer.status == 200 ? accepted : unanswered)++;
    });
  }
  while (refused == 0 && unanswered == 0) std::this_thread::sleep_for(5ms);
  EXPECT_EQ(accepted, 0) << "nothing is answered 2xx that the broker has not acknowledged";
  shared_broker()->signal(SIGCONT);
  for (std::thread& sender : senders) sender.join();
  ASSERT_EQ(accepted, 60) << intake->process().err();
  for (int i = 0; i < kCustomers; ++i) {
    const std::string counted = "\"feedback_count\":" + std::to_string(i < 60 % kCustomers ? 3 : 2) + ",";
    EXPECT_NE(ask_until(*api, "/v1/customers/" + customer(i), counted).body.find(counted), std::string::npos) << i;
  }
}

TEST_F(Parts, AProcessFoldsWithSeveralWorkers) {
  write_config(3);
  const std::filesystem::path data = scratch_.path() / "data";
  const auto start = [&] {
    return std::make_unique<RunningEarshot>(RunningEarshot::Settings{data, {"--config", file()}});
  };
  auto earshot = start();
  ASSERT_TRUE(earshot->runs()) << earshot->process().err();
  for (int i = 0; i < kCustomers; ++i) ASSERT_EQ(review(*earshot, i).status, 200);
  expect_counted(*earshot, kCustomers, 1);
  (void)earshot->end(SIGKILL);
  earshot = start();
  ASSERT_TRUE(earshot->runs()) << earshot->process().err();
  for (int i = 0; i < kCustomers; ++i) ASSERT_EQ(review(*earshot, kCustomers + i).status, 200);
  expect_counted(*earshot, kCustomers, 2);
  const Outcome outcome = earshot->end();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  const auto shared = shares();
  EXPECT_EQ(shared.at("all"), 20) << "tasks: five processors' four partitions";
  EXPECT_EQ(shared.at("0") + shared.at("0+1") + shared.at("0+2"), 20);
  EXPECT_GE(std::min({shared.at("0"), shared.at("0+1"), shared.at("0+2")}), 5);
  const Outcome checked =
      run_earshot({"replay", "--check", "--config", file(), "--data", (scratch_.path() / "looks").string()});
  EXPECT_EQ(checked.exit_code, 0) << checked.out << checked.err;

  // With fewer the others' share moves.
  write_config(1);
  earshot = start();
  ASSERT_TRUE(earshot->runs()) << earshot->process().err();
  expect_counted(*earshot, kCustomers, 2);
  EXPECT_EQ(shares()["0"], 20);
}

// Only where a letter was taken in is it known whether somebody mended it before.
TEST_F(Parts, ALetterIsMendedByTheWorkerThatHasItAndAnotherProcessSaysWhichOneThatIs) {
  write_config(2);
  const auto start = [&](const std::string& slot) {
    return std::make_unique<RunningEarshot>(
        RunningEarshot::Settings{scratch_.path() / slot, {"--config", file(), "--slot", slot}});
  };
  auto first = start("0");
  auto second = start("1");
  ASSERT_TRUE(first->runs() && second->runs()) << first->process().err() << second->process().err();
  constexpr int kLetters = 24;
  for (int i = 0; i < kLetters; ++i) ASSERT_EQ(first->post("/v1/events", "not JSON " + std::to_string(i)).status, 400);
  const auto items = [](const std::string& body) { return nlohmann::json::parse(body).at("items"); };
  const auto letters = items(ask_until(*first, "/v1/dead-letters?limit=100", [&](const std::string& body) {
                               return items(body).size() == kLetters;
                             }).body);
  ASSERT_EQ(letters.size(), kLetters);
  int here = 0, elsewhere = 0;
  for (const auto& letter : letters) {
    const std::string id = letter.at("id");
    const std::string request =
        nlohmann::json{{"actor", "agent-7"}, {"payload", review_json({.id = id, .key = customer(here % kCustomers)})}}
            .dump();
    const auto mend = [&](RunningEarshot& where) { return where.post("/v1/dead-letters/" + id + "/mend", request); };
    HttpAnswer answer = mend(*first);
    RunningEarshot* owner = first.get();
    if (answer.status == 503) {
      EXPECT_NE(answer.body.find(second->url()), std::string::npos) << answer.body;
      owner = second.get();
      answer = mend(*owner);
    }
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(mend(*owner).status, 409) << "once is enough";
    (owner == first.get() ? here : elsewhere)++;
  }
  EXPECT_GT(here, 0);
  EXPECT_GT(elsewhere, 0);
}

TEST(PartsOfADirectory, AreRefusedWithTheReason) {
  const Scratch scratch;
  const Outcome outcome = run_earshot({"run", "--only", "api", "--data", (scratch.path() / "data").string()});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_NE(outcome.err.find("--only is for engine.kind kafka"), std::string::npos) << outcome.err;
}

}  // namespace
}  // namespace earshot::test
