// A client of a service that is killed: it knows only what it was answered, and sends again, with the same ids, what
// was not acknowledged.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "support/earshot_process.h"

namespace earshot::test {

inline constexpr int kCustomers = 12;  // of each client

// Sends one delivery after the other until the service is gone; sends again what was not acknowledged.
class Client {
 public:
  Client(int number, std::uint64_t seed) : number_(number), random_(seed) {}

  // Until the connection breaks, or `deliveries` were acknowledged.
  void send_to(std::uint16_t port, int deliveries) {
    HttpClient client(port);
    for (int i = 0; i < deliveries && client.is_open(); ++i) {
      if (waiting_.empty()) waiting_.push_back(next_delivery());
      const HttpAnswer answer = client.post("/v1/events", waiting_.front().body);
      if (answer.status / 100 != 2) {
        if (answer.status != 0) {
          EXPECT_EQ(answer.status, 503) << answer.body;
          EXPECT_TRUE(answer.headers.contains("retry-after"));
          ++refused_;
        }
        return;
      }
      acknowledged_.insert(waiting_.front().ids.begin(), waiting_.front().ids.end());
      waiting_.pop_front();
    }
  }

  bool has_unacknowledged() const { return !waiting_.empty(); }
  int refused() const { return refused_; }
  const std::set<std::string>& acknowledged() const { return acknowledged_; }

  // Items of feedback by key: of a key that is linked those of its customer.
  std::map<std::string, int> sent() const {
    std::map<std::string, int> all = sent_;
    for (const auto& [other, key] : linked_) {
      if (unlinked_.contains(other)) continue;
      const int sum = count_of(key) + count_of(other);
      if (sum > 0) all[key] = all[other] = sum;
    }
    return all;
  }

 private:
  struct Delivery {
    std::string body;
    std::vector<std::string> ids;
  };

  Delivery next_delivery() {
    Delivery delivery;
    for (std::uint64_t events = 1 + random_.below(4); events > 0; --events) {
      if (random_.chance(0.1)) {
        add(link_or_unlink(), delivery);
        continue;
      }
      ReviewText review;
      review.id = "c" + std::to_string(number_) + "-" + std::to_string(++count_);
      review.key = any_key(random_.chance(0.3) ? "chat" : "customer");
      review.text = random_.chance(0.3) ? "送餐太慢，客服态度很差" : "Great service, thank you";
      review.stars = static_cast<int>(1 + random_.below(5));
      add({review.id, review_json(review)}, delivery);
      ++sent_[review.key];
    }
    delivery.body += "]";
    return delivery;
  }

  struct Sent {
    std::string id;
    std::string json;
  };
  static void add(const Sent& sent, Delivery& delivery) {
    delivery.body += (delivery.body.empty() ? "[" : ",") + sent.json;
    delivery.ids.push_back(sent.id);
  }

  std::string any_key(const std::string& kind) {
    return kind + ":C" + std::to_string(number_) + "-" + std::to_string(random_.below(kCustomers));
  }
  int count_of(const std::string& key) const {
    const auto found = sent_.find(key);
    return found == sent_.end() ? 0 : found->second;
  }

  // A handle turns out to be a customer's, and some of them not to be: what was heard under it moves, and back.
  Sent link_or_unlink() {
    const std::string handle = any_key("chat");
    const std::string key = "customer" + handle.substr(handle.find(':'));
    const bool undo = linked_.contains(handle) && random_.chance(0.4);
    linked_[handle] = key;
    if (undo) unlinked_.insert(handle);
    Sent sent{"c" + std::to_string(number_) + "-" + std::to_string(++count_), {}};
    sent.json = R"({"specversion":"1.0","id":")" + sent.id + R"(","source":"/acme/shop","type":"earshot.identity.)" +
                (undo ? "unlinked" : "linked") + R"(.v1","data":{"channel":"crm","person":{"keys":[")" + handle +
                R"(",")" + key + R"("]}}})";
    return sent;
  }

  int number_;
  Random random_;
  int count_ = 0;
  std::atomic<int> refused_ = 0;  // the rest is for one thread
  std::deque<Delivery> waiting_;
  std::set<std::string> acknowledged_;
  std::map<std::string, int> sent_;  // items of feedback by key
  std::map<std::string, std::string> linked_;
  std::set<std::string> unlinked_;
};

}  // namespace earshot::test
