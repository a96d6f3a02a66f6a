// Plays what customers do and say into the customer processor, in short words.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/hash.h"
#include "event/json_writer.h"
#include "processors/customer/customer.h"
#include "processors/customer/profile.h"
#include "processors/customer/settings.h"
#include "processors/customer/timeline.h"
#include "support/feed.h"

namespace earshot::testing {

inline constexpr Timestamp kFirstMonday{std::chrono::sys_days{std::chrono::year{2026} / 1 / 5}};
// Day 0 is a Monday.
inline Timestamp day(int number, int hour = 12) {
  return kFirstMonday + std::chrono::days{number} + std::chrono::hours{hour};
}

class CustomerFeed {
 public:
  explicit CustomerFeed(const std::string& key = "customer:user-1")
      : facet_(hash_key("", key)), customer_{facet_.high, facet_.low} {}

  ActivityRecorded activity(InputKind kind, Timestamp at) const {
    ActivityRecorded made;
    made.kind = kind;
    made.customer = customer_;
    made.facet = facet_;
    made.at = at;
    made.channel = "web";
    made.place = 7;
    return made;
  }
  ActivityRecorded order(Timestamp at) const {
    auto made = activity(InputKind::order, at);
    made.order = Order{"o", 1000, "EUR"};
    return made;
  }
  ActivityRecorded review(Timestamp at, int stars) const {
    auto made = activity(InputKind::review, at);
    made.rating = Rating{stars * 1000, 1000, 5000};
    return made;
  }
  ActivityRecorded score(Timestamp at, SurveyFamily family, std::int64_t score) const {
    auto made = activity(InputKind::survey_answered, at);
    const std::int64_t min = family == SurveyFamily::nps ? 0 : 1;
    const std::int64_t max = family == SurveyFamily::nps ? 10 : family == SurveyFamily::csat ? 5 : 7;
    made.survey = Survey{"s", family, score, min, max, std::nullopt, std::nullopt};
    return made;
  }
  ActivityRecorded message(Timestamp at, Sentiment sentiment = Sentiment::neutral) const {
    auto made = activity(InputKind::message, at);
    made.message = Message{};
    made.has_text = true;
    made.analysis.sentiment = sentiment;
    if (sentiment == Sentiment::negative) made.analysis.negative_permille = 900;
    if (sentiment == Sentiment::positive) made.analysis.positive_permille = 900;
    return made;
  }
  ActivityRecorded answer(Timestamp at, const std::string& agent = "agent-1") const {
    auto made = activity(InputKind::message, at);
    made.message = Message{Direction::outbound, Author::agent, agent, Visibility::everyone};
    return made;
  }
  ActivityRecorded payment(Timestamp at, PaymentStatus status) const {
    auto made = activity(InputKind::payment, at);
    made.payment = Payment{"p", 1000, "EUR", status};
    return made;
  }

  // Heard when it happened, or later.
  std::vector<Emitted> hear(const ActivityRecorded& what) { return hear(what, what.at); }
  std::vector<Emitted> hear(const ActivityRecorded& what, Timestamp recorded) {
    return feed_.give(recorded, key(), what);
  }
  std::vector<Emitted> tell(const CaseChanged& change, Timestamp at) { return feed_.give(at, key(), change); }
  std::vector<Emitted> control(EventBody body) { return feed_.give(feed_.now(), "acme", std::move(body)); }
  std::vector<Emitted> configure(const CustomerSettings& settings) {
    return control(ConfigChanged{"silence", ++version_, write_json(settings)});
  }
  std::vector<Emitted> pass_time_to(Timestamp to) { return feed_.pass_time_to(to); }

  CaseChanged change(CaseStep step, CaseState state, CaseId id = {0, 1}) const {
    CaseChanged made;
    made.step = step;
    made.state = state;
    made.case_id = id;
    made.customer = customer_;
    made.facet = facet_;
    return made;
  }

  template <class Value>
  Value value(const std::string& name) const {
    Value found;
    const auto stored = feed_.values().find({key(), name});
    if (stored != feed_.values().end()) found.ParseFromString(stored->second);
    return found;
  }
  state::Customer customer() const { return value<state::Customer>("customer"); }
  state::Facet facet() const {
    const state::Customer kept = customer();
    const auto* found = Profile::facet(facet_, kept);
    return found == nullptr ? state::Facet{} : *found;
  }

  std::string key() const { return record_key("acme", customer_); }
  KeyHash facet_hash() const { return facet_; }
  CustomerId id() const { return customer_; }
  Feed& feed() { return feed_; }

 private:
  KeyHash facet_;
  CustomerId customer_;
  std::unique_ptr<Processor> processor_ = make_customer();
  Feed feed_{*processor_};
  std::int64_t version_ = 0;
};

inline std::vector<SignalChanged> signals_of(const std::vector<Emitted>& emitted, SignalKind kind) {
  auto all = Feed::only<SignalChanged>(emitted);
  std::erase_if(all, [&](const SignalChanged& one) { return one.kind != kind; });
  return all;
}

}  // namespace earshot::testing
