// Settings that are put into force while the service runs: what is heard from then on goes by them, and nothing else
// changes.
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/earshot_process.h"
#include "support/scratch.h"

namespace earshot::test {
namespace {

using Json = nlohmann::json;

constexpr const char* kAdmin = "admins-0123456789";
constexpr const char* kAgent = "agents-0123456789";

class Settings : public ::testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& yaml) const {
    const auto path = scratch_.path() / name;
    std::ofstream(path) << yaml;
    return path.string();
  }
  void start(const std::string& file, const Process::Environment& environment = {}) {
    service_ = std::make_unique<RunningEarshot>(
        RunningEarshot::Settings{.data = data(), .words = {"--config", file}, .environment = environment});
    ASSERT_TRUE(service_->runs()) << service_->process().err();
  }
  std::filesystem::path data() const { return scratch_.path() / "data"; }

  Outcome apply(const std::string& file, std::vector<std::string> words = {},
                const Process::Environment& environment = {}) const {
    words.insert(words.begin(), {"config", "apply", file, "--url", service_->url()});
    return run_earshot(std::move(words), environment);
  }
  void hear(const std::string& id, const std::string& key) const {
    const HttpAnswer answer =
        service_->post("/v1/events", review_json({.id = id, .key = key, .text = "It is flurbling"}));
    ASSERT_EQ(answer.status, 200) << answer.body;
  }
  // By section, as a directory that nobody uses has them.
  std::map<std::string, std::int64_t> versions(const std::string& tenant = "acme") const {
    std::map<std::string, std::int64_t> all;
    const Json answer = Json::parse(service_->get("/v1/config?tenant=" + tenant).body, nullptr, false);
    for (const Json& row : answer.at("items")) all[row.at("section")] = row.at("version");
    return all;
  }
  // All that was taken is folded.
  void end() {
    ASSERT_EQ(service_->end().exit_code, 0);
    ASSERT_EQ(run_on(data(), {"digest"}).exit_code, 0);
  }
  Json only_row(std::vector<std::string> words) const {
    words.emplace_back("--json");
    const Outcome outcome = run_on(data(), std::move(words));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(std::count(outcome.out.begin(), outcome.out.end(), '\n'), 1) << outcome.out;
    return Json::parse(outcome.out, nullptr, false);
  }

  // What the customer wrote, apart from what became of it.
  Json heard_of(const std::string& key) const {
    const Json customer = only_row({"customer", key});
    for (const Json& row : customer.at("timeline")) {
      if (row.value("channel", "") == "web") return row;
    }
    return {};
  }

  static bool says(const std::string& text, const std::string& wanted) {
    return text.find(wanted) != std::string::npos;
  }

  Scratch scratch_;
  std::unique_ptr<RunningEarshot> service_;
  const std::string words_ = R"(silence: {horizon_days: 90}
desk:
  departments:
    - {name: lab, liaison: liaison-7, deputy: deputy-7, supervisor: supervisor-7, calendar: always}
  agents:
    - {handle: agent-77, departments: [lab]}
  policies:
    - {name: fast, targets: [{priority: urgent, first_reply_minutes: 7}]}
text:
  words:
    - {phrases: [flurbling], issues: [technical], urgency: 2}
)";
};

TEST_F(Settings, AppliedWhileItRunsCountForWhatIsHeardFromThenOn) {
  const std::string plain = write("plain.yaml", ""), words = write("words.yaml", words_);
  start(plain);
  hear("r-1", "customer:1");
  const Outcome dry = apply(words, {"--dry-run"});
  EXPECT_EQ(dry.exit_code, 0) << dry.err;
  EXPECT_TRUE(says(dry.out, "silence: changed\n  horizon_days: 182, now 90\n")) << dry.out;
  EXPECT_TRUE(says(dry.out, "text: changed\n  words: 0 gone, 1 new\n    + {\"phrases\":[\"flurbling\"]")) << dry.out;
  EXPECT_TRUE(says(dry.out, "insight: as it was\n")) << dry.out;
  EXPECT_TRUE(says(dry.out, "nothing was applied")) << dry.out;
  const auto before = versions();
  hear("r-2", "customer:2");

  const Outcome applied = apply(words);
  ASSERT_EQ(applied.exit_code, 0) << applied.err;
  for (const char* section : {"desk", "silence", "text"})
    EXPECT_TRUE(says(applied.out, std::string(section) + ": in force for all that is recorded from 20")) << applied.out;
  EXPECT_TRUE(says(applied.out, "a service applies its own file at each start: let that be " + words)) << applied.out;
  hear("r-3", "customer:3");
  end();

  for (const char* key : {"customer:1", "customer:2"}) {
    const Json row = heard_of(key);
    EXPECT_FALSE(says(row.dump(), "technical")) << "before it was said: " << row;
    EXPECT_NE(only_row({"cases", "--customer", key}).at("department"), "lab");
  }
  const Json row = heard_of("customer:3");
  EXPECT_TRUE(says(row.dump(), "technical")) << row;
  EXPECT_EQ(row.value("urgency", 0), 2) << row;
  const Json found = only_row({"cases", "--customer", "customer:3"});
  EXPECT_EQ(found.at("department"), "lab") << found;
  EXPECT_EQ(found.at("owner"), "agent-77") << found;

  // With that file nothing changes at a start, nor by applying it again; with the old one it goes back.
  start(words);
  const auto after = versions();
  EXPECT_EQ(after.at("insight"), before.at("insight"));
  for (const char* section : {"desk", "silence", "text"}) EXPECT_GT(after.at(section), before.at(section)) << section;
  EXPECT_EQ(Json::parse(service_->get("/v1/customers/customer%3A3/forecast").body).at("horizon_days"), 90);
  const Outcome again = apply(words);
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_FALSE(says(again.out, "changed")) << again.out;
  EXPECT_FALSE(says(again.out, "in force")) << again.out;
  EXPECT_EQ(versions(), after);
  end();
  EXPECT_EQ(run_on(data(), {"replay", "--check"}).exit_code, 0);
  start(plain);
  EXPECT_GT(versions().at("text"), after.at("text"));
  end();
  EXPECT_EQ(run_on(data(), {"replay", "--check"}).exit_code, 0);
}

// What is in force already is a duplicate, whoever sends it.
TEST_F(Settings, ThatAreInForceAreNotRecordedAgain) {
  start(write("plain.yaml", ""));
  const auto send = [&](const std::string& settings) {
    const Json event = {{"specversion", "1.0"},
                        {"id", "1"},
                        {"source", "/ops"},
                        {"type", "earshot.config.changed.v1"},
                        {"data", {{"section", "silence"}, {"version", 0}, {"settings", settings}}}};
    const HttpAnswer answer = service_->post("/v1/control", event.dump(), {{"Content-Type", "application/json"}});
    EXPECT_EQ(answer.status, 200) << answer.body;
    return Json::parse(answer.body, nullptr, false);
  };
  EXPECT_EQ(send("{}").at("duplicate"), 1) << "the defaults, from the start";
  const Json taken = send(R"({"horizon_days":90})");
  EXPECT_EQ(taken.at("accepted"), 1);
  EXPECT_TRUE(taken.contains("recorded")) << taken;
  const Json again = send(R"({"late_days":7,"horizon_days":90})");
  EXPECT_EQ(again.at("duplicate"), 1) << "the same, said in other words";
  EXPECT_FALSE(again.contains("recorded")) << again;
  EXPECT_EQ(send("{}").at("accepted"), 1) << "back again";
  const auto before = versions();
  EXPECT_TRUE(service_->end(SIGKILL).was_killed);
  start(write("plain.yaml", ""));
  EXPECT_EQ(versions(), before) << "what was answered is there";
  end();
  EXPECT_EQ(run_on(data(), {"replay", "--check"}).exit_code, 0);
}

TEST_F(Settings, OfOneSectionOrOfAnotherTenantLeaveTheRestAlone) {
  const std::string plain = write("plain.yaml", ""), words = write("words.yaml", words_);
  start(plain);
  const auto before = versions();
  const Outcome one = apply(words, {"--section", "text"});
  EXPECT_EQ(one.exit_code, 0) << one.err;
  EXPECT_FALSE(says(one.out, "silence")) << one.out;
  const Outcome other = apply(words, {"--section", "desk", "--section", "silence", "--tenant", "other"});
  EXPECT_EQ(other.exit_code, 0) << other.err;
  EXPECT_FALSE(says(other.out, "at each start")) << "no start applies anything to another tenant: " << other.out;
  end();
  // What would have been under the rules that are in force is what was.
  const std::string texts = write("texts.yaml", words_.substr(words_.find("text:")));
  EXPECT_EQ(only_row({"what-if", "--rules", texts}).at("sections_that_differ"), Json::array());
  start(words);
  const auto own = versions(), others = versions("other");
  EXPECT_EQ(own.at("insight"), before.at("insight"));
  EXPECT_EQ(others.at("text"), 0);
  EXPECT_GT(others.at("desk"), 0);
  EXPECT_GT(others.at("silence"), 0);
  end();
  start(words);
  EXPECT_EQ(versions("other"), others);
  EXPECT_EQ(versions(), own);
}

TEST_F(Settings, ThatAreWrongAreRefusedWithTheRemedyAndChangeNothing) {
  std::string many = "silence: {horizon_days: 90}\ntext:\n  ignore:\n";
  std::uint32_t letter = 1;
  for (int i = 0; i < 450; ++i) {
    many += "    - ";
    for (int j = 0; j < 190; ++j) many += static_cast<char>('a' + ((letter = letter * 1103515245 + 12345) >> 16) % 26);
    many += "\n";
  }
  const std::string good = write("good.yaml", words_);
  start(write("plain.yaml", ""));
  const auto before = versions();
  struct Row {
    std::string file;
    std::vector<std::string> words;
    std::string complaint;
  };
  for (const Row& row :
       std::vector<Row>{{write("key.yaml", "silence:\n  horizon_day: 3\n"),
                         {},
                         "line 2: silence.horizon_day is not a known key; did you mean horizon_days?"},
                        {write("range.yaml", "desk:\n  close_days: 0\n"), {}, "line 2: desk: close_days is not within"},
                        {write("many.yaml", many), {}, "the phrases are too many"},
                        {good, {"--section", "silense"}, "did you mean silence?"},
                        {good, {"--section", "sinks"}, "is read at a start"}}) {
    SCOPED_TRACE(row.file);
    const Outcome refused = apply(row.file, row.words);
    EXPECT_EQ(refused.exit_code, 2) << refused.out;
    EXPECT_TRUE(says(refused.err, row.complaint)) << refused.err;
  }
  EXPECT_EQ(apply((scratch_.path() / "none.yaml").string()).exit_code, 1);
  EXPECT_EQ(versions(), before);
  const Outcome in_use = run_on(data(), {"config", "apply", good});
  EXPECT_EQ(in_use.exit_code, 1);
  EXPECT_TRUE(says(in_use.err, "--url")) << in_use.err;
  end();
  const Outcome checked = run_earshot({"config", "check", write("many.yaml", many)});
  EXPECT_EQ(checked.exit_code, 2);
  EXPECT_TRUE(says(checked.err, "the phrases are too many")) << checked.err;
}

TEST_F(Settings, NeedATokenOfAnAdministratorAndNoSecretsOfTheService) {
  const std::string tokens =
      "tokens:\n  - {secret_env: EARSHOT_TEST_ADMIN, role: admin}\n  - {secret_env: EARSHOT_TEST_AGENT, role: act}\n";
  const std::string file = write("tokens.yaml", tokens + words_);
  start(write("start.yaml", tokens), {{"EARSHOT_TEST_ADMIN", kAdmin}, {"EARSHOT_TEST_AGENT", kAgent}});
  EXPECT_EQ(apply(file).exit_code, 1);
  const Outcome agent = apply(file, {}, {{"EARSHOT_TOKEN", kAgent}});
  EXPECT_EQ(agent.exit_code, 1);
  EXPECT_TRUE(says(agent.err, "403")) << agent.err;
  const Outcome stranger = apply(file, {"--tenant", "other"}, {{"EARSHOT_TOKEN", kAdmin}});
  EXPECT_EQ(stranger.exit_code, 2);
  EXPECT_TRUE(says(stranger.err, "tenant")) << stranger.err;
  const Outcome admin = apply(file, {}, {{"EARSHOT_TOKEN", kAdmin}});
  EXPECT_EQ(admin.exit_code, 0) << admin.err;
  EXPECT_TRUE(says(admin.out, "not applied: tokens; a service reads these when it starts")) << admin.out;
}

// The line must come, or the test does not end.
TEST_F(Settings, AreReadAgainOnASignalAndABrokenFileLeavesThem) {
  const std::string file = write("earshot.yaml", "fit_every_days: 7\n");
  start(file);
  hear("r-1", "customer:1");
  const auto before = versions();
  write("earshot.yaml", "silence:\n  horizon_day: 90\n");
  service_->process().signal(SIGHUP);
  const std::string refused = service_->process().wait_for("was not read again");
  EXPECT_TRUE(says(refused, "did you mean horizon_days?")) << refused;
  EXPECT_EQ(versions(), before);

  write("earshot.yaml", "fit_every_days: 8\n" + words_);
  service_->process().signal(SIGHUP);
  EXPECT_TRUE(says(service_->process().wait_for("needs a start"), "key=fit_every_days"));
  for (const char* section : {"desk", "silence", "text"}) {
    const std::string line = service_->process().wait_for("settings are in force section=" + std::string(section));
    EXPECT_TRUE(says(line, "from=20")) << line;
  }
  EXPECT_NE(service_->process().wait_for("settings are as they were section=insight"), "");
  const auto after = versions();
  EXPECT_EQ(after.at("insight"), before.at("insight"));
  hear("r-2", "customer:2");
  end();
  EXPECT_FALSE(says(heard_of("customer:1").dump(), "technical"));
  EXPECT_TRUE(says(heard_of("customer:2").dump(), "technical"));
  start(file);
  EXPECT_EQ(versions(), after);
  end();
  EXPECT_EQ(run_on(data(), {"replay", "--check"}).exit_code, 0);
}

TEST_F(Settings, OfADirectoryThatNobodyUsesAreAppliedThere) {
  const std::string words = write("words.yaml", words_);
  EXPECT_EQ(run_on(data(), {"config", "apply", words}).exit_code, 1) << "there is none";
  start(write("plain.yaml", ""));
  end();
  const std::string before = run_on(data(), {"digest"}).last_word();
  EXPECT_EQ(run_on(data(), {"config", "apply", words, "--dry-run"}).exit_code, 0);
  EXPECT_EQ(run_on(data(), {"digest"}).last_word(), before);
  const Outcome applied = run_on(data(), {"config", "apply", words});
  EXPECT_EQ(applied.exit_code, 0) << applied.err;
  EXPECT_TRUE(says(applied.out, "in force for all that is recorded from here on")) << applied.out;
  EXPECT_NE(run_on(data(), {"digest"}).last_word(), before);
  EXPECT_FALSE(says(run_on(data(), {"config", "apply", words}).out, "changed"));
  EXPECT_EQ(run_on(data(), {"replay", "--check"}).exit_code, 0);
  start(words);
  hear("r-1", "customer:1");
  end();
  EXPECT_EQ(heard_of("customer:1").value("urgency", 0), 2);
}

}  // namespace
}  // namespace earshot::test
