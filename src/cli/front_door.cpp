#include "cli/front_door.h"

#include <algorithm>

namespace earshot::cli {

void FrontDoor::offer(api::Offer offer, Done done) {
  std::vector<Event> events;
  Result<Live*> door = &workers_.front()->live();
  if (offer.mending) {
    events.push_back(event_of(std::move(*offer.mending), offer.tenant, offer.received));
    door = door_of(events.front());
  }
  if (!door) return done(std::move(door.error()));
  std::move(offer.events.begin(), offer.events.end(), std::back_inserter(events));
  for (DeadLetter& letter : offer.letters) events.push_back(event_of(std::move(letter), offer.tenant));
  (*door)->offer(std::move(events), [this, connector = std::move(offer.connector), received = offer.received,
                                     done = std::move(done)](Result<Live::Outcome> outcome) {
    if (!outcome) return done(std::move(outcome.error()));
    if (outcome->is_elsewhere)
      return done(Error{ErrorKind::Unavailable, "the worker that has this letter is another one now; try again"});
    const auto accepted = static_cast<std::uint64_t>(outcome->accepted);
    const auto duplicate = static_cast<std::uint64_t>(outcome->duplicate);
    metrics_.add_batch(connector, {accepted + duplicate, accepted, std::max(clock_.now() - received, Millis{0})});
    if (duplicate > 0) metrics_.add(Metric::duplicates, {{connector}}, static_cast<double>(duplicate));
    done(api::OfferOutcome{outcome->accepted, outcome->duplicate, outcome->was_mended, outcome->recorded});
  });
}

Result<Live*> FrontDoor::door_of(const Event& mending) const {
  const Station& first = workers_.front()->station();
  const TopicPartition task = first.task_of(mending);
  for (const auto& worker : workers_) {
    if (worker->station().log().owns(task)) return &worker->live();
  }
  const auto address = first.log().address_of(task);
  if (!address) return address.error();
  return Error{ErrorKind::Unavailable,
               address->empty()
                   ? "no process has said yet that it has this letter; try again, when one folds its partition"
                   : "another process has this letter: ask " + *address};
}

}  // namespace earshot::cli
