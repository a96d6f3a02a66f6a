#include "sources/source.h"

#include <algorithm>
#include <utility>

#include "event/codec.h"

namespace earshot {
namespace {

constexpr Millis kNotOursWait{1'000};
constexpr Millis kOfferAgain{1'000};

Origin origin_of(const Source::Settings& settings) {
  // A place without a number: a frame that comes twice is the same dead letter.
  return {settings.tenant, settings.name + " live", settings.name, {}};
}

constexpr int kPolicyViolation = 1008;  // close codes
constexpr int kTryAgainLater = 1013;

// Of a server's own words what can be told.
std::string plain(std::string_view text) {
  std::string told(text.substr(0, 200));
  std::replace_if(
      told.begin(), told.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return told.empty() ? told : ": " + told;
}

std::string status_text(const Reply& reply) {
  return "the server answered " + std::to_string(reply.status) + plain(reply.body);
}

}  // namespace

Source::Source(Settings settings, Parts parts, Transport& transport, Pause& pause)
    : settings_(std::move(settings)),
      parts_(std::move(parts)),
      transport_(transport),
      pause_(pause),
      listener_(parts_.connector.listen(origin_of(settings_), *this)),
      backoff_(settings_.seed) {}

void Source::run() {
  while (!pause_.is_stopping()) {
    if (!has_place_ && !find_place()) {
      pause_.wait(kNotOursWait);
      continue;
    }
    Ended ended = hear_out();
    counts_.broken += std::exchange(counts_.is_connected, false) ? 1 : 0;
    (void)flush();  // what cannot be kept is heard again from where the log stands
    tell();
    if (pause_.is_stopping()) return;
    broken_by_ = std::move(ended.why);
    if (!failing_) failing_.emplace(parts_.log, "a live source cannot be heard source=" + settings_.name);
    failing_->happened(broken_by_);
    if (ended.was_heard) backoff_.reset();
    const Millis wait = std::max(backoff_.next(), ended.at_least);
    tell_deafness(wait);
    pause_.wait(wait);
  }
}

bool Source::find_place() {
  auto place = parts_.place();
  if (!place) {
    counts_.heard.reset();
    tell();
    return false;
  }
  batch_.clear();
  recorded_ = reached_ = std::move(*place);
  reached_.connector = settings_.name;
  was_ever_heard_ = reached_.heard > kEarliest;
  if (!was_ever_heard_) reached_.heard = parts_.clock.now();
  is_gap_open_ = was_ever_heard_ && parts_.clock.now() - reached_.heard >= kDeafAfter;
  is_deafness_told_ = false;
  has_place_ = true;
  return true;
}

void Source::tell() {
  told_ = parts_.clock.now();
  if (has_place_) counts_.heard = reached_.heard;
  if (parts_.told) parts_.told(counts_);
}

Source::Ended Source::failed(Error error) {
  ++counts_.failed;
  return {std::move(error.message)};
}

Source::Ended Source::refused(const Reply& reply) {
  ++counts_.refused;
  Ended ended{status_text(reply), reply.retry_after};
  if (reply.status == 401 || reply.status == 403) {
    ended.why += "; is the token in secret_env right?";
    ended.at_least = std::max<Millis>(ended.at_least, kRefusedWait);
  }
  return ended;
}

Source::Ended Source::hear_out() {
  is_settled_ = false;
  auto opened = transport_.open(listener_->opening(reached_.cursor, parts_.clock.now()));
  if (opened && !opened->stream && !reached_.cursor.empty() &&
      listener_->refuses_cursor(opened->reply.status, opened->reply.body)) {
    opened = transport_.open(listener_->opening("", parts_.clock.now()));
  }
  if (!opened) return failed(std::move(opened.error()));
  if (!opened->stream) return refused(opened->reply);
  if (auto ended = fetch_pages()) return *ended;
  ++counts_.opened;
  counts_.is_connected = true;
  settle();
  return read(*opened->stream);
}

std::optional<Source::Ended> Source::fetch_pages() {
  while (const auto page = listener_->page()) {
    auto reply = transport_.fetch(*page);
    if (!reply) return failed(std::move(reply.error()));
    if (reply->status == 429 || reply->status >= 500) return refused(*reply);
    listener_->take_page(reply->status, reply->body);
    if (batch_.size() >= kBatchMax && !flush())
      return Ended{"what was heard was not kept, or another process listens now"};
  }
  return std::nullopt;
}

void Source::hear(const StreamMessage& message, Timestamp now) {
  const std::size_t before = batch_.size();
  listener_->hear(message, now);
  const bool is_kept = batch_.size() > before;
  const bool is_unread = is_kept && std::holds_alternative<DeadLetter>(batch_.back().body);
  ++(is_unread ? counts_.unread : is_kept ? counts_.taken : counts_.passed_over);
}

Source::Ended Source::read(Stream& stream) {
  bool was_heard = false;
  Timestamp sign = parts_.clock.now();
  tell();
  while (!pause_.is_stopping()) {
    auto got = stream.read(kLook);
    if (!got) return {std::move(got.error().message), {}, was_heard};
    const Timestamp now = parts_.clock.now();
    if (got->what == Stream::What::closed) {
      Ended ended{"the server closed the stream with code " + std::to_string(got->code) + plain(got->message.data),
                  {},
                  was_heard};
      if (got->code == kTryAgainLater) ended.at_least = kLaterWait;
      if (got->code == kPolicyViolation && !was_heard) ended.at_least = kRefusedWait;
      return ended;
    }
    if (got->what == Stream::What::message) {
      hear(got->message, now);
      was_heard = true;
    }
    if (got->what != Stream::What::nothing) {
      sign = now;
      settle();
      if (is_settled_) reached_.heard = now;
    } else if (now - sign >= settings_.silence_max) {
      return {"nothing whole came for " + std::to_string(settings_.silence_max.count() / 1000) + " s", {}, was_heard};
    }
    if (is_settled_) reached_.cursor = listener_->cursor();
    if (now - told_ >= kToldEvery) tell();
    if (is_time_to_flush() && !flush())
      return {"what was heard was not kept, or another process listens now", {}, was_heard};
  }
  return {"earshot is stopping", {}, was_heard};
}

// The first moment at which it is known whether anything was missed.
void Source::settle() {
  if (is_settled_ || listener_->continuity() == Continuity::unknown) return;
  is_settled_ = true;
  const Timestamp now = parts_.clock.now();
  const bool is_whole = listener_->continuity() == Continuity::whole;
  if (is_whole && is_gap_open_) tell_gap(now, true);
  if (!is_whole && (was_ever_heard_ || is_gap_open_))
    tell_gap(listener_->heard_from() > kEarliest ? listener_->heard_from() : now, false);
  if (is_deafness_told_) {
    parts_.log.info("a live source is heard again",
                    {{"source", settings_.name}, {"was_deaf_since", format_rfc3339(reached_.heard)}});
    failing_.reset();
  }
  is_deafness_told_ = is_gap_open_ = false;
  was_ever_heard_ = true;
  reached_.heard = now;
  reached_.cursor = listener_->cursor();
}

// Told once it has lasted, or will.
void Source::tell_deafness(Millis wait) {
  if (!has_place_ || is_deafness_told_ || parts_.clock.now() + wait - reached_.heard < kDeafAfter) return;
  is_deafness_told_ = is_gap_open_ = true;
  tell_gap(kNever, false);
  (void)flush();
}

void Source::tell_gap(Timestamp to, bool caught_up) {
  if (to < kNever) ++(caught_up ? counts_.caught_up : counts_.missed);
  ConnectorGap gap;
  gap.connector = settings_.name;
  gap.from = reached_.heard;
  gap.to = std::max(to, gap.from + Millis{1});
  gap.reason = broken_by_.empty() ? "earshot was not running" : broken_by_.substr(0, 512);
  gap.channels = {std::string(parts_.connector.name())};
  gap.caught_up = caught_up;
  batch_.push_back(event_of("gap " + format_rfc3339(gap.from) + " " + format_rfc3339(gap.to), std::move(gap)));
}

Event Source::event_of(std::string id, EventBody body) const {
  Event event;
  event.id = std::move(id);
  event.source = "/earshot/sources/" + settings_.name;
  event.tenant = settings_.tenant;
  event.time = parts_.clock.now();
  event.body = std::move(body);
  return event;
}

// Of the whole network most who delete something were never heard here.
bool Source::is_of_interest(const Event& event) const {
  const auto* input = std::get_if<Input>(&event.body);
  if (input == nullptr || input->kind != InputKind::deleted || !parts_.knows) return true;
  const auto is_by_them = [&](const Event& other) {
    const auto* said = std::get_if<Input>(&other.body);
    return said != nullptr && said->person.keys.front() == input->person.keys.front();
  };
  return std::any_of(batch_.begin(), batch_.end(), is_by_them) || parts_.knows(*input);
}

void Source::event(Event event) {
  if (!is_of_interest(event)) return;
  if (batch_.empty()) gathering_since_ = parts_.clock.now();
  batch_.push_back(std::move(event));
}

void Source::dead_letter(DeadLetter letter) {
  if (batch_.empty()) gathering_since_ = parts_.clock.now();
  batch_.push_back(earshot::event_of(std::move(letter), settings_.tenant));
}

bool Source::is_time_to_flush() const {
  if (batch_.size() >= kBatchMax) return true;
  const Timestamp now = parts_.clock.now();
  if (!batch_.empty() && now - gathering_since_ >= settings_.gather_most) return true;
  return is_settled_ && now - recorded_.heard >= kReachedEvery;
}

// What is refused is offered again until there is room: meanwhile nothing is read, and the server waits or lets go.
// False: what was heard since the last time is lost, and is to be heard again.
bool Source::flush() {
  if (!has_place_) return false;
  const bool is_news = was_ever_heard_ && !(reached_ == recorded_);
  if (batch_.empty() && !is_news) return true;
  std::vector<Event> events = std::exchange(batch_, {});
  events.push_back(event_of("reached " + format_rfc3339(reached_.heard), reached_));
  auto offered = parts_.offer(events);
  while (!offered && !pause_.is_stopping()) {
    pause_.wait(kOfferAgain);
    if (!pause_.is_stopping()) offered = parts_.offer(events);
  }
  has_place_ = offered && parts_.place();
  recorded_ = reached_;
  return has_place_;
}

}  // namespace earshot
