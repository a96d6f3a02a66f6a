// What the Kafka engine must be told: by the configuration, and of what we are made of.
#pragma once

#include "cli/config.h"
#include "event_log/kafka.h"

namespace earshot::cli {

inline bool is_kafka(const Config& config) { return config.engine.kind == "kafka"; }

KafkaLog::Settings kafka_settings(const Config& config);

// The topics of the configuration in its cluster.
std::vector<KafkaTopic> kafka_topics_of(const Config& config);

}  // namespace earshot::cli
