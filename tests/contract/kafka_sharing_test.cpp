// Several engines on one log in Kafka: who has which task, with which state, and what becomes of those that hang.
#include <future>

#include <gtest/gtest.h>

#include "support/in_kafka.h"
#include "support/keys_of_test.h"

namespace earshot::test {
namespace {

using namespace std::chrono_literals;

const std::vector<TopicSpec> kTopics{{"input", 4}, {"output", 4}};

class KafkaSharing : public ::testing::Test {
 protected:
  void SetUp() override {
    if (shared_broker() == nullptr) GTEST_SKIP() << "there is no Kafka here; scripts/kafka fetch gets it";
  }
  std::unique_ptr<InKafka> engine(const std::string& slot) {
    auto made = std::make_unique<InKafka>();
    made->settings.prefix = prefix_;
    made->settings.slot = slot;
    made->settings.keys = keys_of_test();
    made->settings.session = 2s;
    return made;
  }
  // Opens while the others give up what is to move.
  void open(InKafka& fresh, const std::vector<InKafka*>& others) {
    auto opening = std::async(std::launch::async, [&] { return fresh.open(kTopics); });
    while (opening.wait_for(10ms) != std::future_status::ready) {
      for (InKafka* other : others) share(*other);
    }
    const auto opened = opening.get();
    ASSERT_TRUE(opened) << opened.error().message;
    for (InKafka* other : others) {
      while (*other->log().must_share()) share(*other);
    }
  }
  static void share(InKafka& engine) {
    const auto must = engine.log().must_share();
    ASSERT_TRUE(must) << must.error().message;
    if (*must) {
      ASSERT_TRUE(engine.log().share());
    }
  }
  // As its caller would, until nothing is to be shared; an error is for good.
  static Result<bool> goes_on(InKafka& engine) {
    while (true) {
      auto must = engine.log().must_share();
      if (!must || !*must) return must;
      if (auto shared = engine.log().share(); !shared) return shared;
    }
  }
  static Result<void> try_commit(InKafka& engine, std::vector<Position> positions, std::vector<StateWrite> writes) {
    std::promise<Result<void>> done;
    engine.log().commit(
        {std::move(positions), std::move(writes), [&](const Result<void>& result) { done.set_value(result); }});
    return done.get_future().get();
  }
  static void commit(InKafka& engine, std::vector<Position> positions, std::vector<StateWrite> writes) {
    const auto done = try_commit(engine, std::move(positions), std::move(writes));
    ASSERT_TRUE(done) << done.error().message;
  }
  // The partitions of input that are its.
  static std::string owned(InKafka& engine) {
    std::string all;
    for (std::uint16_t i = 0; i < 4; ++i) all += engine.log().owns({0, i}) ? std::to_string(i) : "";
    return all;
  }
  static std::string value(InKafka& engine, std::string_view key) {
    const auto found = engine.state().get(key);
    return found && *found ? **found : "none";
  }
  static void fill_input(InKafka& engine) {
    for (int i = 0; i < 80; ++i)
      engine.log().emit({0, static_cast<std::uint16_t>(i % 4)}, {from_millis(i), std::to_string(i), "in"});
    commit(engine, {}, {});
  }

  std::string prefix_ = fresh_name();
};

TEST_F(KafkaSharing, TasksMoveWithTheirStateAndPositionsAndComeBackWithWhatWasDoneElsewhere) {
  auto a = engine("a");
  ASSERT_TRUE(a->open(kTopics));
  EXPECT_EQ(owned(*a), "0123");
  EXPECT_EQ(a->log().behind(), Millis{0});
  fill_input(*a);
  commit(*a, {{{0, 0}, 5}, {{0, 3}, 7}}, {{"0/k", "a"}, {"3/k", "a"}, {"3/gone", "a"}});

  auto b = engine("b");
  open(*b, {a.get()});
  EXPECT_EQ(owned(*a), "01");
  EXPECT_EQ(owned(*b), "23");
  EXPECT_EQ(b->log().restore({0, 3})->log_next, 7);
  EXPECT_EQ(value(*b, "3/k"), "a");
  EXPECT_EQ(b->log().restore({0, 0}).error().kind, ErrorKind::Conflict);
  commit(*b, {{{0, 3}, 9}}, {{"3/k", "b"}, {"3/gone", std::nullopt}});
  commit(*a, {{{0, 0}, 6}}, {{"0/k", "still a"}});
  const auto polled = b->log().poll({0, 3}, 9, 100);
  ASSERT_TRUE(polled);
  ASSERT_FALSE(polled->empty());
  EXPECT_EQ(polled->front().offset, 9);

  b->close();  // and it does not come back: after its session its tasks are the other's
  while (owned(*a) != "0123") share(*a);
  EXPECT_EQ(a->log().restore({0, 3})->log_next, 9);
  EXPECT_EQ(a->log().restore({0, 3})->state_next, 9);
  EXPECT_EQ(value(*a, "3/k"), "b");
  EXPECT_EQ(value(*a, "3/gone"), "none");
  EXPECT_EQ(a->log().restore({0, 0})->log_next, 6);
  EXPECT_EQ(value(*a, "0/k"), "still a");
}

// It folds, and does not know yet that another does, too.
TEST_F(KafkaSharing, RefusesTheCommitsOfOneWhoseTasksWereGivenToAnother) {
  auto a = engine("a");
  a->settings.poll = 2s;
  ASSERT_TRUE(a->open(kTopics));
  fill_input(*a);
  commit(*a, {{{0, 0}, 5}}, {{"0/k", "a"}});
  auto b = engine("b");
  const auto opened = b->open(kTopics);  // waits until a has been silent for too long
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(owned(*b), "0123");
  commit(*b, {{{0, 0}, 6}}, {{"0/k", "b"}});
  a->log().emit({1, 0}, {from_millis(1), "of a zombie", ""});
  ASSERT_FALSE(try_commit(*a, {{{0, 0}, 6}}, {{"0/k", "of a zombie"}}));
  EXPECT_FALSE(goes_on(*a)) << "it must start again";
  EXPECT_EQ(*b->log().end({1, 0}), 0) << "not even hidden from readers";
  EXPECT_EQ(value(*a, "0/k"), "a");
  EXPECT_EQ(b->log().restore({0, 0})->log_next, 6);
}

// It had nothing to commit, and what it knows of its tasks is old.
TEST_F(KafkaSharing, EndsOneWhoseTasksWereAnothersMeanwhile) {
  auto a = engine("a");
  a->settings.poll = 2s;
  ASSERT_TRUE(a->open(kTopics));
  fill_input(*a);
  commit(*a, {{{0, 0}, 5}}, {{"0/k", "a"}});
  auto b = engine("b");
  ASSERT_TRUE(b->open(kTopics));
  commit(*b, {{{0, 0}, 6}}, {{"0/k", "b"}});
  auto going_on = std::async(std::launch::async, [&] { return goes_on(*a); });
  while (going_on.wait_for(10ms) != std::future_status::ready) share(*b);
  EXPECT_FALSE(going_on.get()) << "it must start again";
}

TEST_F(KafkaSharing, KnowsWhetherOthersHaveFoldedWhatWasRecorded) {
  auto a = engine("a");
  ASSERT_TRUE(a->open(kTopics));
  auto b = engine("b");
  open(*b, {a.get()});
  const auto wait_until_read = [](InKafka& by) {
    while (by.log().behind() > 10s) share(by);
  };
  wait_until_read(*a);
  wait_until_read(*b);
  // What nobody folds is on its way, and the longer it is the more there may be that follows from it.
  fill_input(*a);
  const Millis before = a->log().behind();
  while (a->log().behind() < before + 2s) share(*a);
  std::vector<Position> of_a, of_b;
  for (std::uint16_t i = 0; i < 4; ++i) (i < 2 ? of_a : of_b).push_back({{0, i}, 20});
  commit(*a, of_a, {});
  const Millis half = a->log().behind();
  while (a->log().behind() < half + 2s) share(*a);
  commit(*b, of_b, {});
  wait_until_read(*a);
  EXPECT_GE(a->log().behind(), 5s) << "what was just given may not have been recorded yet";
}

TEST_F(KafkaSharing, OneWithoutTasksWritesAndOneThatLooksHasTheStateOfAll) {
  auto a = engine("a");
  ASSERT_TRUE(a->open(kTopics));
  fill_input(*a);
  commit(*a, {{{0, 0}, 5}, {{0, 3}, 7}}, {{"0/k", "a"}, {"3/k", "a"}});

  auto writer = engine("a");  // another part of the application may have the same slot
  writer->settings.role = KafkaRole::writer;
  ASSERT_TRUE(writer->open(kTopics));
  EXPECT_EQ(owned(*writer), "");
  writer->log().emit({0, 0}, {from_millis(1), "of a writer", ""});
  commit(*writer, {}, {});
  int records = 0;
  ASSERT_TRUE(writer->log().read({0, 0}, 0, 100, [&](const StoredRecord&) { return ++records > 0; }));
  EXPECT_EQ(records, 21);

  auto onlooker = engine("a");
  onlooker->settings.role = KafkaRole::onlooker;
  ASSERT_TRUE(onlooker->open(kTopics));
  EXPECT_EQ(owned(*onlooker), "0123");
  EXPECT_EQ(onlooker->log().restore({0, 0})->log_next, 5);
  EXPECT_EQ(onlooker->log().restore({0, 3})->state_next, 7);
  EXPECT_EQ(value(*onlooker, "3/k"), "a");
  const auto polled = onlooker->log().poll({0, 0}, 5, 100);
  ASSERT_TRUE(polled);
  EXPECT_TRUE(polled->empty()) << "what comes next is for the members";

  commit(*a, {{{0, 0}, 6}}, {{"0/k", "goes on"}});
  EXPECT_FALSE(*a->log().must_share()) << "nobody has joined";
}

}  // namespace
}  // namespace earshot::test
