// The part of Voice in which somebody answers: threads of messages and calls.
#include "simulation/voice.h"

namespace earshot::simulation {
namespace {

using namespace std::chrono;

constexpr double kAnswered = 0.62;
constexpr double kRefused = 0.1;
constexpr double kHelped = 0.55;
constexpr double kAsksAgain = 0.5;
constexpr double kThreatens = 0.2;  // of those who have asked twice in vain
constexpr int kTriesMax = 3;
constexpr const char* kChannels[] = {"email", "web_chat", "app_chat", "wechat"};

}  // namespace

Voice::Thread Voice::new_thread(Customer& customer, const Experience& experience, Timestamp at) const {
  Thread thread;
  thread.id = "T-" + customer.id + "-" + std::to_string(++customer.thread_count);
  const std::uint64_t choices = customer.manner.tongue == Tongue::chinese ? 4 : customer.uses_app ? 3 : 2;
  thread.channel = kChannels[customer.random.below(choices)];
  thread.experience = experience;
  thread.opened = at;
  return thread;
}

Event Voice::message(Customer& customer, const Thread& thread, const Message& block, Timestamp at) const {
  Event event = stage_.event(customer, "desk", InputKind::message, at);
  Input& input = input_of(event);
  input.channel = thread.channel;
  input.thread = thread.id;
  input.message = block;
  input.product = thread.experience.product;
  return event;
}

void Voice::writes(Customer& customer, Thread thread, Theme theme, Timestamp at) {
  Event event = message(customer, thread, {Direction::inbound, Author::customer, "", Visibility::everyone}, at);
  input_of(event).content.text = phrase(customer.random, theme, customer.manner, thread.experience.slots);
  stage_.outbox.send_now(event);
  if (thread.tries < 0) return;
  ++thread.tries;
  if (thread.channel != "email" && thread.tries == 1) {
    stage_.later(customer, at + seconds{customer.random.between(5, 90)},
                 [this, &customer, thread](Timestamp now) { bot_answers(customer, thread, now); });
  }
  if (customer.random.chance(kAnswered)) {
    const Timestamp answered_at = office_hour(at + minutes{customer.random.between(10, 60 * 22)}, customer.zone);
    stage_.later(customer, answered_at,
                 [this, &customer, thread](Timestamp now) { agent_answers(customer, thread, now); });
  } else {
    waits(customer, thread, at);
  }
}

void Voice::waits(Customer& customer, Thread thread, Timestamp at) {
  const Timestamp until = usual_hour(customer.random, at + hours{customer.random.between(30, 80)}, customer.zone);
  stage_.later(customer, until, [this, &customer, thread](Timestamp now) {
    if (customer.helped_at >= thread.opened) return;
    const bool is_leaving = loyalty_.bad(customer, now, 110, "service failure");
    if (thread.tries >= kTriesMax || is_leaving || !customer.random.chance(kAsksAgain)) return;
    Thread again = thread;
    again.experience.slots.days = floor<days>(now - thread.opened).count();
    const bool threatens = thread.tries + 1 >= kTriesMax && customer.random.chance(kThreatens);
    writes(customer, again, threatens ? Theme::legal : Theme::still_waiting, now);
  });
}

void Voice::bot_answers(Customer& customer, const Thread& thread, Timestamp at) {
  Event event = message(customer, thread, {Direction::outbound, Author::bot, "", Visibility::everyone}, at);
  input_of(event).content.text =
      sentence(customer.random, Theme::bot_reply, customer.manner.tongue, thread.experience.slots);
  stage_.outbox.send_now(event);
}

void Voice::agent_answers(Customer& customer, const Thread& thread, Timestamp at) {
  if (customer.helped_at >= thread.opened) return;  // a colleague was quicker
  const std::string agent = "agent-" + std::to_string(1 + customer.random.below(9));
  const bool refuses = customer.random.chance(kRefused);
  if (customer.random.chance(0.12)) {
    Event note =
        message(customer, thread, {Direction::outbound, Author::agent, agent, Visibility::internal}, at - minutes{3});
    input_of(note).content.text =
        sentence(customer.random, Theme::internal_note, customer.manner.tongue, thread.experience.slots);
    stage_.outbox.send_now(note);
  }
  Event reply = message(customer, thread, {Direction::outbound, Author::agent, agent, Visibility::everyone}, at);
  const Theme theme = refuses ? Theme::agent_refuses : Theme::agent_reply;
  input_of(reply).content.text = sentence(customer.random, theme, customer.manner.tongue, thread.experience.slots);
  stage_.outbox.send_now(reply);
  if (!refuses && customer.random.chance(kHelped)) return agent_helps(customer, thread, at);
  Experience experience = thread.experience;
  experience.theme = Theme::service;
  experience.why = "service failure";
  experience.weight = refuses ? 150 : 30;
  if (thread.tries < kTriesMax) suffers(customer, experience, at);
}

void Voice::agent_helps(Customer& customer, const Thread& thread, Timestamp at) {
  loyalty_.helped(customer);
  if (customer.random.chance(0.45)) {
    Thread thanked = thread;
    thanked.tries = -1;
    stage_.later(customer, at + minutes{customer.random.between(3, 300)},
                 [this, &customer, thanked](Timestamp now) { writes(customer, thanked, Theme::thanks, now); });
  }
  if (customer.random.chance(0.25)) surveys(customer, Form::ces, thread.experience, at + hours{3});
}

void Voice::calls(Customer& customer, const Experience& experience, Timestamp at) {
  const Timestamp called_at = office_hour(at, customer.zone);
  stage_.later(customer, called_at, [this, &customer, experience](Timestamp now) {
    Event event = stage_.event(customer, "desk", InputKind::call, now);
    Input& input = input_of(event);
    input.channel = "phone";
    input.thread = "C-" + event.id;
    input.message = Message{Direction::inbound, Author::customer, "", Visibility::everyone};
    input.product = experience.product;
    input.content.text =
        phrase(customer.random, experience.theme, {customer.manner.tongue, false, false}, experience.slots);
    stage_.outbox.send_now(event);
    if (customer.random.chance(kHelped)) loyalty_.helped(customer);
  });
}

}  // namespace earshot::simulation
