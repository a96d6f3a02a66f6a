#include "pipeline/live.h"

#include <algorithm>
#include <memory>

namespace earshot {
namespace {

// How long a due timer may wait for the pump to look at the clock.
constexpr std::chrono::milliseconds kLook{50};

// A commit joins the one under way when so many times what one should hold has gathered; nothing gathers beyond it.
constexpr std::size_t kCommitsAtOnce = 8;

}  // namespace

Live::Live(Pump& pump, ImportRules rules, const Clock& clock, Settings settings, Hooks hooks)
    : pump_(pump),
      rules_(std::move(rules)),
      clock_(clock, settings.passed),
      settings_(std::move(settings)),
      hooks_(std::move(hooks)),
      thread_([this] { run(); }) {}

Live::~Live() { stop(); }

std::optional<Error> Live::refusal(std::size_t events) const {
  if (trouble_) return *trouble_;
  if (clock_trouble_) return *clock_trouble_;
  if (stopping_) return Error{ErrorKind::Unavailable, "earshot is stopping"};
  if (unanswered_events_ + events > settings_.queue_events_max)
    return Error{ErrorKind::Unavailable, "the queue is full; try again in a second"};
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
      unanswered_events_ += events.size();
      queue_.push_back({.count = events.size(), .events = std::move(events), .done = std::move(done), .outcome = {}});
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

Result<void> Live::ready() const {
  const std::lock_guard lock(mutex_);
  if (trouble_) return *trouble_;
  if (clock_trouble_) return *clock_trouble_;
  if (stopping_) return Error{ErrorKind::Unavailable, "earshot is stopping"};
  return {};
}

std::size_t Live::unanswered() const {
  const std::lock_guard lock(mutex_);
  return unanswered_events_;
}

bool Live::take(std::vector<Offer>& offers) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kLook, [&] { return stopping_ || trouble_ || committed_ || !queue_.empty(); });
  committed_ = false;
  std::size_t events = 0;
  while (events < settings_.events_per_commit_max && !queue_.empty()) {
    events += queue_.front().count;
    offers.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return !(stopping_ && queue_.empty() && offers.empty() && commits_ == 0);
}

void Live::run() {
  std::vector<Offer> waiting;  // folded, for the next commit
  while (true) {
    const bool shares = must_share();
    std::vector<Offer> offers;
    bool go_on = true;
    if (shares) {
      share();
      go_on = !is_stopping();
    } else if (is_behind_ && is_stopping()) {
      go_on = false;  // the rest is in the log
    } else {
      if (!is_behind_) go_on = take(offers);
      if (auto folded = fold(offers); !folded) fail(folded.error());
      for (Offer& offer : offers) waiting.push_back(std::move(offer));
    }
    {
      const std::lock_guard lock(mutex_);
      ++progress_.rounds;
      if (trouble_) break;
    }
    if (may_commit() && (pump_.uncommitted() > 0 || !waiting.empty())) {
      if (hooks_.folded) hooks_.folded(pump_.stages());
      commit(std::exchange(waiting, {}));
    } else if (!go_on) {
      break;
    }
  }
  end(std::move(waiting));
}

bool Live::is_stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

bool Live::must_share() {
  auto must = pump_.must_share();
  if (!must) fail(must.error());
  return must && *must;
}

// As soon as nothing is left to commit.
void Live::share() {
  {
    std::unique_lock lock(mutex_);
    if (commits_ > 0) changed_.wait_for(lock, kLook, [&] { return committed_; });
    committed_ = false;
    if (commits_ > 0 || pump_.uncommitted() > 0) return;
  }
  if (auto shared = pump_.share(); !shared) fail(shared.error());
}

Progress Live::progress() const {
  const std::lock_guard lock(mutex_);
  Progress now = progress_;
  now.is_committing = commits_ > 0;
  return now;
}

// One commit is under way at a time, so that the next one gathers; unless very much has gathered.
bool Live::may_commit() const {
  const std::lock_guard lock(mutex_);
  return commits_ == 0 || pump_.uncommitted() >= settings_.events_per_commit_max * kCommitsAtOnce;
}

// Nobody is left without an answer, and the engine knows nothing more of this object.
void Live::end(std::vector<Offer> unanswered) {
  std::unique_lock lock(mutex_);
  for (Offer& offer : queue_) unanswered.push_back(std::move(offer));
  queue_.clear();
  const std::optional<Error> why = trouble_;
  lock.unlock();
  answer(unanswered, why.value_or(Error{ErrorKind::Unavailable, "earshot is stopping"}));
  lock.lock();
  changed_.wait(lock, [&] { return commits_ == 0; });
}

// There is room again before anybody is told.
void Live::answer(std::vector<Offer>& offers, const Result<void>& result) {
  {
    const std::lock_guard lock(mutex_);
    for (const Offer& offer : offers) unanswered_events_ -= offer.count;
  }
  for (Offer& offer : offers) {
    if (result) {
      offer.done(offer.outcome);
    } else {
      offer.done(result.error());
    }
  }
  offers.clear();
}

Result<void> Live::fold(std::vector<Offer>& offers) {
  auto shown = clock_.now();
  {
    const std::lock_guard lock(mutex_);
    if (trouble_) return {};
    clock_trouble_.reset();
    if (!shown) clock_trouble_ = shown.error();
  }
  if (!shown) {
    answer(offers, shown.error());
    return {};
  }
  const Timestamp now = std::max(*shown, pump_.now());
  pump_.look_again();
  if (auto ran = run(now); !ran || is_behind_) {
    give_back(offers);
    return ran;
  }
  for (Offer& offer : offers) {
    auto outcome = deliver(pump_, rules_, settings_.tenant, now, offer.events);
    if (!outcome) return std::move(outcome.error());
    offer.outcome = *outcome;
  }
  return run(now);
}

// Not much at a time: others may have written for hours, and what is offered here comes after it.
Result<void> Live::run(Timestamp now) {
  const std::size_t more = pump_.uncommitted() + settings_.events_per_commit_max;
  auto ended = pump_.run_some(now, std::min(more, settings_.events_per_commit_max * kCommitsAtOnce));
  if (!ended) return std::move(ended.error());
  is_behind_ = !*ended;
  return {};
}

void Live::give_back(std::vector<Offer>& offers) {
  const std::lock_guard lock(mutex_);
  queue_.insert(queue_.begin(), std::make_move_iterator(offers.begin()), std::make_move_iterator(offers.end()));
  offers.clear();
}

Result<Live::Outcome> Live::deliver(Pump& pump, const ImportRules& rules, const std::string& tenant, Timestamp now,
                                    std::vector<Event>& events) {
  Outcome outcome;
  outcome.recorded = now;
  std::optional<Event> mending;
  if (!events.empty() && std::holds_alternative<DeadLetterMended>(events.front().body)) {
    mending = std::move(events.front());
    events.erase(events.begin());
    if (auto ran = pump.run_before(now); !ran) return std::move(ran.error());
    const std::string key = rules.record_key(*mending);
    Task* intake = pump.task_of(Topic::feedback, key);
    outcome.is_elsewhere = intake == nullptr;
    outcome.was_mended = intake != nullptr && rules.is_known(*mending, key, intake->values());
    if (outcome.is_elsewhere || outcome.was_mended) return outcome;
  }
  for (Event& event : events) {
    if (event.tenant.empty()) event.tenant = tenant;
    if (event.time == kEarliest) event.time = now;
    event.recorded = now;
    if (auto ran = pump.run_before(now); !ran) return std::move(ran.error());
    if (std::holds_alternative<Command>(event.body)) {
      std::string desk = tenant_key(event.tenant);
      pump.append(Topic::desk, std::move(desk), std::move(event));
      ++outcome.accepted;
      continue;
    }
    if (std::holds_alternative<ConnectorGap>(event.body) || std::holds_alternative<ChurnModelFitted>(event.body)) {
      pump.append_everywhere(event);
      ++outcome.accepted;
      continue;
    }
    if (std::holds_alternative<ConfigChanged>(event.body)) {
      Task* any = pump.any_task_of(Topic::feedback);
      const bool is_new = rules.number_settings(event, any == nullptr ? nullptr : &any->values());
      if (is_new) pump.append_everywhere(event);
      ++(is_new ? outcome.accepted : outcome.duplicate);
      continue;
    }
    const std::string key = rules.record_key(event);
    if (std::holds_alternative<ConnectorReached>(event.body)) {
      pump.append(Topic::feedback, key, std::move(event));
      continue;
    }
    const std::int64_t counted = std::holds_alternative<DeadLetter>(event.body) ? 0 : 1;
    // What another process folds it will know there: it acts once, though it is answered as new.
    Task* intake = pump.task_of(Topic::feedback, key);
    if (intake != nullptr && rules.is_known(event, key, intake->values())) {
      outcome.duplicate += counted;
    } else {
      pump.append(Topic::feedback, key, std::move(event));
      outcome.accepted += counted;
    }
  }
  if (mending && outcome.accepted > 0) {
    mending->recorded = now;
    std::string key = rules.record_key(*mending);
    pump.append(Topic::feedback, std::move(key), std::move(*mending));
  }
  return outcome;
}

void Live::commit(std::vector<Offer> offers) {
  {
    const std::lock_guard lock(mutex_);
    ++commits_;
  }
  auto shared = std::make_shared<std::vector<Offer>>(std::move(offers));  // the callback must be copyable
  pump_.commit([this, shared, handed_over = std::chrono::steady_clock::now()](const Result<void>& result) {
    const std::chrono::nanoseconds took = std::chrono::steady_clock::now() - handed_over;
    answer(*shared, result);
    if (!result) fail(result.error());
    if (result && hooks_.committed) hooks_.committed(took);
    const std::lock_guard lock(mutex_);
    --commits_;
    committed_ = true;
    ++progress_.commits;
    changed_.notify_all();  // under the lock: after it this object may be gone
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
