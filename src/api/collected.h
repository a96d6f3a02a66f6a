// What a connector reads of one delivery, gathered into one offer to the front door, and what its sender is told.
#pragma once

#include "api/delivery_answers.h"
#include "api/intake.h"
#include "earshot/connector.h"

namespace earshot::api {

// A line or an item may be a byte, and what is kept of it takes a thousand.
inline constexpr std::int64_t kItemsMax = 10'000;

// Findings in order; items are counted as they come. Borrows the origin.
class Collected : public Findings {
 public:
  // `trace_parent` is that of the request, for events that bring none.
  Collected(const Origin& origin, bool may_name_tenant, std::string_view trace_parent);

  void event(Event event) override;
  void dead_letter(DeadLetter letter) override;
  void skipped() override { ++items_; }
  bool are_too_many() const { return items_ > kItemsMax; }

  Offer offer;
  DeliveryAnswer answer;

 private:
  void drop();

  const Origin& origin_;
  bool may_name_tenant_;
  std::string trace_parent_;
  std::int64_t items_ = 0;
};

}  // namespace earshot::api
