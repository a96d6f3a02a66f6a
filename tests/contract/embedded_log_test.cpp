#include "contract/event_log_contract.h"
#include "event_log/embedded.h"
#include "state_store/memory.h"
#include "state_store/rocks.h"
#include "support/scratch.h"

namespace earshot::test {
namespace {

class Embedded : public EventLogUnderTest {
 public:
  explicit Embedded(EmbeddedLog::Settings settings) : settings_(std::move(settings)) {}

  Result<void> open(const std::vector<TopicSpec>& topics) override {
    auto state = RocksStore::open(scratch_.path() / "state", {});
    if (!state) return std::move(state.error());
    state_ = std::move(*state);
    settings_.topics = topics;
    dies_at_ = -1;
    settings_.at = [this](CommitPoint point) { return static_cast<int>(point) != dies_at_; };
    auto log = EmbeddedLog::open(scratch_.path() / "log", *state_, settings_);
    if (!log) {
      state_.reset();
      return std::move(log.error());
    }
    log_ = std::move(*log);
    return {};
  }
  void close() override {
    log_.reset();
    state_.reset();
  }
  EventLog& log() override { return *log_; }
  StateStore& state() override { return *state_; }
  void die_at(CommitPoint point) override { dies_at_ = static_cast<int>(point); }
  void wait_for_death() override {
    while (!log_->is_dead()) std::this_thread::yield();
  }

 private:
  Scratch scratch_;
  EmbeddedLog::Settings settings_;
  std::atomic<int> dies_at_{-1};
  std::unique_ptr<RocksStore> state_;
  std::unique_ptr<EmbeddedLog> log_;
};

EmbeddedLog::Settings small() {
  EmbeddedLog::Settings settings;
  settings.commits_under_way_max = 1;
  settings.tail_bytes_max = 2000;
  settings.store.memtable_bytes = 1 << 16;
  settings.store.codec = Codec::plain;
  return settings;
}

const EventLogKind kKinds[] = {
    {"embedded", [] { return std::make_unique<Embedded>(EmbeddedLog::Settings{}); }},
    // So small that flushes, compactions and polls from disk happen while the tests look.
    {"embedded_small", [] { return std::make_unique<Embedded>(small()); }},
};

INSTANTIATE_TEST_SUITE_P(Engines, EventLogContract, ::testing::ValuesIn(kKinds),
                         [](const auto& kind) { return kind.param.name; });

// ---- what the embedded engine promises beyond the contract ----

constexpr TopicPartition kInput{0, 0};

class EmbeddedOnly : public ::testing::Test {
 protected:
  EmbeddedOnly() {
    settings_.topics = {{"input", 1}, {"other", 1}};
    open();
  }
  void open() {
    auto opened = EmbeddedLog::open(scratch_.path() / "log", state_, settings_);
    ASSERT_TRUE(opened) << opened.error().message;
    log_ = std::move(*opened);
  }
  void reopen() {
    log_.reset();
    open();
  }
  void append(TopicPartition partition, int records, std::size_t bytes) {
    std::promise<void> done;
    for (int i = 0; i < records; ++i) {
      std::string value;
      while (value.size() < bytes) value.push_back(static_cast<char>(random_.next()));
      log_->emit(partition, {from_millis(1), std::to_string(next_++), std::move(value)});
    }
    log_->commit({{}, {}, [&](const Result<void>& result) {
                    EXPECT_TRUE(result);
                    done.set_value();
                  }});
    done.get_future().wait();
  }
  std::string first_key() {
    std::string key = "none";
    EXPECT_TRUE(log_->read(kInput, 0, 1, [&](const StoredRecord& record) {
      key = record.key;
      return true;
    }));
    return key;
  }
  std::uintmax_t bytes_on_disk() const {
    std::uintmax_t bytes = 0;
    for (const auto& file : std::filesystem::directory_iterator(scratch_.path() / "log")) bytes += file.file_size();
    return bytes;
  }

  Scratch scratch_;
  MemoryStore state_;
  EmbeddedLog::Settings settings_;
  std::unique_ptr<EmbeddedLog> log_;
  Random random_{1};
  int next_ = 0;
};

TEST_F(EmbeddedOnly, ForgetsRecordsBelowAnOffsetForGood) {
  for (int i = 0; i < 5; ++i) append(kInput, 10, 100);
  ASSERT_TRUE(log_->drop_before(kInput, 25));
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(*log_->begin(kInput), 25);
    EXPECT_EQ(*log_->end(kInput), 50);
    EXPECT_EQ(first_key(), "25") << "inside a batch, too";
    const auto polled = log_->poll(kInput, 0, 3);
    ASSERT_TRUE(polled);
    EXPECT_EQ(polled->front().offset, 25);
    reopen();
  }
  ASSERT_TRUE(log_->drop_before(kInput, 10));
  EXPECT_EQ(*log_->begin(kInput), 25) << "what is gone stays gone";
  ASSERT_TRUE(log_->drop_before(kInput, 1000));
  reopen();
  EXPECT_EQ(*log_->begin(kInput), 50);
  EXPECT_EQ(*log_->end(kInput), 50);
  append(kInput, 1, 10);
  EXPECT_EQ(first_key(), "50");
}

TEST_F(EmbeddedOnly, GivesTheSpaceOfForgottenRecordsBack) {
  settings_.store.memtable_bytes = 1 << 20;
  reopen();
  for (int i = 0; i < 40; ++i) {
    append(kInput, 10, 50'000);
    append({1, 0}, 1, 50'000);
  }
  const auto before = bytes_on_disk();
  ASSERT_GT(before, 20'000'000u);
  ASSERT_TRUE(log_->drop_before(kInput, 400));
  reopen();
  EXPECT_LT(bytes_on_disk(), before / 3);
  EXPECT_EQ(*log_->end({1, 0}), 40);
  int seen = 0;
  ASSERT_TRUE(log_->read({1, 0}, 0, 100, [&](const StoredRecord& record) {
    seen += record.value.size() == 50'000 ? 1 : 0;
    return true;
  }));
  EXPECT_EQ(seen, 40);
}

TEST_F(EmbeddedOnly, KeepsInMemoryOnlyWhatIsStillToBePolled) {
  for (int i = 0; i < 20; ++i) append({1, 0}, 10, 1000);
  append(kInput, 1, 10);
  EXPECT_LT(log_->tail_bytes(), 20'000u) << "nobody polls that topic";
  ASSERT_TRUE(log_->poll(kInput, 0, 1));
  for (int i = 0; i < 20; ++i) append(kInput, 10, 1000);
  EXPECT_GT(log_->tail_bytes(), 180'000u) << "somebody polls this one and is behind";
  ASSERT_TRUE(log_->poll(kInput, 201, 1));
  append(kInput, 1, 10);
  EXPECT_LT(log_->tail_bytes(), 20'000u);
}

TEST_F(EmbeddedOnly, BoundsTheMemoryOfAPollerThatIsFarBehind) {
  settings_.tail_bytes_max = 50'000;
  reopen();
  ASSERT_TRUE(log_->poll(kInput, 0, 1));
  for (int i = 0; i < 100; ++i) {
    append(kInput, 10, 1000);
    ASSERT_LT(log_->tail_bytes(), 80'000u);
  }
  for (Offset next = 0; next < 1000;) {
    const auto polled = log_->poll(kInput, next, 7);
    ASSERT_TRUE(polled);
    ASSERT_FALSE(polled->empty());
    for (const StoredRecord& record : *polled) ASSERT_EQ(record.key, std::to_string(next++));
  }
}

TEST_F(EmbeddedOnly, CanBeLookedAtWhenNoProcessRuns) {
  EXPECT_EQ(EmbeddedReader::open(scratch_.path() / "nothing").error().kind, ErrorKind::NotFound);
  append(kInput, 3, 10);
  EXPECT_EQ(EmbeddedReader::open(scratch_.path() / "log").error().kind, ErrorKind::Unavailable);
  log_.reset();
  {
    const auto reader = EmbeddedReader::open(scratch_.path() / "log");
    ASSERT_TRUE(reader) << reader.error().message;
    ASSERT_EQ((*reader)->topics().size(), 2u);
    EXPECT_EQ((*reader)->topics()[1].name, "other");
    EXPECT_EQ(*(*reader)->end(kInput), 3);
    int seen = 0;
    EXPECT_TRUE((*reader)->read(kInput, 1, 10, [&](const StoredRecord&) { return ++seen > 0; }));
    EXPECT_EQ(seen, 2);
    EXPECT_EQ((*reader)->end({2, 0}).error().kind, ErrorKind::NotFound);
  }
  open();
}

TEST_F(EmbeddedOnly, RefusesAFormatThatItDoesNotKnow) {
  log_.reset();
  {
    auto store = EmbeddedStore::open(scratch_.path() / "log", {}, EmbeddedStore::Mode::read_write);
    ASSERT_TRUE(store);
    EXPECT_EQ(*(*store)->fact("format"), "1");
    EXPECT_EQ((*store)->set_fact("format", "2").error().kind, ErrorKind::Conflict);
  }
  open();
}

}  // namespace
}  // namespace earshot::test
