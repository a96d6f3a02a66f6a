#include "event_log/kafka_topics.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>

#include <unistd.h>

#include "event_log/kafka_client.h"
#include "event_log/record_batch.h"

namespace earshot {

namespace {

using kafka::Fault;
using kafka::Handle;
using kafka::Owned;
using kafka::Queue;

constexpr int kPatienceMs = 30'000;
constexpr int kReachMs = 10'000;
constexpr int kMomentMs = 1'000;

// Tombstones of a changelog stay this long: a local state that is older is thrown away (kafka_changelog.h).
constexpr const char* kTombstonesMs = "604800000";

std::string message_bytes_max() { return std::to_string(kRecordBytesMax + (std::size_t{1} << 16)); }

using Config = std::map<std::string, std::string>;

// What matters for correctness; the rest is the operator's.
Config config_of(const KafkaTopic& topic) {
  Config config{{"cleanup.policy", topic.compacted ? "compact" : "delete"},
                {"message.timestamp.type", "CreateTime"},
                {"max.message.bytes", message_bytes_max()}};
  if (topic.compacted) {
    config["delete.retention.ms"] = kTombstonesMs;
  } else {
    config["retention.ms"] = "-1";
    config["retention.bytes"] = "-1";
  }
  return config;
}

// A connection, and what it last met with.
struct Admin {
  const KafkaConnection& connection;
  rd_kafka_resp_err_t trouble = RD_KAFKA_RESP_ERR_NO_ERROR;
  std::string said{};
  Handle handle{};

  bool is_unknown() const { return trouble == RD_KAFKA_RESP_ERR__AUTHENTICATION; }
  bool is_insecure() const { return trouble == RD_KAFKA_RESP_ERR__SSL || said.find("SSL alert") != std::string::npos; }
  // By either end, which will not change by waiting.
  bool is_refused() const { return is_unknown() || is_insecure(); }
};

// librdkafka would not name the file.
Result<void> look_for_files(const KafkaConnection& connection) {
  for (const auto& [name, value] : connection.security) {
    if (name.ends_with(".location") && ::access(value.c_str(), R_OK) != 0)
      return Error{ErrorKind::Invalid, "engine.security: cannot read " + value + ": " + std::strerror(errno)};
  }
  return {};
}

Result<std::unique_ptr<Admin>> connect_admin(const KafkaConnection& connection) {
  if (auto there = look_for_files(connection); !there) return std::move(there.error());
  auto admin = std::make_unique<Admin>(Admin{connection});
  kafka::Properties properties = connection.security;
  properties.emplace_back("bootstrap.servers", connection.bootstrap);
  const auto troubled = [](rd_kafka_t*, int code, const char* said, void* opaque) {
    auto* self = static_cast<Admin*>(opaque);
    if (self->is_refused() || code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) return;  // that says why
    self->trouble = static_cast<rd_kafka_resp_err_t>(code);
    self->said = said;
  };
  auto handle = kafka::connect(RD_KAFKA_PRODUCER, properties, {.opaque = admin.get(), .troubled = troubled});
  if (!handle) return std::move(handle.error()).in("engine.security");
  admin->handle = std::move(*handle);
  return admin;
}

Error cannot_reach(const Admin& admin, rd_kafka_resp_err_t code) {
  const std::string where = "Kafka at " + admin.connection.bootstrap;
  const std::string said = admin.said.empty() ? rd_kafka_err2str(code) : admin.said;
  if (admin.is_unknown()) {
    return {ErrorKind::Unavailable, where + " refuses this user: " + said +
                                        "; set engine.security.username and sasl_mechanism to what the broker knows, "
                                        "and the variable that password_env names to the user's password"};
  }
  if (admin.is_insecure()) {
    return {ErrorKind::Unavailable, "no secure connection to " + where + ": " + said +
                                        "; set engine.security.ca_file to the certificate of whoever signed the "
                                        "broker's, bootstrap to a name that stands in it and a port that has TLS, and "
                                        "certificate_file and key_file to what the broker "
                                        "trusts, if it asks for them"};
  }
  return {ErrorKind::Unavailable, "cannot reach " + where + ": " + said +
                                      "; is the broker running, and are engine.bootstrap and engine.security right?"};
}

// Partition counts of all topics of the cluster.
Result<std::map<std::string, int>> counts(Admin& admin) {
  const rd_kafka_metadata_t* metadata = nullptr;
  for (int waited = 0;; waited += kMomentMs) {
    const auto failed = rd_kafka_metadata(admin.handle.get(), 1, nullptr, &metadata, kMomentMs);
    if (failed == RD_KAFKA_RESP_ERR_NO_ERROR) break;
    rd_kafka_poll(admin.handle.get(), 0);
    if (admin.is_refused() || waited >= kReachMs) return cannot_reach(admin, failed);
  }
  std::map<std::string, int> found;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    if (metadata->topics[i].err == RD_KAFKA_RESP_ERR_NO_ERROR)
      found[metadata->topics[i].topic] = metadata->topics[i].partition_cnt;
  }
  rd_kafka_metadata_destroy(metadata);
  return found;
}

using Event = Owned<rd_kafka_event_t, rd_kafka_event_destroy>;
using Options = Owned<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy>;

Options admin_options(rd_kafka_t* handle, rd_kafka_admin_op_t operation) {
  std::array<char, 256> why{};
  Options options(rd_kafka_AdminOptions_new(handle, operation));
  rd_kafka_AdminOptions_set_request_timeout(options.get(), kPatienceMs, why.data(), why.size());
  return options;
}

Result<std::map<std::string, Config>> configs(rd_kafka_t* handle, const std::vector<std::string>& topics) {
  std::map<std::string, Config> found;
  if (topics.empty()) return found;
  std::vector<rd_kafka_ConfigResource_t*> asked;
  for (const std::string& topic : topics)
    asked.push_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  Queue queue(rd_kafka_queue_new(handle));
  const Options options = admin_options(handle, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
  rd_kafka_DescribeConfigs(handle, asked.data(), asked.size(), options.get(), queue.get());
  const Event event(rd_kafka_queue_poll(queue.get(), kPatienceMs));
  rd_kafka_ConfigResource_destroy_array(asked.data(), asked.size());
  if (!event) return Error{ErrorKind::Unavailable, "Kafka did not tell how its topics are configured; try again"};
  if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return kafka::error_of(rd_kafka_event_error(event.get()), "asking Kafka how its topics are configured");
  std::size_t count = 0;
  const auto* result = rd_kafka_event_DescribeConfigs_result(event.get());
  const rd_kafka_ConfigResource_t** resources = rd_kafka_DescribeConfigs_result_resources(result, &count);
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t entries = 0;
    const rd_kafka_ConfigEntry_t** entry = rd_kafka_ConfigResource_configs(resources[i], &entries);
    Config& config = found[rd_kafka_ConfigResource_name(resources[i])];
    for (std::size_t j = 0; j < entries; ++j) {
      const char* value = rd_kafka_ConfigEntry_value(entry[j]);
      config[rd_kafka_ConfigEntry_name(entry[j])] = value == nullptr ? "" : value;
    }
  }
  return found;
}

std::string trouble_with(const KafkaTopic& wanted, int partitions, const Config& config) {
  if (partitions != wanted.partitions) {
    return "Kafka's topic " + wanted.name + " has " + std::to_string(partitions) + " partitions where " +
           std::to_string(wanted.partitions) +
           " were asked for; partitions are fixed when an application begins: set partitions to what it has, or give "
           "the application another engine.prefix";
  }
  for (const auto& [name, value] : config_of(wanted)) {
    const auto found = config.find(name);
    if (found == config.end() || found->second == value || name == "delete.retention.ms") continue;
    if (name == "max.message.bytes" && std::stoll(found->second) >= std::stoll(value)) continue;
    return "Kafka's topic " + wanted.name + " has " + name + "=" + found->second + " where " + value +
           " is needed; change it with kafka-configs --alter --topic " + wanted.name + " --add-config " + name + "=" +
           value;
  }
  return "";
}

Result<std::vector<KafkaTopicFound>> look(Admin& admin, const std::vector<KafkaTopic>& wanted) {
  auto partitions = counts(admin);
  if (!partitions) return std::move(partitions.error());
  std::vector<std::string> there;
  for (const KafkaTopic& topic : wanted) {
    if (partitions->contains(topic.name)) there.push_back(topic.name);
  }
  auto config = configs(admin.handle.get(), there);
  if (!config) return std::move(config.error());
  std::vector<KafkaTopicFound> found;
  for (const KafkaTopic& topic : wanted) {
    const auto count = partitions->find(topic.name);
    if (count == partitions->end()) {
      found.push_back({topic, 0, "Kafka has no topic " + topic.name + "; earshot topics --create makes it"});
    } else {
      found.push_back({topic, count->second, trouble_with(topic, count->second, (*config)[topic.name])});
    }
  }
  return found;
}

Result<void> create(rd_kafka_t* handle, const std::vector<KafkaTopic>& topics) {
  std::array<char, 512> why{};
  std::vector<rd_kafka_NewTopic_t*> made;
  for (const KafkaTopic& topic : topics) {
    rd_kafka_NewTopic_t* one = rd_kafka_NewTopic_new(topic.name.c_str(), topic.partitions, -1, why.data(), why.size());
    if (one == nullptr) return Error{ErrorKind::Invalid, "topic " + topic.name + ": " + why.data()};
    for (const auto& [name, value] : config_of(topic)) rd_kafka_NewTopic_set_config(one, name.c_str(), value.c_str());
    made.push_back(one);
  }
  Queue queue(rd_kafka_queue_new(handle));
  Options options = admin_options(handle, RD_KAFKA_ADMIN_OP_CREATETOPICS);
  // Until every broker of the cluster knows them.
  rd_kafka_AdminOptions_set_operation_timeout(options.get(), kPatienceMs, why.data(), why.size());
  rd_kafka_CreateTopics(handle, made.data(), made.size(), options.get(), queue.get());
  const Event event(rd_kafka_queue_poll(queue.get(), 2 * kPatienceMs));
  rd_kafka_NewTopic_destroy_array(made.data(), made.size());
  if (!event) return Error{ErrorKind::Unavailable, "Kafka did not answer; look with earshot topics and try again"};
  if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return kafka::error_of(rd_kafka_event_error(event.get()), "creating topics");
  std::size_t count = 0;
  const auto* result = rd_kafka_event_CreateTopics_result(event.get());
  const rd_kafka_topic_result_t** results = rd_kafka_CreateTopics_result_topics(result, &count);
  for (std::size_t i = 0; i < count; ++i) {
    const rd_kafka_resp_err_t failed = rd_kafka_topic_result_error(results[i]);
    if (failed == RD_KAFKA_RESP_ERR_NO_ERROR || failed == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) continue;
    const char* detail = rd_kafka_topic_result_error_string(results[i]);
    return Error{ErrorKind::Unavailable, std::string("creating topic ") + rd_kafka_topic_result_name(results[i]) +
                                             ": " + (detail == nullptr ? rd_kafka_err2str(failed) : detail)};
  }
  return {};
}

// Addresses of the brokers there are.
Result<std::vector<std::string>> brokers(Admin& admin) {
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto failed = rd_kafka_metadata(admin.handle.get(), 0, nullptr, &metadata, kReachMs);
  if (failed != RD_KAFKA_RESP_ERR_NO_ERROR) return cannot_reach(admin, failed);
  std::vector<std::string> all;
  for (int i = 0; i < metadata->broker_cnt; ++i)
    all.push_back(std::string(metadata->brokers[i].host) + ":" + std::to_string(metadata->brokers[i].port));
  rd_kafka_metadata_destroy(metadata);
  return all;
}

// Brokers say that a topic is made before their own lists show it, each at its own time; whoever starts next may ask
// any of them.
Result<void> wait_until_shown(Admin& admin, const std::vector<KafkaTopic>& topics) {
  const auto patience = std::chrono::steady_clock::now() + std::chrono::milliseconds{kPatienceMs};
  const auto all = brokers(admin);
  if (!all) return all.error();
  for (const std::string& broker : *all) {
    const KafkaConnection connection{broker, admin.connection.security};
    while (true) {
      auto one = connect_admin(connection);
      if (!one) return std::move(one.error());
      const auto there = counts(**one);
      if (!there) break;  // a broker that is down shows nothing
      const auto hidden = std::find_if(topics.begin(), topics.end(),
                                       [&](const KafkaTopic& topic) { return !there->contains(topic.name); });
      if (hidden == topics.end()) break;
      if (std::chrono::steady_clock::now() >= patience)
        return Error{ErrorKind::Unavailable, "Kafka has made topic " + hidden->name + " and " + broker +
                                                 " does not show it yet; look with earshot topics"};
      rd_kafka_poll((*one)->handle.get(), 100);
    }
  }
  return {};
}

}  // namespace

std::string changelog_name(const std::string& prefix, const TopicSpec& input, const std::string& state_format) {
  return prefix + input.name + ".state-" + state_format;
}

std::vector<KafkaTopic> kafka_topics(const std::vector<TopicSpec>& topics, const KafkaTopicNames& names) {
  const auto holds = [](const std::vector<std::uint8_t>& list, std::size_t place) {
    return std::find(list.begin(), list.end(), place) != list.end();
  };
  std::vector<KafkaTopic> all;
  for (std::size_t i = 0; i < topics.size(); ++i)
    all.push_back({names.prefix + topics[i].name, topics[i].partitions, holds(names.compacted, i)});
  if (!names.state_format.empty()) {
    for (const std::uint8_t input : names.inputs)
      all.push_back(
          {changelog_name(names.prefix, topics.at(input), names.state_format), topics[input].partitions, true});
  }
  all.push_back({names.prefix + kFactsTopic, 1, false});
  all.push_back({names.prefix + kOwnersTopic, 1, true});
  return all;
}

Result<std::vector<KafkaTopicFound>> look_at_kafka_topics(const KafkaConnection& connection,
                                                          const std::vector<KafkaTopic>& wanted) {
  auto admin = connect_admin(connection);
  if (!admin) return std::move(admin.error());
  return look(**admin, wanted);
}

Result<void> create_kafka_topics(const KafkaConnection& connection, const std::vector<KafkaTopic>& wanted) {
  auto admin = connect_admin(connection);
  if (!admin) return std::move(admin.error());
  auto found = look(**admin, wanted);
  if (!found) return std::move(found.error());
  std::vector<KafkaTopic> missing;
  for (const KafkaTopicFound& topic : *found) {
    if (topic.partitions == 0) {
      missing.push_back(topic.wanted);
    } else if (!topic.trouble.empty()) {
      return Error{ErrorKind::Conflict, topic.trouble};
    }
  }
  if (missing.empty()) return {};
  if (auto created = create((*admin)->handle.get(), missing); !created) return created;
  return wait_until_shown(**admin, missing);
}

Result<void> check_kafka_topics(const KafkaConnection& connection, const std::vector<KafkaTopic>& wanted) {
  auto found = look_at_kafka_topics(connection, wanted);
  if (!found) return std::move(found.error());
  for (const KafkaTopicFound& topic : *found) {
    if (topic.trouble.empty()) continue;
    return Error{topic.partitions == 0 ? ErrorKind::NotFound : ErrorKind::Conflict, topic.trouble};
  }
  return {};
}

}  // namespace earshot
