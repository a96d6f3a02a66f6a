#include "cli/reload.h"

#include <set>

#include "cli/config_commands.h"

namespace earshot::cli {
namespace {

Result<Config> read_again(const std::string& file) {
  if (file.empty()) return Error{ErrorKind::NotFound, "the service was started without --config"};
  auto config = load_config(file);
  if (!config) return config;
  if (auto good = check_further(*config); !good) return std::move(good.error());
  return config;
}

}  // namespace

std::vector<std::string> keys_that_need_a_start(const Config& before, const Config& now) {
  std::vector<std::string> keys;
  const auto compare = [&](const char* key, const auto& was, const auto& is) {
    if (was != is) keys.emplace_back(key);
  };
  compare("tenant", before.tenant, now.tenant);
  compare("data", before.data, now.data);
  compare("listen", before.listen, now.listen);
  compare("partitions", before.partitions, now.partitions);
  compare("model", before.model, now.model);
  compare("fit_every_days", before.fit_every_days, now.fit_every_days);
  compare("queue_events_max", before.queue_events_max, now.queue_events_max);
  std::set<std::string> others;
  for (const Config* config : {&before, &now}) {
    for (const auto& [key, json] : config->written) others.insert(key);
  }
  const auto of = [](const Config& config, const std::string& key) {
    const auto found = config.written.find(key);
    return found == config.written.end() ? std::string() : found->second;
  };
  for (const std::string& key : others) compare(key.c_str(), of(before, key), of(now, key));
  return keys;
}

void reload(const Config& as_read, Service& service, Log& log) {
  auto config = read_again(as_read.file);
  if (!config)
    return log.warn("the configuration was not read again; the settings stay", {{"reason", config.error().message}});
  log.info("the configuration is read again", {{"file", config->file}});
  for (const std::string& key : keys_that_need_a_start(as_read, *config))
    log.warn("a change of this key needs a start", {{"key", key}});
  for (auto& [section, settings] : config->sections) {
    Event event;
    event.id = section;
    event.source = kConfigSource;
    event.tenant = as_read.tenant;
    event.body = ConfigChanged{section, 0, std::move(settings)};
    std::vector<Event> one;
    one.push_back(std::move(event));
    service.live().offer(std::move(one), [&log, name = section](const Result<Live::Outcome>& outcome) {
      if (!outcome) {
        log.warn("settings could not be recorded; the ones before stay",
                 {{"section", name}, {"reason", outcome.error().message}});
      } else if (outcome->accepted > 0) {
        log.info("settings are in force", {{"section", name}, {"from", format_rfc3339(outcome->recorded)}});
      } else {
        log.info("settings are as they were", {{"section", name}});
      }
    });
  }
}

}  // namespace earshot::cli
