// The company's systems: they collect what happened and send it as each source does. Orders and messages one by one,
// payments and usage in batches of a quarter of an hour, store reviews in pages four times a day, the marketplace as a
// file every night.
//
// A few deliveries come twice, and a few items are damaged: cut JSON, a review with nine stars, a row without a time.
// One thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "earshot/event.h"
#include "simulation/company.h"
#include "simulation/payloads.h"
#include "simulation/schedule.h"

namespace earshot::simulation {

class Outbox {
 public:
  Outbox(const Settings& settings, Schedule& schedule);

  void send_now(const Event& event);
  void send_in_batch(const Event& event);
  void send(const StoreReview& review);
  void send(const FormAnswer& answer);
  void send(const Post& post, PostChange change);
  void send(const MarketOrder& order);

  std::vector<Payload> take() { return std::exchange(payloads_, {}); }
  std::int64_t damaged_items() const { return damaged_items_; }

 private:
  struct Delivery {
    std::string connector;
    Headers headers;
    std::string body;
    bool is_damaged = false;  // comes once, so that each damaged item is one dead letter
  };
  void deliver(Delivery delivery);
  void send_batch();
  void send_reviews();
  void send_export();
  void plan_noise();
  bool damage_page(std::vector<StoreReview>& page);

  const Settings& settings_;
  Schedule& schedule_;
  Random random_;
  std::vector<Payload> payloads_;
  std::vector<std::string> batch_;
  std::vector<StoreReview> reviews_;
  std::vector<MarketOrder> orders_;
  std::int64_t damaged_items_ = 0;
};

}  // namespace earshot::simulation
