// Ordering, paying, receiving, sending back: the part of a customer's life that belongs to the shop. One thread.
#pragma once

#include "simulation/voice.h"

namespace earshot::simulation {

class Shop {
 public:
  Shop(const Stage& stage, Loyalty& loyalty, Voice& voice) : stage_(stage), loyalty_(loyalty), voice_(voice) {}

  // The first order is placed at `at` or a little later, the next follow by the customer's own rhythm.
  void begin(Customer& customer, Timestamp at);

 private:
  struct Sale {
    std::string id;
    std::string product;
    std::int64_t amount = 0;
    Timestamp at{};
    bool at_market = false;
    Slots slots;
  };

  void plan_order(Customer& customer, Timestamp after);
  void place(Customer& customer, Timestamp at);
  void pay(Customer& customer, const Sale& sale, Timestamp at);
  void send_payment(Customer& customer, const Sale& sale, PaymentStatus status, Timestamp at);
  void plan_delivery(Customer& customer, const Sale& sale);
  void receive(Customer& customer, const Sale& sale, Timestamp at);
  void plan_return(Customer& customer, const Sale& sale, Timestamp at);
  void send_back(Customer& customer, const Sale& sale, Timestamp at);
  void be_pleased(Customer& customer, const Sale& sale, Timestamp at);

  const Stage& stage_;
  Loyalty& loyalty_;
  Voice& voice_;
};

}  // namespace earshot::simulation
