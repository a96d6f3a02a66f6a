#include "property/simulation/world.h"

#include <algorithm>

#include "base/hash.h"
#include "event/json_writer.h"
#include "event/names.h"
#include "processors/control.h"
#include "processors/customer/customer.h"
#include "processors/desk/desk.h"
#include "processors/desk/settings.h"
#include "processors/identity/identity.h"
#include "processors/insight/insight.h"
#include "processors/intake/seen.h"

namespace earshot::test {
namespace {

constexpr std::string_view kWords[] = {"bad",    "late",   "refund", "broken", "fine",  "good",
                                       "thanks", "urgent", "leave",  "客服",   "plain", "number"};

bool says(std::string_view text, std::string_view word) { return text.find(word) != std::string_view::npos; }

template <class T, std::size_t n>
const T& any_of(Random& random, const T (&from)[n]) {
  return from[random.below(n)];
}

}  // namespace

Analysis analyse_words(std::string_view text, std::string_view) {
  Analysis said;
  said.language = says(text, "客服") ? Language::zh : Language::en;
  if (says(text, "plain")) return said;
  const bool bad = says(text, "bad") || says(text, "broken");
  const bool good = !bad && says(text, "good");
  said.sentiment = bad ? Sentiment::negative : good ? Sentiment::positive : Sentiment::neutral;
  said.negative_permille = bad ? 930 : 30;
  said.positive_permille = good ? 930 : 30;
  said.neutral_permille = static_cast<std::uint16_t>(1000 - said.negative_permille - said.positive_permille);
  said.complaint = bad || says(text, "refund");
  said.courtesy = text == "thanks";
  if (says(text, "refund")) said.issues.push_back({IssueType::refund, 800});
  if (says(text, "late")) said.issues.push_back({IssueType::delivery, 700});
  if (says(text, "broken")) said.issues.push_back({IssueType::quality, 600});
  said.leave_permille = says(text, "leave") ? 900 : 0;
  said.urgency = says(text, "urgent") ? 2 : 0;
  if (said.urgency != 0) said.urgency_cause = UrgencyCause::safety;
  said.evidence = {{"neg", 0, 1, 1}};
  said.model = "words";
  return said;
}

std::vector<MakeProcessor> make_simulated_processors(const Analyse& analyse) {
  return {[analyse] { return make_intake({}, analyse); }, [] { return make_identity(); },
          [] { return make_customer(); }, [] { return make_desk(); }, [] { return make_insight(); }};
}

ImportRules simulated_rules() {
  ImportRules rules;
  rules.record_key = [](const Event& event) {
    if (const auto* input = std::get_if<Input>(&event.body)) return feedback_key("", event.tenant, *input);
    return feedback_key(event.tenant, std::get<DeadLetter>(event.body));
  };
  rules.is_known = [](const Event& event, std::string_view key, ValueView& values) {
    return SeenEvents::look(event, key, values) == Seen::repeat;
  };
  rules.imported_until = [](ValueView& values) { return imported_until(values, kSimulatedTenant); };
  return rules;
}

World::World(Random& random) : random_(random), customers_(static_cast<int>(random.between(1, 6))) {}

Person World::any_person() {
  const std::string number = std::to_string(random_.below(static_cast<std::uint64_t>(customers_)));
  const std::string keys[] = {"customer:c" + number, "email:user-" + number + "@example.com", "phone:+100" + number,
                              "google_play:gp" + number};
  Person person;
  person.keys = {any_of(random_, keys)};
  while (random_.chance(0.3)) {
    // Now and then the key of somebody else: two strong ids claim one.
    const std::string other =
        random_.chance(0.1) ? "customer:c" + std::to_string(random_.below(6)) : any_of(random_, keys);
    if (std::find(person.keys.begin(), person.keys.end(), other) == person.keys.end()) person.keys.push_back(other);
  }
  if (random_.chance(0.5)) person.verified = person.keys;
  person.name = "user-" + number;
  return person;
}

std::string World::any_text() {
  std::string text;
  for (std::int64_t words = random_.between(1, 3); words > 0; --words) {
    if (!text.empty()) text += ' ';
    text += any_of(random_, kWords);
  }
  return text;
}

void World::fill(Input& input, Timestamp at) {
  switch (input.kind) {
    case InputKind::review:
      input.rating = Rating{1000 * random_.between(1, 5), 1000, 5000};
      if (random_.chance(0.7)) input.content.text = any_text();
      break;
    case InputKind::survey_invited:
    case InputKind::survey_answered: {
      const bool nps = random_.chance(0.5);
      input.survey = Survey{"s" + std::to_string(random_.below(12)),
                            nps ? SurveyFamily::nps : SurveyFamily::csat,
                            {},
                            nps ? 0 : 1,
                            nps ? 10 : 5,
                            {},
                            {}};
      if (input.kind == InputKind::survey_answered && random_.chance(0.9))
        input.survey->score = random_.between(input.survey->min, input.survey->max);
      break;
    }
    case InputKind::message:
    case InputKind::call:
      input.message = Message{};
      input.thread = "t" + std::to_string(random_.below(5));
      if (random_.chance(0.3))
        input.message = Message{Direction::outbound, random_.chance(0.8) ? Author::agent : Author::bot, "agent-1",
                                Visibility::everyone};
      input.content.text = any_text();
      break;
    case InputKind::mention: input.content.text = any_text(); break;
    case InputKind::edited:
    case InputKind::deleted: input.target = Target{"/acme/shop", "e1"}; break;
    case InputKind::order:
    case InputKind::returned:
      input.order = Order{"o" + std::to_string(events_), random_.between(100, 90'000), "EUR"};
      break;
    case InputKind::usage: input.usage = Usage{"session", random_.between(1, 9)}; break;
    case InputKind::payment:
      input.payment = Payment{"p" + std::to_string(events_), random_.between(100, 90'000), "EUR",
                              static_cast<PaymentStatus>(random_.below(4))};
      break;
    case InputKind::subscription:
      input.subscription =
          Subscription{"plan", static_cast<SubscriptionStatus>(random_.below(5)), at + std::chrono::days{30}};
      break;
    case InputKind::linked:
    case InputKind::unlinked: {
      const std::string number = std::to_string(random_.below(static_cast<std::uint64_t>(customers_)));
      input.person.keys = {"email:user-" + number + "@example.com", "customer:c" + number};
      input.person.verified.clear();
      break;
    }
    case InputKind::contact: break;
  }
}

Event World::any_event(Timestamp at) {
  static constexpr InputKind kFrequent[] = {InputKind::review, InputKind::message, InputKind::order, InputKind::payment,
                                            InputKind::survey_answered};
  Event event;
  event.id = "e" + std::to_string(++events_);
  event.source = "/acme/shop";
  event.time = at;
  Input input;
  input.kind = random_.chance(0.6) ? any_of(random_, kFrequent) : static_cast<InputKind>(random_.below(kInputKinds));
  input.channel = random_.chance(0.5) ? "email" : "google_play";
  input.person = any_person();
  input.product = random_.chance(0.5) ? "app" : "";
  input.reach = random_.chance(0.1) ? 50'000 : 0;
  fill(input, at);
  if (random_.chance(0.03)) input.channel.clear();           // not an event of ours
  if (random_.chance(0.03)) input.rating = Rating{9, 1, 5};  // off its scale
  event.body = std::move(input);
  return event;
}

Event World::changed(Event event) {
  std::get<Input>(event.body).content.title = "changed " + std::to_string(++events_);
  return event;
}

Event World::any_command(const std::vector<CaseChanged>& cases, Timestamp at) {
  static constexpr std::string_view kActors[] = {"agent-1", "agent-2", "lead-1", "super-1", "robot", "nobody"};
  static constexpr CommandKind kWithoutCase[] = {CommandKind::agent_on_shift, CommandKind::agent_off_shift,
                                                 CommandKind::open_case};
  Event event;
  event.id = "c" + std::to_string(++events_);
  event.source = "/acme/console";
  event.time = at;
  Command command;
  command.request = event.id;
  command.actor = any_of(random_, kActors);
  if (random_.chance(0.15)) {
    // Of somebody who may decide, on any two keys: also two strong ids.
    command.kind = random_.chance(0.6) ? CommandKind::link : CommandKind::unlink;
    command.actor = "super-1";
    for (int i = 0; i < 2; ++i) {
      const std::string key = any_person().keys.front();
      command.keys.push_back(hash_key("", key));
      command.kinds.push_back(key.substr(0, key.find(':')));
    }
  } else if (cases.empty() || random_.chance(0.15)) {
    command.kind = any_of(random_, kWithoutCase);
    const KeyHash key = hash_key("", "customer:c0");
    command.customer = CustomerId{key.high, key.low};
    command.agent = any_of(random_, kActors);
  } else {
    const CaseChanged& about = cases[random_.below(cases.size())];
    command.kind = static_cast<CommandKind>(random_.below(kCommandKinds));
    command.case_id = about.case_id;
    command.customer = about.customer;
    if (!about.owner.empty() && random_.chance(0.6)) command.actor = about.owner;
    command.agent = any_of(random_, kActors);
    command.department = random_.chance(0.5) ? "front" : "back";
    command.text = "text";
    command.reason = "reason";
    command.resolution = "fixed";
    command.cause = "ours";
    command.promised = at + std::chrono::hours{random_.between(1, 90)};
    command.into = cases[random_.below(cases.size())].case_id;
    command.priority = static_cast<Priority>(random_.below(4));
    for (int i = 0; i < 2; ++i) command.keys.push_back(hash_key("", any_person().keys.front()));
  }
  event.body = std::move(command);
  return event;
}

DeadLetter World::any_letter() {
  DeadLetter letter;
  letter.reason = DeadLetterReason::connector;
  letter.detail = "not a line of ours";
  letter.connector = "csv";
  letter.place = "orders.csv line " + std::to_string(++events_);
  letter.bytes = "a;b;" + letter.place;
  letter.length = static_cast<std::int64_t>(letter.bytes.size());
  letter.sha256 = sha256_hex(letter.bytes);
  return letter;
}

std::string World::desk_settings() {
  desk::DeskSettings settings;
  settings.departments = {{"front", "lead-1", "deputy-1", "super-1", {IssueType::service}, "always"},
                          {"back", "lead-1", "deputy-1", "super-1", {IssueType::refund}, "office"}};
  for (int i = 1; i <= 2; ++i) {
    desk::AgentSettings agent;
    agent.handle = "agent-" + std::to_string(i);
    agent.departments = {"front", "back"};
    agent.capacity = static_cast<std::int64_t>(1 + random_.below(3));
    settings.agents.push_back(agent);
  }
  settings.automations = {"robot"};
  settings.close_days = random_.between(1, 14);
  return write_json(settings);
}

}  // namespace earshot::test
