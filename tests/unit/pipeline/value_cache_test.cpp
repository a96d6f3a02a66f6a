#include "pipeline/value_cache.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "state/common.pb.h"
#include "state_store/memory.h"

namespace earshot::test {
namespace {

using Held = HeldValue<state::ConfigState>;

std::string key_of(int n) { return "key/" + std::to_string(100'000 + n); }

void put(ValueCache& cache, const std::string& key, const std::string& text) {
  static_cast<Held&>(cache.edit(key, &Held::decode)).value.set_settings(text);
}
std::string get(ValueCache& cache, const std::string& key) {
  const AnyValue* any = cache.find(key, &Held::decode);
  return any == nullptr ? "absent" : static_cast<const Held*>(any)->value.settings();
}

TEST(ValueCache, GivesWhatWasTouchedOnce) {
  MemoryStore store;
  ValueCache cache(store, 1 << 20);
  put(cache, "b", "1");
  put(cache, "a", "2");
  put(cache, "b", "3");
  cache.erase("c");
  EXPECT_EQ(get(cache, "d"), "absent");  // only looked at
  auto writes = cache.take_touched(1);
  ASSERT_EQ(writes.size(), 3u);
  std::sort(writes.begin(), writes.end(), [](const StateWrite& a, const StateWrite& b) { return a.key < b.key; });
  EXPECT_EQ(writes[0].key, "a");
  EXPECT_EQ(writes[1].key, "b");
  EXPECT_EQ(writes[2].key, "c");
  EXPECT_FALSE(writes[2].value);
  state::ConfigState read;
  ASSERT_TRUE(read.ParseFromString(*writes[1].value));
  EXPECT_EQ(read.settings(), "3");
  EXPECT_TRUE(cache.take_touched(2).empty());
}

TEST(ValueCache, AsksTheStoreForNothingUntilSomethingWasWritten) {
  MemoryStore store;
  ValueCache before(store, 1 << 20);
  put(before, "a", "1");
  put(before, "b", "2");
  ASSERT_TRUE(store.write(before.take_touched(1)));
  ValueCache cache(store, 1 << 20);
  cache.begin_with_nothing();
  EXPECT_EQ(get(cache, "a"), "absent");
  (void)cache.take_touched(1);
  EXPECT_EQ(get(cache, "b"), "2");
}

TEST(ValueCache, AnErasedValueIsAbsentAndCanComeBack) {
  MemoryStore store;
  ValueCache cache(store, 1 << 20);
  put(cache, "a", "1");
  ASSERT_TRUE(store.write(cache.take_touched(1)));
  cache.erase("a");
  EXPECT_EQ(get(cache, "a"), "absent");
  ASSERT_TRUE(store.write(cache.take_touched(2)));
  EXPECT_EQ(store.size(), 0u);
  put(cache, "a", "2");
  EXPECT_EQ(get(cache, "a"), "2");
}

TEST(ValueCache, KeepsWhatIsNotYetInTheStore) {
  MemoryStore store;
  ValueCache cache(store, 1);  // wants nothing
  constexpr int kValues = 6000;
  for (int i = 0; i < kValues; ++i) put(cache, key_of(i), "unwritten");
  EXPECT_EQ(cache.size(), static_cast<std::size_t>(kValues));
  auto writes = cache.take_touched(1);
  for (int i = 0; i < kValues; ++i) EXPECT_EQ(get(cache, key_of(i)), "unwritten");
  for (int i = 0; i < 2000; ++i) (void)get(cache, "other/" + std::to_string(i));
  for (int i = 0; i < kValues; ++i) EXPECT_EQ(get(cache, key_of(i)), "unwritten");  // commit 1 is on its way

  ASSERT_TRUE(store.write(writes));
  cache.written(1);
  for (int i = 0; i < 20'000; ++i) (void)get(cache, "more/" + std::to_string(i));
  EXPECT_LT(cache.size(), 8500u);                                                   // now they may go
  for (int i = 0; i < kValues; ++i) EXPECT_EQ(get(cache, key_of(i)), "unwritten");  // and come back from the store
}

// To look for a thing that is not there costs no room for long; what is made of it then stays.
TEST(ValueCache, ThatAValueIsAbsentIsForgottenSoonAndWhatIsPutThereIsNot) {
  MemoryStore store;
  ValueCache cache(store, std::size_t{64} << 20);
  put(cache, "made", "1");
  ASSERT_TRUE(store.write(cache.take_touched(1)));
  cache.written(1);
  const AnyValue* made = cache.find("made", &Held::decode);
  for (int i = 0; i < 20'000; ++i) EXPECT_EQ(get(cache, "nobody/" + std::to_string(i)), "absent");
  EXPECT_LT(cache.size(), 5000u);
  EXPECT_EQ(cache.find("made", &Held::decode), made);
}

TEST(ValueCache, WhatAStepHasLookedAtStaysWhileItLooksAtAThousandMore) {
  MemoryStore store;
  ValueCache cache(store, 1);
  for (int i = 0; i < 10'000; ++i) (void)get(cache, "fill/" + std::to_string(i));
  put(cache, "mine", "1");
  ASSERT_TRUE(store.write(cache.take_touched(1)));
  cache.written(1);
  const AnyValue* mine = cache.find("mine", &Held::decode);
  for (int i = 0; i < 1000; ++i) (void)get(cache, "step/" + std::to_string(i));
  EXPECT_EQ(cache.find("mine", &Held::decode), mine);
}

TEST(ValueCache, WhatIsOnlyWrittenGoesToo) {
  MemoryStore store;
  ValueCache cache(store, 1);
  for (int i = 0; i < 50'000; ++i) {
    cache.erase(key_of(i));  // as a timeline takes a slot, whatever was in it
    put(cache, key_of(i), "1");
    ASSERT_TRUE(store.write(cache.take_touched(static_cast<std::uint64_t>(i) + 1)));
    cache.written(static_cast<std::uint64_t>(i) + 1);
  }
  EXPECT_LT(cache.size(), 5000u);
}

TEST(ValueCache, WhatIsReplacedIsNotReadAndGoesOnceItIsInTheStore) {
  MemoryStore store;
  ValueCache cache(store, std::size_t{1} << 30);  // has room for all
  const auto replace = [&](const std::string& key, const std::string& text) {
    state::ConfigState value;
    value.set_settings(text);
    cache.put(key, value.SerializeAsString(), &Held::decode);
  };
  std::uint64_t commits = 0;
  const auto commit = [&](bool is_written) {
    ASSERT_TRUE(store.write(cache.take_touched(++commits)));
    if (is_written) cache.written(commits);
  };
  put(cache, "slot", "old");
  commit(true);
  replace("slot", "new");
  EXPECT_EQ(get(cache, "slot"), "new");
  for (int i = 0; i < 20'000; ++i) replace(key_of(i), std::to_string(i));
  EXPECT_EQ(cache.size(), 20'001u) << "not yet in the store";
  commit(false);
  replace("one more", "");
  EXPECT_EQ(cache.size(), 20'002u) << "on its way";
  EXPECT_EQ(get(cache, key_of(7)), "7");  // asked for: stays
  cache.written(commits);
  for (int i = 0; i < 20'000; ++i) replace("next/" + std::to_string(i), "");
  EXPECT_LT(cache.size(), 25'000u);
  EXPECT_EQ(get(cache, key_of(7)), "7");
  EXPECT_EQ(get(cache, key_of(8)), "8") << "read back";
}

// Counts how often it is asked.
class AskedStore : public MemoryStore {
 public:
  Result<std::optional<std::string>> get(std::string_view key) const override {
    ++asked;
    return MemoryStore::get(key);
  }
  mutable int asked = 0;
};

TEST(ValueCache, WhatIsWrittenOnceDoesNotPushOutWhatIsUsed) {
  AskedStore store;
  ValueCache cache(store, std::size_t{6000} * 400);
  constexpr int kCustomers = 1000;
  int written_once = 0;
  std::uint64_t commits = 0;
  for (int round = 0; round < 20; ++round) {
    store.asked = 0;
    for (int i = 0; i < kCustomers; ++i) {
      put(cache, key_of(i), std::to_string(round));
      for (int n = 0; n < 3; ++n) put(cache, "once/" + std::to_string(++written_once), "");
    }
    ASSERT_TRUE(store.write(cache.take_touched(++commits)));
    cache.written(commits);
  }
  EXPECT_EQ(store.asked, 3 * kCustomers) << "customers are still in the cache";
  EXPECT_LT(cache.size(), 8000u);
}

}  // namespace
}  // namespace earshot::test
