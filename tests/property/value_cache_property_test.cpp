// The cache of values beside a plain map: whatever is looked at, edited, erased or put, and however far the store is
// behind, it gives what was last written; and the store ends with the same.
#include "pipeline/value_cache.h"

#include <deque>
#include <map>

#include "state/common.pb.h"
#include "state_store/memory.h"
#include "support/random_test.h"

namespace earshot {
namespace {

using Held = HeldValue<state::ConfigState>;

state::ConfigState config_of(int number) {
  state::ConfigState value;
  value.set_settings(std::to_string(number));
  return value;
}

class CacheBesideMap {
 public:
  explicit CacheBesideMap(Random& random)
      : random_(random),
        keys_(std::uint64_t{4} << random.below(10)),
        commits_often_(0.01 + 0.1 * static_cast<double>(random.below(3))),
        writes_often_(0.01 + 0.1 * static_cast<double>(random.below(3))),
        others_often_(random.chance(0.5) ? 0.3 : 0.9) {}

  // Keys that stay wanted, and those that are never seen again, so that the cache has to let go.
  void step() {
    if (random_.chance(0.0002)) puts_often_ = puts_often_ > 0 ? 0 : 0.5;
    if (random_.chance(commits_often_)) commit();
    if (random_.chance(writes_often_)) write_one();
    const std::string name = random_.chance(others_often_) ? "other/" + std::to_string(++others_)
                                                           : "key/" + std::to_string(random_.below(keys_));
    if (random_.chance(puts_often_)) return put(name);
    switch (random_.below(3)) {
      case 0: look(name); break;
      case 1: edit(name); break;
      default: erase(name); break;
    }
  }

  void end() {
    for (const auto& [name, _] : expected_) look(name);
    commit();
    while (!under_way_.empty()) write_one();
    std::map<std::string, std::string> stored;
    ASSERT_TRUE(store_.scan("", "", [&](std::string_view key, std::string_view bytes) {
      stored.emplace(key, bytes);
      return true;
    }));
    std::map<std::string, std::string> wanted;
    for (const auto& [name, number] : expected_) wanted[name] = config_of(number).SerializeAsString();
    EXPECT_EQ(stored, wanted);
  }

 private:
  void look(const std::string& name) {
    const AnyValue* found = cache_.find(name, &Held::decode);
    const auto expected = expected_.find(name);
    ASSERT_EQ(found != nullptr, expected != expected_.end()) << name;
    if (found == nullptr) return;
    ASSERT_EQ(static_cast<const Held*>(found)->value.settings(), std::to_string(expected->second)) << name;
  }
  void put(const std::string& name) {
    cache_.put(name, config_of(++written_).SerializeAsString(), &Held::decode);
    expected_[name] = written_;
  }
  void edit(const std::string& name) {
    static_cast<Held&>(cache_.edit(name, &Held::decode)).value = config_of(++written_);
    expected_[name] = written_;
  }
  void erase(const std::string& name) {
    cache_.erase(name);
    expected_.erase(name);
  }
  void commit() { under_way_.push_back(cache_.take_touched(++commits_)); }
  void write_one() {
    if (under_way_.empty()) return;
    ASSERT_TRUE(store_.write(under_way_.front()));
    under_way_.pop_front();
    cache_.written(++commits_written_);
  }

  Random& random_;
  MemoryStore store_;
  ValueCache cache_{store_, 1};  // wants nothing
  std::map<std::string, int> expected_;
  std::deque<std::vector<StateWrite>> under_way_;
  std::uint64_t keys_;
  double commits_often_, writes_often_, others_often_, puts_often_ = 0.5;
  std::uint64_t commits_ = 0, commits_written_ = 0;
  int written_ = 0, others_ = 0;
};

TEST(ValueCache, GivesWhatAMapWouldGiveHoweverFarTheStoreIsBehind) {
  Random random(test::seed_of_test(1));
  for (int round = 0; round < test::scaled(60); ++round) {
    CacheBesideMap both(random);
    for (int i = 0; i < 30'000 && !::testing::Test::HasFatalFailure(); ++i) both.step();
    both.end();
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace earshot
