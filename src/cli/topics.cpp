#include <cstdio>

#include "cli/answers.h"
#include "cli/commands.h"
#include "cli/config.h"
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

int run(const Options& options) {
  auto config = load_config(options.config);
  if (!config) return fail({ErrorKind::Invalid, config.error().message});
  if (!options.data.empty()) config->data = options.data;
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
  CLI::App* command = app.add_subcommand("topics", "The topics of a data directory: partitions and records");
  command->add_option("--config", options->config, "configuration; defaults without one");
  command->add_option("--data", options->data, "data directory, in place of the configured one; no earshot may use it");
  command->add_flag("--json", options->json, "one JSON object a line");
  command->footer("Example: earshot topics --data data");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace earshot::cli
