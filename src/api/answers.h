// What the API and the command line answer, as plain structs. Their fields() are the members on the wire, once, so that
// a command that asks a running Earshot reads back exactly what another writes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "earshot/event.h"
#include "event/fields.h"

namespace earshot::api {

// Part of a list. `next` asks for the rest and is empty at the end; `missing` names what could not be read.
template <class Row>
struct Page {
  std::vector<Row> items;
  std::string next;
  std::vector<std::string> missing;
  bool operator==(const Page&) const = default;
};
template <class F, class Row>
void fields(F& f, Page<Row>& v) {
  f.required("items", v.items);
  f.optional("next", v.next);
  f.optional("missing", v.missing);
}

// A value of a processor's state, as one process tells another: its bytes in hex.
struct StateValue {
  bool is_there = false;
  std::string hex;
};
template <class F>
void fields(F& f, StateValue& v) {
  f.required("is_there", v.is_there);
  f.optional("hex", v.hex);
}

// In the rows below, `key` is a clear key of the customer, `kind:value`, opened from the log for people to read; empty
// when it cannot be opened.
struct SignalRow {
  std::string event;  // id of the event that says so
  Timestamp at{};
  SignalChanged signal;
  std::string key;
  bool operator==(const SignalRow&) const = default;
};
template <class F>
void fields(F& f, SignalRow& v) {
  f.required("event", v.event);
  f.required("at", v.at);
  f.required("raised", v.signal.raised);
  f.optional("key", v.key);
  fields(f, v.signal);
}

struct AlertRow {
  std::string event;
  Timestamp at{};
  AlertRaised alert;
  bool operator==(const AlertRow&) const = default;
};
template <class F>
void fields(F& f, AlertRow& v) {
  f.required("event", v.event);
  f.required("at", v.at);
  fields(f, v.alert);
}

// A case as it stood after one step: the newest one in lists, all of them in its history.
struct CaseRow {
  std::string event;
  Timestamp at{};
  CaseChanged change;
  std::string key;
  bool operator==(const CaseRow&) const = default;
};
template <class F>
void fields(F& f, CaseRow& v) {
  f.required("event", v.event);
  f.required("at", v.at);
  f.required("step", v.change.step);
  f.optional("key", v.key);
  fields(f, v.change);
}

struct KpiRow {
  Timestamp at{};
  KpiReported kpi;
  bool operator==(const KpiRow&) const = default;
};
template <class F>
void fields(F& f, KpiRow& v) {
  f.required("at", v.at);
  fields(f, v.kpi);
}

// Who had a dead letter read again, and when.
struct Mended {
  std::string by;
  Timestamp at{};
  bool edited = false;
  bool operator==(const Mended&) const = default;
};
template <class F>
void fields(F& f, Mended& v) {
  f.required("by", v.by);
  f.required("at", v.at);
  f.optional("edited", v.edited);
}

struct DeadLetterRow {
  std::string id;
  Timestamp at{};
  DeadLetter letter;
  std::optional<Mended> mended;
  bool operator==(const DeadLetterRow&) const = default;
};
template <class F>
void fields(F& f, DeadLetterRow& v) {
  f.required("id", v.id);
  f.required("at", v.at);
  f.optional("mended", v.mended);
  fields(f, v.letter);
}

struct CustomerRow {
  Timestamp at{};
  CustomerChanged customer;
  std::string key;
  std::string name;  // as the source of that key calls them
  bool operator==(const CustomerRow&) const = default;
};
template <class F>
void fields(F& f, CustomerRow& v) {
  f.required("at", v.at);
  f.optional("key", v.key);
  f.optional("name", v.name);
  fields(f, v.customer);
}

// One thing that happened between a customer and us.
struct TimelineRow {
  Timestamp at{};
  std::string what;  // the kind of input, or `case_` and the step
  std::string channel;
  std::string title;  // opened from the log
  std::string text;
  Sentiment sentiment = Sentiment::unknown;
  std::vector<IssueType> issues;
  std::int64_t urgency = 0;
  std::optional<std::int64_t> score_permille;  // of a rating or survey, on [0, 1000]
  std::optional<std::int64_t> amount;          // minor units of `currency`
  std::string currency;
  std::optional<CaseId> case_id;
  bool outbound = false;  // from us to them
  std::string source;     // with `id`: names the input, for who corrects what the analysis says of its text
  std::string id;
  std::string corrected_by;  // sentiment, issues and urgency are what this person said in place of the model
  std::string thread;        // of a message, as its source names it
  bool operator==(const TimelineRow&) const = default;
};
template <class F>
void fields(F& f, TimelineRow& v) {
  f.required("at", v.at);
  f.required("what", v.what);
  f.optional("channel", v.channel);
  f.optional("title", v.title);
  f.optional("text", v.text);
  f.optional("sentiment", v.sentiment);
  f.optional("issues", v.issues);
  f.optional("urgency", v.urgency);
  f.optional("score_permille", v.score_permille);
  f.optional("amount", v.amount);
  f.optional("currency", v.currency);
  f.optional("case", v.case_id);
  f.optional("outbound", v.outbound);
  f.optional("source", v.source);
  f.optional("id", v.id);
  f.optional("corrected_by", v.corrected_by);
  f.optional("thread", v.thread);
}

struct CaseAnswer {
  CaseRow now;
  std::vector<CaseRow> history;  // oldest first
  std::vector<TimelineRow>
      conversation;  // what its customer and we have said to each other on every channel, newest first
  bool operator==(const CaseAnswer&) const = default;
};
template <class F>
void fields(F& f, CaseAnswer& v) {
  f.required("now", v.now);
  f.required("history", v.history);
  f.optional("conversation", v.conversation);
}

struct KeyRow {
  KeyHash facet;
  std::string key;  // `kind:value`; empty when it cannot be opened
  std::string name;
  bool operator==(const KeyRow&) const = default;
};
template <class F>
void fields(F& f, KeyRow& v) {
  f.required("facet", v.facet);
  f.optional("key", v.key);
  f.optional("name", v.name);
}

// Everything about one customer.
struct CustomerAnswer {
  CustomerId customer;
  std::vector<KeyRow> keys;
  Timestamp first_seen{};
  std::optional<Timestamp> last_heard;
  std::int64_t activity_days = 0;
  std::int64_t feedback_count = 0;
  std::int64_t negative_count = 0;
  std::int64_t sentiment_permille = 0;
  std::string risk;                   // `ok`, `watch`, `act`, `unhappy`
  std::vector<SignalRow> signals;     // those that stand: why
  std::vector<CaseRow> cases;         // not closed
  std::vector<TimelineRow> timeline;  // newest first
  bool operator==(const CustomerAnswer&) const = default;
};
template <class F>
void fields(F& f, CustomerAnswer& v) {
  f.required("customer", v.customer);
  f.required("keys", v.keys);
  f.required("first_seen", v.first_seen);
  f.optional("last_heard", v.last_heard);
  f.required("activity_days", v.activity_days);
  f.required("feedback_count", v.feedback_count);
  f.required("negative_count", v.negative_count);
  f.required("sentiment_permille", v.sentiment_permille);
  f.required("risk", v.risk);
  f.required("signals", v.signals);
  f.required("cases", v.cases);
  f.required("timeline", v.timeline);
}

struct ForecastPoint {
  Timestamp at{};
  std::int64_t permille = 0;
  bool operator==(const ForecastPoint&) const = default;
};
template <class F>
void fields(F& f, ForecastPoint& v) {
  f.required("at", v.at);
  f.required("permille", v.permille);
}

// How a customer's present silence goes on if nothing more is heard. Without a rhythm there is no curve.
struct ForecastAnswer {
  CustomerId customer;
  std::string rule;  // `rhythm`: the forecast; `young`: active on one day only; `none`: never active
  std::int64_t active_days = 0;
  std::optional<Timestamp> last_heard;
  std::int64_t usual_days = 0;   // between two active days
  std::int64_t within_days = 0;  // in 95 of 100 cases
  std::int64_t horizon_days = 0;
  std::int64_t watch_permille = 0;
  std::int64_t act_permille = 0;
  std::optional<Timestamp> watch_at;  // when these are reached
  std::optional<Timestamp> act_at;
  std::int64_t model_version = 0;
  std::string segment;               // whose model that is; empty: that of all customers
  std::vector<ForecastPoint> curve;  // from the last contact to the horizon
  bool operator==(const ForecastAnswer&) const = default;
};
template <class F>
void fields(F& f, ForecastAnswer& v) {
  f.required("customer", v.customer);
  f.required("rule", v.rule);
  f.required("active_days", v.active_days);
  f.optional("last_heard", v.last_heard);
  f.optional("usual_days", v.usual_days);
  f.optional("within_days", v.within_days);
  f.required("horizon_days", v.horizon_days);
  f.required("watch_permille", v.watch_permille);
  f.required("act_permille", v.act_permille);
  f.optional("watch_at", v.watch_at);
  f.optional("act_at", v.act_at);
  f.optional("model_version", v.model_version);
  f.optional("segment", v.segment);
  f.required("curve", v.curve);
}

}  // namespace earshot::api
