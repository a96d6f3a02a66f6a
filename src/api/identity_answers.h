// Who is who, as the API and the command line tell and are told it: plain structs like those of answers.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "earshot/event.h"
#include "event/fields.h"

namespace earshot::api {

// One of the customers whom identity cannot tell apart, or the key that they claim.
struct ClaimRow {
  KeyHash facet;
  std::string key;  // `kind:value`; empty when it cannot be opened
  bool operator==(const ClaimRow&) const = default;
};
template <class F>
void fields(F& f, ClaimRow& v) {
  f.required("facet", v.facet);
  f.optional("key", v.key);
}

struct ProposalRow {
  std::string id;
  Timestamp at{};
  ClaimRow about;                    // the key that is claimed, or the first of the customers
  std::vector<ClaimRow> candidates;  // the customers
  std::string answer;                // `open`, `accepted`, `refused`
  std::string actor;                 // who answered
  std::string reason;
  std::optional<Timestamp> answered_at;
  bool operator==(const ProposalRow&) const = default;
};
template <class F>
void fields(F& f, ProposalRow& v) {
  f.required("id", v.id);
  f.required("at", v.at);
  f.required("about", v.about);
  f.required("candidates", v.candidates);
  f.required("answer", v.answer);
  f.optional("actor", v.actor);
  f.optional("reason", v.reason);
  f.optional("answered_at", v.answered_at);
}

// Why two keys are one customer, or are not.
struct LinkRow {
  ClaimRow with;
  bool linked = true;   // false: a veto
  std::string channel;  // of the event in which they first stood together
  std::string event;    // its id
  Timestamp at{};
  std::string actor;  // the person who had the last word; empty: nobody did
  std::optional<Timestamp> decided_at;
  std::string decision;  // id of their command
  bool operator==(const LinkRow&) const = default;
};
template <class F>
void fields(F& f, LinkRow& v) {
  f.required("with", v.with);
  f.required("linked", v.linked);
  f.optional("channel", v.channel);
  f.optional("event", v.event);
  f.required("at", v.at);
  f.optional("actor", v.actor);
  f.optional("decided_at", v.decided_at);
  f.optional("decision", v.decision);
}

struct IdentityAnswer {
  ClaimRow key;
  CustomerId customer;
  bool shared = false;  // by too many to link anything
  std::vector<LinkRow> links;
  bool operator==(const IdentityAnswer&) const = default;
};
template <class F>
void fields(F& f, IdentityAnswer& v) {
  f.required("key", v.key);
  f.required("customer", v.customer);
  f.optional("shared", v.shared);
  f.required("links", v.links);
}

// A person says who is one and who is not.
struct IdentityRequest {
  CommandKind action = CommandKind::link;  // link, unlink, accept, refuse
  std::string actor;
  std::string request;            // makes it safe to send twice; one is made up when it is empty
  std::vector<std::string> keys;  // link, unlink: two keys such as customer:12, or 32 hex digits
  std::string proposal;           // accept, refuse: its id
  std::string reason;             // kept with the command
  bool operator==(const IdentityRequest&) const = default;
};
template <class F>
void fields(F& f, IdentityRequest& v) {
  f.required("action", v.action);
  f.required("actor", v.actor);
  f.optional("request", v.request);
  f.optional("keys", v.keys);
  f.optional("proposal", v.proposal);
  f.optional("reason", v.reason);
}

}  // namespace earshot::api
