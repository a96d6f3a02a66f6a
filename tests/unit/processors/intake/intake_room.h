// Intake with a reader of texts that knows one word, and short ways to say what comes in.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/hash.h"
#include "processors/intake/intake.h"
#include "support/feed.h"

namespace earshot::testing {

inline Timestamp noon(int day = 0) {
  return Timestamp{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20}} + std::chrono::hours{12} +
         std::chrono::days{day};
}

class IntakeRoom {
 public:
  static Input review(int stars, std::string text = "", std::vector<std::string> keys = {"web:user-1"}) {
    Input input;
    input.kind = InputKind::review;
    input.channel = "web";
    input.person.keys = std::move(keys);
    input.content.text = std::move(text);
    input.rating = Rating{stars * 1000, 1000, 5000};
    return input;
  }
  static Input message(std::string text, Message message, std::string key = "web:user-1") {
    Input input;
    input.kind = InputKind::message;
    input.channel = "email";
    input.person.keys = {std::move(key)};
    input.content.text = std::move(text);
    input.message = std::move(message);
    return input;
  }
  static Input survey(InputKind kind, std::string key, std::optional<std::int64_t> score = std::nullopt) {
    Input input;
    input.kind = kind;
    input.channel = "email";
    input.person.keys = {std::move(key)};
    input.survey = Survey{"survey-1", SurveyFamily::nps, score, 0, 10, std::nullopt, std::nullopt};
    return input;
  }

  static Event event(Timestamp at, std::string id, Input input) {
    Event made;
    made.id = std::move(id);
    made.source = "/acme/web";
    made.tenant = "acme";
    made.time = made.recorded = at;
    made.body = std::move(input);
    return made;
  }

  std::vector<Emitted> give(Timestamp at, std::string id, Input input) {
    const std::string key = feedback_key("", "acme", input);
    return feed_.give(event(at, std::move(id), std::move(input)), key);
  }
  std::vector<Emitted> give(Timestamp at, Input input) {
    return give(at, "input-" + std::to_string(++inputs_), std::move(input));
  }
  std::vector<Emitted> control(Timestamp at, EventBody body) { return feed_.give(at, "acme", std::move(body)); }

  Feed& feed() { return feed_; }
  const std::vector<std::string>& texts_read() const { return texts_read_; }

 private:
  std::vector<std::string> texts_read_;
  std::unique_ptr<Processor> intake_ = make_intake({}, [this](std::string_view text, std::string_view) {
    texts_read_.emplace_back(text);
    Analysis analysis;
    analysis.language = Language::en;
    analysis.sentiment = text.find("awful") != std::string_view::npos ? Sentiment::negative : Sentiment::neutral;
    analysis.complaint = analysis.sentiment == Sentiment::negative;
    analysis.issues = {{IssueType::delivery, 900}};
    analysis.evidence = {{"neg", 0, 5, 1000}};
    return analysis;
  });
  Feed feed_{*intake_};
  int inputs_ = 0;
};

// The one body of a type; a test that finds none or several fails.
template <class Body>
Body only_one(const std::vector<Emitted>& emitted) {
  auto found = Feed::only<Body>(emitted);
  EXPECT_EQ(found.size(), 1u);
  return found.empty() ? Body{} : found.front();
}

}  // namespace earshot::testing
