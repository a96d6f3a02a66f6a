#include "pipeline/live.h"

#include <algorithm>
#include <memory>

namespace earshot {
namespace {

// How long a due timer may wait for the pump to look at the clock.
constexpr std::chrono::milliseconds kLook{50};

}  // namespace

Live::Live(Pump& pump, ImportRules rules, const Clock& clock, Settings settings, Hooks hooks)
    : pump_(pump),
      rules_(std::move(rules)),
      clock_(clock),
      settings_(std::move(settings)),
      hooks_(std::move(hooks)),
      thread_([this] { run(); }) {}

Live::~Live() { stop(); }

std::optional<Error> Live::refusal(std::size_t events) const {
  if (trouble_) return *trouble_;
  if (stopping_) return Error{ErrorKind::Unavailable, "earshot is stopping"};
  if (queued_events_ + events > settings_.queue_events_max) return Error{ErrorKind::Unavailable, "the queue is full; try again in a second"};
  return std::nullopt;
}

void Live::offer(std::vector<Event> events, Done done) {
  std::optional<Error> refused;
  {
    const std::lock_guard lock(mutex_);
    refused = refusal(events.size());
  }
  if (!refused && hooks_.offered) {
    for (const Event& event : events) hooks_.offered(event);
  }
  if (!refused) {
    const std::lock_guard lock(mutex_);
    refused = refusal(events.size());
    if (!refused) {
      queued_events_ += events.size();
      queue_.push_back({std::move(events), std::move(done), {}});
    }
  }
  if (refused) return done(std::move(*refused));
  changed_.notify_one();
}

void Live::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

std::optional<Error> Live::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

bool Live::take(std::vector<Offer>& offers) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kLook, [&] { return stopping_ || trouble_ || committed_ || !queue_.empty(); });
  committed_ = false;
  const std::size_t first = offers.size();
  std::size_t events = 0;
  while (first + events < settings_.events_per_commit_max && !queue_.empty()) {
    events += queue_.front().events.size();
    queued_events_ -= queue_.front().events.size();
    offers.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return !trouble_ && !(stopping_ && queue_.empty() && offers.empty() && !committing_);
}

void Live::run() {
  std::vector<Offer> waiting;  // folded, for the next commit
  while (true) {
    std::vector<Offer> offers;
    const bool go_on = take(offers);
    if (auto folded = fold(offers); !folded) {
      fail(folded.error());
      for (Offer& offer : offers) offer.done(folded.error());
      for (Offer& offer : waiting) offer.done(folded.error());
      return;
    }
    for (Offer& offer : offers) waiting.push_back(std::move(offer));
    bool free = false;
    {
      const std::lock_guard lock(mutex_);
      free = !committing_;
    }
    if ((free && (pump_.uncommitted() > 0 || !waiting.empty())) || pump_.uncommitted() > settings_.events_per_commit_max * 8) {
      if (hooks_.folded) hooks_.folded(pump_.stages());
      commit(std::exchange(waiting, {}));
    } else if (!go_on) {
      return;
    }
  }
}

Result<void> Live::fold(std::vector<Offer>& offers) {
  const Timestamp now = std::max(clock_.now(), pump_.now());
  for (Offer& offer : offers) {
    for (Event& event : offer.events) {
      if (event.tenant.empty()) event.tenant = settings_.tenant;
      if (event.time == kEarliest) event.time = now;
      event.recorded = now;
      if (auto ran = pump_.run_before(now); !ran) return ran;
      if (std::holds_alternative<Command>(event.body)) {
        std::string desk = tenant_key(event.tenant);
        pump_.append(Topic::desk, std::move(desk), std::move(event));
        ++offer.outcome.accepted;
        continue;
      }
      const std::string key = rules_.record_key(event);
      if (rules_.is_known(event, key, pump_.task_of(Topic::feedback, key).values())) {
        ++offer.outcome.duplicate;
      } else {
        pump_.append(Topic::feedback, key, std::move(event));
        ++offer.outcome.accepted;
      }
    }
  }
  return pump_.run_before(now);
}

void Live::commit(std::vector<Offer> offers) {
  {
    const std::lock_guard lock(mutex_);
    committing_ = true;
  }
  auto shared = std::make_shared<std::vector<Offer>>(std::move(offers));  // the callback must be copyable
  pump_.commit([this, shared](const Result<void>& result) {
    for (Offer& offer : *shared) {
      if (result) {
        offer.done(offer.outcome);
      } else {
        offer.done(result.error());
      }
    }
    if (!result) fail(result.error());
    if (result && hooks_.committed) hooks_.committed();
    {
      const std::lock_guard lock(mutex_);
      committing_ = false;
      committed_ = true;
    }
    changed_.notify_one();
  });
}

void Live::fail(const Error& error) {
  {
    const std::lock_guard lock(mutex_);
    if (trouble_) return;
    trouble_ = Error{ErrorKind::Unavailable, error.message};
  }
  if (hooks_.stopped) hooks_.stopped(error);
}

}  // namespace earshot
