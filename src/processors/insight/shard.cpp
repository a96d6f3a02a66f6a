#include "processors/insight/shard.h"

#include <algorithm>
#include <charconv>

#include "base/hash.h"
#include "processors/control.h"
#include "processors/insight/items.h"
#include "processors/insight/pending.h"

namespace earshot::insight {
namespace {

constexpr std::string_view kPending = "pending";
constexpr char kSurvey = 's';
constexpr char kCase = 'c';
constexpr std::size_t kNameBytes = 17;  // kind, then the fingerprint
constexpr std::size_t kChunkBytes = kNameBytes * 1024;

// `survey/<hex>` or `case/<hex>`.
std::string value_name(char kind, const Fingerprint& print) {
  return (kind == kSurvey ? "survey/" : "case/") + print.hex();
}

void append_number(std::string& bytes, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(number >> shift & 255));
}

std::uint64_t read_number(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes.substr(0, 8)) number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

// ---- expiry -------------------------------------------------------------------------------------------------------

std::string chunk_name(std::int64_t day, std::uint32_t chunk) {
  return "expire/" + std::to_string(day) + "/" + std::to_string(chunk);
}

// Notes that an item is to be looked at kItemDaysKept after now. Many items share a value and one timer a day.
void expire_later(char kind, const Fingerprint& print, Step& step) {
  const std::int64_t day = hour_of(step.now()) / 24 + kItemDaysKept + 1;
  const std::string timer = "expire/" + std::to_string(day);
  auto& head = step.edit<state::ExpiringDay>(timer);
  if (head.chunks() == 0) {
    head.set_chunks(1);
    step.set_timer(timer, hour_start(day * 24));
  }
  auto* chunk = &step.edit<state::ExpiringChunk>(chunk_name(day, head.chunks() - 1));
  if (chunk->names().size() >= kChunkBytes) {
    head.set_chunks(head.chunks() + 1);
    chunk = &step.edit<state::ExpiringChunk>(chunk_name(day, head.chunks() - 1));
  }
  std::string& names = *chunk->mutable_names();
  names.push_back(kind);
  append_number(names, print.high);
  append_number(names, print.low);
}

bool is_forgotten(std::int64_t touched_hour, Step& step) {
  return touched_hour + kItemDaysKept * 24 <= hour_of(step.now());
}

void expire_item(char kind, const Fingerprint& print, Step& step) {
  const std::string name = value_name(kind, print);
  bool is_over = true;
  if (kind == kSurvey) {
    const auto* item = step.find<state::SurveyItem>(name);
    is_over = item == nullptr || is_forgotten(item->touched_hour(), step);
  } else {
    const auto* item = step.find<state::CaseItem>(name);
    is_over = item == nullptr || (is_forgotten(item->touched_hour(), step) && !is_active(*item));
  }
  if (is_over) {
    step.erase(name);
  } else {
    expire_later(kind, print, step);
  }
}

// ---- counting -----------------------------------------------------------------------------------------------------

// What is pending now has to be sent soon: in a minute, and while history is imported once a day of it.
void arm(Step& step) {
  const Timestamp until = imported_until(step);
  const Timestamp soon = step.now() + kSendEvery;
  step.set_timer("send", until > soon ? std::min(until, step.now() + kImportEvery) : soon);
}

state::PendingSums& pending_of(Step& step) {
  auto& pending = step.edit<state::PendingSums>(kPending);
  if (pending.hours().empty()) arm(step);
  return pending;
}

void count_once(Step& step, std::int64_t hour, Counter counter) {
  add(tally_of(pending_hour(pending_of(step), hour), {}), counter, 1);
}

Counter sentiment_counter(Sentiment sentiment) {
  switch (sentiment) {
    case Sentiment::negative: return Counter::negative;
    case Sentiment::neutral: return Counter::neutral;
    case Sentiment::positive: return Counter::positive;
    case Sentiment::unknown: break;
  }
  return Counter::unknown;
}

Counter signal_counter(std::string_view outcome) {
  if (outcome == "cleared") return Counter::signals_cleared;
  if (outcome == "reached") return Counter::silences_reached;
  if (outcome == "reached_returned") return Counter::reached_returned;
  if (outcome == "untouched") return Counter::silences_untouched;
  if (outcome == "untouched_returned") return Counter::untouched_returned;
  if (outcome == "waiting") return Counter::silences_waiting;
  return Counter::signals_raised;
}

void count_feedback(const MeasureTaken& measure, Step& step) {
  // An edit or a deletion is not said anew.
  if (measure.input == InputKind::edited || measure.input == InputKind::deleted) return;
  state::PendingHour& hour = pending_hour(pending_of(step), hour_of(measure.at));
  const Counter tone = sentiment_counter(measure.sentiment);
  const auto count = [&](const Dimension& dimension) {
    state::Tally& tally = tally_of(hour, dimension);
    add(tally, tone, 1);
    if (measure.complaint) add(tally, Counter::complaints, 1);
  };
  count({});
  if (!measure.channel.empty()) count({DimensionKind::channel, measure.channel, IssueType::none});
  if (!measure.department.empty()) count({DimensionKind::department, measure.department, IssueType::none});
  if (measure.issues.empty()) count({DimensionKind::issue, {}, IssueType::none});
  for (const IssueType issue : measure.issues) count({DimensionKind::issue, {}, issue});
}

// Folds a measure into the item it is about and puts the difference into the sums.
template <class Item>
void correct_item(char kind, std::string_view item_name, const MeasureTaken& measure, const Settings& settings,
                  Step& step) {
  const Fingerprint print = fingerprint(item_name);
  const std::string name = value_name(kind, print);
  const auto* known = step.find<Item>(name);
  Contributions difference;
  if (known == nullptr) {
    expire_later(kind, print, step);
  } else {
    difference.add(contributions_of(*known, settings), -1);
  }
  auto& item = step.edit<Item>(name);
  item.set_touched_hour(hour_of(step.now()));
  if (!merge(item, measure)) return;
  difference.add(contributions_of(item, settings), 1);
  if (!difference.put_into(pending_of(step), step.now(), settings))
    count_once(step, hour_of(step.now()), Counter::too_late);
}

}  // namespace

void take_measure(const MeasureTaken& measure, const Settings& settings, Step& step) {
  const std::int64_t hour = hour_of(measure.at);
  const std::int64_t hour_now = hour_of(step.now());
  if (is_frozen(hour, step.now(), settings)) return count_once(step, hour_now, Counter::too_late);
  if (hour > hour_now + kAheadHoursMax) return count_once(step, hour_now, Counter::too_early);
  switch (measure.kind) {
    case MeasureKind::feedback: count_feedback(measure, step); break;
    case MeasureKind::survey_invited:
    case MeasureKind::survey_answer:
      if (measure.survey) correct_item<state::SurveyItem>(kSurvey, measure.survey->id, measure, settings, step);
      break;
    case MeasureKind::first_response:
    case MeasureKind::case_step:
    case MeasureKind::resolution:
    case MeasureKind::sla_outcome: correct_item<state::CaseItem>(kCase, measure.item, measure, settings, step); break;
    case MeasureKind::signal: {
      const Counter counter = signal_counter(measure.outcome);
      state::PendingHour& sums = pending_hour(pending_of(step), hour);
      add(tally_of(sums, {}), counter, 1);
      if (!measure.channel.empty())
        add(tally_of(sums, {DimensionKind::channel, measure.channel, IssueType::none}), counter, 1);
      break;
    }
    case MeasureKind::dead_letter: {
      state::PendingHour& sums = pending_hour(pending_of(step), hour);
      add(tally_of(sums, {}), Counter::dead_letters, 1);
      if (!measure.outcome.empty())
        add(tally_of(sums, {DimensionKind::reason, measure.outcome, IssueType::none}), Counter::dead_letters, 1);
      break;
    }
  }
  const auto* pending = step.find<state::PendingSums>(kPending);
  if (pending != nullptr && (pending->hours_size() > kPendingHoursMax || pending->durations() > kPendingDurationsMax))
    send_sums(step);
}

void send_sums(Step& step) {
  const auto* known = step.find<state::PendingSums>(kPending);
  if (known == nullptr || known->hours().empty()) return;
  const std::string_view key = step.record_key();
  std::int64_t shard = 0;
  const auto digits = key.substr(key.rfind('p') + 1);
  std::from_chars(digits.data(), digits.data() + digits.size(), shard);
  for (MeasuresSummed& sums : take_sums(step.edit<state::PendingSums>(kPending), shard)) {
    step.emit(Topic::measures, tenant_key(step.tenant()), std::move(sums), step.now());
  }
}

void expire_items(const std::string& timer_name, Step& step) {
  const auto* known = step.find<state::ExpiringDay>(timer_name);
  if (known == nullptr) return;
  const std::string chunk = timer_name + "/" + std::to_string(known->done());
  const auto* expiring = step.find<state::ExpiringChunk>(chunk);
  const std::string names = expiring == nullptr ? std::string() : expiring->names();
  for (std::size_t from = 0; from + kNameBytes <= names.size(); from += kNameBytes) {
    const std::string_view name = std::string_view(names).substr(from, kNameBytes);
    expire_item(name[0], {read_number(name.substr(1)), read_number(name.substr(9))}, step);
  }
  step.erase(chunk);
  auto& day = step.edit<state::ExpiringDay>(timer_name);
  day.set_done(day.done() + 1);
  if (day.done() < day.chunks()) {
    step.set_timer(timer_name, step.now() + std::chrono::minutes{1});
  } else {
    step.erase(timer_name);
  }
}

}  // namespace earshot::insight
