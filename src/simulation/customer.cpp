#include "simulation/customer.h"

namespace earshot::simulation {

Event Stage::event(Customer& customer, const std::string& system, InputKind kind, Timestamp at) const {
  Event event;
  event.id = system + "-" + customer.id + "-" + std::to_string(++customer.event_count);
  event.source = "/" + settings.tenant + "/" + system;
  event.tenant = settings.tenant;
  event.time = at;
  Input input;
  input.kind = kind;
  input.channel = system;
  input.person.keys = {customer.key(), "email:" + customer.email};
  input.person.verified = input.person.keys;
  input.region = customer.region;
  event.body = std::move(input);
  return event;
}

std::string spoken_amount(const Customer& customer, std::int64_t minor_units) {
  std::string amount = grouped_amount(minor_units);
  if (amount.ends_with(".00")) amount.resize(amount.size() - 3);
  if (customer.manner.tongue == Tongue::chinese) return amount + "元";
  return (customer.region == "GB-LND" ? "£" : "$") + amount;
}

}  // namespace earshot::simulation
