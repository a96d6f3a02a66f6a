// What the Kafka engine promises beyond the contract: the state itself is in the log, and whoever takes a task over has
// it.
#include <charconv>
#include <future>

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include "event_log/position.h"
#include "event_log/record_batch.h"
#include "support/in_kafka.h"
#include "support/keys_of_test.h"

namespace earshot::test {
namespace {

// A program that began a transaction, wrote one record, and will never end it.
class Dangling {
 public:
  Dangling(const std::string& topic, std::int32_t partition, int timeout_ms) {
    char why[256];
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    const std::string timeout = std::to_string(timeout_ms);
    const std::pair<const char*, std::string> all[] = {{"bootstrap.servers", shared_broker()->address()},
                                                       {"transactional.id", "foreign-" + topic},
                                                       {"transaction.timeout.ms", timeout},
                                                       {"message.timeout.ms", timeout}};
    for (const auto& [name, value] : all)
      EXPECT_EQ(rd_kafka_conf_set(conf, name, value.c_str(), why, sizeof why), RD_KAFKA_CONF_OK) << why;
    handle_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    EXPECT_EQ(rd_kafka_init_transactions(handle_, 30'000), nullptr);
    EXPECT_EQ(rd_kafka_begin_transaction(handle_), nullptr);
    EXPECT_EQ(rd_kafka_producev(handle_, RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(partition),
                                RD_KAFKA_V_KEY("0/foreign", 9), RD_KAFKA_V_END),
              RD_KAFKA_RESP_ERR_NO_ERROR);
    EXPECT_EQ(rd_kafka_flush(handle_, 30'000), RD_KAFKA_RESP_ERR_NO_ERROR);
  }
  ~Dangling() { rd_kafka_destroy(handle_); }

 private:
  rd_kafka_t* handle_ = nullptr;
};

// Asks the broker and gives the error of the one result, if any.
template <class Ask>
rd_kafka_resp_err_t administer(Ask ask) {
  char why[256];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  EXPECT_EQ(rd_kafka_conf_set(conf, "bootstrap.servers", shared_broker()->address().c_str(), why, sizeof why),
            RD_KAFKA_CONF_OK);
  rd_kafka_t* handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
  rd_kafka_queue_t* queue = rd_kafka_queue_new(handle);
  ask(handle, queue);
  rd_kafka_event_t* event = rd_kafka_queue_poll(queue, 30'000);
  rd_kafka_resp_err_t failed = event == nullptr ? RD_KAFKA_RESP_ERR__TIMED_OUT : rd_kafka_event_error(event);
  std::size_t count = 0;
  if (const auto* deleted = rd_kafka_event_DeleteGroups_result(event)) {
    const auto* const* groups = rd_kafka_DeleteGroups_result_groups(deleted, &count);
    if (const auto* error = rd_kafka_group_result_error(groups[0])) failed = rd_kafka_error_code(error);
  } else if (const auto* grown = rd_kafka_event_CreatePartitions_result(event)) {
    failed = rd_kafka_topic_result_error(rd_kafka_CreatePartitions_result_topics(grown, &count)[0]);
  } else if (const auto* altered = rd_kafka_event_AlterConfigs_result(event)) {
    failed = rd_kafka_ConfigResource_error(rd_kafka_AlterConfigs_result_resources(altered, &count)[0]);
  } else if (const auto* cut = rd_kafka_event_DeleteRecords_result(event)) {
    failed = rd_kafka_DeleteRecords_result_offsets(cut)->elems[0].err;
  }
  rd_kafka_event_destroy(event);
  rd_kafka_queue_destroy(queue);
  rd_kafka_destroy(handle);
  return failed;
}

void set_cleanup(const std::string& topic, const char* policy) {
  const auto failed = administer([&](rd_kafka_t* handle, rd_kafka_queue_t* queue) {
    rd_kafka_ConfigResource_t* one = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str());
    rd_kafka_ConfigResource_set_config(one, "cleanup.policy", policy);
    rd_kafka_ConfigResource_set_config(one, "max.message.bytes",
                                       std::to_string(kRecordBytesMax + (std::size_t{1} << 16)).c_str());
    rd_kafka_AlterConfigs(handle, &one, 1, nullptr, queue);
    rd_kafka_ConfigResource_destroy(one);
  });
  EXPECT_EQ(failed, RD_KAFKA_RESP_ERR_NO_ERROR);
}

// As kafka-delete-records does. A broker refuses it until it has heard of the changed policy, and the answer is all
// that tells.
void cut(const std::string& topic, std::int32_t partition, Offset before = RD_KAFKA_OFFSET_END) {
  const auto once = [&](rd_kafka_t* handle, rd_kafka_queue_t* queue) {
    rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic.c_str(), partition)->offset = before;
    rd_kafka_DeleteRecords_t* one = rd_kafka_DeleteRecords_new(list);
    rd_kafka_DeleteRecords(handle, &one, 1, nullptr, queue);
    rd_kafka_DeleteRecords_destroy(one);
    rd_kafka_topic_partition_list_destroy(list);
  };
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  auto failed = administer(once);
  while (failed == RD_KAFKA_RESP_ERR_POLICY_VIOLATION && std::chrono::steady_clock::now() < end)
    failed = administer(once);
  EXPECT_EQ(failed, RD_KAFKA_RESP_ERR_NO_ERROR);
}

class KafkaChangelog : public ::testing::Test {
 protected:
  void SetUp() override {
    if (shared_broker() == nullptr) GTEST_SKIP() << "there is no Kafka here; scripts/kafka fetch gets it";
    kafka_.settings.keys = keys_of_test();
    open();
  }
  void open() {
    const auto opened = kafka_.open({{"input", 2}, {"output", 2}});
    ASSERT_TRUE(opened) << opened.error().message;
  }
  void reopen(bool with_state) {
    kafka_.close();
    if (!with_state) kafka_.lose_state();
    open();
  }
  Result<void> try_commit(std::vector<Position> positions, std::vector<StateWrite> writes) {
    std::promise<Result<void>> done;
    kafka_.log().commit(
        {std::move(positions), std::move(writes), [&](const Result<void>& result) { done.set_value(result); }});
    return done.get_future().get();
  }
  void commit(std::vector<Position> positions, std::vector<StateWrite> writes) {
    const auto done = try_commit(std::move(positions), std::move(writes));
    ASSERT_TRUE(done) << done.error().message;
  }
  std::string value(std::string_view key) {
    const auto found = kafka_.state().get(key);
    return found && *found ? **found : "none";
  }
  Restored restored(std::uint16_t partition) {
    const auto at = kafka_.log().restore({0, partition});
    EXPECT_TRUE(at) << at.error().message;
    return at ? *at : Restored{};
  }
  void fill_input() {
    for (int i = 0; i < 200; ++i)
      kafka_.log().emit({0, static_cast<std::uint16_t>(i % 2)}, {from_millis(i), std::to_string(i), "in"});
    commit({}, {});
  }

  // The changelog of the first task loses all but its last record; its policy must allow it for the moment.
  void cut_changelog() {
    const std::string topic = kafka_.settings.prefix + "input.state-t";
    const std::string copy = value("!position/changelog/0/0");
    set_cleanup(topic, "delete");
    cut(topic, 0, std::stoll(copy) - 1);
    set_cleanup(topic, "compact");
  }
  // Kafka forgets the offsets of a group that was away for a week; somebody may also delete them.
  void forget_offsets() {
    const std::string group = kafka_.settings.prefix + kafka_.settings.application;
    const auto forget = [&] {
      return administer([&](rd_kafka_t* handle, rd_kafka_queue_t* queue) {
        rd_kafka_DeleteGroup_t* one = rd_kafka_DeleteGroup_new(group.c_str());
        rd_kafka_DeleteGroups(handle, &one, 1, nullptr, queue);
        rd_kafka_DeleteGroup_destroy(one);
      });
    };
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (forget() == RD_KAFKA_RESP_ERR_NON_EMPTY_GROUP && std::chrono::steady_clock::now() < end)
      std::this_thread::yield();  // a session
  }
  std::string refusal() {
    const auto opened = kafka_.open({{"input", 2}, {"output", 2}});
    EXPECT_FALSE(opened);
    if (opened) return "";
    EXPECT_EQ(opened.error().kind, ErrorKind::Conflict);
    return opened.error().message;
  }

  InKafka kafka_;
};

TEST_F(KafkaChangelog, IsTheStateForWhoeverTakesATaskOver) {
  fill_input();
  std::vector<StateWrite> many;
  for (int i = 0; i < 12'000; ++i) many.push_back({"1/" + std::to_string(i), std::to_string(i)});
  commit({{{0, 0}, 5}, {{0, 1}, 7}}, many);
  commit({{{0, 0}, 6}}, {{"0/a", "first"}, {"1/3", std::nullopt}});
  commit({{{0, 0}, 8}}, {{"0/a", "second"}, {"0/empty", ""}});
  for (const bool with_state : {true, false, false}) {
    reopen(with_state);
    EXPECT_EQ(value("0/a"), "second");
    EXPECT_EQ(value("0/empty"), "");
    EXPECT_EQ(value("1/3"), "none");
    EXPECT_EQ(value("1/11999"), "11999");
    EXPECT_EQ(restored(0).state_next, 8);
    EXPECT_EQ(restored(0).log_next, 8);
    EXPECT_EQ(restored(1).state_next, 7);
  }
}

TEST_F(KafkaChangelog, IsOneWithThePositionsWhereverTheProcessDies) {
  fill_input();
  Offset next = 0;
  for (const KafkaPoint point : {KafkaPoint::produced, KafkaPoint::flushed, KafkaPoint::offsets_sent,
                                 KafkaPoint::committed, KafkaPoint::stated}) {
    for (const bool with_state : {true, false}) {
      SCOPED_TRACE(std::to_string(static_cast<int>(point)) + (with_state ? " in place" : " elsewhere"));
      commit({{{0, 0}, next + 1}}, {{"0/k", std::to_string(next + 1)}});
      ++next;
      kafka_.die_at(point);
      kafka_.log().emit({1, 0}, {from_millis(1), "out", ""});
      kafka_.log().commit({{{{0, 0}, next + 1}}, {{"0/k", std::to_string(next + 1)}}, nullptr});
      kafka_.wait_for_death();
      reopen(with_state);
      if (point >= KafkaPoint::committed) ++next;
      EXPECT_EQ(restored(0).log_next, next);
      EXPECT_EQ(restored(0).state_next, next);
      EXPECT_EQ(value("0/k"), std::to_string(next));
    }
  }
}

TEST_F(KafkaChangelog, IsReadToItsEndAlsoBehindAForeignOpenTransaction) {
  fill_input();
  commit({{{0, 0}, 1}}, {{"0/k", "before"}});
  const Dangling foreign(kafka_.settings.prefix + "input.state-t", 0, 3'000);
  commit({{{0, 0}, 2}}, {{"0/k", "after"}});
  reopen(false);
  EXPECT_EQ(restored(0).log_next, 2);
  EXPECT_EQ(restored(0).state_next, 2);
  EXPECT_EQ(value("0/k"), "after");
  EXPECT_EQ(value("0/foreign"), "none");
}

TEST_F(KafkaChangelog, ReplacesACopyThatTombstonesMayHaveOutlived) {
  fill_input();
  commit({{{0, 0}, 1}, {{0, 1}, 1}}, {{"0/k", "v"}, {"1/k", "kept"}});
  const std::string key = "!position/changelog/0/0";
  const std::string place = value(key);
  ASSERT_TRUE(kafka_.state().write(
      {{key, place.substr(0, place.find(' ')) + " 1000"}, {"0/long gone", "v"}, {"1/known only here", "kept"}}));
  reopen(true);
  EXPECT_EQ(value("0/k"), "v");
  EXPECT_EQ(value("0/long gone"), "none");
  EXPECT_EQ(value("1/k"), "kept");
  EXPECT_EQ(value("1/known only here"), "kept") << "the copy of the other task is good";
  EXPECT_EQ(restored(0).state_next, 1);
}

TEST_F(KafkaChangelog, RefusesAStateOfAnotherLog) {
  kafka_.close();
  kafka_.settings.prefix = fresh_name();
  const auto opened = kafka_.open({{"input", 2}, {"output", 2}});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::Conflict);
  EXPECT_NE(opened.error().message.find("another event log"), std::string::npos) << opened.error().message;
}

// Folding again what the state lacks commits state only; the positions of the log stay, whatever else is committed
// meanwhile.
TEST_F(KafkaChangelog, LeavesThePositionsOfTheLogWhereTheyAreWhileStateIsFoldedAgain) {
  fill_input();
  commit({{{0, 0}, 50}, {{0, 1}, 60}}, {});
  commit({{{0, 0}, 20}}, {{"0/k", "at 20"}});
  kafka_.log().emit({1, 0}, {from_millis(1), "out", ""});
  commit({}, {});
  commit({{{0, 1}, 70}}, {});
  for (const bool with_state : {true, false}) {
    EXPECT_EQ(restored(0).log_next, 50);
    EXPECT_EQ(restored(0).state_next, 20);
    EXPECT_EQ(restored(1).log_next, 70);
    reopen(with_state);
  }
}

TEST_F(KafkaChangelog, StateOfANewFormatIsFoldedAgain) {
  fill_input();
  commit({{{0, 0}, 4}}, {{"0/k", "old"}});
  kafka_.settings.keys.format = "u";
  reopen(false);
  EXPECT_EQ(restored(0).log_next, 4);
  EXPECT_EQ(restored(0).state_next, 0) << "whoever folds begins with the first record";
  const auto again = kafka_.log().poll({0, 0}, 0, 100);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->front().offset, 0);
}

TEST_F(KafkaChangelog, KnowsHowFarTasksHaveComeWhenKafkaHasForgotten) {
  kafka_.settings.session = std::chrono::seconds(1);
  reopen(true);
  fill_input();
  commit({{{0, 0}, 5}, {{0, 1}, 7}}, {{"0/k", "v"}});
  kafka_.close();
  forget_offsets();
  for (const bool with_state : {true, false}) {
    if (!with_state) kafka_.lose_state();
    open();
    EXPECT_EQ(restored(0).log_next, 5);
    EXPECT_EQ(restored(0).state_next, 5);
    EXPECT_EQ(restored(1).log_next, 7);
    kafka_.close();
  }
}

// Records of a changelog were deleted, by hand or by a retention that somebody set for a while.
TEST_F(KafkaChangelog, ThatLostItsFirstRecordsIsWrittenAnewFromTheInput) {
  fill_input();
  commit({{{0, 0}, 4}, {{0, 1}, 7}}, {{"0/k", "old"}, {"0/gone", "old"}, {"1/k", "kept"}});
  cut_changelog();
  reopen(true);
  EXPECT_EQ(value("0/k"), "old") << "who has the state goes on";
  EXPECT_EQ(restored(0).state_next, 4);
  commit({{{0, 0}, 5}}, {{"0/k", "newer"}});
  for (int times = 0; times < 2; ++times) {
    SCOPED_TRACE(times);
    reopen(false);
    EXPECT_EQ(restored(0).log_next, 5);
    EXPECT_EQ(restored(0).state_next, 0) << "what is left would be half a state";
    EXPECT_EQ(value("0/k"), "none");
    EXPECT_EQ(restored(1).state_next, 7);
    EXPECT_EQ(value("1/k"), "kept");
    commit({{{0, 0}, 2}}, {{"0/k", "folded"}});
    reopen(false);
    EXPECT_EQ(restored(0).log_next, 5);
    EXPECT_EQ(restored(0).state_next, 2) << "whoever comes next begins at the mark";
    EXPECT_EQ(value("0/k"), "folded");
    EXPECT_EQ(value("!whole"), "none");
    commit({{{0, 0}, 5}}, {{"0/k", "folded again"}});
    reopen(false);
    EXPECT_EQ(restored(0).state_next, 5);
    EXPECT_EQ(value("0/k"), "folded again");
    EXPECT_EQ(value("0/gone"), "none");
    if (times == 0) cut_changelog();
  }
}

TEST_F(KafkaChangelog, ThatLostItsFirstRecordsIsRefusedWhenTheInputLostThemToo) {
  fill_input();
  commit({{{0, 0}, 4}}, {{"0/k", "v"}});
  cut(kafka_.settings.prefix + "input", 0, 3);
  cut_changelog();
  reopen(true);
  EXPECT_EQ(value("0/k"), "v") << "who has the state goes on";
  kafka_.close();
  kafka_.lose_state();
  EXPECT_NE(refusal().find("would have to be folded from its records 0 to 3, and those are gone from Kafka; start with "
                           "a data directory that has the state"),
            std::string::npos);
}

TEST_F(KafkaChangelog, ThatLostItsFirstRecordsIsRefusedWhenKafkaHasForgottenThePositionsToo) {
  kafka_.settings.session = std::chrono::seconds(1);
  reopen(true);
  fill_input();
  commit({{{0, 0}, 4}}, {{"0/k", "v"}});
  cut_changelog();
  kafka_.close();
  forget_offsets();
  kafka_.lose_state();
  EXPECT_NE(refusal().find("Kafka has forgotten how far"), std::string::npos)
      << "from the first record all would be published again";
}

TEST_F(KafkaChangelog, RefusesATopicThatHasGrown) {
  kafka_.close();
  const std::string topic = kafka_.settings.prefix + "input";
  EXPECT_EQ(administer([&](rd_kafka_t* handle, rd_kafka_queue_t* queue) {
              char why[256];
              rd_kafka_NewPartitions_t* more = rd_kafka_NewPartitions_new(topic.c_str(), 3, why, sizeof why);
              rd_kafka_CreatePartitions(handle, &more, 1, nullptr, queue);
              rd_kafka_NewPartitions_destroy(more);
            }),
            RD_KAFKA_RESP_ERR_NO_ERROR);
  Result<void> opened;
  do {
    opened = kafka_.open({{"input", 2}, {"output", 2}});
    if (opened) kafka_.close();  // the broker has not heard of it everywhere
  } while (opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::Conflict);
  EXPECT_NE(opened.error().message.find("has 3 partitions where 2 were asked for"), std::string::npos)
      << opened.error().message;
}

// A process that hung while another took its slot.
TEST_F(KafkaChangelog, RefusesTheCommitsOfAProcessThatWasReplaced) {
  fill_input();
  InKafka other;
  other.settings = kafka_.settings;
  const auto opened = other.open({{"input", 2}, {"output", 2}});
  ASSERT_TRUE(opened) << opened.error().message;
  kafka_.log().emit({1, 0}, {from_millis(1), "of a zombie", ""});
  EXPECT_FALSE(try_commit({{{0, 0}, 1}}, {{"0/k", "of a zombie"}}));
  EXPECT_EQ(*other.log().end({1, 0}), 0) << "not even hidden from readers";
  EXPECT_FALSE(kafka_.log().poll({0, 0}, 0, 1)) << "it must start again";
  const auto at = other.log().restore({0, 0});
  ASSERT_TRUE(at);
  EXPECT_EQ(at->log_next, 0);
  other.close();
}

}  // namespace
}  // namespace earshot::test
