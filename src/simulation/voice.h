// What customers say, where, and what the company's own people answer: messages, calls, reviews in the shop and in the
// app store, posts, survey answers. One thread.
#pragma once

#include "simulation/loyalty.h"

namespace earshot::simulation {

struct Experience {
  Theme theme = Theme::delivery;
  int weight = 100;  // how much of a thousand the mood falls
  std::string why = "service failure";
  std::string product;  // as the shop calls it
  Slots slots;
};

class Voice {
 public:
  Voice(const Stage& stage, Loyalty& loyalty) : stage_(stage), loyalty_(loyalty) {}

  // Something bad happened. A few say so.
  void suffers(Customer& customer, const Experience& experience, Timestamp at);
  // A review, or a post, about something that was good or so so.
  void remarks(Customer& customer, const Experience& experience, Timestamp at);
  // A question or a wish: a message.
  void asks(Customer& customer, const Experience& experience, Timestamp at);
  // An invitation, and the answer of those who answer.
  void surveys(Customer& customer, Form form, const Experience& experience, Timestamp at);
  // Somebody outside of this simulation helped.
  void was_helped(Customer& customer, Timestamp at);

 private:
  struct Thread {
    std::string id;
    std::string channel;
    Experience experience;
    Timestamp opened{};
    int tries = 0;  // messages without an answer
  };

  void complains(Customer& customer, const Experience& experience, Timestamp at);
  void writes(Customer& customer, Thread thread, Theme theme, Timestamp at);
  void waits(Customer& customer, Thread thread, Timestamp at);
  void bot_answers(Customer& customer, const Thread& thread, Timestamp at);
  void agent_answers(Customer& customer, const Thread& thread, Timestamp at);
  void agent_helps(Customer& customer, const Thread& thread, Timestamp at);
  void calls(Customer& customer, const Experience& experience, Timestamp at);
  void reviews_app(Customer& customer, const Experience& experience, std::int64_t stars, Timestamp at);
  void reviews_shop(Customer& customer, const Experience& experience, std::int64_t stars, Timestamp at);
  void posts(Customer& customer, const Experience& experience, Timestamp at);
  void changes_post(Customer& customer, const Post& post, const Experience& experience, Timestamp at);
  void desk_links(Customer& customer, Timestamp at);
  void answers_survey(Customer& customer, const FormAnswer& answer, const Experience& experience, Timestamp at);
  Event message(Customer& customer, const Thread& thread, const Message& block, Timestamp at) const;
  Thread new_thread(Customer& customer, const Experience& experience, Timestamp at) const;

  const Stage& stage_;
  Loyalty& loyalty_;
};

}  // namespace earshot::simulation
