// Tells identity of pairs in short words, and keeps whose each key is by what it has said.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/hash.h"
#include "processors/identity/identity.h"
#include "support/feed.h"

namespace earshot::testing {

class IdentityFeed {
 public:
  // Keys are `kind:value`.
  std::vector<Emitted> link(const std::string& first, const std::string& second) {
    return pair(first, second, true, false);
  }
  std::vector<Emitted> unlink(const std::string& first, const std::string& second) {
    return pair(first, second, false, true);
  }

  std::vector<Emitted> pair(const std::string& first, const std::string& second, bool trusted, bool undone) {
    return give(
        {hash_key("", first), hash_key("", second), kind_of(first), kind_of(second), trusted, undone, "email", ""},
        feed_.now());
  }
  // By a person, `decided` minutes after the begin of time; 0: by evidence.
  std::vector<Emitted> say(const std::string& first, const std::string& second, bool undone, int decided) {
    if (decided == 0) return pair(first, second, !undone, undone);
    return give(
        {hash_key("", first), hash_key("", second), kind_of(first), kind_of(second), !undone, undone, "", "agent-1"},
        kEarliest + std::chrono::minutes{decided});
  }
  std::vector<Emitted> give(const KeysPaired& paired, Timestamp at) {
    Event event;
    event.id = "pair-" + std::to_string(++pairs_);
    event.source = "/test";
    event.tenant = "acme";
    event.time = at;
    event.recorded = feed_.now();
    event.caused_by = "input-" + std::to_string(pairs_);
    event.body = paired;
    auto emitted = feed_.give(event, "acme");
    for (const Emitted& one : emitted) {
      if (const auto* assigned = std::get_if<IdentityAssigned>(&one.event.body)) {
        EXPECT_EQ(one.topic, Topic::feedback);
        EXPECT_EQ(one.key, record_key("acme", assigned->key)) << "the decision goes where intake keeps the key";
        EXPECT_GT(assigned->epoch, epochs_[assigned->key]) << "a decision is newer than the one before";
        epochs_[assigned->key] = assigned->epoch;
        customers_[assigned->key] = assigned->customer;
      } else {
        EXPECT_EQ(one.topic, Topic::desk);
      }
    }
    return emitted;
  }

  // As the decisions so far say; a key of which nothing was said is a customer of its own.
  CustomerId customer_of(const std::string& key) const {
    const KeyHash hash = hash_key("", key);
    const auto found = customers_.find(hash);
    return found == customers_.end() ? CustomerId{hash.high, hash.low} : found->second;
  }
  static CustomerId named(const std::string& key) {
    const KeyHash hash = hash_key("", key);
    return {hash.high, hash.low};
  }
  static std::string kind_of(const std::string& key) { return key.substr(0, key.find(':')); }

  const Feed& feed() const { return feed_; }

 private:
  std::unique_ptr<Processor> identity_ = make_identity();
  Feed feed_{*identity_};
  std::map<KeyHash, CustomerId> customers_;
  std::map<KeyHash, std::int64_t> epochs_;
  int pairs_ = 0;
};

}  // namespace earshot::testing
