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

struct SignalRow {
  std::string event;  // id of the event that says so
  Timestamp at{};
  SignalChanged signal;
  bool operator==(const SignalRow&) const = default;
};
template <class F>
void fields(F& f, SignalRow& v) {
  f.required("event", v.event);
  f.required("at", v.at);
  f.required("raised", v.signal.raised);
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
  bool operator==(const CaseRow&) const = default;
};
template <class F>
void fields(F& f, CaseRow& v) {
  f.required("event", v.event);
  f.required("at", v.at);
  f.required("step", v.change.step);
  fields(f, v.change);
}

struct CaseAnswer {
  CaseRow now;
  std::vector<CaseRow> history;  // oldest first
  bool operator==(const CaseAnswer&) const = default;
};
template <class F>
void fields(F& f, CaseAnswer& v) {
  f.required("now", v.now);
  f.required("history", v.history);
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

struct DeadLetterRow {
  std::string id;
  Timestamp at{};
  DeadLetter letter;
  bool operator==(const DeadLetterRow&) const = default;
};
template <class F>
void fields(F& f, DeadLetterRow& v) {
  f.required("id", v.id);
  f.required("at", v.at);
  fields(f, v.letter);
}

// What became of a delivery.
struct Rejection {
  std::int64_t index = 0;  // of the item in the delivery, from 0
  DeadLetterReason reason = DeadLetterReason::not_json;
  std::string detail;
  bool operator==(const Rejection&) const = default;
};
template <class F>
void fields(F& f, Rejection& v) {
  f.required("index", v.index);
  f.required("reason", v.reason);
  f.required("detail", v.detail);
}

struct DeliveryAnswer {
  std::int64_t accepted = 0;
  std::int64_t duplicate = 0;
  std::vector<Rejection> rejected;  // kept as dead letters
  bool operator==(const DeliveryAnswer&) const = default;
};
template <class F>
void fields(F& f, DeliveryAnswer& v) {
  f.required("accepted", v.accepted);
  f.required("duplicate", v.duplicate);
  f.required("rejected", v.rejected);
}

// What a person wants done with a case.
struct ActionRequest {
  CommandKind action = CommandKind::take;
  std::string actor;
  std::string request;  // makes it safe to send twice; one is made up when it is empty
  std::string agent;
  std::string department;
  std::string text;
  std::string reason;
  std::string resolution;
  std::string cause;
  std::optional<Timestamp> promised;
  std::optional<CaseId> into;
  std::optional<Priority> priority;
  std::vector<IssueType> issues;
  bool operator==(const ActionRequest&) const = default;
};
template <class F>
void fields(F& f, ActionRequest& v) {
  f.required("action", v.action);
  f.required("actor", v.actor);
  f.optional("request", v.request);
  f.optional("agent", v.agent);
  f.optional("department", v.department);
  f.optional("text", v.text);
  f.optional("reason", v.reason);
  f.optional("resolution", v.resolution);
  f.optional("cause", v.cause);
  f.optional("promised", v.promised);
  f.optional("into", v.into);
  f.optional("priority", v.priority);
  f.optional("issues", v.issues);
}

// Desk's answer, or only the name of the request while it is still being worked on.
struct ActionAnswer {
  std::string request;
  std::optional<bool> accepted;
  std::string message;
  std::optional<CaseId> case_id;
  bool operator==(const ActionAnswer&) const = default;
};
template <class F>
void fields(F& f, ActionAnswer& v) {
  f.required("request", v.request);
  f.optional("accepted", v.accepted);
  f.optional("message", v.message);
  f.optional("case", v.case_id);
}

}  // namespace earshot::api
