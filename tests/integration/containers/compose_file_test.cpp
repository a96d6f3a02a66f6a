// docker-compose.yml and Dockerfile without a container engine: the file is valid, what it names is there, and its
// parts agree.
#include <filesystem>
#include <fstream>
#include <set>

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include "integration/containers/compose.h"
#include "support/process.h"
#include "support/program.h"
#include "support/scratch.h"

namespace earshot::test {
namespace {

constexpr const char* kDockerCompose = "/usr/bin/docker-compose";

int check_compose(const std::string& text) {
  const Scratch scratch;
  std::ofstream(scratch.path() / "docker-compose.yml") << text;
  Process process({kDockerCompose, "-f", (scratch.path() / "docker-compose.yml").string(), "config", "-q"},
                  kEnvironment);
  process.wait();
  return process.exit_code();
}

TEST(ComposeFile, FollowsTheSchemaOfTheSpecification) {
  if (!std::filesystem::exists(kDockerCompose))
    GTEST_SKIP() << "there is no docker-compose; scripts/setup test installs it";
  const std::string text = read_whole(kRoot / "docker-compose.yml");
  EXPECT_EQ(check_compose(text), 0);
  const std::pair<const char*, const char*> mistakes[] = {
      {"healthcheck:", "healthchek:"},
      {"condition: service_healthy", "condition: service_well"},
      {"topics: {condition", "topic: {condition"},
      {"\"earshot-1:/var/lib/earshot\"", "\"earshot1:/var/lib/earshot\""},
      {"interval: 10s", "interval: [10s]"},
      {"    image: apache/kafka:3.9.1\n", ""},
      {"retries: 12", "retries: [12]"}};
  for (const auto& [from, to] : mistakes) {
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    EXPECT_NE(check_compose(std::string(text).replace(at, std::string(from).size(), to)), 0) << to;
  }
}

TEST(ComposeFile, NamesWhatIsThereAndKeepsItselfToThisMachine) {
  for (const auto& [name, container] : containers()) {
    SCOPED_TRACE(name);
    for (const Mount& mount : container.mounts) {
      EXPECT_TRUE(!mount.from.starts_with('.') || std::filesystem::exists(kRoot / mount.from)) << mount.from;
    }
    for (const std::string& port : container.ports) EXPECT_TRUE(port.starts_with("127.0.0.1:")) << port;
    EXPECT_TRUE(container.is_built || container.image.find(':') != std::string::npos)
        << "a version: " << container.image;
    if (name == "topics") continue;  // ends by itself
    EXPECT_FALSE(container.health.empty());
    EXPECT_EQ(container.restart, "unless-stopped");
  }
  EXPECT_EQ(read_whole(kRoot / "docker-compose.yml").find("latest"), std::string::npos);
}

TEST(ComposeFile, LetsPrometheusAndGrafanaFindWhatTheyShow) {
  const auto all = containers();
  const YAML::Node prometheus = YAML::LoadFile((kRoot / "deploy/prometheus.yml").string());
  std::set<std::string> targets;
  for (const auto& one : prometheus["scrape_configs"][0]["static_configs"][0]["targets"])
    targets.insert(one.as<std::string>());
  std::set<std::string> processes;
  for (const auto& [name, container] : all) {
    if (container.is_built && name != "topics") processes.insert(name + ":8080");
  }
  EXPECT_EQ(targets, processes);
  EXPECT_EQ(prometheus["scrape_configs"][0]["job_name"].as<std::string>(), "earshot") << "as the rules say";
  const auto is_mounted = [&](const std::string& service, const std::string& from, const std::string& to) {
    for (const Mount& mount : all.at(service).mounts) {
      if (mount.from == from && mount.to == to) return true;
    }
    return false;
  };
  EXPECT_TRUE(is_mounted("prometheus", "./dashboards/alerts.yaml", prometheus["rule_files"][0].as<std::string>()));
  const YAML::Node source = YAML::LoadFile((kRoot / "deploy/grafana/datasource.yaml").string())["datasources"][0];
  EXPECT_EQ(source["url"].as<std::string>(), "http://prometheus:9090");
  EXPECT_EQ(source["type"].as<std::string>(), "prometheus");
  const YAML::Node provider = YAML::LoadFile((kRoot / "deploy/grafana/dashboards.yaml").string())["providers"][0];
  EXPECT_TRUE(is_mounted("grafana", "./dashboards", provider["options"]["path"].as<std::string>()));
  const auto& home = all.at("grafana").environment.at("GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH");
  EXPECT_TRUE(std::filesystem::exists(kRoot / "dashboards" / std::filesystem::path(home).filename()));
}

TEST(ComposeFile, GivesEachProcessASlotOfItsOwnAndNothingElse) {
  const std::string one = read_whole(kRoot / "deploy/earshot-1.yaml");
  const std::string two = read_whole(kRoot / "deploy/earshot-2.yaml");
  EXPECT_NE(one, two);
  EXPECT_EQ(replaced(replaced(one, "Process 1", "Process 2"), "slot: \"1\"", "slot: \"2\""), two);
}

TEST(TheImage, HasTwoStagesOneSetUpAndNoRoot) {
  const Image read = image();
  ASSERT_EQ(read.stages.size(), 2u);
  EXPECT_NE(read.stages[0].find("RUN /src/scripts/setup\n"), std::string::npos);
  EXPECT_NE(read.stages[1].find("/tmp/setup run"), std::string::npos);
  EXPECT_EQ(read.user, "10001");
  EXPECT_NE(read.stages[1].find("--uid 10001"), std::string::npos);
  EXPECT_FALSE(read.health.empty());
  for (const std::string& copied : read.copied) {
    const std::string from = copied.substr(0, copied.find(' '));
    if (from == "/src/build/release/earshot") continue;  // of the first stage, where CMake puts it here too
    EXPECT_TRUE(std::filesystem::exists(kRoot / from)) << copied;
  }
}

// The list of scripts/setup is what the program links, and what it calls or reads.
TEST(TheImage, InstallsTheLibrariesOfTheProgram) {
  const std::string setup = read_whole(kRoot / "scripts/setup");
  const std::size_t from = setup.find("packages=\"", setup.find("  run)")) + 10;
  std::istringstream list(setup.substr(from, setup.find('"', from) - from));
  std::set<std::string> listed;
  for (std::string package; list >> package;) listed.insert(package);
  for (const char* called : {"tzdata", "ca-certificates", "curl"}) EXPECT_EQ(listed.erase(called), 1u) << called;

  const Scratch scratch;
  const std::string program = std::string(EARSHOT_BINARY_DIR) + "/earshot";
  const std::string script = "objdump -p '" + program +
                             "' | awk '/NEEDED/{print $2}' | while read -r library; do "
                             "path=$(ldd '" +
                             program +
                             "' | awk -v l=\"$library\" '$1==l{print $3}'); "
                             "for one in \"$(readlink -f \"$path\")\" \"$path\" \"/usr$path\"; do dpkg -S \"$one\" "
                             "2>/dev/null && break; done; done | cut -d: -f1 | sort -u";
  Process process({"/bin/sh", "-c", script});
  process.wait();
  std::istringstream packages(process.out());
  std::set<std::string> linked;
  for (std::string package; packages >> package;) linked.insert(package);
  for (const char* of_a_sanitizer : {"libasan8", "libubsan1", "libtsan2"}) linked.erase(of_a_sanitizer);
  listed.erase("libjemalloc2");  // sanitizers bring their own allocator
  linked.erase("libjemalloc2");
  EXPECT_EQ(linked, listed);
}

}  // namespace
}  // namespace earshot::test
