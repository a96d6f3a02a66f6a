#include "property/simulation/ledger.h"

#include <algorithm>

#include "base/hash.h"
#include "event/codec.h"
#include "event/names.h"
#include "event/validate.h"
#include "pipeline/state_keys.h"
#include "processors/customer/profile.h"
#include "processors/intake/known_key.h"
#include "state/customer.pb.h"
#include "state/intake.pb.h"

namespace earshot::test {
namespace {

constexpr std::size_t kAll = 1'000'000;

bool is_link(InputKind kind) { return kind == InputKind::linked || kind == InputKind::unlinked; }
bool is_derived(const Event& event) { return event.source.starts_with("/earshot/") && event.hops > 0; }

bool is_measured(const Input& input) {
  if (input.message && input.message->direction == Direction::outbound) return false;
  return input.kind == InputKind::review || input.kind == InputKind::mention || input.kind == InputKind::message ||
         input.kind == InputKind::call || input.kind == InputKind::survey_invited ||
         input.kind == InputKind::survey_answered;
}

// As the customer's profile counts: what they said themselves.
bool is_feedback(const Input& input) {
  switch (input.kind) {
    case InputKind::review:
    case InputKind::mention:
    case InputKind::survey_answered: return true;
    case InputKind::message:
    case InputKind::call:
      return input.message->direction == Direction::inbound && input.message->by == Author::customer;
    default: return false;
  }
}

// What must have come of the inputs, told from the log's own `feedback` topic.
struct Expected {
  std::map<std::string, int> activities;  // by id of the input
  std::map<std::string, int> measures;
  std::map<std::string, int> dead_letters;
  std::map<std::string, std::int64_t> feedback;  // by hash of the identity key
};

Expected expected_of(const std::vector<Entry>& entries) {
  Expected expected;
  std::set<std::string> taken;
  for (const Entry& entry : entries) {
    if (entry.topic != Topic::feedback) continue;
    const Event& event = entry.event;
    if (std::holds_alternative<DeadLetter>(event.body)) ++expected.dead_letters[event.id];
    const auto* input = std::get_if<Input>(&event.body);
    if (input == nullptr) continue;
    const bool is_conflict = !taken.insert(event.id).second;
    if (is_conflict || refuse(*input)) {
      ++expected.dead_letters[event.id];
    } else if (!is_link(input->kind)) {
      ++expected.activities[event.id];
      if (is_measured(*input)) ++expected.measures[event.id];
      if (is_feedback(*input)) ++expected.feedback[hash_key("", input->person.keys.front()).hex()];
    }
  }
  return expected;
}

std::string compare(const std::string& what, const std::map<std::string, int>& expected,
                    const std::map<std::string, int>& found) {
  if (expected == found) return "";
  for (const auto& [id, count] : expected) {
    const auto there = found.find(id);
    const int times = there == found.end() ? 0 : there->second;
    if (times != count) return id + " led to " + std::to_string(times) + " " + what + ", not " + std::to_string(count);
  }
  return "there are " + what + " that nothing led to";
}

std::string complaint_about_inputs(const std::vector<Entry>& entries, const std::set<std::string>& acknowledged) {
  std::set<std::string> there;
  std::set<std::string> commands;
  for (const Entry& entry : entries) {
    if (entry.topic == Topic::desk && std::holds_alternative<Command>(entry.event.body))
      commands.insert(name_of_input(entry.event));
    if (entry.topic != Topic::feedback || is_derived(entry.event)) continue;
    const bool is_input =
        std::holds_alternative<Input>(entry.event.body) || std::holds_alternative<DeadLetter>(entry.event.body);
    if (is_input && !there.insert(name_of_input(entry.event)).second)
      return "an input is in the log twice: " + encode(entry.event);
  }
  for (const std::string& name : acknowledged) {
    if (!there.contains(name) && !commands.contains(name)) return "acknowledged and not in the log: " + name;
  }
  return "";
}

std::string complaint_about_effects(const std::vector<Entry>& entries) {
  const Expected expected = expected_of(entries);
  Expected found;
  std::map<std::string, int> commands, answers;
  std::set<CaseId> opened;
  for (const Entry& entry : entries) {
    const Event& event = entry.event;
    // What customer sends after a key that was moved was counted when intake told of it.
    if (std::holds_alternative<ActivityRecorded>(event.body) && event.source == "/earshot/intake")
      ++found.activities[event.caused_by];
    if (std::holds_alternative<DeadLetter>(event.body) && entry.topic == Topic::dead_letters)
      ++found.dead_letters[event.caused_by];
    if (const auto* measure = std::get_if<MeasureTaken>(&event.body);
        measure != nullptr && event.source == "/earshot/intake") {
      if (measure->kind != MeasureKind::dead_letter) ++found.measures[event.caused_by];
    }
    if (std::holds_alternative<Command>(event.body)) ++commands[event.id];
    if (std::holds_alternative<CommandAnswered>(event.body)) ++answers[event.caused_by];
    const auto* changed = std::get_if<CaseChanged>(&event.body);
    if (changed != nullptr && entry.topic == Topic::cases && changed->step == CaseStep::opened &&
        !opened.insert(changed->case_id).second) {
      return "a case was opened twice";
    }
  }
  for (const std::string& wrong :
       {compare("activities", expected.activities, found.activities),
        compare("measures", expected.measures, found.measures),
        compare("dead letters", expected.dead_letters, found.dead_letters), compare("answers", commands, answers)}) {
    if (!wrong.empty()) return wrong;
  }
  return "";
}

// Two events of one id on one topic must at least say the same; and whoever names a cause names one that is there.
std::string complaint_about_ids(const std::vector<Entry>& entries) {
  std::set<std::string> ids;
  std::map<std::pair<Topic, std::string>, const Event*> derived;
  for (const Entry& entry : entries) ids.insert(entry.event.id);
  for (const Entry& entry : entries) {
    const Event& event = entry.event;
    if (!is_derived(event)) continue;
    if (!event.caused_by.empty() && !ids.contains(event.caused_by))
      return "an event names a cause that is not there: " + event.caused_by;
    const auto [first, is_new] = derived.emplace(std::pair(entry.topic, event.id), &event);
    if (is_new) continue;
    const bool is_answer = std::holds_alternative<CommandAnswered>(event.body) && first->second->body == event.body;
    if (!is_answer)
      return "an id is there twice on " + std::string(name_of(entry.topic)) + ": " + encode(event) + " after " +
             encode(*first->second);
  }
  return "";
}

std::string complaint_about_places(const std::vector<Entry>& entries) {
  std::map<TopicPartition, Timestamp> newest;
  for (const Entry& entry : entries) {
    Timestamp& before = newest.try_emplace(entry.place, kEarliest).first->second;
    // Only a tick may be older than what stands before it: a timer may be set for a moment that has passed.
    if (std::holds_alternative<ClockTicked>(entry.event.body)) continue;
    if (entry.recorded < before)
      return "time goes back in " + std::string(name_of(entry.topic)) + ": " + encode(entry.event);
    before = entry.recorded;
    if (entry.event.hops > kHopsMax + 1) return "an event has come too far";
  }
  return "";
}

}  // namespace

std::string name_of_input(const Event& event) {
  Event bare;
  bare.body = event.body;
  return event.id + " " + fingerprint(encode(bare)).hex();
}

std::string Ledger::complaint(const std::set<std::string>& acknowledged) const {
  if (!unreadable.empty()) return unreadable;
  for (const std::string& wrong : {complaint_about_inputs(entries, acknowledged), complaint_about_places(entries),
                                   complaint_about_ids(entries), complaint_about_effects(entries)}) {
    if (!wrong.empty()) return wrong;
  }
  return "";
}

Ledger read_ledger(const LogReader& log, int partitions) {
  Ledger ledger;
  EventDecoder decoder;
  for (const TopicName& topic : kTopics) {
    for (int partition = 0; partition < partitions; ++partition) {
      const TopicPartition place{index_of(topic.topic), static_cast<std::uint16_t>(partition)};
      auto read = log.read(place, 0, kAll, [&](const StoredRecord& record) {
        auto event = decoder.decode(record.value);
        if (event) {
          ledger.entries.push_back(
              {topic.topic, place, record.offset, record.time, std::string(record.key), std::move(*event)});
        } else if (ledger.unreadable.empty()) {
          ledger.unreadable = "a record of " + std::string(topic.name) + " is not an event: " + event.error().detail;
        }
        return true;
      });
      if (!read && ledger.unreadable.empty()) ledger.unreadable = read.error().message;
    }
  }
  return ledger;
}

// Whose each key is, as intake has it: by hash of the key, under the tenant.
std::map<std::string, std::string> owners_in(const StateStore& state, int partitions) {
  std::map<std::string, std::string> owners;
  for (int partition = 0; partition < partitions; ++partition) {
    const std::string prefix =
        row_prefix({index_of(Topic::feedback), static_cast<std::uint16_t>(partition)}, kValueRow);
    (void)state.scan(prefix, prefix,
                     [&](std::string_view key, std::string_view value) {  // a missing owner is complained of
                       key.remove_prefix(prefix.size());
                       const std::size_t end = key.find('\0');
                       state::KnownKey known;
                       if (key.substr(end + 1) != kKnownKey ||
                           !known.ParseFromArray(value.data(), static_cast<int>(value.size())) || known.epoch() == 0)
                         return true;
                       const std::string_view record_key = key.substr(0, end);
                       owners[std::string(record_key.substr(record_key.find('/') + 1))] =
                           CustomerId{known.customer_high(), known.customer_low()}.hex();
                       return true;
                     });
  }
  return owners;
}

std::string complaint_about_counts(const Ledger& ledger, const StateStore& state, int partitions) {
  const Expected expected = expected_of(ledger.entries);
  const auto owners = owners_in(state, partitions);
  std::map<std::string, std::int64_t> found;
  std::string misplaced;
  for (int partition = 0; partition < partitions; ++partition) {
    const std::string prefix =
        row_prefix({index_of(Topic::activity), static_cast<std::uint16_t>(partition)}, kValueRow);
    auto scanned = state.scan(prefix, prefix, [&](std::string_view key, std::string_view value) {
      state::Customer customer;
      if (key.substr(key.rfind('\0') + 1) != "customer" ||
          !customer.ParseFromArray(value.data(), static_cast<int>(value.size())))
        return true;
      const std::string_view record_key = key.substr(prefix.size(), key.rfind('\0') - prefix.size());
      for (const auto& facet : customer.facets()) {
        const std::string name = Profile::key_of(facet).hex();
        const auto owner = owners.find(name);
        if (record_key.substr(record_key.find('/') + 1) != (owner == owners.end() ? name : owner->second))
          misplaced = name;
        if (facet.feedback() > 0) found[name] += facet.feedback();
      }
      return true;
    });
    if (!scanned) return scanned.error().message;
  }
  if (!misplaced.empty()) return "what was heard under the key " + misplaced + " does not stand with its customer";
  return expected.feedback == found ? "" : "the customers' state counts other feedback than the log holds";
}

std::string difference_of_logs(const LogReader& one, const LogReader& other, int partitions) {
  using Held = std::vector<std::tuple<Offset, Timestamp, std::string, std::string>>;
  for (const TopicName& topic : kTopics) {
    for (int partition = 0; partition < partitions; ++partition) {
      const TopicPartition place{index_of(topic.topic), static_cast<std::uint16_t>(partition)};
      Held held[2];
      const LogReader* logs[2] = {&one, &other};
      for (int i = 0; i < 2; ++i) {
        auto read = logs[i]->read(place, 0, kAll, [&](const StoredRecord& record) {
          held[i].emplace_back(record.offset, record.time, record.key, record.value);
          return true;
        });
        if (!read) return read.error().message;
      }
      if (held[0] == held[1]) continue;
      const auto [a, b] = std::mismatch(held[0].begin(), held[0].end(), held[1].begin(), held[1].end());
      const std::string where = std::string(topic.name) + "/" + std::to_string(partition) + "@";
      if (a == held[0].end())
        return where + std::to_string(std::get<0>(*b)) + " is there beside it: " + std::get<3>(*b);
      if (b == held[1].end()) return where + std::to_string(std::get<0>(*a)) + " is missing: " + std::get<3>(*a);
      return where + std::to_string(std::get<0>(*a)) + " is not " + std::get<3>(*a) + " but " + std::get<3>(*b);
    }
  }
  return "";
}

}  // namespace earshot::test
