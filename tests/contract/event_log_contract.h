// What every engine must do, whatever is behind it. An engine takes part by instantiating EventLogContract with a way
// to make one.
//
// The tests assume only what include/earshot/event_log.h promises: a record is polled at once or after its commit,
// there may be gaps between offsets, and done comes before or after commit returns. So they commit and wait before they
// look, and poll until what they expect has come.
#pragma once

#include <atomic>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "earshot/event_log.h"
#include "event_log/commit_point.h"
#include "event_log/position.h"
#include "event_log/topic_spec.h"
#include "support/random_test.h"

namespace earshot::test {

class EventLogUnderTest {
 public:
  virtual ~EventLogUnderTest() = default;

  // Opens the log with its state, creating what is missing.
  virtual Result<void> open(const std::vector<TopicSpec>& topics) = 0;
  // Ends the engine as a program that ends well does.
  virtual void close() = 0;

  virtual EventLog& log() = 0;
  virtual StateStore& state() = 0;

  // The engine dies when a commit comes to that point. wait_for_death returns when it has; then close and open.
  virtual void die_at(CommitPoint point) = 0;
  virtual void wait_for_death() = 0;
};

struct EventLogKind {
  std::string name;
  std::function<std::unique_ptr<EventLogUnderTest>()> make;
};

class EventLogContract : public ::testing::TestWithParam<EventLogKind> {
 protected:
  static constexpr TopicPartition kInput{0, 0};
  static constexpr TopicPartition kOutput{1, 0};

  EventLogContract() { open(); }

  void open() {
    const auto opened = engine_->open(topics_);
    ASSERT_TRUE(opened) << opened.error().message;
  }
  void reopen() {
    engine_->close();
    open();
  }
  EventLog& log() { return engine_->log(); }
  StateStore& state() { return engine_->state(); }

  void emit(TopicPartition partition, std::string key, std::string value = "", Timestamp time = from_millis(1000)) {
    log().emit(partition, Record{time, std::move(key), std::move(value)});
  }

  // Hands the open batch over and waits until it is done.
  Result<void> try_commit(std::vector<Position> positions = {}, std::vector<StateWrite> writes = {}) {
    std::promise<Result<void>> done;
    log().commit(
        {std::move(positions), std::move(writes), [&](const Result<void>& result) { done.set_value(result); }});
    return done.get_future().get();
  }
  void commit(std::vector<Position> positions = {}, std::vector<StateWrite> writes = {}) {
    const auto result = try_commit(std::move(positions), std::move(writes));
    ASSERT_TRUE(result) << result.error().message;
  }
  // Emits one record of that key to `partition` and commits it.
  void append(TopicPartition partition, const std::string& key, const std::string& value = "") {
    emit(partition, key, value);
    commit();
  }

  struct Seen {
    Offset offset = 0;
    Timestamp time{};
    std::string key;
    std::string value;
  };

  // Polls from `from` on until `count` records have come; fewer when polling many times brings no more.
  std::vector<Seen> poll(TopicPartition partition, Offset from, std::size_t count, std::size_t at_once = 100) {
    std::vector<Seen> seen;
    for (int empty = 0; empty < 200 && seen.size() < count;) {
      const auto polled = log().poll(partition, from, at_once);
      if (!polled) {
        ADD_FAILURE() << polled.error().message;
        return seen;
      }
      EXPECT_LE(polled->size(), at_once);
      for (const StoredRecord& record : *polled) {
        EXPECT_GE(record.offset, from);
        from = record.offset + 1;
        seen.push_back({record.offset, record.time, std::string(record.key), std::string(record.value)});
      }
      empty = polled->empty() ? empty + 1 : 0;
    }
    return seen;
  }

  std::vector<Seen> read(TopicPartition partition, Offset from = 0, std::size_t records_max = 1'000'000) {
    std::vector<Seen> seen;
    const auto result = log().read(partition, from, records_max, [&](const StoredRecord& record) {
      seen.push_back({record.offset, record.time, std::string(record.key), std::string(record.value)});
      return true;
    });
    EXPECT_TRUE(result) << result.error().message;
    return seen;
  }

  static std::vector<std::string> keys(const std::vector<Seen>& seen) {
    std::vector<std::string> keys;
    for (const Seen& one : seen) keys.push_back(one.key);
    return keys;
  }

  Restored restore(TopicPartition input) {
    const auto result = log().restore(input);
    EXPECT_TRUE(result) << result.error().message;
    return result ? *result : Restored{};
  }
  std::optional<std::string> value(std::string_view key) {
    const auto found = state().get(key);
    EXPECT_TRUE(found);
    return found ? *found : std::nullopt;
  }

  using Keys = std::vector<std::string>;

  std::vector<TopicSpec> topics_{{"input", 3}, {"output", 2}};
  std::unique_ptr<EventLogUnderTest> engine_ = GetParam().make();
};

// ---- records ------------------------------------------------------------------------------------------------------

TEST_P(EventLogContract, HasNothingAtFirst) {
  EXPECT_TRUE(poll(kInput, 0, 1).empty());
  EXPECT_TRUE(read(kInput).empty());
  EXPECT_EQ(*log().begin(kInput), 0);
  EXPECT_EQ(*log().end(kInput), 0);
  EXPECT_EQ(restore(kInput).log_next, 0);
  EXPECT_EQ(restore(kInput).state_next, 0);
}

TEST_P(EventLogContract, GivesBackWhatWasEmittedInItsOrder) {
  for (const char* key : {"a", "b", "c"}) emit(kInput, key, std::string("value of ") + key);
  commit();
  append(kInput, "d");
  EXPECT_EQ(keys(poll(kInput, 0, 4)), (Keys{"a", "b", "c", "d"}));
  const auto seen = read(kInput);
  EXPECT_EQ(keys(seen), (Keys{"a", "b", "c", "d"}));
  EXPECT_EQ(seen[1].value, "value of b");
  EXPECT_LE(seen.back().offset, *log().end(kInput) - 1);
}

TEST_P(EventLogContract, KeepsTimesThatGoBackAndForth) {
  const std::vector<long long> times{1'700'000'000'000, 0, 1'700'000'000'123, 253402300799999, 5};
  for (const long long time : times) emit(kInput, "k", "", from_millis(time));
  commit();
  reopen();
  std::vector<long long> seen;
  for (const Seen& one : read(kInput)) seen.push_back(to_millis(one.time));
  EXPECT_EQ(seen, times);
}

TEST_P(EventLogContract, TakesAnyBytesAndNoBytes) {
  const std::string bytes("\0\xff\n\x80", 4);
  emit(kInput, "", "");
  emit(kInput, bytes, "");
  emit(kInput, "", bytes);
  commit();
  reopen();
  for (const auto& seen : {read(kInput), poll(kInput, 0, 3)}) {
    ASSERT_EQ(seen.size(), 3u);
    EXPECT_EQ(seen[0].key + seen[0].value, "");
    EXPECT_EQ(seen[1].key, bytes);
    EXPECT_EQ(seen[2].value, bytes);
  }
}

TEST_P(EventLogContract, TakesLargeRecords) {
  const std::vector<std::size_t> sizes{1, 64 << 10, 3, 1 << 20, 255 << 10, 0, 64 << 10};
  for (const std::size_t size : sizes) emit(kInput, "k", std::string(size, static_cast<char>('a' + size % 7)));
  commit();
  for (int round = 0; round < 2; ++round) {
    const auto seen = poll(kInput, 0, sizes.size());
    ASSERT_EQ(seen.size(), sizes.size());
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      EXPECT_EQ(seen[i].value, std::string(sizes[i], static_cast<char>('a' + sizes[i] % 7)));
    }
    reopen();
  }
}

TEST_P(EventLogContract, PollsFromAnyOffsetAndInAnyPortion) {
  for (int batch = 0; batch < 10; ++batch) {
    for (int i = 0; i < 7; ++i) emit(kInput, std::to_string(batch * 7 + i));
    commit();
  }
  for (int round = 0; round < 2; ++round) {  // from memory, then from wherever the engine keeps it
    const auto all = poll(kInput, 0, 70);
    ASSERT_EQ(all.size(), 70u);
    for (const std::size_t at_once : {1u, 2u, 7u, 64u, 1000u}) {
      SCOPED_TRACE(at_once);
      EXPECT_EQ(keys(poll(kInput, 0, 70, at_once)), keys(all));
    }
    for (const std::size_t skipped : {1u, 6u, 7u, 8u, 69u}) {
      SCOPED_TRACE(skipped);
      const auto expected = keys(all);
      EXPECT_EQ(keys(poll(kInput, all[skipped].offset, 70 - skipped)),
                Keys(expected.begin() + static_cast<std::ptrdiff_t>(skipped), expected.end()));
      EXPECT_EQ(keys(read(kInput, all[skipped].offset, 3)).front(), expected[skipped]);
    }
    EXPECT_TRUE(poll(kInput, all.back().offset + 1, 1).empty());
    reopen();
  }
}

TEST_P(EventLogContract, ViewsOutliveEmitsAndPollsOfOtherPartitions) {
  for (int i = 0; i < 50; ++i) emit(kInput, "key " + std::to_string(i), std::string(static_cast<std::size_t>(i), 'v'));
  commit();
  ASSERT_EQ(poll(kInput, 0, 50).size(), 50u);  // until it has come
  const auto views = log().poll(kInput, 0, 50);
  ASSERT_TRUE(views);
  for (std::size_t i = 0; i < views->size(); ++i) {
    emit(kInput, "more");
    emit(kOutput, "more", std::string(1000, 'x'));
    ASSERT_TRUE(log().poll(kOutput, 0, 10));
    ASSERT_EQ((*views)[i].key, "key " + std::to_string(i));
    ASSERT_EQ((*views)[i].value.size(), i);
  }
}

TEST_P(EventLogContract, KeepsPartitionsApart) {
  for (std::uint16_t number = 0; number < 3; ++number) {
    for (int i = 0; i < 5; ++i) emit({0, number}, std::to_string(number) + "/" + std::to_string(i));
  }
  emit(kOutput, "other topic");
  commit();
  for (std::uint16_t number = 0; number < 3; ++number) {
    const auto seen = keys(poll({0, number}, 0, 5));
    ASSERT_EQ(seen.size(), 5u);
    for (int i = 0; i < 5; ++i)
      EXPECT_EQ(seen[static_cast<std::size_t>(i)], std::to_string(number) + "/" + std::to_string(i));
  }
  EXPECT_EQ(keys(read(kOutput)), (Keys{"other topic"}));
  EXPECT_TRUE(read({1, 1}).empty());
}

TEST_P(EventLogContract, ReadsNothingFromAPartitionThatIsNotThere) {
  for (const TopicPartition missing : {TopicPartition{0, 3}, TopicPartition{2, 0}}) {
    EXPECT_EQ(log().begin(missing).error().kind, ErrorKind::NotFound);
    EXPECT_EQ(log().end(missing).error().kind, ErrorKind::NotFound);
    EXPECT_EQ(log().restore(missing).error().kind, ErrorKind::NotFound);
    EXPECT_EQ(log().read(missing, 0, 1, [](const StoredRecord&) { return true; }).error().kind, ErrorKind::NotFound);
  }
}

TEST_P(EventLogContract, StopsReadingWhenAsked) {
  for (int i = 0; i < 9; ++i) emit(kInput, std::to_string(i));
  commit();
  int visited = 0;
  ASSERT_TRUE(log().read(kInput, 0, 100, [&](const StoredRecord&) { return ++visited < 4; }));
  EXPECT_EQ(visited, 4);
  EXPECT_EQ(read(kInput, 0, 5).size(), 5u);
  EXPECT_TRUE(read(kInput, 0, 0).empty());
}

// ---- commits ------------------------------------------------------------------------------------------------------

TEST_P(EventLogContract, WritesRecordsPositionsAndStateTogether) {
  append(kInput, "in");
  emit(kOutput, "out");
  commit({{kInput, 1}}, {{"k", "v"}});
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(keys(read(kOutput)), (Keys{"out"}));
    EXPECT_EQ(restore(kInput).log_next, 1);
    EXPECT_EQ(restore(kInput).state_next, 1);
    EXPECT_EQ(value("k"), "v");
    reopen();
  }
}

TEST_P(EventLogContract, TakesACommitWithoutRecordsAndOneWithoutAnything) {
  append(kInput, "in");
  commit({{kInput, 1}}, {{"k", "v"}});
  commit();
  EXPECT_EQ(restore(kInput).log_next, 1);
  EXPECT_EQ(value("k"), "v");
}

TEST_P(EventLogContract, TakesACommitWithoutDone) {
  emit(kInput, "a");
  log().commit({});
  append(kInput, "b");
  EXPECT_EQ(keys(read(kInput)), (Keys{"a", "b"}));
}

TEST_P(EventLogContract, CommitsManyTasksAtOnce) {
  for (std::uint16_t number = 0; number < 3; ++number) {
    for (int i = 0; i < 9; ++i) emit({0, number}, "in");
  }
  commit();
  commit({{{0, 0}, 3}, {{0, 2}, 5}});
  EXPECT_EQ(restore({0, 0}).log_next, 3);
  EXPECT_EQ(restore({0, 1}).log_next, 0);
  EXPECT_EQ(restore({0, 2}).state_next, 5);
}

TEST_P(EventLogContract, NeverMovesALogPositionBack) {
  for (int i = 0; i < 9; ++i) emit(kInput, "in");
  commit();
  commit({{kInput, 5}}, {{"k", "at 5"}});
  commit({{kInput, 3}}, {{"k", "at 3"}});  // folding again what the state lacks
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(restore(kInput).log_next, 5);
    EXPECT_EQ(restore(kInput).state_next, 3);
    EXPECT_EQ(value("k"), "at 3");
    reopen();
  }
  commit({{kInput, 6}}, {{"k", "at 6"}});
  EXPECT_EQ(restore(kInput).log_next, 6);
  EXPECT_EQ(restore(kInput).state_next, 6);
}

TEST_P(EventLogContract, CallsDoneOnceForEachCommitInTheirOrder) {
  std::vector<int> order;
  std::promise<void> last;
  const int commits = 100;
  for (int i = 0; i < commits; ++i) {
    emit(kInput, std::to_string(i));
    log().commit({{}, {}, [&, i](const Result<void>& result) {
                    EXPECT_TRUE(result);
                    order.push_back(i);  // one thread at a time calls it
                    if (i == commits - 1) last.set_value();
                  }});
  }
  last.get_future().wait();
  std::vector<int> expected;
  for (int i = 0; i < commits; ++i) expected.push_back(i);
  EXPECT_EQ(order, expected);
  EXPECT_EQ(read(kInput).size(), static_cast<std::size_t>(commits));
}

TEST_P(EventLogContract, ShowsAReaderWhatDoneHasSaid) {
  for (int i = 1; i <= 30; ++i) {
    append(kInput, std::to_string(i));
    ASSERT_EQ(read(kInput).size(), static_cast<std::size_t>(i));
    ASSERT_GE(*log().end(kInput), i);
  }
}

TEST_P(EventLogContract, DropsAnOpenBatchWhenItIsClosed) {
  append(kInput, "kept");
  emit(kInput, "not committed");
  reopen();
  EXPECT_EQ(keys(read(kInput)), (Keys{"kept"}));
  append(kInput, "after");
  EXPECT_EQ(keys(poll(kInput, 0, 2)), (Keys{"kept", "after"}));
}

TEST_P(EventLogContract, FinishesWhatWasHandedOverWhenItIsClosed) {
  int done = 0;
  for (int i = 0; i < 10; ++i) {
    emit(kInput, std::to_string(i));
    log().commit({{}, {{"k", std::to_string(i)}}, [&](const Result<void>& result) { done += result ? 1 : 0; }});
  }
  reopen();
  EXPECT_EQ(done, 10);
  EXPECT_EQ(read(kInput).size(), 10u);
  EXPECT_EQ(value("k"), "9");
}

TEST_P(EventLogContract, ReadersSeeWholeCommitsWhileOthersAreWritten) {
  std::atomic<bool> stop{false};
  std::thread reader([&] {
    std::size_t before = 0;
    while (!stop) {
      const auto seen = read(kInput);
      ASSERT_GE(seen.size(), before);
      before = seen.size();
      ASSERT_EQ(seen.size() % 3, 0u) << "a commit is seen whole or not at all";
      for (std::size_t i = 0; i < seen.size(); ++i) ASSERT_EQ(seen[i].key, std::to_string(i));
    }
  });
  int next = 0;
  for (int i = 0; i < scaled(200); ++i) {
    for (int j = 0; j < 3; ++j) emit(kInput, std::to_string(next++), std::string(300, 'v'));
    commit();
  }
  stop = true;
  reader.join();
  EXPECT_EQ(read(kInput).size(), static_cast<std::size_t>(next));
}

// ---- facts --------------------------------------------------------------------------------------------------------

TEST_P(EventLogContract, KeepsFactsForEver) {
  EXPECT_EQ(log().fact("clock").error().kind, ErrorKind::NotFound);
  ASSERT_TRUE(log().set_fact("clock", "first"));
  ASSERT_TRUE(log().set_fact("clock", "first"));
  EXPECT_EQ(log().set_fact("clock", "second").error().kind, ErrorKind::Conflict);
  reopen();
  EXPECT_EQ(*log().fact("clock"), "first");
}

TEST_P(EventLogContract, RefusesAnotherNumberOfPartitions) {
  append({0, 2}, "a");
  engine_->close();
  for (const auto& wrong : {std::vector<TopicSpec>{{"input", 4}, {"output", 2}},
                            {{"input", 2}, {"output", 2}},
                            {{"other", 3}, {"output", 2}}}) {
    const auto opened = engine_->open(wrong);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, ErrorKind::Conflict);
    EXPECT_NE(opened.error().message.find("partitions"), std::string::npos) << opened.error().message;
  }
  topics_.push_back({"added", 1});
  open();
  EXPECT_EQ(keys(read({0, 2})), (Keys{"a"}));
  append({2, 0}, "b");
  EXPECT_EQ(keys(read({2, 0})), (Keys{"b"}));
}

// ---- death --------------------------------------------------------------------------------------------------------

// A task that copies each input record to the output and counts in its state, as the pipeline would: from where the
// state is, with what the log already has left out.
class Copier {
 public:
  Copier(EventLog& log, StateStore& state, TopicPartition input, TopicPartition output)
      : log_(log), state_(state), input_(input), output_(output) {}

  void restore() {
    const auto at = log_.restore(input_);
    ASSERT_TRUE(at) << at.error().message;
    ASSERT_LE(at->state_next, at->log_next) << "state is ahead of the log";
    next_ = at->state_next;
    suppressed_until_ = at->log_next;
    const auto count = state_.get("count");
    ASSERT_TRUE(count);
    count_ = *count ? std::stoi(**count) : 0;
    ASSERT_EQ(count_ == 0, next_ == 0);
  }

  // Folds one record.
  void fold(const StoredRecord& record) {
    next_ = record.offset + 1;
    ++count_;
    if (record.offset >= suppressed_until_) log_.emit(output_, {record.time, std::string(record.key), "copy"});
  }

  Commit commit(std::function<void(const Result<void>&)> done) const {
    return {{{input_, next_}}, {{"count", std::to_string(count_)}}, std::move(done)};
  }

  Offset next() const { return next_; }
  int count() const { return count_; }

 private:
  EventLog& log_;
  StateStore& state_;
  TopicPartition input_;
  TopicPartition output_;
  Offset next_ = 0;
  Offset suppressed_until_ = 0;
  int count_ = 0;
};

TEST_P(EventLogContract, LosesNothingAndRepeatsNothingWhenItDiesAtAnyPoint) {
  const int records = 60;
  for (int i = 0; i < records; ++i) emit(kInput, std::to_string(i));
  commit();
  int folded = 0;
  for (int death = 0; folded < records; ++death) {
    SCOPED_TRACE(death);
    Copier task(log(), state(), kInput, kOutput);
    task.restore();
    ASSERT_FALSE(HasFailure());
    ASSERT_EQ(read(kOutput).size(), static_cast<std::size_t>(poll(kInput, 0, records).size() -
                                                             poll(kInput, restore(kInput).log_next, records).size()));
    // One commit goes well, the second dies.
    for (const bool dies : {false, true}) {
      const auto polled = log().poll(kInput, task.next(), 3);
      ASSERT_TRUE(polled);
      for (const StoredRecord& record : *polled) task.fold(record);
      folded = task.count();
      if (!dies) {
        std::promise<void> done;
        log().commit(task.commit([&](const Result<void>& result) {
          EXPECT_TRUE(result);
          done.set_value();
        }));
        done.get_future().wait();
      } else {
        engine_->die_at(kCommitPoints[static_cast<std::size_t>(death) % kCommitPoints.size()]);
        log().commit(task.commit([&](const Result<void>&) { ADD_FAILURE() << "a dead engine called done"; }));
        engine_->wait_for_death();
      }
    }
    reopen();
  }
  Keys expected;
  for (int i = 0; i < records; ++i) expected.push_back(std::to_string(i));
  Copier task(log(), state(), kInput, kOutput);
  task.restore();
  const auto rest = poll(kInput, task.next(), static_cast<std::size_t>(records - task.count()));
  for (const Seen& one : rest) task.fold({one.offset, one.time, one.key, one.value});
  std::promise<void> done;
  log().commit(task.commit([&](const Result<void>&) { done.set_value(); }));
  done.get_future().wait();
  EXPECT_EQ(keys(read(kOutput)), expected);
  EXPECT_EQ(value("count"), std::to_string(records));
}

TEST_P(EventLogContract, LeavesTheLogAheadOfTheStateAndNeverTheOtherWay) {
  struct Case {
    CommitPoint point;
    bool in_log;
    bool in_state;
  };
  append(kInput, "in");
  const Case cases[] = {{CommitPoint::before_log, false, false},
                        {CommitPoint::after_log, true, false},
                        {CommitPoint::before_state, true, false},
                        {CommitPoint::after_state, true, true}};
  Offset next = 1;
  for (const Case& one : cases) {
    SCOPED_TRACE(static_cast<int>(one.point));
    const std::size_t outputs = read(kOutput).size();
    const Offset log_before = restore(kInput).log_next;
    const std::string state_before = value("k").value_or("none");
    for (int i = 0; i < 3; ++i) append(kInput, "in");
    next += 3;
    engine_->die_at(one.point);
    emit(kOutput, "out");
    log().commit({{{kInput, next}}, {{"k", std::to_string(next)}}, nullptr});
    engine_->wait_for_death();
    EXPECT_FALSE(log().poll(kInput, 0, 1)) << "a dead engine takes nothing more";
    reopen();
    EXPECT_EQ(read(kOutput).size(), outputs + (one.in_log ? 1 : 0));
    EXPECT_EQ(restore(kInput).log_next, one.in_log ? next : log_before);
    EXPECT_EQ(value("k").value_or("none"), one.in_state ? std::to_string(next) : state_before);
    EXPECT_LE(restore(kInput).state_next, restore(kInput).log_next);
  }
}

TEST_P(EventLogContract, RefusesStateThatIsAheadOfTheLog) {
  append(kInput, "in");
  commit({{kInput, 1}}, {{"k", "v"}});
  std::vector<StateWrite> other;
  add_positions(other, {{kInput, 7}});
  ASSERT_TRUE(state().write(other));
  const auto at = log().restore(kInput);
  ASSERT_FALSE(at);
  EXPECT_EQ(at.error().kind, ErrorKind::Corrupt);
}

TEST_P(EventLogContract, BehavesLikeAListForEachPartition) {
  Random random(seed_of_test(7));
  std::map<TopicPartition, Keys> model;
  std::map<TopicPartition, Keys> open_batch;
  std::map<TopicPartition, std::vector<Seen>> polled;  // what a task has been given so far
  int number = 0;
  for (int round = 0; round < scaled(400); ++round) {
    const TopicPartition partition{static_cast<std::uint8_t>(random.below(2)),
                                   static_cast<std::uint16_t>(random.below(2))};
    const std::uint64_t what = random.below(20);
    if (what < 9) {
      for (std::uint64_t i = random.below(8); i > 0; --i) {
        const std::string key = std::to_string(number++);
        emit(partition, key, std::string(random.below(random.chance(0.05) ? 100'000 : 300), 'v'));
        open_batch[partition].push_back(key);
      }
    } else if (what < 14) {
      commit();
      for (auto& [name, batch] : open_batch) model[name].insert(model[name].end(), batch.begin(), batch.end());
      open_batch.clear();
    } else if (what < 19) {
      auto& seen = polled[partition];
      const Offset from = seen.empty() ? 0 : seen.back().offset + 1;
      const std::size_t rest = model[partition].size() > seen.size() ? model[partition].size() - seen.size() : 0;
      const auto more = poll(partition, from, std::min<std::size_t>(rest, random.below(20)), 1 + random.below(7));
      seen.insert(seen.end(), more.begin(), more.end());
      const auto got = keys(seen);
      for (std::size_t i = 0; i < got.size(); ++i) {
        const auto& committed = model[partition];
        ASSERT_EQ(got[i], i < committed.size() ? committed[i] : open_batch[partition][i - committed.size()]);
      }
    } else {
      reopen();
      open_batch.clear();
      polled.clear();  // who starts again polls from the start
    }
    ASSERT_EQ(keys(read(partition)), model[partition]);
  }
}

}  // namespace earshot::test
