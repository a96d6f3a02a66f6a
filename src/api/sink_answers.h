// Deliveries to sinks, as the API and the command line tell and are told of them: plain structs like those of
// answers.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/answers.h"

namespace earshot::api {

// An alert, or a digest of several, that a sink has still to deliver or has given up.
struct SinkDeliveryRow {
  std::string sink;
  std::string id;     // as the receiver sees it, on every try
  std::string state;  // `pending`, `parked` after the last try, `stopped`: pending, but the receiver refuses for good
  Timestamp at{};     // when the alert was recorded
  std::int64_t tries = 0;
  std::optional<Timestamp> due;        // of the next try
  std::optional<Timestamp> parked;     // since
  std::string detail;                  // of the last try
  std::int64_t count = 1;              // alerts in it
  Severity severity = Severity::info;  // of the first, like title and case; no title: the log does not keep it any more
  std::string title;
  std::optional<CaseId> case_id;
  std::vector<AlertRow> alerts;  // not in lists
  bool operator==(const SinkDeliveryRow&) const = default;
};
template <class F>
void fields(F& f, SinkDeliveryRow& v) {
  f.required("sink", v.sink);
  f.required("id", v.id);
  f.required("state", v.state);
  f.required("at", v.at);
  f.required("tries", v.tries);
  f.optional("due", v.due);
  f.optional("parked", v.parked);
  f.optional("detail", v.detail);
  f.required("count", v.count);
  f.required("severity", v.severity);
  f.optional("title", v.title);
  f.optional("case", v.case_id);
  f.optional("alerts", v.alerts);
}

// A person wants deliveries made again: one by its id, or all that a sink has parked.
struct ResendRequest {
  std::string actor;
  std::string sink;  // empty: whichever has it
  std::string id;    // empty: all of the sink
  bool operator==(const ResendRequest&) const = default;
};
template <class F>
void fields(F& f, ResendRequest& v) {
  f.required("actor", v.actor);
  f.optional("sink", v.sink);
  f.optional("id", v.id);
}

struct ResendAnswer {
  std::int64_t resent = 0;
  bool operator==(const ResendAnswer&) const = default;
};
template <class F>
void fields(F& f, ResendAnswer& v) {
  f.required("resent", v.resent);
}

}  // namespace earshot::api
