#include "cli/kafka_engine.h"

#include "cli/station.h"
#include "pipeline/state_keys.h"

namespace earshot::cli {

KafkaLog::Settings kafka_settings(const Config& config) {
  KafkaLog::Settings settings;
  settings.connection = {config.engine.bootstrap, config.engine.security};
  settings.prefix = config.engine.prefix;
  settings.slot = config.engine.slot;
  settings.session = std::chrono::seconds(config.engine.session_seconds);
  settings.topics = topics_of(config);
  for (const MakeProcessor& make : make_replay_processors(config)) settings.inputs.push_back(index_of(make()->input()));
  settings.compacted = {index_of(Topic::customers)};
  settings.headers = {{"content-type", "application/cloudevents+json; charset=UTF-8"}};
  settings.keys = {kStateFormat, task_of_key, prefixes_of_task};
  return settings;
}

std::vector<KafkaTopic> kafka_topics_of(const Config& config) {
  const KafkaLog::Settings settings = kafka_settings(config);
  return kafka_topics(settings.topics, {settings.prefix, settings.inputs, settings.compacted, settings.keys.format});
}

}  // namespace earshot::cli
