// Containers of docker-compose.yml as processes of this machine, with its paths, ports and addresses in place of
// theirs.
#pragma once

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "integration/containers/compose.h"
#include "support/free_port.h"
#include "support/http_client.h"
#include "support/process.h"
#include "support/program.h"
#include "support/scratch.h"

namespace earshot::test {

inline int exit_code_of(const Words& words, const std::map<std::string, std::string>& environment = kEnvironment) {
  Process process(words, environment);
  process.wait();
  if (process.exit_code() != 0) std::cerr << process.out() << process.err();
  return process.exit_code();
}

// A container of our image as a process of this machine.
class Here {
 public:
  explicit Here(std::string kafka = "") : kafka_(std::move(kafka)) {
    std::filesystem::create_directory(scratch_.path() / "data");
    std::filesystem::permissions(scratch_.path(), std::filesystem::perms(0755));
    std::filesystem::permissions(scratch_.path() / "data", std::filesystem::perms(0777));
  }

  // `file`: what is mounted as its configuration.
  Words command_of(const Container& container, const std::filesystem::path& file) {
    const auto config = scratch_.path() / "earshot.yaml";
    std::string text = replaced(replaced(read_whole(file), "/var/lib/earshot", (scratch_.path() / "data").string()),
                                "0.0.0.0:8080", "127.0.0.1:0");
    std::ofstream(config) << replaced(text, "kafka:9092", kafka_);
    Words words = container.command;
    for (std::string& word : words)
      word = replaced(replaced(word, "/opt/earshot/earshot", std::string(EARSHOT_BINARY_DIR) + "/earshot"),
                      "/etc/earshot/earshot.yaml", config.string());
    return words;
  }

  void start(const Container& container, const std::filesystem::path& file, Words before = {}) {
    container_ = container;
    for (std::string& word : command_of(container, file)) before.push_back(std::move(word));
    process_ = std::make_unique<Process>(before, container.environment);
    const std::string line = process_->wait_for("earshot is running");
    ASSERT_NE(line, "") << process_->err();
    const std::size_t at = line.find("127.0.0.1:") + 10;
    port_ = line.substr(at, line.find_first_not_of("0123456789", at) - at);
  }

  // As a container engine asks: again and again, until its patience ends.
  bool becomes_healthy() {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(90);
    while (!is_healthy()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
    }
    return true;
  }
  bool is_healthy() {
    Words health = container_.health;
    health.at(0) = "/usr/bin/" + health[0];
    health.back() = replaced(health.back(), ":8080", ":" + port_);
    Process process(health);
    process.wait();
    return process.exit_code() == 0;
  }

  void expect_that_it_takes(const std::string& id) {
    const std::string event =
        R"({"specversion":"1.0","id":")" + id +
        R"(","source":"/shop","type":"earshot.activity.contact.v1","data":{"channel":"web","person":{"keys":["customer:1"]}}})";
    HttpClient client(static_cast<std::uint16_t>(std::stoul(port_)));
    EXPECT_EQ(client.post("/v1/events", event).status, 401);
    const auto answer =
        client.post("/v1/events", event, {{"Authorization", "Bearer " + container_.environment.at("EARSHOT_TOKEN")}});
    EXPECT_EQ(answer.status, 200) << answer.body;
  }

  // As an engine does it.
  void stop() {
    process_->signal(SIGTERM);
    process_->wait();
    EXPECT_EQ(process_->exit_code(), 0) << process_->err();
    EXPECT_FALSE(is_healthy()) << "healthy though it has gone";
  }

 private:
  Scratch scratch_;
  std::string kafka_;
  Container container_;
  std::unique_ptr<Process> process_;
  std::string port_;
};

// A broker with the settings of the file, as the image of Kafka makes properties of its environment.
class BrokerOfTheFile {
 public:
  explicit BrokerOfTheFile(const Container& container) {
    std::ofstream properties(file());
    for (const auto& [name, value] : container.environment) {
      if (!name.starts_with("KAFKA_")) continue;
      std::string key = replaced(name.substr(6), "_", ".");
      for (char& c : key) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      properties << key << "=" << here(value) << "\n";
    }
    properties.close();
    EXPECT_EQ(java({"kafka.tools.StorageTool", "format", "-t", container.environment.at("CLUSTER_ID"), "-c", file()})
                  ->exit_code(),
              0);
    process_ = java({"kafka.Kafka", file()}, false);
    EXPECT_NE(process_->wait_for("Kafka Server started"), "") << process_->err();
  }

  std::string address() const { return "127.0.0.1:" + port_; }
  int health_of(const Container& container) {
    EXPECT_EQ(container.health.at(0), "/opt/kafka/bin/kafka-broker-api-versions.sh");
    Words words{"kafka.admin.BrokerApiVersionsCommand"};
    for (std::size_t i = 1; i < container.health.size(); ++i) words.push_back(here(container.health[i]));
    return java(words)->exit_code();
  }

 private:
  std::string file() const { return (scratch_.path() / "server.properties").string(); }
  std::string here(std::string value) const {
    value =
        replaced(replaced(value, "/var/lib/kafka/data", (scratch_.path() / "data").string()), "kafka:", "127.0.0.1:");
    value = replaced(replaced(value, "//:", "//127.0.0.1:"), ":9092", ":" + port_);
    return replaced(value, ":9093", ":" + controller_port_);
  }
  static std::unique_ptr<Process> java(const Words& words, bool ends = true) {
    Words all{"/usr/bin/env",
              "java",
              "-Xmx512m",
              "-XX:+UseSerialGC",
              "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
              "-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info",
              "-cp",
              cache() + "/libs/*"};
    all.insert(all.end(), words.begin(), words.end());
    auto process = std::make_unique<Process>(all);
    if (ends) process->wait();
    return process;
  }
  static std::string cache() {
    Process where({(kRoot / "scripts/kafka").string(), "where"});
    where.wait();
    return where.out().substr(0, where.out().find('\n'));
  }

  Scratch scratch_;
  std::string port_ = std::to_string(free_port());
  std::string controller_port_ = std::to_string(free_port());
  std::unique_ptr<Process> process_;
};

}  // namespace earshot::test
