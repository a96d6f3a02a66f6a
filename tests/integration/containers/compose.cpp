#include "integration/containers/compose.h"

#include <sstream>

#include <yaml-cpp/yaml.h>
#include <nlohmann/json.hpp>

#include "support/program.h"

namespace earshot::test {
namespace {

// `${NAME:?remedy}` → its value, `$$` → `$`.
std::string expanded(const std::string& text, const std::map<std::string, std::string>& environment) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '$') {
      out += text[at];
    } else if (text.compare(at, 2, "$$") == 0) {
      out += text[at++];
    } else {
      const std::size_t end = text.find('}', at);
      const std::string inside = text.substr(at + 2, end - at - 2);
      const auto found = environment.find(inside.substr(0, inside.find(':')));
      if (found != environment.end()) out += found->second;
      at = end;
    }
  }
  return out;
}

Words words_of(const YAML::Node& node, const std::map<std::string, std::string>& environment = {}) {
  Words words;
  for (const auto& one : node) words.push_back(expanded(one.as<std::string>(), environment));
  return words;
}

// With `<<: *other`, which yaml-cpp leaves where it stands.
YAML::Node with_merged(const YAML::Node& service) {
  if (!service["<<"]) return service;
  YAML::Node merged = YAML::Clone(service["<<"]);
  for (const auto& one : service) {
    if (one.first.as<std::string>() != "<<") merged[one.first.as<std::string>()] = one.second;
  }
  return merged;
}

}  // namespace

Image read_dockerfile(const std::string& text) {
  Image image;
  std::istringstream lines(text);
  std::string whole;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) continue;
    whole += line;
    if (whole.ends_with('\\')) {
      whole.pop_back();
      continue;
    }
    const std::string verb = whole.substr(0, whole.find(' '));
    const auto list = [&]() -> Words {
      const auto read = nlohmann::json::parse(whole.substr(std::min(whole.find('['), whole.size())), nullptr, false);
      return read.is_array() ? read.get<Words>() : Words{};
    };
    if (verb == "FROM") {
      image = {.stages = image.stages};
      image.stages.emplace_back();
    }
    if (!image.stages.empty()) image.stages.back() += whole + "\n";
    if (verb == "ENTRYPOINT") image.entry_point = list();
    if (verb == "CMD") image.command = list();
    if (verb == "HEALTHCHECK") image.health = list();
    if (verb == "USER") image.user = whole.substr(5);
    if (verb == "COPY") {
      std::istringstream words(whole);
      std::string from, to;
      words >> from >> from;
      if (from.starts_with("--from=")) words >> from;
      words >> to;
      image.copied.push_back(from + " → " + to);
    }
    whole.clear();
  }
  return image;
}

std::map<std::string, Container> read_compose(const std::string& text, const Image& image,
                                              const std::map<std::string, std::string>& environment) {
  std::map<std::string, Container> containers;
  const YAML::Node file = YAML::Load(text);
  for (const auto& one : file["services"]) {
    const YAML::Node service = with_merged(one.second);
    Container& container = containers[one.first.as<std::string>()];
    container.image = service["image"].as<std::string>("");
    container.is_built = container.image == "earshot";
    Words entry_point = service["entrypoint"] ? words_of(service["entrypoint"], environment)
                        : container.is_built  ? image.entry_point
                                              : Words{};
    const Words arguments = service["command"]   ? words_of(service["command"], environment)
                            : container.is_built ? image.command
                                                 : Words{};
    container.command = std::move(entry_point);
    container.command.insert(container.command.end(), arguments.begin(), arguments.end());
    if (service["healthcheck"]) {
      container.health = words_of(service["healthcheck"]["test"]);
      if (!container.health.empty()) container.health.erase(container.health.begin());  // `CMD`
    } else if (container.is_built) {
      container.health = image.health;
    }
    for (const auto& variable : service["environment"])
      container.environment[variable.first.as<std::string>()] =
          expanded(variable.second.as<std::string>(), environment);
    for (const auto& other : service["depends_on"])
      container.depends_on[other.first.as<std::string>()] = other.second["condition"].as<std::string>();
    for (const auto& mount : service["volumes"]) {
      const std::string it = mount.as<std::string>();
      const std::size_t colon = it.find(':');
      container.mounts.push_back({it.substr(0, colon), it.substr(colon + 1, it.find(':', colon + 1) - colon - 1)});
    }
    container.ports = words_of(service["ports"]);
    container.restart = service["restart"].as<std::string>("");
  }
  return containers;
}

Image image() { return read_dockerfile(read_whole(kRoot / "Dockerfile")); }

std::map<std::string, Container> containers() {
  return read_compose(read_whole(kRoot / "docker-compose.yml"), image(), kEnvironment);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

}  // namespace earshot::test
