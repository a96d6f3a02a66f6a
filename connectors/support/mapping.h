// A mapping makes events of items of somebody else's making: rows of a file, data of a foreign CloudEvent. It is
// configuration, so that a source is added without code.
//
// Every setting that says where a value comes from is a template (template.h). Fields that every item has: `@file`
// (base name of the stream), `@row` (number of the item, from 1) and `@hash` (of the whole item; identical rows are
// told apart).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "earshot/connector.h"
#include "support/dead_letters.h"
#include "support/template.h"

namespace earshot {

struct Translation {
  std::string from;
  std::string to;
  bool operator==(const Translation&) const = default;
};

struct KeySettings {
  std::string kind;  // `customer`, `email`, `order`, …
  std::string value;
  bool verified = false;  // the source has checked it
  bool operator==(const KeySettings&) const = default;
};

struct TimeSettings {
  std::string value;
  std::vector<std::string> formats{
      "rfc3339"};                // tried in order: strptime patterns, `rfc3339`, `unix_s`, `unix_ms`, `unix_us`
  std::string zone = "UTC";      // of patterns without an offset
  std::int64_t row_seconds = 0;  // added for each row: for files without times
  bool operator==(const TimeSettings&) const = default;
};

struct RatingSettings {
  std::string value;
  std::int64_t min = 1;
  std::int64_t max = 5;
  std::vector<Translation> words;  // before numbers and stars are read: {from: neg, to: 1}
  bool operator==(const RatingSettings&) const = default;
};

struct SurveySettings {
  std::string id;
  std::string family = "nps";
  std::string score;  // an empty value is an answer without a score
  std::int64_t min = 0;
  std::int64_t max = 10;
  bool operator==(const SurveySettings&) const = default;
};

struct MessageSettings {
  std::string direction = "inbound";
  std::string by = "customer";
  std::string agent;
  std::string visibility = "public";
  bool operator==(const MessageSettings&) const = default;
};

struct MoneySettings {  // of an order, a return or a payment
  std::string id;
  std::string amount;  // of a return the sign is dropped: it is the money given back
  std::string currency;
  std::string decimal_mark = ".";
  std::string status = "succeeded";  // payments only
  std::vector<Translation> status_words;
  bool operator==(const MoneySettings&) const = default;
};

struct UsageSettings {
  std::string what;
  std::string count = "1";
  bool operator==(const UsageSettings&) const = default;
};

struct SubscriptionSettings {
  std::string plan;
  std::string status;
  std::vector<Translation> status_words;
  bool operator==(const SubscriptionSettings&) const = default;
};

struct Condition {  // items that do not meet it are skipped
  std::string value;
  std::vector<std::string> in;
  std::vector<std::string> not_in;
  bool operator==(const Condition&) const = default;
};

struct MappingSettings {
  std::string source;              // of the events; default `/<connector>/{@file}`. Ids are unique within it
  std::string id;                  // default `{@hash}`
  std::string kind;                // an input kind: `review`, `order`, …; after `kinds`
  std::vector<Translation> kinds;  // what is not in it is of an unknown type; `skip` passes an item over
  std::vector<Condition> where;
  std::string channel;
  std::vector<KeySettings> keys;
  std::string name;
  TimeSettings time;
  std::string title;
  std::string text;
  std::string language;
  std::vector<std::string> no_text;  // phrases that mean that nothing was written
  std::optional<RatingSettings> rating;
  std::optional<SurveySettings> survey;
  std::optional<MessageSettings> message;
  std::optional<MoneySettings> order;
  std::optional<MoneySettings> payment;
  std::optional<UsageSettings> usage;
  std::optional<SubscriptionSettings> subscription;
  std::string product;
  std::string region;
  std::string touchpoint;
  std::string thread;
  std::string in_reply_to;
  std::string url;
  std::string reach;
  bool operator==(const MappingSettings&) const = default;
};

template <class F>
void fields(F& f, Translation& v) {
  f.required("from", v.from);
  f.required("to", v.to);
}
template <class F>
void fields(F& f, KeySettings& v) {
  f.required("kind", v.kind);
  f.required("value", v.value);
  f.optional("verified", v.verified);
}
template <class F>
void fields(F& f, TimeSettings& v) {
  f.required("value", v.value);
  f.optional("formats", v.formats);
  f.optional("zone", v.zone);
  f.optional("row_seconds", v.row_seconds);
}
template <class F>
void fields(F& f, RatingSettings& v) {
  f.required("value", v.value);
  f.optional("min", v.min);
  f.optional("max", v.max);
  f.optional("words", v.words);
}
template <class F>
void fields(F& f, SurveySettings& v) {
  f.required("id", v.id);
  f.optional("family", v.family);
  f.optional("score", v.score);
  f.optional("min", v.min);
  f.optional("max", v.max);
}
template <class F>
void fields(F& f, MessageSettings& v) {
  f.optional("direction", v.direction);
  f.optional("by", v.by);
  f.optional("agent", v.agent);
  f.optional("visibility", v.visibility);
}
template <class F>
void fields(F& f, MoneySettings& v) {
  f.required("id", v.id);
  f.required("amount", v.amount);
  f.required("currency", v.currency);
  f.optional("decimal_mark", v.decimal_mark);
  f.optional("status", v.status);
  f.optional("status_words", v.status_words);
}
template <class F>
void fields(F& f, UsageSettings& v) {
  f.required("what", v.what);
  f.optional("count", v.count);
}
template <class F>
void fields(F& f, SubscriptionSettings& v) {
  f.required("plan", v.plan);
  f.required("status", v.status);
  f.optional("status_words", v.status_words);
}
template <class F>
void fields(F& f, Condition& v) {
  f.required("value", v.value);
  f.optional("in", v.in);
  f.optional("not_in", v.not_in);
}
template <class F>
void fields(F& f, MappingSettings& v) {
  f.optional("source", v.source);
  f.optional("id", v.id);
  f.required("kind", v.kind);
  f.optional("kinds", v.kinds);
  f.optional("where", v.where);
  f.required("channel", v.channel);
  f.required("keys", v.keys);
  f.optional("person_name", v.name);
  f.required("time", v.time);
  f.optional("title", v.title);
  f.optional("text", v.text);
  f.optional("language", v.language);
  f.optional("no_text", v.no_text);
  f.optional("rating", v.rating);
  f.optional("survey", v.survey);
  f.optional("message", v.message);
  f.optional("order", v.order);
  f.optional("payment", v.payment);
  f.optional("usage", v.usage);
  f.optional("subscription", v.subscription);
  f.optional("product", v.product);
  f.optional("region", v.region);
  f.optional("touchpoint", v.touchpoint);
  f.optional("thread", v.thread);
  f.optional("in_reply_to", v.in_reply_to);
  f.optional("url", v.url);
  f.optional("reach", v.reach);
}

struct SkippedItem {};
using Mapped = std::variant<Event, SkippedItem, Refusal>;

// Immutable once made; any thread.
class Mapping {
 public:
  // Invalid when a template, an input kind or a time zone is wrong; the message names the setting.
  static Result<Mapping> make(std::string_view connector, const MappingSettings& settings);

  // Fields without which no item can be mapped.
  const std::vector<std::string>& required_fields() const;
  bool needs_hash() const;  // whether `@hash` is read

  Mapped apply(const ItemFields& item, std::int64_t row) const;

 private:
  struct Plan;
  explicit Mapping(std::shared_ptr<const Plan> plan) : plan_(std::move(plan)) {}
  std::shared_ptr<const Plan> plan_;  // shared with the readers that are open
};

}  // namespace earshot
