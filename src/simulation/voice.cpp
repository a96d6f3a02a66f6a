#include "simulation/voice.h"

#include <algorithm>

namespace earshot::simulation {
namespace {

using namespace std::chrono;

constexpr double kSaysThatTheyLeave = 0.12;
constexpr double kEditsPost = 0.06;
constexpr double kDeletesPost = 0.06;
constexpr double kLinksAccount = 0.4;
constexpr double kWronglyLinked = 0.1;
constexpr Millis kSurveyEvery = days{28};

bool is_about_app(Theme theme) {
  return theme == Theme::app || theme == Theme::login || theme == Theme::billing || theme == Theme::price ||
         theme == Theme::praise_app;
}

std::string language_of(const Customer& customer) { return customer.manner.tongue == Tongue::english ? "en" : "zh"; }

Timestamp soon(Customer& customer, Timestamp at, std::int64_t minutes_max) {
  return usual_hour(customer.random, at + minutes{customer.random.between(2, minutes_max)}, customer.zone);
}

std::int64_t nps_of(Customer& customer) {
  const std::int64_t around = customer.mood / 85 - 1;  // 750 is 7
  return std::clamp<std::int64_t>(around + customer.random.between(-1, 2), 0, 10);
}

}  // namespace

void Voice::suffers(Customer& customer, const Experience& experience, Timestamp at) {
  const bool is_leaving = loyalty_.bad(customer, at, experience.weight, experience.why);
  const bool is_urgent = experience.theme == Theme::safety || experience.theme == Theme::fraud;
  if (!customer.random.chance(is_urgent ? 0.95 : customer.speaks)) return;
  stage_.later(customer, soon(customer, at, 600),
               [this, &customer, experience](Timestamp now) { complains(customer, experience, now); });
  if (!is_leaving || !customer.random.chance(kSaysThatTheyLeave)) return;
  Experience farewell = experience;
  farewell.theme = Theme::leaving;
  stage_.later(customer, soon(customer, at, 1200),
               [this, &customer, farewell](Timestamp now) { complains(customer, farewell, now); });
}

void Voice::complains(Customer& customer, const Experience& experience, Timestamp at) {
  const double where = customer.random.unit();
  if (is_about_app(experience.theme) && customer.uses_app && where < 0.45)
    return reviews_app(customer, experience, customer.random.between(1, 2), at);
  if (!customer.did.empty() && where < 0.5) return posts(customer, experience, at);
  if (where < 0.58) return calls(customer, experience, at);
  if (where < 0.68 && !experience.product.empty())
    return reviews_shop(customer, experience, customer.random.between(1, 2), at);
  writes(customer, new_thread(customer, experience, at), experience.theme, at);
}

void Voice::remarks(Customer& customer, const Experience& experience, Timestamp at) {
  stage_.later(customer, soon(customer, at, 2000), [this, &customer, experience](Timestamp now) {
    const std::int64_t stars = experience.theme == Theme::neutral ? 3 : customer.random.between(4, 5);
    if (!customer.did.empty() && customer.random.chance(0.4)) return posts(customer, experience, now);
    if (is_about_app(experience.theme)) return reviews_app(customer, experience, stars, now);
    reviews_shop(customer, experience, stars, now);
  });
}

void Voice::asks(Customer& customer, const Experience& experience, Timestamp at) {
  writes(customer, new_thread(customer, experience, at), experience.theme, at);
}

void Voice::was_helped(Customer& customer, Timestamp at) {
  loyalty_.helped(customer);
  customer.helped_at = at;
  Experience experience;
  experience.theme = Theme::made_up;
  experience.slots.product = customer.manner.tongue == Tongue::english ? "order" : "东西";
  if (!customer.review_id.empty() && customer.review.stars <= 2 && customer.random.chance(0.4)) {
    const Timestamp edited_at = soon(customer, at, 1500);
    stage_.later(customer, edited_at,
                 [this, &customer, experience](Timestamp now) { reviews_app(customer, experience, 5, now); });
  } else if (customer.random.chance(0.45)) {
    Thread thread = new_thread(customer, experience, at);
    thread.tries = -1;  // thanks want no answer
    stage_.later(customer, soon(customer, at, 240),
                 [this, &customer, thread](Timestamp now) { writes(customer, thread, Theme::thanks, now); });
  }
  if (customer.random.chance(0.4)) surveys(customer, Form::ces, experience, at + hours{2});
}

void Voice::surveys(Customer& customer, Form form, const Experience& experience, Timestamp at) {
  if (customer.surveyed_at != Timestamp{} && at - customer.surveyed_at < kSurveyEvery && form != Form::ces) return;
  customer.surveyed_at = at;
  FormAnswer answer;
  answer.form = form;
  answer.survey = "S-" + customer.id + "-" + std::to_string(++customer.survey_count);
  answer.token = "tok" + answer.survey;
  if (customer.random.chance(0.93)) answer.customer = customer.id;
  if (customer.random.chance(0.15) || answer.customer.empty()) answer.email = customer.email;
  stage_.later(customer, at, [this, &customer, answer, experience](Timestamp now) {
    Event invited = stage_.event(customer, "surveys", InputKind::survey_invited, now);
    const bool is_nps = answer.form == Form::nps;
    Survey survey{answer.survey, is_nps                      ? SurveyFamily::nps
                                 : answer.form == Form::csat ? SurveyFamily::csat
                                                             : SurveyFamily::ces};
    survey.min = is_nps ? 0 : 1;
    survey.max = is_nps ? 10 : answer.form == Form::csat ? 5 : 7;
    survey.invited_at = now;
    input_of(invited).survey = survey;
    input_of(invited).channel = "email";
    stage_.outbox.send_in_batch(invited);
    // The happy and the angry answer; the disappointed do not.
    const double answers = customer.mood > 700 ? 0.32 : customer.speaks > 0.4 ? 0.4 : 0.1;
    if (!customer.random.chance(answers)) return;
    const Timestamp answered_at = soon(customer, now + hours{1}, 3000);
    stage_.later(customer, answered_at, [this, &customer, answer, experience](Timestamp then) {
      answers_survey(customer, answer, experience, then);
    });
  });
}

void Voice::answers_survey(Customer& customer, const FormAnswer& invitation, const Experience& experience,
                           Timestamp at) {
  FormAnswer answer = invitation;
  answer.at = floor<seconds>(at);
  const std::int64_t nps = nps_of(customer);
  answer.score = answer.form == Form::nps ? nps : answer.form == Form::csat ? 1 + nps * 4 / 10 : 1 + nps * 6 / 10;
  if (customer.random.chance(0.55)) {
    const bool is_bad = nps <= 5;
    const Theme theme =
        is_bad     ? (experience.theme == Theme::praise || experience.theme == Theme::made_up ? Theme::service
                                                                                              : experience.theme)
        : nps <= 7 ? Theme::neutral
                   : Theme::praise;
    answer.text = phrase(customer.random, theme, customer.manner, experience.slots);
  }
  stage_.outbox.send(answer);
}

void Voice::reviews_app(Customer& customer, const Experience& experience, std::int64_t stars, Timestamp at) {
  if (customer.review_id.empty())
    customer.review_id = "gp:AOq" + std::to_string(100000 + customer.random.below(900000)) + "-" + customer.id;
  StoreReview& review = customer.review;
  review = {};
  review.id = customer.review_id;
  review.author = "user-" + std::to_string(customer.number);
  review.language = language_of(customer);
  review.text = phrase(customer.random, experience.theme, customer.manner, experience.slots);
  review.stars = stars;
  review.at = at;
  stage_.outbox.send(review);
  if (stars > 2 || !customer.random.chance(0.3)) return;
  stage_.schedule.at(office_hour(at + hours{20}, customer.zone), customer.number,
                     [this, &customer, experience, written = at](Timestamp now) {
                       if (customer.review.at != written) return;  // they changed it in the meantime
                       StoreReview answered = customer.review;
                       answered.reply =
                           sentence(customer.random, Theme::agent_reply, customer.manner.tongue, experience.slots);
                       answered.replied_at = now;
                       stage_.outbox.send(answered);
                     });
}

void Voice::reviews_shop(Customer& customer, const Experience& experience, std::int64_t stars, Timestamp at) {
  Event event = stage_.event(customer, "shop", InputKind::review, at);
  Input& input = input_of(event);
  input.content.text = phrase(customer.random, experience.theme, customer.manner, experience.slots);
  input.content.language = language_of(customer);
  input.rating = Rating{stars * 1000, 1000, 5000};
  input.product = experience.product;
  stage_.outbox.send_now(event);
}

void Voice::posts(Customer& customer, const Experience& experience, Timestamp at) {
  Post post;
  post.did = customer.did;
  post.rkey = rkey_of(at, customer.random);
  post.language = language_of(customer);
  post.at = at;
  post.text = "@acme " + phrase(customer.random, experience.theme, customer.manner, experience.slots);
  stage_.outbox.send(post, PostChange::create);
  stage_.later(customer, at + hours{3},
               [this, &customer, post, experience](Timestamp now) { changes_post(customer, post, experience, now); });
  if (customer.random.chance(kLinksAccount)) {
    stage_.later(customer, office_hour(at + hours{4}, customer.zone),
                 [this, &customer](Timestamp now) { desk_links(customer, now); });
  }
}

void Voice::changes_post(Customer& customer, const Post& post, const Experience& experience, Timestamp at) {
  const double luck = customer.random.unit();
  if (luck < kEditsPost) {
    Post edited = post;
    edited.at = at;
    edited.text = "@acme " + phrase(customer.random, experience.theme, customer.manner, experience.slots);
    stage_.outbox.send(edited, PostChange::update);
  } else if (luck < kEditsPost + kDeletesPost) {
    stage_.outbox.send(post, PostChange::remove);
  }
}

// Somebody at the desk finds out whose account it is; sometimes they are wrong and take it back.
void Voice::desk_links(Customer& customer, Timestamp at) {
  const auto send = [this, &customer](InputKind kind, Timestamp when) {
    Event event = stage_.event(customer, "desk", kind, when);
    Input& input = input_of(event);
    input.person.keys = {customer.key(), "bsky:" + customer.did};
    input.person.verified = input.person.keys;
    stage_.outbox.send_now(event);
  };
  send(InputKind::linked, at);
  if (!customer.random.chance(kWronglyLinked)) return;
  stage_.later(customer, office_hour(at + hours{30}, customer.zone),
               [send](Timestamp now) { send(InputKind::unlinked, now); });
}

}  // namespace earshot::simulation
