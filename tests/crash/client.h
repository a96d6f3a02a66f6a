// A client of a service that is killed: it knows only what it was answered, and sends again, with the same ids, what was not
// acknowledged.
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
  const std::map<std::string, int>& sent() const { return sent_; }

 private:
  struct Delivery {
    std::string body;
    std::vector<std::string> ids;
  };

  Delivery next_delivery() {
    Delivery delivery;
    for (std::uint64_t events = 1 + random_.below(4); events > 0; --events) {
      ReviewText review;
      review.id = "c" + std::to_string(number_) + "-" + std::to_string(++count_);
      review.key = "customer:C" + std::to_string(number_) + "-" + std::to_string(random_.below(kCustomers));
      review.text = random_.chance(0.3) ? "送餐太慢，客服态度很差" : "Great service, thank you";
      review.stars = static_cast<int>(1 + random_.below(5));
      delivery.body += (delivery.body.empty() ? "[" : ",") + review_json(review);
      delivery.ids.push_back(review.id);
      ++sent_[review.key];
    }
    delivery.body += "]";
    return delivery;
  }

  int number_;
  Random random_;
  int count_ = 0;
  std::atomic<int> refused_ = 0;  // the rest is for one thread
  std::deque<Delivery> waiting_;
  std::set<std::string> acknowledged_;
  std::map<std::string, int> sent_;  // events by customer
};

}  // namespace earshot::test
