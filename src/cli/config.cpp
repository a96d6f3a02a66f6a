#include "cli/config.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include <yaml-cpp/yaml.h>

#include "cli/config_file.h"
#include "event/fields.h"
#include "event/json_reader.h"
#include "event/json_writer.h"
#include "settings/sections.h"
#include "sinks/sink_kinds.h"

namespace earshot::cli {
namespace {

// A scalar that YAML would read as a number, a truth value or nothing stays one in JSON.
bool is_bare(const std::string& text) {
  if (text == "true" || text == "false" || text == "null") return true;
  if (text.empty() || text.find_first_not_of("-0123456789.") != std::string::npos) return false;
  const std::size_t first = text[0] == '-' ? 1 : 0;
  const bool leading_zero = text.size() > first + 1 && text[first] == '0' && text[first + 1] != '.';
  return text.size() > first && text[first] != '.' && text.back() != '.' && !leading_zero &&
         std::count(text.begin(), text.end(), '.') <= 1 && text.find('-', 1) == std::string::npos;
}

void append_json(const YAML::Node& node, std::string& out) {
  if (node.IsMap()) {
    out += '{';
    bool first = true;
    for (const auto& pair : node) {
      if (!first) out += ',';
      first = false;
      append_json_string(out, pair.first.Scalar());
      out += ':';
      append_json(pair.second, out);
    }
    out += '}';
  } else if (node.IsSequence()) {
    out += '[';
    for (std::size_t i = 0; i < node.size(); ++i) {
      if (i > 0) out += ',';
      append_json(node[i], out);
    }
    out += ']';
  } else if (node.IsScalar()) {
    if (node.Tag() != "!" && is_bare(node.Scalar())) {
      out += node.Scalar();
    } else {
      append_json_string(out, node.Scalar());
    }
  } else {
    out += "null";
  }
}

std::string to_json(const YAML::Node& node) {
  std::string out;
  append_json(node, out);
  return out;
}

// The line of the key that a message like `departments.liason is not a known key` speaks of: the deepest one found.
int line_of(const YAML::Node& node, std::string_view path) {
  const std::size_t end = path.find_first_of(". [");
  const std::string key(path.substr(0, end));
  if (node.IsSequence()) {
    for (const auto& item : node) {
      if (const int line = line_of(item, path); line > 0) return line;
    }
    return 0;
  }
  if (!node.IsMap()) return 0;
  for (const auto& pair : node) {
    if (pair.first.Scalar() != key) continue;
    const int below = end == std::string_view::npos ? 0 : line_of(pair.second, path.substr(end + 1));
    return below > 0 ? below : pair.first.Mark().line + 1;
  }
  return 0;
}

std::string words(const std::vector<std::string_view>& all) {
  std::string text;
  for (const std::string_view word : all)
    text += (text.empty() ? "" : word == all.back() ? " or " : ", ") + std::string(word);
  return text;
}

class Loader {
 public:
  Loader(const YAML::Node& root, std::string name, Secrets secrets)
      : root_(root), name_(std::move(name)), secrets_(secrets) {}

  Result<Config> load() {
    if (auto known = check_sections(); !known) return std::move(known.error());
    auto plain = section<PlainKeys>(plain_part(), "");
    if (!plain) return std::move(plain.error());
    config_.tenant = plain->tenant;
    config_.data = plain->data;
    config_.listen = plain->listen;
    config_.model = plain->model;
    if (plain->partitions < 1 || plain->partitions > 1024)
      return at("partitions", "partitions is not within 1 and 1024");
    config_.partitions = static_cast<int>(plain->partitions);
    if (plain->queue_events_max < 1 || plain->queue_events_max > 10'000'000)
      return at("queue_events_max", "queue_events_max is not within 1 and 10000000");
    if (plain->fit_every_days < 0 || plain->fit_every_days > 365)
      return at("fit_every_days", "fit_every_days is not within 0 and 365");
    config_.fit_every_days = static_cast<int>(plain->fit_every_days);
    config_.queue_events_max = static_cast<int>(plain->queue_events_max);
    if (config_.tenant.empty() ||
        config_.tenant.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") != std::string::npos) {
      return at("tenant", "tenant is written with small letters, digits, - and _ only");
    }
    if (auto done = engine(); !done) return std::move(done.error());
    if (auto done = privacy(); !done) return std::move(done.error());
    if (auto done = tokens(); !done) return std::move(done.error());
    if (auto done = processors(); !done) return std::move(done.error());
    if (auto done = connectors(); !done) return std::move(done.error());
    if (auto done = sinks(); !done) return std::move(done.error());
    if (auto done = remember_origins(); !done) return std::move(done.error());
    return std::move(config_);
  }

 private:
  Error at(std::string_view path, const std::string& message) const {
    const int line = line_of(root_, path);
    return {ErrorKind::Invalid, name_ + (line > 0 ? " line " + std::to_string(line) : "") + ": " + message};
  }

  // Reads one section strictly; messages begin with the path below it.
  template <class T>
  Result<T> section(const std::string& json, const std::string& path) const {
    auto read = read_json<T>(json);
    if (read) return std::move(*read);
    const std::string where = path.empty() ? "" : path + ".";
    return at(where + read.error().message, where + read.error().message);
  }

  std::string plain_part() const {
    YAML::Node plain(YAML::NodeType::Map);
    for (const auto& pair : root_) {
      if (std::find(kSections.begin(), kSections.end(), pair.first.Scalar()) == kSections.end())
        plain[pair.first.Scalar()] = pair.second;
    }
    return to_json(plain);
  }

  Result<void> check_sections() const {
    const std::vector<std::string_view> plain{"tenant", "data",           "listen",          "partitions",
                                              "model",  "fit_every_days", "queue_events_max"};
    std::vector<std::string_view> known(kSections.begin(), kSections.end());
    known.insert(known.end(), plain.begin(), plain.end());
    std::set<std::string> seen;
    for (const auto& pair : root_) {
      const std::string& key = pair.first.Scalar();
      if (!seen.insert(key).second) return at(key, key + " stands twice");
      const bool is_list = key == "tokens" || key == "connectors" || key == "sinks";
      if (is_list && !pair.second.IsSequence() && !pair.second.IsNull())
        return at(key, key + " is not a list: each entry begins with a dash");
      if (std::find(known.begin(), known.end(), key) != known.end()) continue;
      const std::string near = nearest_word(key, known);
      return at(key, key + " is not a known key" + (near.empty() ? "" : "; did you mean " + near + "?"));
    }
    return {};
  }

  // The values of environment variables; `path` is the key that names them.
  Result<std::vector<std::string>> secrets_of(const std::vector<std::string>& names, const std::string& path) const {
    std::vector<std::string> secrets;
    for (const std::string& name : names) {
      const char* secret = secrets_ == Secrets::elsewhere ? "" : std::getenv(name.c_str());
      if (secrets_ == Secrets::needed && (secret == nullptr || *secret == '\0'))
        return at(path, path + " names " + name + ", which is not set in the environment");
      secrets.emplace_back(secret);
    }
    return secrets;
  }

  Result<void> engine() {
    const YAML::Node node = root_["engine"];
    if (!node) return {};
    if (!node.IsMap())
      return at("engine", "engine is not a group of keys, as in engine: {kind: kafka, bootstrap: localhost:9092}");
    YAML::Node plain(YAML::NodeType::Map);
    for (const auto& pair : node) {
      if (pair.first.Scalar() != "security") plain[pair.first.Scalar()] = pair.second;
    }
    auto read = section<EngineKeys>(to_json(plain), "engine");
    if (!read) return std::move(read.error());
    if (read->kind != "embedded" && read->kind != "kafka")
      return at("engine.kind", "engine.kind is not embedded or kafka: " + read->kind);
    const bool is_kafka = read->kind == "kafka";
    if (is_kafka && read->bootstrap.empty())
      return at("engine", "engine.bootstrap is missing: the address of a Kafka broker, as in localhost:9092");
    if (!is_kafka && !read->bootstrap.empty())
      return at("engine.bootstrap", "engine.bootstrap is for kafka only; set engine.kind to kafka");
    for (const auto& [key, value] : {std::pair("prefix", read->prefix), std::pair("slot", read->slot)}) {
      if (value.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") !=
          std::string::npos)
        return at(std::string("engine.") + key,
                  std::string("engine.") + key + " is written with letters, digits, -, _ and . only");
    }
    if (read->session_seconds < 6 || read->session_seconds > 1800)
      return at("engine.session_seconds", "engine.session_seconds is not within 6 and 1800");
    if (read->workers < 1 || read->workers > config_.partitions)
      return at("engine.workers",
                "engine.workers is not within 1 and the number of partitions, " + std::to_string(config_.partitions));
    if (!is_kafka && read->workers > 1)
      return at("engine.workers", "engine.workers is for kafka only: a data directory has one");
    if (!read->advertise.empty() &&
        (!read->advertise.starts_with("http") || read->advertise.find(' ') != std::string::npos))
      return at("engine.advertise",
                "engine.advertise is not an address as in http://earshot-1.example:8080: " + read->advertise);
    config_.engine = {read->kind,
                      read->bootstrap,
                      read->prefix,
                      read->slot,
                      static_cast<int>(read->session_seconds),
                      static_cast<int>(read->workers),
                      read->advertise,
                      {}};
    return node["security"] ? security(node["security"]) : Result<void>();
  }

  // librdkafka checks the values; a name that it does not know cannot come from here.
  Result<void> security(const YAML::Node& node) {
    auto read = section<SecurityKeys>(to_json(node), "engine.security");
    if (!read) return std::move(read.error());
    auto& to = config_.engine.security;
    const auto add = [&to](const char* name, const std::string& value) {
      if (!value.empty()) to.emplace_back(name, value);
    };
    add("security.protocol", read->protocol);
    add("ssl.ca.location", read->ca_file);
    add("ssl.certificate.location", read->certificate_file);
    add("ssl.key.location", read->key_file);
    add("sasl.mechanism", read->sasl_mechanism);
    add("sasl.username", read->username);
    const std::pair<const char*, const std::string*> secrets[] = {{"key_password_env", &read->key_password_env},
                                                                  {"password_env", &read->password_env}};
    for (const auto& [key, name] : secrets) {
      if (name->empty()) continue;
      auto secret = secrets_of({*name}, std::string("engine.security.") + key);
      if (!secret) return std::move(secret.error());
      add(name == &read->password_env ? "sasl.password" : "ssl.key.password", secret->front());
    }
    return {};
  }

  Result<void> privacy() {
    if (!root_["privacy"]) return {};
    auto read = section<PrivacyKeys>(to_json(root_["privacy"]), "privacy");
    if (!read) return std::move(read.error());
    if (read->secret_env.empty()) return {};
    auto secrets = secrets_of({read->secret_env}, "privacy.secret_env");
    if (!secrets) return std::move(secrets.error());
    config_.secret = std::move(secrets->front());
    return {};
  }

  Result<void> tokens() {
    for (const auto& node : root_["tokens"]) {
      auto read = section<TokenKeys>(to_json(node), "tokens");
      if (!read) return std::move(read.error());
      if (read->role != "read" && read->role != "act" && read->role != "admin")
        return at("tokens.role", "tokens.role is not read, act or admin: " + read->role);
      if (read->requests_per_second < 0 || read->requests_per_second > kRequestsPerSecondMax)
        return at("tokens.requests_per_second",
                  "tokens.requests_per_second is not from 0, no limit, to " + std::to_string(kRequestsPerSecondMax));
      auto secrets = secrets_of({read->secret_env}, "tokens.secret_env");
      if (!secrets) return std::move(secrets.error());
      config_.tokens.push_back({std::move(secrets->front()), read->tenant.empty() ? config_.tenant : read->tenant,
                                read->role, read->requests_per_second});
    }
    return {};
  }

  Result<void> processors() {
    for (const SettingsSection& section : kSettingsSections) {
      const std::string name(section.name);
      auto settings = complete_settings(name, root_[name] ? to_json(root_[name]) : "{}");
      if (!settings) return at_path_in(name, settings.error().message);
      config_.sections[name] = std::move(*settings);
    }
    return {};
  }

  // The message begins with a path in the section (settings/sections.h), or speaks of all of it.
  Error at_path_in(const std::string& section, const std::string& message) const {
    if (message.starts_with(section + ": ")) return at(section + "." + message.substr(section.size() + 2), message);
    return at(message.starts_with(section) ? message : section, message);
  }

  Result<void> connectors() {
    for (const auto& node : root_["connectors"]) {
      ConnectorConfig connector;
      connector.requests_per_second = config_.tokens.empty() ? 0 : kHooksPerSecond;
      YAML::Node rest(YAML::NodeType::Map);
      for (const auto& pair : node) {
        const std::string& key = pair.first.Scalar();
        if (key == "name") {
          connector.name = pair.second.Scalar();
        } else if (key == "connector") {
          connector.connector = pair.second.Scalar();
        } else if (key == "requests_per_second") {
          std::int64_t& rate = connector.requests_per_second;
          if (!YAML::convert<std::int64_t>::decode(pair.second, rate) || rate < 0 || rate > kRequestsPerSecondMax)
            return at("connectors.requests_per_second", "connectors.requests_per_second is not from 0, no limit, to " +
                                                            std::to_string(kRequestsPerSecondMax));
        } else if (key == "secrets") {
          return at("connectors.secrets",
                    "connectors.secrets would hold a secret in clear; name the environment variable that has it in "
                    "secret_env");
        } else if (key == "secret_env") {
          std::vector<std::string> names;
          if (pair.second.IsScalar()) names.push_back(pair.second.Scalar());
          for (const auto& one : pair.second) names.push_back(one.Scalar());
          auto secrets = secrets_of(names, "connectors.secret_env");
          if (!secrets) return std::move(secrets.error());
          for (const std::string& secret : *secrets) rest["secrets"].push_back(secret);
        } else {
          rest[key] = pair.second;
        }
      }
      if (connector.name.empty()) return at("connectors", "an entry of connectors has no name");
      if (connector.connector.empty()) connector.connector = connector.name;
      connector.settings = to_json(rest);
      config_.connectors.push_back(std::move(connector));
    }
    return {};
  }

  Result<void> sinks() {
    for (const auto& node : root_["sinks"]) {
      auto read = section<SinkKeys>(to_json(node), "sinks");
      if (!read) return std::move(read.error());
      const SinkKind* kind = find_sink_kind(read->kind);
      if (kind == nullptr)
        return at("sinks.kind", "sinks.kind is none of " + words(sink_kind_names()) + ": " + read->kind);
      for (const SinkConfig& one : config_.sinks) {
        if (one.name == read->name)
          return at("sinks.name",
                    "sinks.name stands twice: " + read->name + "; it names the file that keeps its place");
      }
      if (read->url.empty() == read->url_env.empty())
        return at("sinks", "sink " + read->name +
                               " needs its address: either url, or in url_env the environment variable that has it");
      if (!read->url_env.empty()) {
        auto url = secrets_of({read->url_env}, "sinks.url_env");
        if (!url) return std::move(url.error());
        read->url = std::move(url->front());
      }
      if (read->quiet_hours < 0 || read->quiet_hours > kQuietHoursMax)
        return at("sinks.quiet_hours",
                  "sinks.quiet_hours is not from 0, every alert, to " + std::to_string(kQuietHoursMax));
      if (read->per_minute < 0 || read->per_minute > kPerMinuteMax)
        return at("sinks.per_minute",
                  "sinks.per_minute is not from 0, as many as its kind takes, to " + std::to_string(kPerMinuteMax));
      SinkConfig sink;
      sink.name = read->name;
      sink.kind = read->kind;
      sink.tenant = read->tenant.empty() ? config_.tenant : read->tenant;
      sink.url = read->url;
      sink.severity = read->severity;
      sink.quiet_hours = read->quiet_hours;
      sink.per_minute = read->per_minute == 0 ? kind->per_minute : read->per_minute;
      sink.show_keys = read->show_keys;
      sink.allow_private_addresses = read->allow_private_addresses;
      auto secrets = secrets_of(read->secret_env, "sinks.secret_env");
      if (!secrets) return std::move(secrets.error());
      sink.secrets = std::move(*secrets);
      config_.sinks.push_back(std::move(sink));
    }
    return {};
  }

  // For `config show`: which keys the file has, and its sections that are no settings of processors.
  Result<void> remember_origins() {
    JsonDocument document;
    for (const auto& pair : root_) {
      const std::string& key = pair.first.Scalar();
      config_.given.insert(key);
      if (std::find(kSections.begin(), kSections.end(), key) == kSections.end()) continue;
      if (!config_.sections.contains(key)) {
        config_.written[key] = to_json(pair.second);
        // Settings of connectors are read later, each by its connector.
        if (const auto good = document.parse(config_.written[key]); !good)
          return at(key, key + " cannot be taken: " + good.error().message);
      }
      if (!pair.second.IsMap()) continue;
      for (const auto& below : pair.second) config_.given.insert(key + "." + below.first.Scalar());
    }
    return {};
  }

  YAML::Node root_;
  std::string name_;
  Secrets secrets_;
  Config config_;
};

}  // namespace

Result<Config> parse_config(const std::string& yaml, const std::string& name, Secrets secrets) {
  try {
    const YAML::Node root = YAML::Load(yaml);
    if (!root.IsMap() && !root.IsNull())
      return Error{ErrorKind::Invalid, name + ": the file is not a list of keys with values"};
    return Loader(root.IsNull() ? YAML::Node(YAML::NodeType::Map) : root, name, secrets).load();
  } catch (const YAML::Exception& error) {
    return Error{ErrorKind::Invalid,
                 name + " line " + std::to_string(error.mark.line + 1) + ": not YAML: " + error.msg};
  }
}

Result<Config> load_config(const std::filesystem::path& path, Secrets secrets) {
  if (path.empty()) return parse_config("", "the default configuration");
  std::ifstream file(path);
  if (!file) {
    return Error{ErrorKind::NotFound, "cannot read the configuration " + path.string() + ": " + std::strerror(errno) +
                                          "; name another with --config, or leave it out for the defaults"};
  }
  std::ostringstream text;
  text << file.rdbuf();
  auto config = parse_config(text.str(), path.string(), secrets);
  if (config) config->file = path.string();
  return config;
}

}  // namespace earshot::cli
