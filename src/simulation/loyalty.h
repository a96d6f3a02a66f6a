// How a customer feels, and whether they leave. Most who leave say nothing: they decide after one bad experience too
// many, and a few days later they are gone. Who is helped in between mostly stays. One thread.
#pragma once

#include "simulation/customer.h"

namespace earshot::simulation {

class Loyalty {
 public:
  explicit Loyalty(const Stage& stage) : stage_(stage) {}

  void good(Customer& customer, int weight);
  // True if that was one too many: they have decided to leave.
  bool bad(Customer& customer, Timestamp at, int weight, const std::string& why);
  // True if they wanted to leave and stay.
  bool helped(Customer& customer);
  // Once a month some lose interest without a reason: longer gaps, then nothing.
  void plan_drifting(Customer& customer, Timestamp from);

 private:
  void plan_leaving(Customer& customer, Timestamp at, std::string why);
  void leave(Customer& customer, Timestamp at);

  const Stage& stage_;
};

}  // namespace earshot::simulation
