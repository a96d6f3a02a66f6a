// What people want done, as the API takes it, and what they are told: plain structs like those of answers.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "earshot/event.h"
#include "event/fields.h"

namespace earshot::api {

// A person wants a dead letter read again.
struct MendRequest {
  std::string actor;
  std::string payload;    // in place of what was kept; empty: as it is
  std::string connector;  // that reads it; empty: the one that could not
  bool operator==(const MendRequest&) const = default;
};
template <class F>
void fields(F& f, MendRequest& v) {
  f.required("actor", v.actor);
  f.optional("payload", v.payload);
  f.optional("connector", v.connector);
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

// What a person says the analysis of an input should have been.
struct LabelRequest {
  std::string actor;
  std::string request;  // makes it safe to send twice; one is made up when it is empty
  std::string source;   // of the input
  std::string id;
  Sentiment sentiment = Sentiment::unknown;
  std::vector<IssueType> issues;  // all there are
  std::optional<std::int64_t> urgency;
  bool leaves = false;
  std::optional<CaseId> case_id;  // that is about this input: it is then about these issues
  bool operator==(const LabelRequest&) const = default;
};
template <class F>
void fields(F& f, LabelRequest& v) {
  f.required("actor", v.actor);
  f.optional("request", v.request);
  f.required("source", v.source);
  f.required("id", v.id);
  f.required("sentiment", v.sentiment);
  f.optional("issues", v.issues);
  f.optional("urgency", v.urgency);
  f.optional("leaves", v.leaves);
  f.optional("case", v.case_id);
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
