// Every command of the image, and of docker-compose.yml, runs here as it would there: with its files, settings and
// health check.
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
  Here here;
  here.start(container_of_the_image(), kRoot / "deploy/earshot.yaml", before);
  ASSERT_TRUE(here.becomes_healthy());
  here.expect_that_it_takes("1");
  here.stop();
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
  Here topics(broker.address());
  EXPECT_EQ(
      exit_code_of(topics.command_of(all.at("topics"), kRoot / "deploy/earshot-1.yaml"), all.at("topics").environment),
      0);
  Here one(broker.address());
  Here two(broker.address());
  one.start(all.at("earshot-1"), kRoot / "deploy/earshot-1.yaml");
  two.start(all.at("earshot-2"), kRoot / "deploy/earshot-2.yaml");
  EXPECT_TRUE(one.becomes_healthy());
  EXPECT_TRUE(two.becomes_healthy());
  one.expect_that_it_takes("1");
  two.expect_that_it_takes("2");
  one.stop();
  two.stop();
}

TEST(ComposeFile, ItsPrometheusStartsAndIsReady) {
  if (!std::filesystem::exists("/usr/bin/prometheus"))
    GTEST_SKIP() << "there is no Prometheus; scripts/setup test installs it";
  const auto all = containers();
  const Container& container = all.at("prometheus");
  const Scratch scratch;
  const auto token = (scratch.path() / "token").string();
  const auto config = (scratch.path() / "prometheus.yml").string();
  std::ofstream(config) << replaced(replaced(read_whole(kRoot / "deploy/prometheus.yml"), "/etc/prometheus/alerts.yaml",
                                             (kRoot / "dashboards/alerts.yaml").string()),
                                    "/tmp/earshot-token", token);
  const std::string port = std::to_string(free_port());
  Words words = container.command;
  for (std::string& word : words) {
    word = replaced(replaced(word, "/etc/prometheus/prometheus.yml", config), "/tmp/earshot-token", token);
    word = replaced(replaced(word, "=/prometheus", "=" + (scratch.path() / "tsdb").string()), "/bin/prometheus ",
                    "/usr/bin/prometheus --web.listen-address=127.0.0.1:" + port + " ");
  }
  Process process(words, {container.environment.begin(), container.environment.end()});
  ASSERT_NE(process.wait_for("Server is ready to receive web requests"), "") << process.err();
  const std::string health = container.health.back();
  EXPECT_EQ(HttpClient(static_cast<std::uint16_t>(std::stoul(port))).get(health.substr(health.find("9090") + 4)).status,
            200);
  EXPECT_EQ(read_whole(token), kEnvironment.at("EARSHOT_TOKEN"));
}

}  // namespace
}  // namespace earshot::test
