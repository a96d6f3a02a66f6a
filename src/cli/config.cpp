#include "cli/config.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <yaml-cpp/yaml.h>

#include "event/fields.h"
#include "event/json_reader.h"
#include "event/json_writer.h"
#include "processors/customer/settings.h"
#include "processors/desk/settings.h"
#include "processors/insight/settings.h"

namespace earshot::cli {
namespace {

// What stands at the top of the file, as far as it is plain.
struct Plain {
  std::string tenant = Config{}.tenant;
  std::string data = Config{}.data.string();
  std::string listen = Config{}.listen;
  std::int64_t partitions = Config{}.partitions;
  std::string model;
  std::int64_t queue_events_max = Config{}.queue_events_max;
};
template <class F>
void fields(F& f, Plain& v) {
  f.optional("tenant", v.tenant);
  f.optional("data", v.data);
  f.optional("listen", v.listen);
  f.optional("partitions", v.partitions);
  f.optional("model", v.model);
  f.optional("queue_events_max", v.queue_events_max);
}

struct Privacy {
  std::string secret_env;
};
template <class F>
void fields(F& f, Privacy& v) {
  f.optional("secret_env", v.secret_env);
}

struct SinkSettings {
  std::string name;
  std::string url;
  std::vector<std::string> secret_env;
  bool allow_private_addresses = false;
};
template <class F>
void fields(F& f, SinkSettings& v) {
  f.required("name", v.name);
  f.required("url", v.url);
  f.required("secret_env", v.secret_env);
  f.optional("allow_private_addresses", v.allow_private_addresses);
}

struct TokenSettings {
  std::string secret_env;
  std::string role = "read";
};
template <class F>
void fields(F& f, TokenSettings& v) {
  f.required("secret_env", v.secret_env);
  f.optional("role", v.role);
}

// A scalar that YAML would read as a number, a truth value or nothing stays one in JSON.
bool is_bare(const std::string& text) {
  if (text == "true" || text == "false" || text == "null") return true;
  if (text.empty() || text.find_first_not_of("-0123456789.") != std::string::npos) return false;
  const std::size_t first = text[0] == '-' ? 1 : 0;
  const bool leading_zero = text.size() > first + 1 && text[first] == '0' && text[first + 1] != '.';
  return text.size() > first && text[first] != '.' && text.back() != '.' && !leading_zero && std::count(text.begin(), text.end(), '.') <= 1 &&
         text.find('-', 1) == std::string::npos;
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

class Loader {
 public:
  Loader(const YAML::Node& root, std::string name) : root_(root), name_(std::move(name)) {}

  Result<Config> load() {
    if (auto known = check_sections(); !known) return std::move(known.error());
    auto plain = section<Plain>(plain_part(), "");
    if (!plain) return std::move(plain.error());
    config_.tenant = plain->tenant;
    config_.data = plain->data;
    config_.listen = plain->listen;
    config_.model = plain->model;
    if (plain->partitions < 1 || plain->partitions > 1024) return at("partitions", "partitions is not within 1 and 1024");
    config_.partitions = static_cast<int>(plain->partitions);
    if (plain->queue_events_max < 1 || plain->queue_events_max > 10'000'000) return at("queue_events_max", "queue_events_max is not within 1 and 10000000");
    config_.queue_events_max = static_cast<int>(plain->queue_events_max);
    if (config_.tenant.empty() || config_.tenant.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") != std::string::npos) {
      return at("tenant", "tenant is written with small letters, digits, - and _ only");
    }
    if (auto done = privacy(); !done) return std::move(done.error());
    if (auto done = processors(); !done) return std::move(done.error());
    if (auto done = connectors(); !done) return std::move(done.error());
    if (auto done = sinks(); !done) return std::move(done.error());
    if (auto done = tokens(); !done) return std::move(done.error());
    return std::move(config_);
  }

 private:
  static constexpr std::string_view kSections[] = {"privacy", "silence", "desk", "insight", "connectors", "sinks", "tokens"};

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
      if (std::find(std::begin(kSections), std::end(kSections), pair.first.Scalar()) == std::end(kSections)) plain[pair.first.Scalar()] = pair.second;
    }
    return to_json(plain);
  }

  Result<void> check_sections() const {
    const std::vector<std::string_view> plain{"tenant", "data", "listen", "partitions", "model", "queue_events_max"};
    std::vector<std::string_view> known(std::begin(kSections), std::end(kSections));
    known.insert(known.end(), plain.begin(), plain.end());
    for (const auto& pair : root_) {
      const std::string& key = pair.first.Scalar();
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
      const char* secret = std::getenv(name.c_str());
      if (secret == nullptr || *secret == '\0') return at(path, path + " names " + name + ", which is not set in the environment");
      secrets.emplace_back(secret);
    }
    return secrets;
  }

  Result<void> privacy() {
    if (!root_["privacy"]) return {};
    auto read = section<Privacy>(to_json(root_["privacy"]), "privacy");
    if (!read) return std::move(read.error());
    if (read->secret_env.empty()) return {};
    const char* secret = std::getenv(read->secret_env.c_str());
    if (secret == nullptr || *secret == '\0') return at("privacy.secret_env", "privacy.secret_env names " + read->secret_env + ", which is not set in the environment");
    config_.secret = secret;
    return {};
  }

  Result<void> processors() {
    auto silence = section<CustomerSettings>(root_["silence"] ? to_json(root_["silence"]) : "{}", "silence");
    if (!silence) return std::move(silence.error());
    if (auto valid = validate(*silence); !valid) return at("silence", valid.error().message);
    config_.sections["silence"] = write_json(*silence);
    auto desk = desk::read_desk_settings(root_["desk"] ? to_json(root_["desk"]) : "{}");
    if (!desk) return at("desk." + desk.error().message, "desk." + desk.error().message);
    config_.sections["desk"] = write_json(*desk);
    auto kpis = section<insight::Settings>(root_["insight"] ? to_json(root_["insight"]) : "{}", "insight");
    if (!kpis) return std::move(kpis.error());
    if (!(insight::within_bounds(*kpis) == *kpis)) return at("insight", "insight holds a number out of range");
    config_.sections["insight"] = write_json(*kpis);
    return {};
  }

  Result<void> connectors() {
    for (const auto& node : root_["connectors"]) {
      ConnectorConfig connector;
      YAML::Node rest(YAML::NodeType::Map);
      for (const auto& pair : node) {
        const std::string& key = pair.first.Scalar();
        if (key == "name") {
          connector.name = pair.second.Scalar();
        } else if (key == "connector") {
          connector.connector = pair.second.Scalar();
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
      auto read = section<SinkSettings>(to_json(node), "sinks");
      if (!read) return std::move(read.error());
      SinkConfig sink{read->name, read->url, {}, read->allow_private_addresses};
      auto secrets = secrets_of(read->secret_env, "sinks.secret_env");
      if (!secrets) return std::move(secrets.error());
      sink.secrets = std::move(*secrets);
      config_.sinks.push_back(std::move(sink));
    }
    return {};
  }

  Result<void> tokens() {
    for (const auto& node : root_["tokens"]) {
      auto read = section<TokenSettings>(to_json(node), "tokens");
      if (!read) return std::move(read.error());
      if (read->role != "read" && read->role != "act") return at("tokens.role", "tokens.role is read or act, not " + read->role);
      auto secrets = secrets_of({read->secret_env}, "tokens.secret_env");
      if (!secrets) return std::move(secrets.error());
      config_.tokens.push_back({std::move(secrets->front()), read->role});
    }
    return {};
  }

  YAML::Node root_;
  std::string name_;
  Config config_;
};

}  // namespace

Result<Config> parse_config(const std::string& yaml, const std::string& name) {
  try {
    const YAML::Node root = YAML::Load(yaml);
    if (!root.IsMap() && !root.IsNull()) return Error{ErrorKind::Invalid, name + ": the file is not a list of keys with values"};
    return Loader(root.IsNull() ? YAML::Node(YAML::NodeType::Map) : root, name).load();
  } catch (const YAML::Exception& error) {
    return Error{ErrorKind::Invalid, name + " line " + std::to_string(error.mark.line + 1) + ": not YAML: " + error.msg};
  }
}

Result<Config> load_config(const std::filesystem::path& path) {
  if (path.empty()) return parse_config("", "the default configuration");
  std::ifstream file(path);
  if (!file) return Error{ErrorKind::NotFound, "cannot read the configuration " + path.string()};
  std::ostringstream text;
  text << file.rdbuf();
  auto config = parse_config(text.str(), path.string());
  if (config) config->file = path.string();
  return config;
}

std::string show_config(const Config& config) {
  YAML::Emitter out;
  out << YAML::BeginMap;
  out << YAML::Key << "tenant" << YAML::Value << config.tenant;
  out << YAML::Key << "data" << YAML::Value << config.data.string();
  out << YAML::Key << "listen" << YAML::Value << config.listen;
  out << YAML::Key << "partitions" << YAML::Value << config.partitions;
  out << YAML::Key << "queue_events_max" << YAML::Value << config.queue_events_max;
  for (const auto& [name, json] : config.sections) out << YAML::Key << name << YAML::Value << YAML::Load(json);  // JSON is YAML
  out << YAML::EndMap;
  return std::string(out.c_str()) + "\n";
}

}  // namespace earshot::cli
