// Using the app and paying for it every month: the part of a customer's life that belongs to the subscription. One
// thread.
#pragma once

#include "simulation/voice.h"

namespace earshot::simulation {

class App {
 public:
  App(const Stage& stage, Loyalty& loyalty, Voice& voice) : stage_(stage), loyalty_(loyalty), voice_(voice) {}

  // Signs up at `at`; on trial first if they are new.
  void begin(Customer& customer, Timestamp at, bool is_new);

 private:
  void plan_use(Customer& customer, Timestamp after);
  void use(Customer& customer, Timestamp at);
  void remark(Customer& customer, Timestamp at);
  void renew(Customer& customer, Timestamp at);
  void fail_to_renew(Customer& customer, Timestamp at);
  void plan_price_raise(Customer& customer, Timestamp after);
  void send_subscription(Customer& customer, SubscriptionStatus status, Timestamp at);
  void send_payment(Customer& customer, PaymentStatus status, Timestamp at);
  Slots slots(const Customer& customer) const;

  const Stage& stage_;
  Loyalty& loyalty_;
  Voice& voice_;
};

}  // namespace earshot::simulation
