// What every state store must do. A store takes part by instantiating StateStoreContract with a way to make one.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "earshot/state_store.h"
#include "support/random_test.h"

namespace earshot::test {

class StateStoreUnderTest {
 public:
  virtual ~StateStoreUnderTest() = default;
  virtual StateStore& store() = 0;
  virtual void reopen() = 0;  // closes the store as a program that ends well does, and opens it again
};

struct StateStoreKind {
  std::string name;
  std::function<std::unique_ptr<StateStoreUnderTest>()> make;
};

class StateStoreContract : public ::testing::TestWithParam<StateStoreKind> {
 protected:
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  StateStore& store() { return kept_->store(); }
  void reopen() { kept_->reopen(); }

  void put(std::string key, std::string value) {
    const auto written = store().write({{std::move(key), std::move(value)}});
    ASSERT_TRUE(written) << written.error().message;
  }
  std::optional<std::string> get(std::string_view key) {
    auto value = store().get(key);
    EXPECT_TRUE(value) << value.error().message;
    return value ? *value : std::nullopt;
  }
  Pairs scan(std::string_view prefix, std::string_view from = {}) {
    Pairs found;
    const auto scanned = store().scan(prefix, from, [&](std::string_view key, std::string_view value) {
      found.emplace_back(key, value);
      return true;
    });
    EXPECT_TRUE(scanned);
    return found;
  }

 private:
  std::unique_ptr<StateStoreUnderTest> kept_ = GetParam().make();
};

TEST_P(StateStoreContract, HasNothingAtFirst) {
  EXPECT_EQ(get("a"), std::nullopt);
  EXPECT_TRUE(scan("").empty());
}

TEST_P(StateStoreContract, KeepsTheNewestValueOfAKey) {
  put("a", "1");
  put("a", "2");
  EXPECT_EQ(get("a"), "2");
}

TEST_P(StateStoreContract, TellsAnEmptyValueFromNone) {
  put("a", "");
  EXPECT_EQ(get("a"), "");
  EXPECT_EQ(get(""), std::nullopt);
}

TEST_P(StateStoreContract, TakesAnyBytes) {
  const std::string key("\0\xff\x80k", 4);
  const std::string value("\xff\0v", 3);
  put(key, value);
  EXPECT_EQ(get(key), value);
  EXPECT_EQ(scan(std::string_view("\0", 1)), (Pairs{{key, value}}));
}

TEST_P(StateStoreContract, ErasesAKey) {
  put("a", "1");
  ASSERT_TRUE(store().write({{"a", std::nullopt}, {"never there", std::nullopt}}));
  EXPECT_EQ(get("a"), std::nullopt);
  EXPECT_TRUE(scan("").empty());
}

TEST_P(StateStoreContract, AppliesABatchInItsOrder) {
  ASSERT_TRUE(store().write({{"a", "1"}, {"b", "1"}, {"a", std::nullopt}, {"b", "2"}}));
  EXPECT_EQ(scan(""), (Pairs{{"b", "2"}}));
}

TEST_P(StateStoreContract, TakesAnEmptyBatch) { EXPECT_TRUE(store().write({})); }

TEST_P(StateStoreContract, TakesAValueOfAMebibyte) {
  const std::string large(std::size_t{1} << 20, 'x');
  put("large", large);
  reopen();
  EXPECT_EQ(get("large"), large);
}

TEST_P(StateStoreContract, ScansAPrefixInKeyOrder) {
  for (const char* key : {"b/2", "a/1", "b/10", "b", "b/1", "c"}) put(key, key);
  EXPECT_EQ(scan("b/"), (Pairs{{"b/1", "b/1"}, {"b/10", "b/10"}, {"b/2", "b/2"}}));
  EXPECT_EQ(scan("b/", "b/10"), (Pairs{{"b/10", "b/10"}, {"b/2", "b/2"}}));
  EXPECT_EQ(scan("b/", "b/11"), (Pairs{{"b/2", "b/2"}}));
  EXPECT_EQ(scan("b/", "a").size(), 3u);
  EXPECT_TRUE(scan("b/", "c").empty());
}

TEST_P(StateStoreContract, ScansBytesAsUnsigned) {
  put("\x7f", "1");
  put("\x80", "2");
  put("\xff\xff", "3");
  EXPECT_EQ(scan(""), (Pairs{{"\x7f", "1"}, {"\x80", "2"}, {"\xff\xff", "3"}}));
  EXPECT_EQ(scan("\xff"), (Pairs{{"\xff\xff", "3"}}));
}

TEST_P(StateStoreContract, StopsAScanWhenAsked) {
  for (const char* key : {"a", "b", "c"}) put(key, "");
  std::string seen;
  ASSERT_TRUE(store().scan("", "", [&](std::string_view key, std::string_view) {
    seen += key;
    return seen.size() < 2;
  }));
  EXPECT_EQ(seen, "ab");
}

TEST_P(StateStoreContract, LetsAVisitorReadAndWrite) {
  put("a", "1");
  put("b", "1");
  std::string seen;
  ASSERT_TRUE(store().scan("", "", [&](std::string_view key, std::string_view value) {
    EXPECT_TRUE(store().write({{"b", "2"}, {"c", "2"}}));
    EXPECT_EQ(get("b"), "2");
    seen.append(key).append(value);
    return true;
  }));
  EXPECT_EQ(seen, "a1b1") << "a scan sees the store as it was when it began";
}

TEST_P(StateStoreContract, IsTheSameAfterItWasClosedAndOpened) {
  put("a", "1");
  put("b", "2");
  ASSERT_TRUE(store().write({{"a", std::nullopt}}));
  reopen();
  EXPECT_EQ(scan(""), (Pairs{{"b", "2"}}));
  put("c", "3");
  ASSERT_TRUE(store().flush());
  reopen();
  EXPECT_EQ(scan(""), (Pairs{{"b", "2"}, {"c", "3"}}));
}

TEST_P(StateStoreContract, ShowsOtherThreadsWholeBatchesOnly) {
  ASSERT_TRUE(store().write({{"x", "0"}, {"y", "0"}}));
  std::atomic<bool> stop{false};
  std::thread reader([&] {
    while (!stop) {
      const Pairs seen = scan("");
      ASSERT_EQ(seen.size(), 2u);
      ASSERT_EQ(seen[0].second, seen[1].second);
    }
  });
  for (int i = 1; i <= scaled(2000); ++i) {
    const std::string value = std::to_string(i);
    ASSERT_TRUE(store().write({{"x", value}, {"y", value}}));
  }
  stop = true;
  reader.join();
}

TEST_P(StateStoreContract, BehavesLikeAMap) {
  Random random(seed_of_test(1));
  std::map<std::string, std::string> model;
  for (int round = 0; round < scaled(300); ++round) {
    std::vector<StateWrite> batch;
    for (std::uint64_t i = random.below(20); i > 0; --i) {
      const std::string key = std::to_string(random.below(200));
      if (random.chance(0.3)) {
        batch.push_back({key, std::nullopt});
        model.erase(key);
      } else {
        batch.push_back({key, std::to_string(random.next())});
        model[key] = *batch.back().value;
      }
    }
    ASSERT_TRUE(store().write(batch));
    if (random.chance(0.05)) {
      ASSERT_TRUE(store().flush());
    }
    if (random.chance(0.03)) reopen();
    const std::string asked = std::to_string(random.below(200));
    ASSERT_EQ(get(asked), model.contains(asked) ? std::optional(model[asked]) : std::nullopt);
  }
  EXPECT_EQ(scan(""), Pairs(model.begin(), model.end()));
}

// Keys that begin alike, that begin each other, that end in zeros, and several writes of one key.
TEST_P(StateStoreContract, KeepsTheLastWriteOfEachKeyOfABatchWhoseKeysHardlyDiffer) {
  Random random(seed_of_test(2));
  std::map<std::string, std::string> model;
  for (int round = 0; round < scaled(10); ++round) {
    std::vector<StateWrite> batch;
    for (int i = 0; i < 400; ++i) {
      std::string key(random.below(3) * 17, random.chance(0.5) ? 'v' : 'w');
      for (std::uint64_t more = random.below(6); more > 0; --more) key += "\0ab"[random.below(3)];
      if (key.empty()) key = "x";
      const std::string value = std::to_string(i);
      batch.push_back({key, value});
      model[key] = value;
    }
    ASSERT_TRUE(store().write(batch));
    ASSERT_EQ(scan(""), Pairs(model.begin(), model.end()));
  }
}

}  // namespace earshot::test
