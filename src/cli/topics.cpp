#include <cstdio>

#include "cli/answers.h"
#include "cli/commands.h"
#include "cli/config.h"
#include "cli/kafka_engine.h"
#include "cli/table.h"
#include "earshot/topics.h"
#include "event/json_writer.h"
#include "event_log/embedded.h"

namespace earshot::cli {
namespace {

struct Options {
  std::string config;
  std::string data;
  bool json = false;
  bool create = false;
};

struct TopicRow {
  std::string topic;
  std::int64_t partitions = 0;
  std::int64_t records = 0;
  bool published = false;
};
template <class F>
void fields(F& f, TopicRow& v) {
  f.required("topic", v.topic);
  f.required("partitions", v.partitions);
  f.required("records", v.records);
  f.required("published", v.published);
}

Result<std::vector<TopicRow>> read_rows(const EmbeddedReader& log) {
  std::vector<TopicRow> rows;
  for (std::uint8_t i = 0; i < log.topics().size(); ++i) {
    const TopicSpec& topic = log.topics()[i];
    TopicRow row{topic.name, topic.partitions, 0, i < kTopics.size() && kTopics[i].published};
    for (std::uint16_t partition = 0; partition < topic.partitions; ++partition) {
      const auto begin = log.begin({i, partition});
      if (!begin) return begin.error();
      const auto end = log.end({i, partition});
      if (!end) return end.error();
      row.records += *end - *begin;
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

int fail(const Error& error) {
  std::fprintf(stderr, "earshot topics: %s\n", error.message.c_str());
  return error.kind == ErrorKind::Invalid ? 2 : 1;
}

struct KafkaTopicRow {
  std::string topic;
  std::int64_t partitions = 0;  // 0: it is not there
  std::string kept;
  std::string trouble;
};
template <class F>
void fields(F& f, KafkaTopicRow& v) {
  f.required("topic", v.topic);
  f.required("partitions", v.partitions);
  f.required("kept", v.kept);
  f.optional("trouble", v.trouble);
}

// In a cluster: what must be there, what is, and what is wrong with it. Fails when something is.
int run_in_kafka(const Options& options, const Config& config) {
  const KafkaConnection connection{config.engine.bootstrap, config.engine.security};
  const std::vector<KafkaTopic> wanted = kafka_topics_of(config);
  if (options.create) {
    if (auto created = create_kafka_topics(connection, wanted); !created) return fail(created.error());
  }
  const auto found = look_at_kafka_topics(connection, wanted);
  if (!found) return fail(found.error());
  bool is_well = true;
  Table table({{"topic"}, {"partitions", true}, {"kept"}, {"trouble"}});
  for (const KafkaTopicFound& topic : *found) {
    KafkaTopicRow row{topic.wanted.name, topic.partitions,
                      topic.wanted.compacted ? "the newest of each key" : "for ever", topic.trouble};
    if (options.json) std::puts(write_json(row).c_str());
    table.add({row.topic, topic.partitions == 0 ? "none" : std::to_string(topic.partitions), row.kept, row.trouble});
    is_well = is_well && topic.trouble.empty();
  }
  if (!options.json) std::fputs(table.text().c_str(), stdout);
  return is_well ? 0 : 1;
}

int run(const Options& options) {
  auto config = load_config(options.config);
  if (!config) return fail({ErrorKind::Invalid, config.error().message});
  if (!options.data.empty()) config->data = options.data;
  if (is_kafka(*config)) return run_in_kafka(options, *config);
  if (options.create)
    return fail({ErrorKind::Invalid, "a data directory makes its topics itself; --create is for engine.kind kafka"});
  auto log = EmbeddedReader::open(config->data / "log");
  if (!log) return fail(with_advice(std::move(log.error()), *config));
  const auto rows = read_rows(**log);
  if (!rows) return fail(rows.error());
  Table table({{"topic"}, {"partitions", true}, {"records", true}, {"for others to read"}});
  for (const TopicRow& row : *rows) {
    if (options.json) std::puts(write_json(row).c_str());
    table.add({row.topic, std::to_string(row.partitions), std::to_string(row.records), row.published ? "yes" : "no"});
  }
  if (!options.json) std::fputs(table.text().c_str(), stdout);
  return 0;
}

}  // namespace

void add_topics(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "topics", "The topics of a data directory or of a Kafka cluster: what is there, and what is wrong with it");
  command->add_option("--config", options->config, "configuration; defaults without one");
  command->add_option("--data", options->data, "data directory, in place of the configured one; no earshot may use it");
  command->add_flag("--json", options->json, "one JSON object a line");
  command->add_flag("--create", options->create, "make those that Kafka does not have");
  command->footer(
      "Example: earshot topics --data data\n"
      "In Kafka: earshot topics --config earshot.yaml --create");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace earshot::cli
