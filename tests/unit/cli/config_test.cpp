#include "cli/config.h"

#include <cstdlib>

#include <gtest/gtest.h>

#include "event/json_reader.h"
#include "processors/customer/settings.h"
#include "processors/insight/settings.h"

namespace earshot::cli {
namespace {

Config good(const std::string& yaml) {
  auto config = parse_config(yaml, "earshot.yaml");
  EXPECT_TRUE(config) << (config ? "" : config.error().message);
  return config ? std::move(*config) : Config{};
}

// The values of `config show`, without where they came from.
std::string values_of(const Config& config) {
  std::string text;
  std::istringstream lines(show_config(config));
  for (std::string line; std::getline(lines, line);) text += line.substr(0, line.find("  # ")) + "\n";
  return text;
}

// Zero is a choice, also where the default is another number: the log gets every setting.
TEST(Config, KeepsAZeroWhereTheDefaultIsNone) {
  const Config config = good("silence:\n  late_days: 0\ninsight:\n  provisional_minutes: 0\n");
  EXPECT_EQ(read_json<CustomerSettings>(config.sections.at("silence"))->late_days, 0);
  EXPECT_EQ(read_json<insight::Settings>(config.sections.at("insight"))->provisional_minutes, 0);
}

// A later version with other defaults must not read an old log differently.
TEST(Config, ThatIsEmptyStillGivesTheLogEverySetting) {
  const std::string silence = good("").sections.at("silence");
  for (const char* key : {"horizon_days", "watch_permille", "act_permille", "young_weeks", "late_days", "activity"}) {
    EXPECT_NE(silence.find('"' + std::string(key) + '"'), std::string::npos) << silence;
  }
  EXPECT_NE(good("").sections.at("desk").find("\"automations\":[]"), std::string::npos);
}

TEST(Config, IsShownWithItsOriginsAndReadAgain) {
  const std::string yaml =
      "listen: 127.0.0.1:0\nsilence:\n  late_days: 0\nconnectors:\n  - name: csv\n    separator: \"\\t\"\n";
  Config config = good(yaml);
  config.file = "earshot.yaml";
  const std::string shown = show_config(config);
  EXPECT_NE(shown.find("tenant: \"acme\"  # default\n"), std::string::npos) << shown;
  EXPECT_NE(shown.find("listen: \"127.0.0.1:0\"  # earshot.yaml\n"), std::string::npos) << shown;
  EXPECT_NE(shown.find("  late_days: 0  # earshot.yaml\n"), std::string::npos) << shown;
  EXPECT_NE(shown.find("  horizon_days: 182  # default\n"), std::string::npos) << shown;
  EXPECT_NE(shown.find("  - {\"name\":\"csv\",\"separator\":\"\\t\"}\n"), std::string::npos) << shown;
  EXPECT_EQ(values_of(good(shown)), values_of(config));
}

TEST(Config, TakesTokensFromTheEnvironment) {
  ::setenv("EARSHOT_TEST_TOKEN", "0123456789abcdef", 1);
  const Config config = good(
      "tenant: shop\ntokens:\n  - secret_env: EARSHOT_TEST_TOKEN\n  - {secret_env: EARSHOT_TEST_TOKEN, tenant: other, "
      "role: act}\n");
  ASSERT_EQ(config.tokens.size(), 2u);
  EXPECT_EQ(config.tokens[0].secret, "0123456789abcdef");
  EXPECT_EQ(config.tokens[0].tenant, "shop");
  EXPECT_EQ(config.tokens[0].role, "read");
  EXPECT_EQ(config.tokens[1].tenant, "other");
  EXPECT_EQ(show_config(config).find("0123456789abcdef"), std::string::npos) << "a secret is never shown";
}

TEST(Config, NeedsNoSecretsWhereOnlyItsSectionsCount) {
  const std::string yaml =
      "privacy: {secret_env: EARSHOT_TEST_NOBODY_SET_THIS}\ntokens:\n  - secret_env: EARSHOT_TEST_NOBODY_SET_THIS\n"
      "connectors:\n  - {name: typeform, secret_env: [EARSHOT_TEST_NOBODY_SET_THIS]}\n"
      "sinks:\n  - {name: a, url_env: EARSHOT_TEST_NOBODY_SET_THIS, secret_env: [EARSHOT_TEST_NOBODY_SET_THIS]}\n"
      "silence: {horizon_days: 90}\n";
  EXPECT_FALSE(parse_config(yaml, "earshot.yaml"));
  const auto config = parse_config(yaml, "earshot.yaml", Secrets::elsewhere);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(read_json<CustomerSettings>(config->sections.at("silence"))->horizon_days, 90);
  EXPECT_EQ(config->tokens.at(0).secret, "");
}

TEST(Config, ReadsSinks) {
  ::setenv("EARSHOT_TEST_SECRET", "a-secret", 1);
  ::setenv("EARSHOT_TEST_URL", "https://bot.example/send?key=abc", 1);
  const Config config = good(
      "tenant: shop\nsinks:\n  - {name: plain, url: 'https://a.example/x', secret_env: [EARSHOT_TEST_SECRET]}\n"
      "  - {name: chat, kind: dingtalk, tenant: other, url_env: EARSHOT_TEST_URL, secret_env: [EARSHOT_TEST_SECRET], "
      "severity: critical, quiet_hours: 0}\n"
      "  - {name: few, kind: wecom, url: 'https://b.example/x', per_minute: 3}\n");
  ASSERT_EQ(config.sinks.size(), 3u);
  EXPECT_EQ(config.sinks[0].kind, "webhook");
  EXPECT_EQ(config.sinks[0].tenant, "shop");
  EXPECT_EQ(config.sinks[0].severity, Severity::info);
  EXPECT_EQ(config.sinks[0].quiet_hours, 24);
  EXPECT_EQ(config.sinks[0].per_minute, 0);
  EXPECT_EQ(config.sinks[1].tenant, "other");
  EXPECT_EQ(config.sinks[1].url, "https://bot.example/send?key=abc");
  EXPECT_EQ(config.sinks[1].secrets, std::vector<std::string>{"a-secret"});
  EXPECT_EQ(config.sinks[1].severity, Severity::critical);
  EXPECT_EQ(config.sinks[1].per_minute, 20) << "as many as its kind takes";
  EXPECT_EQ(config.sinks[2].per_minute, 3);
}

TEST(Config, SaysWhatIsWrongWithASink) {
  const std::string url = "url: 'https://a.example/x'";
  for (const auto& [sink, complaint] : std::vector<std::pair<std::string, std::string>>{
           {"{name: a, kind: slak, " + url + "}",
            "sinks.kind is none of webhook, slack, feishu, dingtalk or wecom: slak"},
           {"{name: a}", "needs its address"},
           {"{name: a, " + url + ", url_env: B}", "needs its address"},
           {"{name: a, url_env: EARSHOT_TEST_NOBODY_SET_THIS}", "not set in the environment"},
           {"{name: a, " + url + ", severity: loud}", "severity"},
           {"{name: a, " + url + ", quiet_hours: 721}", "quiet_hours is not from 0"},
           {"{name: a, " + url + ", per_minute: 601}", "per_minute is not from 0"},
           {"{name: a, " + url + "}\n  - {name: a, " + url + "}", "sinks.name stands twice: a"}}) {
    const auto config = parse_config("sinks:\n  - " + sink + "\n", "earshot.yaml");
    ASSERT_FALSE(config) << sink;
    EXPECT_NE(config.error().message.find(complaint), std::string::npos) << config.error().message;
  }
}

// Found by config_fuzz: `config show` ended the program.
TEST(Config, RefusesSettingsOfAConnectorThatAreNoJson) {
  for (const char* settings : {"x: 99999999999999999999999", "map: {a: 1, a: 2}"}) {
    const auto config = parse_config("connectors:\n  - name: csv\n    " + std::string(settings) + "\n", "earshot.yaml");
    ASSERT_FALSE(config) << settings;
    EXPECT_TRUE(config.error().message.starts_with("earshot.yaml line 1: connectors cannot be taken"))
        << config.error().message;
  }
}

// Found by config_fuzz: the first counted, the last was shown; and tokens that were no list were none.
TEST(Config, RefusesAKeyThatStandsTwiceAndAListThatIsNone) {
  for (const auto& [yaml, complaint] : std::vector<std::pair<std::string, std::string>>{
           {"tenant: a\nlisten: 127.0.0.1:1\ntenant: b\n", "tenant stands twice"},
           {"tokens: EARSHOT_TOKEN\n", "line 1: tokens is not a list"},
           {"tenant: a\nsinks: {name: a}\n", "line 2: sinks is not a list"},
           {"connectors: csv\n", "connectors is not a list"}}) {
    const auto config = parse_config(yaml, "earshot.yaml");
    ASSERT_FALSE(config) << yaml;
    EXPECT_NE(config.error().message.find(complaint), std::string::npos) << config.error().message;
  }
  good("tokens:\nconnectors: []\n");
}

TEST(Config, PassesOnWhatABrokerAsksForAndKeepsTheSecretOutOfSight) {
  ::setenv("EARSHOT_TEST_BROKER_PASSWORD", "not to be shown", 1);
  const Config config = good(
      "engine:\n  kind: kafka\n  bootstrap: localhost:9093\n  prefix: try.\n  security:\n    protocol: sasl_ssl\n    "
      "ca_file: ca.pem\n"
      "    sasl_mechanism: SCRAM-SHA-512\n    username: earshot\n    password_env: EARSHOT_TEST_BROKER_PASSWORD\n");
  EXPECT_EQ(config.engine.kind, "kafka");
  EXPECT_EQ(config.engine.bootstrap, "localhost:9093");
  EXPECT_EQ(config.engine.prefix, "try.");
  using Properties = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(config.engine.security, (Properties{{"security.protocol", "sasl_ssl"},
                                                {"ssl.ca.location", "ca.pem"},
                                                {"sasl.mechanism", "SCRAM-SHA-512"},
                                                {"sasl.username", "earshot"},
                                                {"sasl.password", "not to be shown"}}));
  EXPECT_EQ(show_config(config).find("not to be shown"), std::string::npos);
  EXPECT_EQ(good("").engine.kind, "embedded");
}

TEST(Config, SaysWhatIsWrongWithAnEngine) {
  const std::pair<const char*, const char*> wrong[] = {
      {"engine: {kind: kafka}", "engine.bootstrap is missing"},
      {"engine: {kind: memory}", "engine.kind is not embedded or kafka: memory"},
      {"engine: {bootstrap: localhost:9092}", "engine.bootstrap is for kafka only"},
      {"engine: {kind: kafka, bootstrap: b, slot: a/b}", "engine.slot is written with letters"},
      {"engine: {kind: kafka, bootstrap: b, security: {password_env: EARSHOT_TEST_NOBODY_SET_THIS}}",
       "which is not set in the environment"},
      {"engine: {kind: kafka, bootstrap: b, security: {protocl: ssl}}", "protocol"},
      {"engine: kafka", "engine is not a group of keys"},
  };
  for (const auto& [yaml, message] : wrong) {
    SCOPED_TRACE(yaml);
    const auto config = parse_config(yaml, "earshot.yaml");
    ASSERT_FALSE(config);
    EXPECT_NE(config.error().message.find(message), std::string::npos) << config.error().message;
    EXPECT_NE(config.error().message.find("earshot.yaml line 1"), std::string::npos) << config.error().message;
  }
}

TEST(Config, LimitsWebHooksOfOthersUnlessItIsTold) {
  ::setenv("EARSHOT_TEST_TOKEN", "0123456789abcdef", 1);
  const std::string two =
      "connectors:\n  - {name: typeform}\n  - {name: zendesk, requests_per_second: 7}\n  - {name: discourse, "
      "requests_per_second: 0}\n";
  const Config open = good("tokens:\n  - secret_env: EARSHOT_TEST_TOKEN\n" + two);
  EXPECT_EQ(open.connectors[0].requests_per_second, 1000);
  EXPECT_EQ(open.connectors[1].requests_per_second, 7);
  EXPECT_EQ(open.connectors[2].requests_per_second, 0);
  const Config local = good(two);
  EXPECT_EQ(local.connectors[0].requests_per_second, 0) << "only this machine is served";
  EXPECT_EQ(local.connectors[1].requests_per_second, 7);
  EXPECT_EQ(local.connectors[1].settings, "{}") << "it is no setting of the connector";
}

TEST(Config, SaysWhereItIsWrongAndWhatIsNear) {
  struct Row {
    std::string yaml;
    std::string message;
  };
  for (const Row& row : std::vector<Row>{
           {"tenant: acme\npartitons: 3\n",
            "earshot.yaml line 2: partitons is not a known key; did you mean partitions?"},
           {"silence:\n  horizon_day: 3\n",
            "earshot.yaml line 2: silence.horizon_day is not a known key; did you mean horizon_days?"},
           {"silence:\n  horizon_days: soon\n",
            "earshot.yaml line 2: silence.horizon_days is not a whole number within range"},
           {"desk:\n  departments:\n    - name: a\n      liason: agent-1\n",
            "line 4: desk: departments.liason is not a known key; did you mean liaison?"},
           {"tenant: a\nsilence:\n  horizon_days: 6\n", "line 3: silence.horizon_days is not within 7 and 3650"},
           {"insight:\n  lateness_days: 91\n", "line 2: insight.lateness_days is out of range: 91"},
           {"text:\n  ignore: ['']\n", "line 2: text.ignore holds an empty phrase"},
           {"desk:\n  close_days: 0\n", "line 2: desk: close_days is not within 1 and 3650"},
           {"partitions: 0\n", "line 1: partitions is not within 1 and 1024"},
           {"tokens:\n  - secret_env: EARSHOT_NOT_SET\n", "EARSHOT_NOT_SET, which is not set in the environment"},
           {"tokens:\n  - {secret_env: HOME, role: boss}\n", "tokens.role is not read, act or admin: boss"},
           {"connectors:\n  - {name: typeform, secrets: [abc]}\n",
            "line 2: connectors.secrets would hold a secret in clear"},
           {"connectors:\n  - {name: typeform, requests_per_second: many}\n",
            "line 2: connectors.requests_per_second is not from 0"},
           {"connectors:\n  - {name: typeform, requests_per_second: -1}\n",
            "line 2: connectors.requests_per_second is not from 0"},
           {"connectors:\n  - {name: typeform, requests_per_second: 1000001}\n",
            "line 2: connectors.requests_per_second is not from 0"},
           {"- a\n", "is not a list of keys with values"},
           {"a: [\n", "line 2: not YAML"}}) {
    SCOPED_TRACE(row.yaml);
    const auto config = parse_config(row.yaml, "earshot.yaml");
    ASSERT_FALSE(config);
    EXPECT_NE(config.error().message.find(row.message), std::string::npos) << config.error().message;
  }
}

}  // namespace
}  // namespace earshot::cli
