// The members of every struct on the wire, once: readers and writers both walk these functions.
//
// `required` members must be there; `optional` ones may be absent or null and are not written while they have their
// default.
#pragma once

#include "earshot/event.h"

namespace earshot {

template <class F>
void fields(F& f, Person& v) {
  f.required("keys", v.keys);
  f.optional("verified", v.verified);
  f.optional("name", v.name);
}
template <class F>
void fields(F& f, Content& v) {
  f.optional("title", v.title);
  f.optional("text", v.text);
  f.optional("language", v.language);
}
template <class F>
void fields(F& f, Rating& v) {
  f.decimal("value", v.value_milli);
  f.decimal("min", v.min_milli);
  f.decimal("max", v.max_milli);
}
template <class F>
void fields(F& f, Survey& v) {
  f.required("id", v.id);
  f.required("family", v.family);
  f.optional("score", v.score);
  f.required("min", v.min);
  f.required("max", v.max);
  f.optional("case", v.case_id);
  f.optional("invited_at", v.invited_at);
}
template <class F>
void fields(F& f, Message& v) {
  f.required("direction", v.direction);
  f.required("by", v.by);
  f.optional("agent", v.agent);
  f.optional("visibility", v.visibility);
}
template <class F>
void fields(F& f, Order& v) {
  f.required("id", v.id);
  f.required("amount", v.amount);
  f.required("currency", v.currency);
}
template <class F>
void fields(F& f, Payment& v) {
  f.required("id", v.id);
  f.required("amount", v.amount);
  f.required("currency", v.currency);
  f.required("status", v.status);
}
template <class F>
void fields(F& f, Usage& v) {
  f.required("what", v.what);
  f.required("count", v.count);
}
template <class F>
void fields(F& f, Subscription& v) {
  f.required("plan", v.plan);
  f.required("status", v.status);
  f.optional("renews_at", v.renews_at);
}
template <class F>
void fields(F& f, Target& v) {
  f.required("source", v.source);
  f.required("id", v.id);
}

template <class F>
void fields(F& f, Input& v) {  // `kind` is the event's type
  f.required("channel", v.channel);
  f.required("person", v.person);
  f.optional("content", v.content);
  f.optional("rating", v.rating);
  f.optional("survey", v.survey);
  f.optional("message", v.message);
  f.optional("order", v.order);
  f.optional("payment", v.payment);
  f.optional("usage", v.usage);
  f.optional("subscription", v.subscription);
  f.optional("target", v.target);
  f.optional("product", v.product);
  f.optional("region", v.region);
  f.optional("touchpoint", v.touchpoint);
  f.optional("thread", v.thread);
  f.optional("in_reply_to", v.in_reply_to);
  f.optional("url", v.url);
  f.optional("reach", v.reach);
  f.unknown(v.unknown);
}

template <class F>
void fields(F& f, KeysPaired& v) {
  f.required("first", v.first);
  f.required("second", v.second);
  f.required("first_kind", v.first_kind);
  f.required("second_kind", v.second_kind);
  f.required("trusted", v.trusted);
  f.optional("undone", v.undone);
  f.optional("channel", v.channel);
  f.optional("actor", v.actor);
}
template <class F>
void fields(F& f, IdentityAssigned& v) {
  f.required("key", v.key);
  f.required("customer", v.customer);
  f.required("epoch", v.epoch);
}
template <class F>
void fields(F& f, FacetReassigned& v) {
  f.required("facet", v.facet);
  f.required("from", v.from);
  f.required("to", v.to);
  f.required("epoch", v.epoch);
}
template <class F>
void fields(F& f, FacetMoved& v) {
  f.required("facet", v.facet);
  f.required("from", v.from);
  f.required("to", v.to);
  f.required("epoch", v.epoch);
  f.required("part", v.part);
  f.base64("bytes", v.bytes);
}
template <class F>
void fields(F& f, IdentityProposed& v) {
  f.required("key", v.key);
  f.required("candidates", v.candidates);
}

template <class F>
void fields(F& f, IssueScore& v) {
  f.required("type", v.type);
  f.required("permille", v.permille);
}
template <class F>
void fields(F& f, AspectScore& v) {
  f.required("aspect", v.aspect);
  f.required("polarity", v.polarity);
  f.required("permille", v.permille);
}
template <class F>
void fields(F& f, Evidence& v) {
  f.required("label", v.label);
  f.required("from", v.from);
  f.required("to", v.to);
  f.required("weight_milli", v.weight_milli);
}
template <class F>
void fields(F& f, Analysis& v) {
  f.optional("language", v.language);
  f.optional("sentiment", v.sentiment);
  f.optional("neg_permille", v.negative_permille);
  f.optional("neu_permille", v.neutral_permille);
  f.optional("pos_permille", v.positive_permille);
  f.optional("complaint", v.complaint);
  f.optional("courtesy", v.courtesy);
  f.optional("issues", v.issues);
  f.optional("aspects", v.aspects);
  f.optional("leave_permille", v.leave_permille);
  f.optional("complaint_permille", v.complaint_permille);
  f.optional("ask_permille", v.ask_permille);
  f.optional("suggest_permille", v.suggest_permille);
  f.optional("urgency", v.urgency);
  f.optional("urgency_cause", v.urgency_cause);
  f.optional("alarms", v.alarms);
  f.optional("evidence", v.evidence);
  f.optional("model", v.model);
}

template <class F>
void fields(F& f, ActivityRecorded& v) {
  f.required("kind", v.kind);
  f.required("customer", v.customer);
  f.required("facet", v.facet);
  f.required("place", v.place);
  f.required("at", v.at);
  f.required("channel", v.channel);
  f.optional("imported", v.imported);
  f.optional("has_text", v.has_text);
  f.optional("analysis", v.analysis);
  f.optional("similarity", v.similarity);
  f.optional("rating", v.rating);
  f.optional("survey", v.survey);
  f.optional("message", v.message);
  f.optional("order", v.order);
  f.optional("payment", v.payment);
  f.optional("usage", v.usage);
  f.optional("subscription", v.subscription);
  f.optional("product", v.product);
  f.optional("region", v.region);
  f.optional("thread", v.thread);
  f.optional("reach", v.reach);
}

template <class F>
void fields(F& f, SignalChanged& v) {  // `raised` is the event's type
  f.required("signal", v.signal);
  f.required("kind", v.kind);
  f.required("level", v.level);
  f.required("customer", v.customer);
  f.required("facet", v.facet);
  f.required("since", v.since);
  f.optional("probability_permille", v.probability_permille);
  f.optional("reasons", v.reasons);
  f.optional("clears_on", v.clears_on);
  f.optional("issues", v.issues);
  f.optional("channel", v.channel);
  f.optional("product", v.product);
  f.optional("model_version", v.model_version);
  f.optional("segment", v.segment);
}

template <class F>
void fields(F& f, CustomerChanged& v) {
  f.required("customer", v.customer);
  f.required("facets", v.facets);
  f.required("first_seen", v.first_seen);
  f.required("last_heard", v.last_heard);
  f.required("activity_days", v.activity_days);
  f.required("feedback_count", v.feedback_count);
  f.required("negative_count", v.negative_count);
  f.required("sentiment_permille", v.sentiment_permille);
  f.required("risk", v.risk);
  f.required("open_cases", v.open_cases);
  f.optional("became", v.became);
}

template <class F>
void fields(F& f, CaseRequested& v) {
  f.required("customer", v.customer);
  f.required("facet", v.facet);
  f.required("origin", v.origin);
  f.required("at", v.at);
  f.required("channel", v.channel);
  f.optional("thread", v.thread);
  f.optional("product", v.product);
  f.optional("region", v.region);
  f.optional("tier", v.tier);
  f.optional("language", v.language);
  f.optional("sentiment", v.sentiment);
  f.optional("issues", v.issues);
  f.optional("urgency", v.urgency);
  f.optional("urgency_cause", v.urgency_cause);
  f.optional("reach", v.reach);
  f.optional("similarity", v.similarity);
  f.optional("proactive", v.proactive);
  f.optional("withdrawn", v.withdrawn);
  f.optional("probability_permille", v.probability_permille);
  f.optional("value_minor", v.value_minor);
  f.optional("tenure_days", v.tenure_days);
  f.optional("imported", v.imported);
  f.optional("reasons", v.reasons);
  f.optional("signal", v.signal);
  f.optional("place", v.place);
}

template <class F>
void fields(F& f, MessageForwarded& v) {
  f.required("customer", v.customer);
  f.required("facet", v.facet);
  f.required("at", v.at);
  f.required("channel", v.channel);
  f.optional("thread", v.thread);
  f.required("message", v.message);
  f.optional("courtesy", v.courtesy);
  f.optional("imported", v.imported);
  f.optional("similarity", v.similarity);
  f.optional("place", v.place);
}

template <class F>
void fields(F& f, Command& v) {  // `kind` is the event's type
  f.required("request", v.request);
  f.required("actor", v.actor);
  f.optional("case", v.case_id);
  f.optional("customer", v.customer);
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
  f.optional("target", v.target);
  f.optional("sentiment", v.sentiment);
  f.optional("urgency", v.urgency);
  f.optional("leaves", v.leaves);
  f.optional("keys", v.keys);
  f.optional("kinds", v.kinds);
  f.optional("proposal", v.proposal);
}

template <class F>
void fields(F& f, CommandAnswered& v) {
  f.required("request", v.request);
  f.required("accepted", v.accepted);
  f.optional("code", v.code);
  f.optional("message", v.message);
  f.optional("case", v.case_id);
}

template <class F>
void fields(F& f, CaseChanged& v) {  // `step` is the event's type
  f.required("case", v.case_id);
  f.required("customer", v.customer);
  f.required("facet", v.facet);
  f.required("state", v.state);
  f.required("origin", v.origin);
  f.required("priority", v.priority);
  f.required("department", v.department);
  f.optional("owner", v.owner);
  f.optional("liaison", v.liaison);
  f.optional("actor", v.actor);
  f.optional("channel", v.channel);
  f.optional("product", v.product);
  f.optional("issues", v.issues);
  f.optional("reasons", v.reasons);
  f.required("opened_at", v.opened_at);
  f.optional("first_reply_due", v.first_reply_due);
  f.optional("resolution_due", v.resolution_due);
  f.optional("resolved_at", v.resolved_at);
  f.optional("sla_metric", v.sla_metric);
  f.optional("level", v.level);
  f.optional("reopens", v.reopens);
  f.optional("transfers", v.transfers);
  f.optional("resolution", v.resolution);
  f.optional("follows", v.follows);
  f.optional("merged_into", v.merged_into);
  f.optional("proactive", v.proactive);
  f.optional("imported", v.imported);
  f.optional("note", v.note);
  f.optional("place", v.place);
  f.optional("revision", v.revision);
}

template <class F>
void fields(F& f, AlertRaised& v) {
  f.required("severity", v.severity);
  f.required("title", v.title);
  f.optional("case", v.case_id);
  f.optional("customer", v.customer);
  f.optional("department", v.department);
  f.optional("owner", v.owner);
  f.optional("due", v.due);
  f.optional("reasons", v.reasons);
}

template <class F>
void fields(F& f, MeasureTaken& v) {
  f.required("kind", v.kind);
  f.required("at", v.at);
  f.required("item", v.item);
  f.optional("value", v.value);
  f.optional("business_value", v.business_value);
  f.optional("channel", v.channel);
  f.optional("product", v.product);
  f.optional("region", v.region);
  f.optional("department", v.department);
  f.optional("outcome", v.outcome);
  f.optional("sla_metric", v.sla_metric);
  f.optional("input", v.input);
  f.optional("sentiment", v.sentiment);
  f.optional("complaint", v.complaint);
  f.optional("issues", v.issues);
  f.optional("survey", v.survey);
  f.optional("step", v.step);
  f.optional("from_state", v.from_state);
  f.optional("to_state", v.to_state);
}

template <class F>
void fields(F& f, CountSum& v) {
  f.required("name", v.name);
  f.required("n", v.n);
}
template <class F>
void fields(F& f, DurationSum& v) {
  f.required("name", v.name);
  f.optional("added", v.added);
  f.optional("removed", v.removed);
}
template <class F>
void fields(F& f, MeasuresSummed& v) {
  f.required("shard", v.shard);
  f.required("sequence", v.sequence);
  f.required("hour", v.hour);
  f.optional("dimension", v.dimension);
  f.optional("counts", v.counts);
  f.optional("durations", v.durations);
}

template <class F>
void fields(F& f, KpiReported& v) {
  f.required("kpi", v.kpi);
  f.optional("dimension", v.dimension);
  f.required("from", v.from);
  f.required("to", v.to);
  f.required("revision", v.revision);
  f.required("provisional", v.provisional);
  f.required("count", v.count);
  f.optional("numerator", v.numerator);
  f.optional("denominator", v.denominator);
  f.optional("value_milli", v.value_milli);
  f.optional("low_milli", v.low_milli);
  f.optional("high_milli", v.high_milli);
  f.optional("p50", v.p50);
  f.optional("p90", v.p90);
  f.optional("max", v.max);
  f.optional("low_n", v.low_n);
  f.optional("histogram", v.histogram);
}

template <class F>
void fields(F& f, DeadLetter& v) {
  f.required("reason", v.reason);
  f.optional("detail", v.detail);
  f.optional("connector", v.connector);
  f.required("place", v.place);
  f.base64("bytes", v.bytes);
  f.required("length", v.length);
  f.required("sha256", v.sha256);
}

template <class F>
void fields(F& f, DeadLetterMended& v) {
  f.required("letter", v.letter);
  f.required("actor", v.actor);
  f.optional("edited", v.edited);
  f.required("connector", v.connector);
  f.required("sha256", v.sha256);
  f.required("events", v.events);
}

template <class F>
void fields(F&, ClockTicked&) {}
template <class F>
void fields(F& f, ConfigChanged& v) {
  f.required("section", v.section);
  f.required("version", v.version);
  f.required("settings", v.settings);
}
template <class F>
void fields(F& f, ImportBegan& v) {
  f.required("until", v.until);
}
template <class F>
void fields(F& f, ConnectorGap& v) {
  f.required("connector", v.connector);
  f.required("from", v.from);
  f.required("to", v.to);
  f.required("reason", v.reason);
  f.optional("channels", v.channels);
  f.optional("caught_up", v.caught_up);
}
template <class F>
void fields(F& f, ConnectorReached& v) {
  f.required("connector", v.connector);
  f.optional("cursor", v.cursor);
  f.required("heard", v.heard);
}
template <class F>
void fields(F& f, ChurnModelFitted& v) {
  f.required("version", v.version);
  f.optional("segment", v.segment);
  f.optional("pooled", v.pooled);
  f.required("r_micro", v.r_micro);
  f.required("alpha_micro", v.alpha_micro);
  f.required("a_micro", v.a_micro);
  f.required("b_micro", v.b_micro);
  f.required("customers", v.customers);
  f.required("repeaters", v.repeaters);
  f.required("log_likelihood_milli", v.log_likelihood_milli);
  f.optional("silences", v.silences);
  f.optional("hazard_micro", v.hazard_micro);
  f.optional("rho_permille", v.rho_permille);
  f.required("until", v.until);
}

}  // namespace earshot
