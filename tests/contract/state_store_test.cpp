#include "contract/state_store_contract.h"
#include "state_store/memory.h"
#include "state_store/rocks.h"
#include "support/scratch.h"

namespace earshot::test {
namespace {

class InMemory : public StateStoreUnderTest {
 public:
  StateStore& store() override { return store_; }
  void reopen() override {}  // it outlives whoever uses it

 private:
  MemoryStore store_{{.can_lose = true}};
};

class OnDisk : public StateStoreUnderTest {
 public:
  explicit OnDisk(RocksStore::Settings settings) : settings_(settings) { reopen(); }
  StateStore& store() override { return *store_; }
  void reopen() override {
    store_.reset();
    auto opened = RocksStore::open(scratch_.path() / "state", settings_);
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = std::move(*opened);
  }

 private:
  Scratch scratch_;
  RocksStore::Settings settings_;
  std::unique_ptr<RocksStore> store_;
};

const StateStoreKind kKinds[] = {
    {"memory", [] { return std::make_unique<InMemory>(); }},
    {"rocks", [] { return std::make_unique<OnDisk>(RocksStore::Settings{}); }},
    {"rocks_with_write_ahead_log",
     [] { return std::make_unique<OnDisk>(RocksStore::Settings{.write_ahead_log = true}); }},
    {"rocks_sorted_files", [] { return std::make_unique<OnDisk>(RocksStore::Settings{.sorted_files = true}); }},
    // So small that flushes and compactions happen while the tests look.
    {"rocks_small",
     [] {
       return std::make_unique<OnDisk>(RocksStore::Settings{.block_cache_bytes = 1 << 16, .memtable_bytes = 1 << 16});
     }},
};

INSTANTIATE_TEST_SUITE_P(Engines, StateStoreContract, ::testing::ValuesIn(kKinds),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace earshot::test
