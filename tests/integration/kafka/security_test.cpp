// A broker that is locked: TLS with a certificate made for this test, users with passwords. Who has the right ones gets
// in with all that an Earshot does; who has not is told what to do.
#include <fstream>
#include <map>

#include <gtest/gtest.h>

#include "support/earshot_process.h"
#include "support/in_kafka.h"

namespace earshot::test {
namespace {

// Certificates and the broker that shows them.
class LockedBroker {
 public:
  LockedBroker() : secure_(free_port()), mutual_(free_port()), broker_(settings()) { broker_.start(); }

  std::string with_password() const { return "127.0.0.1:" + std::to_string(secure_); }     // TLS and a user
  std::string with_certificate() const { return "127.0.0.1:" + std::to_string(mutual_); }  // TLS of both
  std::string without() const { return broker_.address(); }
  std::string certificate(const std::string& whose) const { return (keys_.path() / (whose + ".crt")).string(); }
  std::string key(const std::string& whose) const { return (keys_.path() / (whose + ".key")).string(); }
  const std::string password = "right-" + fresh_name();

 private:
  void make_key(const std::string& whose) {
    Process openssl({"/usr/bin/openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                     "/CN=" + whose, "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", key(whose),
                     "-out", certificate(whose)});
    openssl.wait();
    EXPECT_EQ(openssl.exit_code(), 0) << openssl.err();
  }

  KafkaBroker::Settings settings() {
    for (const char* whose : {"broker", "client", "stranger"}) make_key(whose);
    std::ofstream(keys_.path() / "broker.pem")
        << std::ifstream(key("broker")).rdbuf() << std::ifstream(certificate("broker")).rdbuf();
    KafkaBroker::Settings with;
    with.users = {"earshot=" + password};
    const std::string here = "://127.0.0.1:";
    const std::string outer = "PLAINTEXT" + here + std::to_string(with.port) + ",SASL_SSL" + here +
                              std::to_string(secure_) + ",SSL" + here + std::to_string(mutual_);
    const std::string module = "org.apache.kafka.common.security.";
    std::map<std::string, std::string> all{
        {"listeners", outer + ",CONTROLLER" + here + std::to_string(with.controller_port)},
        {"advertised.listeners", outer},
        {"listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,SSL:SSL,CONTROLLER:PLAINTEXT"},
        {"ssl.keystore.type", "PEM"},
        {"ssl.keystore.location", keys_.path() / "broker.pem"},
        {"ssl.truststore.type", "PEM"},
        {"ssl.truststore.location", certificate("client")},
        {"listener.name.ssl.ssl.client.auth", "required"},
        {"sasl.enabled.mechanisms", "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512"},
        {"listener.name.sasl_ssl.plain.sasl.jaas.config",
         module + "plain.PlainLoginModule required user_earshot=\"" + password + "\";"},
        {"listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config", module + "scram.ScramLoginModule required;"},
        {"listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config", module + "scram.ScramLoginModule required;"}};
    for (const auto& [name, value] : all) with.properties += name + "=" + value + "\n";
    return with;
  }

  Scratch keys_;
  std::uint16_t secure_;
  std::uint16_t mutual_;
  KafkaBroker broker_;
};

class KafkaSecurity : public ::testing::Test {
 protected:
  static void TearDownTestSuite() { broker_.reset(); }
  void SetUp() override {
    if (!KafkaBroker::is_there()) GTEST_SKIP() << "there is no Kafka here; scripts/kafka fetch gets it";
    if (!broker_) broker_ = std::make_unique<LockedBroker>();
  }

  using Keys = std::map<std::string, std::string>;  // of engine.security
  std::string config(const std::string& bootstrap, const Keys& keys) {
    const std::string file = (scratch_.path() / "earshot.yaml").string();
    std::ofstream out(file);
    out << "engine:\n  kind: kafka\n  bootstrap: " << bootstrap << "\n  prefix: " << prefix_ << "\n";
    if (!keys.empty()) out << "  security:\n";
    for (const auto& [name, value] : keys) out << "    " << name << ": " << value << "\n";
    return file;
  }
  static Keys with_password(const std::string& mechanism) {
    return {{"protocol", "sasl_ssl"},
            {"ca_file", broker_->certificate("broker")},
            {"sasl_mechanism", mechanism},
            {"username", "earshot"},
            {"password_env", "EARSHOT_TEST_PASSWORD"}};
  }
  static Keys with_certificate(const std::string& whose) {
    return {{"protocol", "ssl"},
            {"ca_file", broker_->certificate("broker")},
            {"certificate_file", broker_->certificate(whose)},
            {"key_file", broker_->key(whose)}};
  }
  static Keys changed(Keys keys, const std::string& name, const std::string& value) {
    keys[name] = value;
    return keys;
  }
  static Process::Environment password(const std::string& given = broker_->password) {
    return {{"EARSHOT_TEST_PASSWORD", given}};
  }

  Scratch scratch_;
  std::string prefix_ = fresh_name();
  static inline std::unique_ptr<LockedBroker> broker_;
};

TEST_F(KafkaSecurity, LetsInWhoHasTheRightKeys) {
  const std::pair<std::string, Keys> all[] = {{broker_->with_password(), with_password("PLAIN")},
                                              {broker_->with_password(), with_password("SCRAM-SHA-256")},
                                              {broker_->with_password(), with_password("SCRAM-SHA-512")},
                                              {broker_->with_certificate(), with_certificate("client")}};
  for (const auto& [bootstrap, keys] : all) {
    SCOPED_TRACE(keys.contains("sasl_mechanism") ? keys.at("sasl_mechanism") : "certificate");
    const Outcome made = run_earshot({"topics", "--create", "--config", config(bootstrap, keys)}, password());
    EXPECT_EQ(made.exit_code, 0) << made.out << made.err;
  }
}

// An import that is carried over, and a service that goes on with it: every kind of client there is in an Earshot.
TEST_F(KafkaSecurity, AWholeHistoryComesInAndAServiceGoesOnWithIt) {
  const Outcome simulated = run_earshot({"simulate", "--customers", "10", "--days", "20", "--seed", "3"});
  ASSERT_EQ(simulated.exit_code, 0) << simulated.err;
  std::ofstream(scratch_.path() / "history.jsonl") << simulated.out;
  const auto data = scratch_.path() / "data";
  const Outcome imported = run_on(data, {"import", (scratch_.path() / "history.jsonl").string()});
  ASSERT_EQ(imported.exit_code, 0) << imported.err;
  const std::string file = config(broker_->with_password(), with_password("SCRAM-SHA-512"));
  const Outcome copied = run_earshot({"copy", "--from", data.string(), "--config", file}, password());
  ASSERT_EQ(copied.exit_code, 0) << copied.out << copied.err;
  {
    RunningEarshot service({scratch_.path() / "cluster", {"--config", file}, password()});
    ASSERT_TRUE(service.runs()) << service.process().err();
    EXPECT_EQ(service.post("/v1/events", review_json({.id = "r1", .key = "customer:1"})).status, 200);
    EXPECT_EQ(service.end().exit_code, 0);
  }
  const Outcome replayed = run_earshot(
      {"replay", "--check", "--config", file, "--data", (scratch_.path() / "elsewhere").string()}, password());
  EXPECT_EQ(replayed.exit_code, 0) << replayed.out << replayed.err;
}

TEST_F(KafkaSecurity, TellsWhoIsRefusedWhatToDo) {
  const Keys right = with_password("SCRAM-SHA-256");
  Keys without_certificate = with_certificate("client");
  without_certificate.erase("certificate_file");
  without_certificate.erase("key_file");
  const std::string user = "engine.security.username", ca = "set engine.security.ca_file to the certificate";
  struct Case {
    const char* name;
    std::string bootstrap;
    Keys keys;
    std::string password;
    std::string says;
  };
  const Case cases[] = {
      {"a wrong password", broker_->with_password(), right, "wrong", user},
      {"a wrong password, PLAIN", broker_->with_password(), with_password("PLAIN"), "wrong", user},
      {"an unknown user", broker_->with_password(), changed(right, "username", "nobody"), broker_->password, user},
      {"a certificate of somebody else", broker_->with_password(),
       changed(right, "ca_file", broker_->certificate("stranger")), broker_->password, ca},
      {"a client that the broker does not trust", broker_->with_certificate(), with_certificate("stranger"), "", ca},
      {"a client without a certificate", broker_->with_certificate(), without_certificate, "", ca},
      {"no TLS where it is wanted",
       broker_->with_password(),
       {},
       "",
       "are engine.bootstrap and engine.security right?"},
      {"TLS where there is none", broker_->without(), changed(with_certificate("client"), "protocol", "ssl"), "",
       "a port that has TLS"},
      {"a file that is not there", broker_->with_password(), changed(right, "ca_file", "/nowhere/ca.crt"),
       broker_->password, "engine.security: cannot read /nowhere/ca.crt"},
      {"a mechanism that nobody knows", broker_->with_password(), changed(right, "sasl_mechanism", "SECRET"),
       broker_->password, "engine.security: kafka: Unsupported SASL mechanism"}};
  for (const Case& one : cases) {
    SCOPED_TRACE(one.name);
    const Outcome outcome = run_earshot({"topics", "--config", config(one.bootstrap, one.keys)},
                                        password(one.password.empty() ? "none" : one.password));
    EXPECT_NE(outcome.exit_code, 0);
    EXPECT_NE(outcome.err.find(one.says), std::string::npos) << outcome.err;
    EXPECT_EQ(outcome.err.find(broker_->password), std::string::npos) << "a password must not be shown";
  }
}

}  // namespace
}  // namespace earshot::test
