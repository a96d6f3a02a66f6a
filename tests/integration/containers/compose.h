// docker-compose.yml and Dockerfile as what a container engine makes of them, as far as tests need it: which command
// runs with which files, settings and health check.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace earshot::test {

using Words = std::vector<std::string>;

inline const std::filesystem::path kRoot(EARSHOT_SOURCE_DIR);
inline const std::map<std::string, std::string> kEnvironment = {{"EARSHOT_TOKEN", "token-of-the-test"},
                                                                {"GRAFANA_PASSWORD", "word-of-the-test"}};

struct Mount {
  std::string from;  // a path of the tree (`./…`), or a volume's name
  std::string to;
};

struct Container {
  std::string image;
  bool is_built = false;  // from our Dockerfile
  Words command;          // entry point and arguments
  Words health;           // none: empty
  std::map<std::string, std::string> environment;
  std::map<std::string, std::string> depends_on;  // → condition
  std::vector<Mount> mounts;
  Words ports;
  std::string restart;
};

// What the Dockerfile's last stage says.
struct Image {
  Words entry_point;
  Words command;
  Words health;
  std::string user;
  Words copied;  // `from → to`, of every COPY
  Words stages;  // whole text of each
};
Image read_dockerfile(const std::string& text);

// By service; `environment` is what stands in place of `${…}`.
std::map<std::string, Container> read_compose(const std::string& text, const Image& image,
                                              const std::map<std::string, std::string>& environment);

// Those of the tree.
Image image();
std::map<std::string, Container> containers();

std::string replaced(std::string text, const std::string& from, const std::string& to);

}  // namespace earshot::test
