// A desk with a few people, for stories: says what happens in short words and collects what the desk made of it.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/hash.h"
#include "event/json_writer.h"
#include "processors/desk/desk.h"
#include "processors/desk/settings.h"
#include "state/desk.pb.h"
#include "support/feed.h"

namespace earshot::testing {

inline CustomerId customer(const std::string& name) {
  const KeyHash hash = hash_key("", "customer:" + name);
  return {hash.high, hash.low};
}

// Monday 2026-11-23 at 10:00 UTC, and so on.
inline Timestamp monday(int hour, int minute = 0) {
  return Timestamp{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23}} + std::chrono::hours{hour} +
         std::chrono::minutes{minute};
}
inline Timestamp on_day(int day, int hour, int minute = 0) { return monday(hour, minute) + std::chrono::days{day}; }

// Two departments that are open Mon-Fri 09:00-17:00 UTC; two agents in each. First reply within 4 h, resolution within
// 8 h of open time; high: 1 h and 4 h; urgent: 30 and 120 minutes of elapsed time.
inline desk::DeskSettings two_departments() {
  desk::DeskSettings settings;
  settings.departments = {
      {"support", "liaison-1", "deputy-1", "supervisor-1", {IssueType::service, IssueType::app}, "week"},
      {"billing", "liaison-2", "deputy-2", "supervisor-2", {IssueType::refund, IssueType::billing}, "week"}};
  for (int i = 1; i <= 4; ++i) {
    desk::AgentSettings agent;
    agent.handle = "agent-" + std::to_string(i);
    agent.departments = {i <= 2 ? "support" : "billing"};
    settings.agents.push_back(agent);
  }
  settings.calendars = {{"week", "UTC", {"mon-fri 09:00-17:00"}, {}, {}}};
  desk::SlaPolicy urgent;
  urgent.name = "urgent";
  urgent.priorities = {Priority::urgent};
  urgent.targets = {{Priority::urgent, 30, 120}};
  desk::SlaPolicy standard;
  standard.name = "standard";
  standard.calendar = "week";
  standard.targets = {{Priority::normal, 4 * 60, 8 * 60}, {Priority::high, 60, 4 * 60}};
  settings.policies = {urgent, standard};
  desk::complete(settings);
  return settings;
}

class DeskRoom {
 public:
  explicit DeskRoom(const desk::DeskSettings& settings = two_departments()) { configure(settings); }

  std::vector<Emitted> configure(const desk::DeskSettings& settings) {
    return give(feed_.now(), ConfigChanged{"desk", ++version_, write_json(settings)});
  }

  std::vector<Emitted> give(Timestamp at, EventBody body, std::string id = "") {
    return keep(feed_.give(at, "acme", std::move(body), std::move(id)));
  }
  std::vector<Emitted> pass_time_to(Timestamp to) { return keep(feed_.pass_time_to(to)); }

  static CaseRequested complaint(Timestamp at, const std::string& who,
                                 std::vector<IssueType> issues = {IssueType::refund}) {
    CaseRequested request;
    request.customer = customer(who);
    request.facet = hash_key("", "customer:" + who);
    request.origin = CaseOrigin::review;
    request.at = at;
    request.channel = "google_play";
    request.sentiment = Sentiment::negative;
    request.issues = std::move(issues);
    request.reasons = {"one star"};
    return request;
  }

  // Opens a case and gives its id.
  CaseId open(Timestamp at, const std::string& who = "user-1", std::vector<IssueType> issues = {IssueType::refund}) {
    return opened(give(at, complaint(at, who, std::move(issues))));
  }
  CaseId open(const CaseRequested& request) { return opened(give(request.at, request)); }

  Command command(CommandKind kind, const std::string& actor, CaseId id) {
    Command made;
    made.kind = kind;
    made.request = "request-" + std::to_string(++requests_);
    made.actor = actor;
    if (!id.empty()) made.case_id = id;
    return made;
  }
  // Gives the code of refusal; empty: accepted.
  std::string send(Timestamp at, const Command& made) {
    const auto answers = Feed::only<CommandAnswered>(give(at, made));
    if (answers.size() != 1) return "answered " + std::to_string(answers.size()) + " times";
    EXPECT_EQ(answers[0].request, made.request.substr(0, 128));
    return answers[0].accepted ? "" : answers[0].code;
  }
  std::string take(Timestamp at, const std::string& actor, CaseId id) {
    return send(at, command(CommandKind::take, actor, id));
  }
  std::string reply(Timestamp at, const std::string& actor, CaseId id) {
    Command made = command(CommandKind::reply, actor, id);
    made.text = "we are on it";
    return send(at, made);
  }
  std::string ask(Timestamp at, const std::string& actor, CaseId id) {
    Command made = command(CommandKind::ask_customer, actor, id);
    made.text = "which order is it?";
    return send(at, made);
  }
  std::string resolve(Timestamp at, const std::string& actor, CaseId id) {
    Command made = command(CommandKind::resolve, actor, id);
    made.text = "the money is on its way";
    made.resolution = "refunded";
    made.cause = "wrong_charge";
    return send(at, made);
  }
  std::string transfer(Timestamp at, const std::string& actor, CaseId id, const std::string& department) {
    Command made = command(CommandKind::transfer, actor, id);
    made.department = department;
    made.text = "the customer was charged twice";
    return send(at, made);
  }
  std::string hold(Timestamp at, const std::string& actor, CaseId id, Timestamp promised) {
    Command made = command(CommandKind::hold, actor, id);
    made.department = "supplier";
    made.reason = "part is missing";
    made.promised = promised;
    return send(at, made);
  }
  std::string merge(Timestamp at, const std::string& actor, CaseId id, CaseId into) {
    Command made = command(CommandKind::merge, actor, id);
    made.into = into;
    return send(at, made);
  }

  static MessageForwarded message(Timestamp at, const std::string& who, bool courtesy = false) {
    MessageForwarded forwarded;
    forwarded.customer = customer(who);
    forwarded.facet = hash_key("", "customer:" + who);
    forwarded.at = at;
    forwarded.channel = "email";
    forwarded.courtesy = courtesy;
    return forwarded;
  }
  static MessageForwarded answer(Timestamp at, const std::string& who, const std::string& agent,
                                 Author by = Author::agent, Visibility visibility = Visibility::everyone) {
    MessageForwarded forwarded = message(at, who);
    forwarded.message = {Direction::outbound, by, agent, visibility};
    return forwarded;
  }
  std::vector<Emitted> writes(Timestamp at, const std::string& who, bool courtesy = false) {
    return give(at, message(at, who, courtesy));
  }

  state::Case stored(CaseId id) const { return value<state::Case>("case/" + id.hex()); }
  state::DeskAgent person(const std::string& handle) const { return value<state::DeskAgent>("agent/" + handle); }
  CaseState state(CaseId id) const { return static_cast<CaseState>(stored(id).state()); }
  std::string owner(CaseId id) const { return stored(id).owner(); }

  template <class Value>
  Value value(const std::string& name) const {
    Value found;
    const auto stored = feed_.values().find({"acme", name});
    if (stored != feed_.values().end()) found.ParseFromString(stored->second);
    return found;
  }

  // The steps published on `cases` since the last call, as words.
  std::vector<std::string> steps() {
    std::vector<std::string> words;
    for (const Emitted& one : std::exchange(emitted_, {})) {
      const auto* changed = std::get_if<CaseChanged>(&one.event.body);
      if (changed != nullptr && one.topic == Topic::cases) words.emplace_back(name_of(changed->step));
    }
    return words;
  }

  // What insight was told since the last call of this or of steps().
  std::vector<MeasureTaken> measures() { return Feed::only<MeasureTaken>(std::exchange(emitted_, {})); }

  Feed& feed() { return feed_; }

 private:
  std::vector<Emitted> keep(std::vector<Emitted> emitted) {
    emitted_.insert(emitted_.end(), emitted.begin(), emitted.end());
    return emitted;
  }
  static CaseId opened(const std::vector<Emitted>& emitted) {
    for (const CaseChanged& changed : Feed::only<CaseChanged>(emitted)) {
      if (changed.step == CaseStep::opened) return changed.case_id;
    }
    return {};
  }

  std::unique_ptr<Processor> desk_ = make_desk();
  Feed feed_{*desk_};
  std::int64_t version_ = 0;
  int requests_ = 0;
  std::vector<Emitted> emitted_;
};

inline std::vector<MeasureTaken> measures_of(const std::vector<Emitted>& emitted, MeasureKind kind) {
  auto all = Feed::only<MeasureTaken>(emitted);
  std::erase_if(all, [&](const MeasureTaken& one) { return one.kind != kind; });
  return all;
}

}  // namespace earshot::testing
