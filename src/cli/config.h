// The configuration: one YAML file in which every key has a default that works, so an empty file is a working file.
//
// Only this file and its .cpp read YAML or the environment. What concerns the processors (sections `silence`, `desk`,
// `insight`, `text`) goes into the log as config.changed and applies from its position there; the rest is for this
// process.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "earshot/event.h"
#include "earshot/result.h"

namespace earshot::cli {

struct ConnectorConfig {
  std::string name;                      // in `POST /hooks/{name}/{tenant}` and `--connector NAME`
  std::string connector;                 // which one; the name if left out
  std::string settings;                  // JSON, for make_connector
  std::int64_t requests_per_second = 0;  // of one address to its web hook; 0: no limit
};

struct SinkConfig {
  std::string name;
  std::string kind = "webhook";
  std::string tenant;
  std::string url;
  std::vector<std::string> secrets;  // from the environment variables the file names
  Severity severity = Severity::info;
  std::int64_t quiet_hours = 24;
  std::int64_t per_minute = 0;  // 0: no limit
  bool show_keys = false;
  bool allow_private_addresses = false;
};

struct TokenConfig {
  std::string secret;  // from the environment variable the file names
  std::string tenant;
  std::string role;                      // `read`, `act` or `admin`
  std::int64_t requests_per_second = 0;  // 0: no limit
};

// Where the event log is.
struct EngineConfig {
  std::string kind = "embedded";  // or `kafka`
  std::string bootstrap;
  std::string prefix;
  std::string slot = "0";
  int session_seconds = 120;
  int workers = 1;        // of this process, each with its share of the partitions
  std::string advertise;  // where others reach this process; empty: where it listens
  std::vector<std::pair<std::string, std::string>> security;  // as librdkafka names it, with secrets
};

struct Config {
  std::string file;  // where it came from; empty: defaults
  std::string tenant = "acme";
  std::filesystem::path data = "data";
  std::string listen = "127.0.0.1:8080";
  std::string only;  // `connectors`, `processors` or `api`, of `run --only`; empty: all of it
  int partitions = 4;
  EngineConfig engine;
  std::string secret;                           // privacy.secret_env: keys are hashed under it
  std::string model;                            // of texts; empty: the one beside the program
  int fit_every_days = 7;                       // the silence model, by a running service; 0: only by `earshot fit`
  int queue_events_max = 20'000;                // taken and not yet durable: beyond it intake answers 503
  std::map<std::string, std::string> sections;  // silence, desk, insight, text: complete settings as JSON
  std::vector<TokenConfig> tokens;              // of the API; none: only this machine is served
  std::vector<ConnectorConfig> connectors;
  std::vector<SinkConfig> sinks;

  // For `config show`.
  std::set<std::string> given;                 // keys of the file, `listen` and `silence.horizon_days`
  std::map<std::string, std::string> written;  // the other sections as they stand in the file, as JSON
};

// Whether the environment variables that the file names must be there. `elsewhere`: secrets are empty.
enum class Secrets { needed, elsewhere };

// Reads `path`; the defaults when it is empty. Errors name file, line and the nearest known key.
Result<Config> load_config(const std::filesystem::path& path, Secrets secrets = Secrets::needed);

// The same from text, for tests; `name` stands in messages.
Result<Config> parse_config(const std::string& yaml, const std::string& name, Secrets secrets = Secrets::needed);

// Every value in effect as YAML that can be read again, each with where it came from behind it. Secrets stay out.
std::string show_config(const Config& config);

}  // namespace earshot::cli
