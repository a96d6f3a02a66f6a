// Whatever happens in whatever order: a case is never in a state it cannot be in, never without an owner for longer
// than the limit, never with two owners; and what was refused changed nothing.
//
// The checks rest on what desk publishes and on who has which case, not on the desk's own table.
#include <array>
#include <map>
#include <set>
#include <unordered_map>

#include <gtest/gtest.h>

#include "base/hash.h"
#include "event/json_writer.h"
#include "event/names.h"
#include "processors/desk/calendars.h"
#include "processors/desk/desk.h"
#include "processors/desk/settings.h"
#include "state/desk.pb.h"
#include "support/random_test.h"

namespace earshot {
namespace {

using std::chrono::minutes;

constexpr Timestamp kStart{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20} +
                           std::chrono::hours{16}};  // Friday

desk::CalendarSettings week() { return {"week", "UTC", {"mon-fri 09:00-17:00"}, {}, {}}; }

// Few people with little room, so that queues fill.
desk::DeskSettings small_desk() {
  desk::DeskSettings settings;
  settings.departments = {{"front", "lead-1", "deputy-1", "super-1", {IssueType::service}, "week"},
                          {"back", "lead-2", "deputy-2", "super-2", {IssueType::refund}, "always"},
                          {"side", "lead-3", "deputy-3", "super-3", {IssueType::app}, "week"}};
  for (int i = 0; i < 4; ++i) {
    desk::AgentSettings agent;
    agent.handle = "agent-" + std::to_string(i);
    agent.departments = {settings.departments[static_cast<std::size_t>(i % 2)].name};
    agent.capacity = 1;
    settings.agents.push_back(agent);
  }
  settings.calendars = {week()};
  settings.automations = {"robot"};
  desk::complete(settings);
  return settings;
}

const std::array<std::string, 15> kActors{"agent-0",  "agent-1",  "agent-2",  "agent-3", "lead-1",
                                          "lead-2",   "lead-3",   "super-1",  "super-2", "super-3",
                                          "deputy-1", "deputy-2", "deputy-3", "robot",   "nobody"};

// The state of one desk without its bytes: a million sequences are to be played.
class Store final : public ValueView, public StepOutput {
 public:
  const AnyValue* find(std::string_view, std::string_view name, Decode) override {
    const auto found = values_.find(std::string(name));
    return found == values_.end() ? nullptr : found->second.get();
  }
  AnyValue& edit(std::string_view, std::string_view name, Decode decode) override {
    auto& value = values_[std::string(name)];
    if (value == nullptr) value = decode("");
    return *value;
  }
  void erase(std::string_view, std::string_view name) override { values_.erase(std::string(name)); }
  void put(std::string_view, std::string_view name, std::string bytes, Decode decode) override {
    values_[std::string(name)] = decode(bytes);
  }
  void emit(Emitted emitted) override { emitted_.push_back(std::move(emitted)); }
  void set_timer(Timer timer) override { timers_.insert(std::move(timer)); }

  template <class Value>
  const Value* get(const std::string& name) {
    const auto found = values_.find(name);
    return found == values_.end() ? nullptr : &dynamic_cast<const HeldValue<Value>&>(*found->second).value;
  }

  std::unordered_map<std::string, std::unique_ptr<AnyValue>> values_;
  std::set<Timer> timers_;
  std::vector<Emitted> emitted_;
};

struct Known {
  CaseState state = CaseState::fresh;
  std::string owner;
  std::string department;
  Timestamp unowned_since{};
};

bool is_unresolved(CaseState state) { return state <= CaseState::on_hold; }

bool may_follow(CaseState from, CaseState to) {
  using enum CaseState;
  if (from == to) return true;
  switch (from) {
    case fresh: return to == open || to == pending_customer || to == on_hold || to == resolved || to == merged;
    case open: return to == pending_customer || to == on_hold || to == resolved || to == merged;
    case pending_customer: return to == open || to == resolved || to == merged;
    case on_hold: return to == open || to == pending_customer || to == resolved || to == merged;
    case resolved: return to == open || to == closed || to == merged;
    default: return false;
  }
}

class Play {
 public:
  Play(Processor& desk, const std::vector<desk::DepartmentSettings>& departments,
       const std::map<std::string, Calendar>& calendars, Random& random)
      : desk_(desk), departments_(departments), calendars_(calendars), random_(random) {}

  // False at the first thing that is wrong; `wrong` says what.
  bool run(int events) {
    store_.values_.reserve(64);
    state::DeskConfig& config = store_edit<state::DeskConfig>("settings");
    static const std::string text = write_json(small_desk());
    config.set_version(1);
    config.set_settings(text);
    for (int i = 0; i < events && wrong.empty(); ++i) {
      pass_time();
      if (wrong.empty()) apply(any_event());
    }
    return wrong.empty();
  }

  std::string wrong;
  int refused = 0;
  int accepted = 0;

 private:
  template <class Value>
  Value& store_edit(const std::string& name) {
    return const_cast<HeldValue<Value>&>(
               dynamic_cast<const HeldValue<Value>&>(store_.edit("acme", name, &HeldValue<Value>::decode)))
        .value;
  }

  void pass_time() {
    const std::uint64_t dice = random_.below(100);
    const std::int64_t minutes_max = dice < 3 ? 20 * 24 * 60 : dice < 10 ? 2 * 24 * 60 : dice < 60 ? 20 : 2;
    const Timestamp to = now_ + Millis{random_.between(0, minutes_max * 60'000)};
    while (!store_.timers_.empty() && store_.timers_.begin()->due <= to && wrong.empty()) {
      const Timer timer = *store_.timers_.begin();
      store_.timers_.erase(store_.timers_.begin());
      now_ = std::max(now_, timer.due);
      Step step(store_, store_, {desk_.name(), "acme", timer.name, "", 0}, now_, "acme", 0, -1);
      desk_.fire(timer, step);
      look();
    }
    now_ = to;
  }

  void apply(EventBody body) {
    Event event;
    event.id = std::to_string(++events_);
    event.source = "/test";
    event.tenant = "acme";
    event.time = event.recorded = now_;
    event.body = std::move(body);
    const auto* command = std::get_if<Command>(&event.body);
    const std::string name = command != nullptr && command->case_id ? "case/" + command->case_id->hex() : "";
    Step step(store_, store_, {desk_.name(), "acme", event.id, event.id, 0}, now_, "acme", 0, events_);
    desk_.apply(event, step);
    if (!store_.emitted_.empty() && !name.empty()) {
      if (const auto* answer = std::get_if<CommandAnswered>(&store_.emitted_.back().event.body)) {
        ++(answer->accepted ? accepted : refused);
        if (!answer->accepted && store_.emitted_.size() > 1) check_nobody_acted(command->actor);
      }
    }
    look();
  }

  // What a refused command leaves is only what was due anyway.
  void check_nobody_acted(const std::string& actor) {
    for (const Emitted& one : store_.emitted_) {
      const auto* changed = std::get_if<CaseChanged>(&one.event.body);
      if (changed != nullptr && changed->actor == actor) wrong = "a refused command changed a case";
    }
  }

  EventBody any_event() {
    const std::uint64_t dice = random_.below(10);
    if (cases_.empty() || dice == 0) return any_request();
    if (dice <= 2) return any_message();
    return any_command();
  }

  CustomerId any_customer() { return {1, 1 + random_.below(2)}; }
  CaseId any_case() {
    auto at = cases_.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(random_.below(cases_.size())));
    return at->first;
  }

  CaseRequested any_request() {
    CaseRequested request;
    request.customer = any_customer();
    request.facet = {request.customer.high, request.customer.low};
    request.origin = random_.chance(0.5) ? CaseOrigin::message : CaseOrigin::review;
    request.at = now_ - minutes{random_.between(0, 120)};
    constexpr IssueType kIssues[] = {IssueType::service, IssueType::refund, IssueType::app, IssueType::price};
    request.issues = {kIssues[random_.below(4)]};
    request.proactive = random_.chance(0.1);
    request.urgency = static_cast<std::uint8_t>(random_.below(3));
    return request;
  }

  MessageForwarded any_message() {
    MessageForwarded message;
    message.customer = any_customer();
    message.facet = {message.customer.high, message.customer.low};
    message.at = now_ - minutes{random_.between(0, 120)};
    message.courtesy = random_.chance(0.3);
    if (random_.chance(0.4)) {
      message.message.direction = Direction::outbound;
      message.message.by = random_.chance(0.7) ? Author::agent : Author::bot;
      message.message.agent = kActors[random_.below(kActors.size())];
    }
    return message;
  }

  Command any_command() {
    Command command;
    command.kind = static_cast<CommandKind>(random_.below(kCommandKinds));
    command.request = std::to_string(random_.chance(0.95) ? events_ : random_.between(0, events_));
    command.case_id = any_case();
    const Known& known = cases_.at(*command.case_id);
    // Half of the time somebody who may, so that sequences get far.
    command.actor = random_.chance(0.5) && !known.owner.empty() ? known.owner : kActors[random_.below(kActors.size())];
    command.agent = kActors[random_.below(kActors.size())];
    command.customer = any_customer();
    command.department = departments_[random_.below(departments_.size())].name;
    if (random_.chance(0.9)) command.text = "text";
    if (random_.chance(0.9)) command.resolution = "fixed";
    if (random_.chance(0.9)) command.cause = "ours";
    if (random_.chance(0.9)) command.reason = "reason";
    if (random_.chance(0.9)) command.promised = now_ + minutes{random_.between(0, 600)};
    command.priority = static_cast<Priority>(random_.below(4));
    command.into = any_case();
    command.issues = {IssueType::app};
    return command;
  }

  void look() {
    for (const Emitted& one : store_.emitted_) {
      const auto* changed = std::get_if<CaseChanged>(&one.event.body);
      if (changed != nullptr && one.topic == Topic::cases) learn(*changed);
    }
    if (!store_.emitted_.empty() && wrong.empty()) check_owners();  // what says nothing changes nothing
    store_.emitted_.clear();
  }

  void learn(const CaseChanged& changed) {
    const auto found = cases_.find(changed.case_id);
    if (found == cases_.end() && changed.step != CaseStep::opened) wrong = "a case began without being opened";
    if (found != cases_.end() && changed.step == CaseStep::opened) wrong = "a case was opened twice";
    if (found != cases_.end() && !may_follow(found->second.state, changed.state)) {
      wrong = "from " + std::string(name_of(found->second.state)) + " to " + std::string(name_of(changed.state));
    }
    Known& known = cases_[changed.case_id];
    const bool was_unowned = found != cases_.end() && known.owner.empty() && is_unresolved(known.state);
    // Another department has the whole time to take it.
    if (!was_unowned || known.department != changed.department) known.unowned_since = now_;
    known.state = changed.state;
    known.owner = changed.owner;
    known.department = changed.department;
  }

  void check_owners() {
    std::map<CaseId, std::string> holder;
    const auto hold = [&](const std::string& name, const google::protobuf::RepeatedField<std::uint64_t>& ids) {
      for (int i = 0; i < ids.size(); i += 2) {
        if (!holder.emplace(CaseId{ids.Get(i), ids.Get(i + 1)}, name).second) wrong = "a case has two owners";
      }
    };
    for (const std::string& actor : kActors) {
      if (const auto* person = store_.get<state::DeskAgent>("agent/" + actor)) hold(actor, person->cases());
    }
    for (const auto& department : departments_) {
      if (const auto* queue = store_.get<state::DeskQueue>("queue/" + department.name)) hold("", queue->cases());
    }
    for (const auto& [id, known] : cases_) {
      check_times(id, known);
      const auto held = holder.find(id);
      if (is_unresolved(known.state) != (held != holder.end()))
        return say(id, known, "is held if and only if unresolved");
      if (held == holder.end()) continue;
      if (held->second != known.owner) return say(id, known, "is with somebody else than was published");
      if (known.owner.empty() && unowned_for(known) > minutes{16}) return say(id, known, "had no owner for too long");
    }
  }

  // first <= full, agent_work <= requester_wait <= full; elapsed and in open hours.
  void check_times(CaseId id, const Known& known) {
    const auto& one = *store_.get<state::Case>("case/" + id.hex());
    const std::int64_t until = known.state == CaseState::resolved ? one.resolved_ms() : to_millis(now_);
    if (one.first_resolved_ms() > one.resolved_ms()) say(id, known, "was resolved for the first time after the last");
    if (one.agent_work_ms() > one.requester_wait_ms()) say(id, known, "was worked on longer than the customer waited");
    if (one.requester_wait_ms() > until - one.opened_ms()) say(id, known, "let the customer wait longer than it took");
    if (one.agent_work_open_ms() > one.requester_wait_open_ms())
      say(id, known, "was worked on in more open hours than the customer waited");
    if (one.requester_wait_open_ms() > one.requester_wait_ms()) say(id, known, "has more open hours than hours");
  }

  void say(CaseId id, const Known& known, const std::string& what) {
    wrong = id.hex() + " (" + std::string(name_of(known.state)) + ") " + what;
  }

  // In open minutes of its department; the timer is rounded up to a whole minute.
  Millis unowned_for(const Known& known) const {
    return calendars_.at(known.department).business_time({known.unowned_since, now_});
  }

  Processor& desk_;
  const std::vector<desk::DepartmentSettings>& departments_;
  const std::map<std::string, Calendar>& calendars_;
  Random& random_;
  Store store_;
  Timestamp now_ = kStart;
  std::int64_t events_ = 0;
  std::map<CaseId, Known> cases_;
};

// Plays many sequences, each from its own seed.
void play_sequences(int sequences) {
  const std::uint64_t seed = test::seed_of_test(20261122);
  const auto departments = small_desk().departments;
  std::map<std::string, Calendar> calendars;
  for (const auto& department : departments) {
    calendars.emplace(department.name,
                      department.calendar == "always" ? Calendar::always_open() : desk::make_calendar(week()).value());
  }
  const auto processor = make_desk();
  std::int64_t accepted = 0;
  std::int64_t refused = 0;
  for (int i = 0; i < sequences; ++i) {
    const std::uint64_t own_seed = seed + static_cast<std::uint64_t>(i);
    Random random(own_seed);
    Play play(*processor, departments, calendars, random);
    // Most mistakes need few events; some need many.
    const int events = own_seed % 50 == 0 ? 60 : 3 + static_cast<int>(random.below(4));
    ASSERT_TRUE(play.run(events)) << play.wrong << "; alone: EARSHOT_SEED=" << own_seed
                                  << " EARSHOT_TEST_SCALE=0.000001";
    accepted += play.accepted;
    refused += play.refused;
  }
  if (sequences < 1'000) return;
  EXPECT_GT(accepted, sequences / 2) << "the sequences must get somewhere";
  EXPECT_GT(refused, sequences / 2);
}

TEST(DeskLife, KeepsEveryCaseInALegalStateWithOneOwner) { play_sequences(test::scaled(30'000)); }

TEST(DeskLifeLong, KeepsItThroughAMillionSequences) { play_sequences(test::scaled(1'000'000)); }

}  // namespace
}  // namespace earshot
