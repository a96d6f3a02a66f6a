// Every command of the image, and of docker-compose.yml, runs here as it would there: with its files, settings and health check.
#include <gtest/gtest.h>

#include "integration/containers/here.h"

namespace earshot::test {
namespace {

Container container_of_the_image() {
  const Image read = image();
  Container container;
  container.command = read.entry_point;
  container.command.insert(container.command.end(), read.command.begin(), read.command.end());
  container.health = read.health;
  container.environment = {{"EARSHOT_TOKEN", kEnvironment.at("EARSHOT_TOKEN")}};
  return container;
}

TEST(TheImage, RunsByItselfWithoutRoot) {
  Words before;
  const Words drop{"/usr/bin/setpriv", "--reuid=10001", "--regid=10001", "--clear-groups"};
  if (::geteuid() == 0) {
    Words can_read = drop;
    can_read.insert(can_read.end(), {"/usr/bin/test", "-x", std::string(EARSHOT_BINARY_DIR) + "/earshot"});
    if (exit_code_of(can_read) == 0) before = drop;
  }
  Here().serve(container_of_the_image(), kRoot / "deploy/earshot.yaml", before);
}

TEST(TheImage, SaysWhatIsMissingWithoutAToken) {
  Here here;
  Container container = container_of_the_image();
  Process process(here.command_of(container, kRoot / "deploy/earshot.yaml"));
  process.wait();
  EXPECT_EQ(process.exit_code(), 2);
  EXPECT_NE(process.err().find("EARSHOT_TOKEN, which is not set"), std::string::npos) << process.err();
}

TEST(ComposeFile, EveryCommandOfItsEarshotsRunsOnABrokerWithItsSettings) {
  Process where({(kRoot / "scripts/kafka").string(), "where"});
  where.wait();
  if (where.exit_code() != 0) GTEST_SKIP() << "there is no Kafka; scripts/kafka fetch gets it";
  const auto all = containers();
  BrokerOfTheFile broker(all.at("kafka"));
  EXPECT_EQ(broker.health_of(all.at("kafka")), 0);
  const auto& environment = all.at("topics").environment;
  for (const std::string process : {"1", "2"}) {
    SCOPED_TRACE("process " + process);
    const Here::Kafka kafka{broker.address(), "process-" + process + "-"};
    Here topics(kafka);
    EXPECT_EQ(exit_code_of(topics.command_of(all.at("topics"), kRoot / "deploy/earshot-1.yaml"), {environment.begin(), environment.end()}), 0);
    Here(kafka).serve(all.at("earshot-" + process), kRoot / ("deploy/earshot-" + process + ".yaml"));
  }
}

TEST(ComposeFile, ItsPrometheusStartsAndIsReady) {
  if (!std::filesystem::exists("/usr/bin/prometheus")) GTEST_SKIP() << "there is no Prometheus; scripts/setup test installs it";
  const auto all = containers();
  const Container& container = all.at("prometheus");
  const Scratch scratch;
  const auto token = (scratch.path() / "token").string();
  const auto config = (scratch.path() / "prometheus.yml").string();
  std::ofstream(config) << replaced(replaced(read_whole(kRoot / "deploy/prometheus.yml"), "/etc/prometheus/alerts.yaml", (kRoot / "dashboards/alerts.yaml").string()), "/tmp/earshot-token", token);
  const std::string port = std::to_string(free_port());
  Words words = container.command;
  for (std::string& word : words) {
    word = replaced(replaced(word, "/etc/prometheus/prometheus.yml", config), "/tmp/earshot-token", token);
    word = replaced(replaced(word, "=/prometheus", "=" + (scratch.path() / "tsdb").string()), "/bin/prometheus ", "/usr/bin/prometheus --web.listen-address=127.0.0.1:" + port + " ");
  }
  Process process(words, {container.environment.begin(), container.environment.end()});
  ASSERT_NE(process.wait_for("Server is ready to receive web requests"), "") << process.err();
  const std::string health = container.health.back();
  EXPECT_EQ(HttpClient(static_cast<std::uint16_t>(std::stoul(port))).get(health.substr(health.find("9090") + 4)).status, 200);
  EXPECT_EQ(read_whole(token), kEnvironment.at("EARSHOT_TOKEN"));
}

}  // namespace
}  // namespace earshot::test
