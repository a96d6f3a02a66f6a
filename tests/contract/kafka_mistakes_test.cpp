// An engine that is wrong must not pass. Each program is the tests of the Kafka engine on one with a mistake
// (kafka_mistake.h).
#include <gtest/gtest.h>

#include "support/in_kafka.h"

namespace earshot::test {
namespace {

struct Wrong {
  std::string program;
  std::string found_by;
};

class KafkaMistake : public ::testing::TestWithParam<Wrong> {};

TEST_P(KafkaMistake, IsFound) {
  if (!KafkaBroker::is_there()) GTEST_SKIP() << "there is no Kafka here; scripts/kafka fetch gets it";
  Process tests({std::string(EARSHOT_BINARY_DIR) + "/" + GetParam().program, "--gtest_filter=" + GetParam().found_by});
  tests.wait();
  EXPECT_EQ(tests.exit_code(), 1);
  EXPECT_NE(tests.out().find("[  FAILED  ] 1 test"), std::string::npos) << tests.out();
}

INSTANTIATE_TEST_SUITE_P(
    All, KafkaMistake,
    ::testing::Values(Wrong{"kafka_state_first", "*LeavesTheLogAheadOfTheStateAndNeverTheOtherWay*"},
                      Wrong{"kafka_restore_to_stable", "*IsReadToItsEndAlsoBehindAForeignOpenTransaction"},
                      Wrong{"kafka_offsets_back", "*NeverMovesALogPositionBack*"},
                      Wrong{"kafka_unfenced", "*RefusesTheCommitsOfOneWhoseTasksWereGivenToAnother"}),
    [](const auto& wrong) { return wrong.param.program; });

}  // namespace
}  // namespace earshot::test
