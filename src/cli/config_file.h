// What stands in earshot.yaml, as structs: each key of the file is a member here or in the settings of a processor or
// connector. docs/configuration.md lists them; a test compares.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/config.h"

namespace earshot::cli {

// At the top of the file, as far as it is plain.
struct PlainKeys {
  std::string tenant = Config{}.tenant;
  std::string data = Config{}.data.string();
  std::string listen = Config{}.listen;
  std::int64_t partitions = Config{}.partitions;
  std::string model;
  std::int64_t fit_every_days = Config{}.fit_every_days;
  std::int64_t queue_events_max = Config{}.queue_events_max;
};
template <class F>
void fields(F& f, PlainKeys& v) {
  f.optional("tenant", v.tenant);
  f.optional("data", v.data);
  f.optional("listen", v.listen);
  f.optional("partitions", v.partitions);
  f.optional("model", v.model);
  f.optional("fit_every_days", v.fit_every_days);
  f.optional("queue_events_max", v.queue_events_max);
}

struct EngineKeys {
  std::string kind = EngineConfig{}.kind;
  std::string bootstrap;
  std::string prefix;
  std::string slot = EngineConfig{}.slot;
  std::int64_t session_seconds = EngineConfig{}.session_seconds;
  std::int64_t workers = EngineConfig{}.workers;
  std::string advertise;
};
template <class F>
void fields(F& f, EngineKeys& v) {
  f.optional("kind", v.kind);
  f.optional("bootstrap", v.bootstrap);
  f.optional("prefix", v.prefix);
  f.optional("slot", v.slot);
  f.optional("session_seconds", v.session_seconds);
  f.optional("workers", v.workers);
  f.optional("advertise", v.advertise);
}

// Of `engine.security`.
struct SecurityKeys {
  std::string protocol = "plaintext";
  std::string ca_file;
  std::string certificate_file;
  std::string key_file;
  std::string key_password_env;
  std::string sasl_mechanism;
  std::string username;
  std::string password_env;
};
template <class F>
void fields(F& f, SecurityKeys& v) {
  f.optional("protocol", v.protocol);
  f.optional("ca_file", v.ca_file);
  f.optional("certificate_file", v.certificate_file);
  f.optional("key_file", v.key_file);
  f.optional("key_password_env", v.key_password_env);
  f.optional("sasl_mechanism", v.sasl_mechanism);
  f.optional("username", v.username);
  f.optional("password_env", v.password_env);
}

struct PrivacyKeys {
  std::string secret_env;
};
template <class F>
void fields(F& f, PrivacyKeys& v) {
  f.optional("secret_env", v.secret_env);
}

struct TokenKeys {
  std::string secret_env;
  std::string tenant;  // empty: the tenant of the file
  std::string role = "read";
  std::int64_t requests_per_second = 0;
};
template <class F>
void fields(F& f, TokenKeys& v) {
  f.required("secret_env", v.secret_env);
  f.optional("tenant", v.tenant);
  f.optional("role", v.role);
  f.optional("requests_per_second", v.requests_per_second);
}

struct SinkKeys {
  std::string name;
  std::string kind = SinkConfig{}.kind;
  std::string tenant;  // empty: the tenant of the file
  std::string url;
  std::string url_env;
  std::vector<std::string> secret_env;
  Severity severity = SinkConfig{}.severity;
  std::int64_t quiet_hours = SinkConfig{}.quiet_hours;
  std::int64_t per_minute = 0;
  bool show_keys = false;
  bool allow_private_addresses = false;
};
template <class F>
void fields(F& f, SinkKeys& v) {
  f.required("name", v.name);
  f.optional("kind", v.kind);
  f.optional("tenant", v.tenant);
  f.optional("url", v.url);
  f.optional("url_env", v.url_env);
  f.optional("secret_env", v.secret_env);
  f.optional("severity", v.severity);
  f.optional("quiet_hours", v.quiet_hours);
  f.optional("per_minute", v.per_minute);
  f.optional("show_keys", v.show_keys);
  f.optional("allow_private_addresses", v.allow_private_addresses);
}

// Of an entry of `connectors`; the other keys are the settings of its connector.
inline constexpr std::int64_t kRequestsPerSecondMax = 1'000'000;
inline constexpr std::int64_t kHooksPerSecond = 1'000;  // with tokens; without, only this machine is served
inline constexpr std::int64_t kQuietHoursMax = 30 * 24;
inline constexpr std::int64_t kPerMinuteMax = 600;
inline constexpr std::array<std::string_view, 4> kConnectorKeys{"name", "connector", "secret_env",
                                                                "requests_per_second"};

inline constexpr std::array<std::string_view, 9> kSections{"engine",  "privacy",    "tokens", "silence", "desk",
                                                           "insight", "connectors", "sinks",  "text"};

}  // namespace earshot::cli
