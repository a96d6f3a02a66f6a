// Every event there is. On the wire each is a CloudEvent 1.0 in JSON; here each is a plain struct.
//
// An Input comes from outside and says what a customer said or did. Everything else is derived by a processor, asked
// for by a person (Command), or steers the processors (the control events). Events are named in the past tense and are
// never rewritten: adding an optional field is free, anything else is a new version with an upgrade in src/event/.
//
// Personal data stands in Input::person and Input::content only, so that it can be sealed. What is derived carries
// hashes of identity keys, results of the analysis, and the place of the Input it came from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "earshot/analysis.h"
#include "earshot/event_log.h"
#include "earshot/ids.h"
#include "earshot/time.h"

namespace earshot {

// ---- what customers say and do ------------------------------------------------------------------------------------

enum class InputKind : std::uint8_t {
  review,           // earshot.feedback.review
  survey_invited,   // earshot.feedback.survey_invited
  survey_answered,  // earshot.feedback.survey_answered
  mention,          // earshot.feedback.mention
  message,          // earshot.feedback.message
  call,             // earshot.feedback.call
  edited,           // earshot.feedback.edited
  deleted,          // earshot.feedback.deleted
  order,            // earshot.activity.order
  returned,         // earshot.activity.return
  usage,            // earshot.activity.usage
  payment,          // earshot.activity.payment
  contact,          // earshot.activity.contact
  subscription,     // earshot.activity.subscription
  linked,           // earshot.identity.linked
  unlinked,         // earshot.identity.unlinked
};
inline constexpr int kInputKinds = 16;

struct Person {
  std::vector<std::string>
      keys;  // `kind:value`; the first one is the record key and comes from fields that never change
  std::vector<std::string> verified;  // those of `keys` that the source has checked (an e-mail that was confirmed)
  std::string name;                   // for people to read; it links nothing
  bool operator==(const Person&) const = default;
};

struct Content {
  std::string title;
  std::string text;
  std::string language;  // as the source declares it; often wrong
  bool operator==(const Content&) const = default;
};

// On the source's own scale, in thousandths: 2.5 stars of 1 to 5 are {2500, 1000, 5000}. On the wire decimal numbers.
struct Rating {
  std::int64_t value_milli = 0;
  std::int64_t min_milli = 0;
  std::int64_t max_milli = 0;
  bool operator==(const Rating&) const = default;
};

enum class SurveyFamily : std::uint8_t { nps, csat, ces };

struct Survey {
  std::string id;  // one sent survey
  SurveyFamily family = SurveyFamily::nps;
  std::optional<std::int64_t> score;  // nothing: a comment without a score
  std::int64_t min = 0;
  std::int64_t max = 10;
  std::optional<CaseId> case_id;
  std::optional<Timestamp> invited_at;
  bool operator==(const Survey&) const = default;
};

enum class Direction : std::uint8_t { inbound, outbound };
enum class Author : std::uint8_t { customer, agent, bot };
enum class Visibility : std::uint8_t { everyone, internal };  // `public` and `internal` on the wire

struct Message {
  Direction direction = Direction::inbound;
  Author by = Author::customer;
  std::string agent;  // handle, when `by` is an agent
  Visibility visibility = Visibility::everyone;
  bool operator==(const Message&) const = default;
};

struct Order {
  std::string id;
  std::int64_t amount = 0;  // minor units of `currency`
  std::string currency;     // ISO 4217
  bool operator==(const Order&) const = default;
};

enum class PaymentStatus : std::uint8_t { succeeded, failed, refunded, disputed };

struct Payment {
  std::string id;
  std::int64_t amount = 0;
  std::string currency;
  PaymentStatus status = PaymentStatus::succeeded;
  bool operator==(const Payment&) const = default;
};

struct Usage {
  std::string what;
  std::int64_t count = 1;
  bool operator==(const Usage&) const = default;
};

enum class SubscriptionStatus : std::uint8_t { active, trial, past_due, cancelling, cancelled };

struct Subscription {
  std::string plan;
  SubscriptionStatus status = SubscriptionStatus::active;
  std::optional<Timestamp> renews_at;
  bool operator==(const Subscription&) const = default;
};

// Another event of the same tenant: what an edit or a deletion is about.
struct Target {
  std::string source;
  std::string id;
  bool operator==(const Target&) const = default;
};

struct Input {
  InputKind kind = InputKind::review;
  std::string channel;  // `google_play`, `email`, `web_chat`, …
  Person person;
  Content content;
  std::optional<Rating> rating;
  std::optional<Survey> survey;
  std::optional<Message> message;
  std::optional<Order> order;
  std::optional<Payment> payment;
  std::optional<Usage> usage;
  std::optional<Subscription> subscription;
  std::optional<Target> target;
  std::string product;
  std::string region;
  std::string touchpoint;
  std::string thread;
  std::string in_reply_to;
  std::string url;
  std::int64_t reach = 0;
  std::string unknown;  // members of `data` that this build does not know, as the text of a JSON object: kept, not read
  bool operator==(const Input&) const = default;
};

// ---- who is who ---------------------------------------------------------------------------------------------------

// Two keys stood in one event, or a link was made or undone by hand.
struct KeysPaired {
  KeyHash first;
  KeyHash second;
  std::string first_kind;  // `customer`, `email`, `phone`, …
  std::string second_kind;
  bool trusted = false;  // both are the tenant's own id or verified: links; otherwise only remembered
  bool undone = false;   // an unlink: a standing veto
  std::string channel;   // of the event in which they stood
  std::string actor;     // the person who decided it: that counts more than all that sources say; empty: nobody did
  bool operator==(const KeysPaired&) const = default;
};

struct IdentityAssigned {
  KeyHash key;
  CustomerId customer;
  std::int64_t epoch = 0;  // grows with every decision on this key
  bool operator==(const IdentityAssigned&) const = default;
};

// The key is another customer's from here on: what was heard under it is to follow. Goes to the customer it leaves, and
// to desk when it has arrived.
struct FacetReassigned {
  KeyHash facet;
  CustomerId from;
  CustomerId to;
  std::int64_t epoch = 0;  // of the assignment
  bool operator==(const FacetReassigned&) const = default;
};

// What was known of a key, on its way to its customer. A long timeline goes in several parts, each of which counts by
// itself.
struct FacetMoved {
  KeyHash facet;
  CustomerId from;
  CustomerId to;
  std::int64_t epoch = 0;
  std::int64_t part = 0;  // the first is 0
  std::string bytes;      // state::MovedFacet; base64 on the wire
  bool operator==(const FacetMoved&) const = default;
};

// Several strong ids claim one key, or are said to be one: a person must decide. The proposal is named by the event's
// id.
struct IdentityProposed {
  KeyHash key;
  std::vector<CustomerId> candidates;
  bool operator==(const IdentityProposed&) const = default;
};

// ---- what it means ------------------------------------------------------------------------------------------------

// An Input after intake: analysed, with its customer, without personal data.
struct ActivityRecorded {
  InputKind kind = InputKind::review;
  CustomerId customer;
  KeyHash facet;     // the identity key it came in under
  Offset place = 0;  // offset of the Input in the feedback partition of `facet`, where surfaces open its text
  Timestamp at{};    // when it happened
  std::string channel;
  bool imported = false;  // recorded as history
  bool has_text = false;
  Analysis analysis;             // without evidence
  std::uint64_t similarity = 0;  // simhash of the text, 0 without text
  std::optional<Rating> rating;
  std::optional<Survey> survey;
  std::optional<Message> message;
  std::optional<Order> order;
  std::optional<Payment> payment;
  std::optional<Usage> usage;
  std::optional<Subscription> subscription;
  std::string product;
  std::string region;
  std::string thread;
  std::int64_t reach = 0;
  bool operator==(const ActivityRecorded&) const = default;
};

enum class SignalKind : std::uint8_t { negative, silent, at_risk, recovered };
enum class SignalLevel : std::uint8_t { watch, act };

// Something a person should know about a customer. Clearing or retracting it is a second event with the same `signal`.
struct SignalChanged {
  std::string signal;  // names the signal: customer, kind and the moment it arose
  SignalKind kind = SignalKind::negative;
  SignalLevel level = SignalLevel::watch;
  CustomerId customer;
  KeyHash facet;
  bool raised = true;  // false: cleared
  Timestamp since{};   // the moment it crossed
  std::uint16_t probability_permille = 0;
  std::vector<std::string> reasons;  // plain facts, strongest first, at most 3
  std::string clears_on;             // what makes it go away
  std::vector<IssueType> issues;
  std::string channel;
  std::string product;
  std::int64_t model_version = 0;  // of the churn_model.fitted behind it; 0: the defaults
  std::string segment;             // whose model that is; empty: that of all customers
  bool operator==(const SignalChanged&) const = default;
};

struct CustomerChanged {
  CustomerId customer;
  std::vector<KeyHash> facets;
  Timestamp first_seen{};
  Timestamp last_heard{};
  std::int64_t activity_days = 0;
  std::int64_t feedback_count = 0;
  std::int64_t negative_count = 0;
  std::int32_t sentiment_permille = 0;  // decayed average in [-1000, 1000]
  std::string risk;                     // `ok`, `watch`, `act`, `unhappy`
  std::int64_t open_cases = 0;
  std::optional<CustomerId> became;  // no key is left here: the last one belongs to this customer now
  bool operator==(const CustomerChanged&) const = default;
};

// ---- whose job ----------------------------------------------------------------------------------------------------

enum class CaseOrigin : std::uint8_t { message, review, survey, mention, call, payment, silence, agent };
enum class Priority : std::uint8_t { low, normal, high, urgent };
enum class CaseState : std::uint8_t {
  fresh,
  open,
  pending_customer,
  on_hold,
  resolved,
  closed,
  merged
};  // `new` on the wire

// Customer asks desk for a case. Desk deduplicates.
struct CaseRequested {
  CustomerId customer;
  KeyHash facet;
  CaseOrigin origin = CaseOrigin::review;
  Timestamp at{};
  std::string channel;
  std::string thread;
  std::string product;
  std::string region;
  std::string tier;
  Language language = Language::unknown;
  Sentiment sentiment = Sentiment::unknown;
  std::vector<IssueType> issues;
  std::uint8_t urgency = 0;
  UrgencyCause urgency_cause = UrgencyCause::none;
  std::int64_t reach = 0;
  std::uint64_t similarity = 0;
  bool proactive = false;                   // nobody wrote: the customer went silent
  bool withdrawn = false;                   // what was asked for `signal` is no longer wanted: the customer was heard
  std::uint16_t probability_permille = 0;   // proactive: that the customer is gone
  std::int64_t value_minor = 0;             // proactive: what they have spent
  std::optional<std::int64_t> tenure_days;  // since they were first heard of
  bool imported = false;
  std::vector<std::string> reasons;
  std::string signal;
  Offset place = 0;  // of the Input, in the feedback partition of `facet`
  bool operator==(const CaseRequested&) const = default;
};

// A message of, or to, a customer who has a case or has asked for one.
struct MessageForwarded {
  CustomerId customer;
  KeyHash facet;
  Timestamp at{};
  std::string channel;
  std::string thread;
  Message message;
  bool courtesy = false;
  bool imported = false;
  std::uint64_t similarity = 0;
  Offset place = 0;
  bool operator==(const MessageForwarded&) const = default;
};

enum class CommandKind : std::uint8_t {
  open_case,     // earshot.command.open_case
  assign,        // a supervisor names the owner
  take,          // an agent makes it theirs
  reply,         // a public message to the customer
  note,          // an internal message
  ask_customer,  // a public question: the case waits for the customer
  hold,          // the case waits for another department or a supplier
  report,        // what was waited for has come
  transfer,      // to another department
  resolve,
  merge,
  set_priority,
  agent_on_shift,
  agent_off_shift,
  relabel,  // what the analysis of a text should have said
  link,     // two identity keys are one person
  unlink,   // two identity keys are not one person
  accept,   // a proposal of identity: its customers are one person
  refuse,   // they are not
};
inline constexpr int kCommandKinds = 19;

// A person acts. `request` makes it safe to send twice: the second gets the first one's answer.
struct Command {
  CommandKind kind = CommandKind::take;
  std::string request;
  std::string actor;  // handle of who does it
  std::optional<CaseId> case_id;
  std::optional<CustomerId> customer;
  std::string agent;       // assign: the new owner; shifts: who
  std::string department;  // transfer, hold
  std::string text;        // reply, note, ask_customer, resolve: what the customer is told; transfer: the summary
  std::string reason;      // hold, link, unlink, accept, refuse
  std::string resolution;  // resolve: code
  std::string cause;       // resolve: code
  std::optional<Timestamp> promised;  // hold: next update
  std::optional<CaseId> into;         // merge
  std::optional<Priority> priority;
  std::vector<IssueType> issues;        // open_case; relabel: all of them
  std::optional<Target> target;         // relabel: the input
  std::optional<Sentiment> sentiment;   // relabel
  std::optional<std::int64_t> urgency;  // relabel; absent: 0
  bool leaves = false;                  // relabel: says that they will leave, or ask to
  std::vector<KeyHash> keys;            // link, unlink: the two
  std::vector<std::string> kinds;       // theirs, as far as they are known
  std::string proposal;                 // accept, refuse: its id
  bool operator==(const Command&) const = default;
};

struct CommandAnswered {
  std::string request;
  bool accepted = false;
  std::string code;     // why not: `wrong_state`, `unknown_case`, `not_allowed`, …
  std::string message;  // for a person
  std::optional<CaseId> case_id;
  bool operator==(const CommandAnswered&) const = default;
};

enum class CaseStep : std::uint8_t {
  opened,    // earshot.case.opened
  attached,  // another message of the same matter joined
  assigned,  // an owner or liaison
  replied,   // a public human reply
  noted,
  asked_customer,
  customer_answered,
  held,
  reported,
  transferred,
  prioritised,
  escalated,
  warned,    // a deadline is near
  breached,  // a deadline was missed
  resolved,
  reopened,
  closed,
  merged,
  moved,  // to another customer, with the identity key it came in under
};
inline constexpr int kCaseSteps = 19;

// A case as it stands after a step. Published on `cases`; sent to the customer's own partition too.
struct CaseChanged {
  CaseStep step = CaseStep::opened;
  CaseId case_id;
  CustomerId customer;
  KeyHash facet;
  CaseState state = CaseState::fresh;
  CaseOrigin origin = CaseOrigin::review;
  Priority priority = Priority::normal;
  std::string department;
  std::string owner;    // a named person; empty only until somebody took it
  std::string liaison;  // the department's named person who answers for an unowned case
  std::string actor;    // who did this step; empty: Earshot
  std::string channel;
  std::string product;
  std::vector<IssueType> issues;
  std::vector<std::string> reasons;
  Timestamp opened_at{};
  std::optional<Timestamp> first_reply_due;  // exact to the millisecond; absent when met, cancelled or without a policy
  std::optional<Timestamp> resolution_due;
  std::optional<Timestamp> resolved_at;
  std::string sla_metric;  // warned, breached: which
  std::int64_t level = 0;  // of escalation
  std::int64_t reopens = 0;
  std::int64_t transfers = 0;
  std::string resolution;
  std::optional<CaseId> follows;  // the closed case this one follows up
  std::optional<CaseId> merged_into;
  bool proactive = false;
  bool imported = false;
  std::string note;           // summary of a transfer, reason of a hold, code of an escalation
  Offset place = 0;           // opened, attached, customer_answered: of the Input
  std::int64_t revision = 0;  // counts the steps of the case: of two the larger one is newer
  bool operator==(const CaseChanged&) const = default;
};

enum class Severity : std::uint8_t { info, warning, critical };

struct AlertRaised {
  Severity severity = Severity::warning;
  std::string title;  // one line for a person, without personal data
  std::optional<CaseId> case_id;
  std::optional<CustomerId> customer;
  std::string department;
  std::string owner;
  std::optional<Timestamp> due;
  std::vector<std::string> reasons;
  bool operator==(const AlertRaised&) const = default;
};

// ---- how are we doing ---------------------------------------------------------------------------------------------

enum class MeasureKind : std::uint8_t {
  feedback,  // something was said
  survey_invited,
  survey_answer,
  first_response,  // value: milliseconds from wait_start to the first public human reply
  case_step,       // a case changed; `state` and `department` say to what
  resolution,      // value: milliseconds from opened to resolved
  sla_outcome,     // a clock met or breached
  signal,          // raised or cleared
  dead_letter,
};

// One item with all its dimensions; insight fans it out.
struct MeasureTaken {
  MeasureKind kind = MeasureKind::feedback;
  Timestamp at{};    // its anchor
  std::string item;  // names what is measured, so that a later measure of it can correct an earlier one
  std::int64_t value = 0;
  std::int64_t business_value = 0;  // the same in open hours, where that makes sense
  std::string channel;
  std::string product;
  std::string region;
  std::string department;
  std::string outcome;  // `met`, `breached`, `raised`, `cleared`; `waiting`: with this step the customer began to wait;
                        // a dead letter's reason
  std::string sla_metric;
  InputKind input = InputKind::review;
  Sentiment sentiment = Sentiment::unknown;
  bool complaint = false;
  std::vector<IssueType> issues;
  std::optional<Survey> survey;
  std::optional<CaseStep> step;
  std::optional<CaseState> from_state;
  std::optional<CaseState> to_state;
  bool operator==(const MeasureTaken&) const = default;
};

struct CountSum {
  std::string name;    // of a counter of insight
  std::int64_t n = 0;  // may be negative: a correction takes back what was sent before
  bool operator==(const CountSum&) const = default;
};

struct DurationSum {
  std::string name;                   // `first_response`, `resolution_business`, …
  std::vector<std::int64_t> added;    // milliseconds
  std::vector<std::int64_t> removed;  // sent before and corrected since
  bool operator==(const DurationSum&) const = default;
};

// What one shard of insight has counted since it last told the tenant's own key: one hour, one dimension. Whole
// numbers, so that adding them up gives the same in any order.
struct MeasuresSummed {
  std::int64_t shard = 0;     // the source partition
  std::int64_t sequence = 0;  // grows within a shard: a repeat is dropped
  Timestamp hour{};           // begin of the window
  std::string dimension;      // `channel=email`, or empty for all
  std::vector<CountSum> counts;
  std::vector<DurationSum> durations;
  bool operator==(const MeasuresSummed&) const = default;
};

// The result of one window. A ratio is numerator, denominator and value; no data is not zero.
struct KpiReported {
  std::string kpi;        // `csat`, `nps`, `first_response`, `resolution`, `feedback`, `active`, `resolved`, …
  std::string dimension;  // `channel=email`, `issue_type=refund`, or empty for all
  Timestamp from{};
  Timestamp to{};
  std::int64_t revision = 0;
  bool provisional = true;
  std::int64_t count = 0;
  std::optional<std::int64_t> numerator;
  std::optional<std::int64_t> denominator;
  std::optional<std::int64_t> value_milli;
  std::optional<std::int64_t> low_milli;  // 95 % interval
  std::optional<std::int64_t> high_milli;
  std::optional<std::int64_t> p50;
  std::optional<std::int64_t> p90;
  std::optional<std::int64_t> max;
  std::vector<std::int64_t> histogram;  // surveys: answers by score, lowest score first
  bool low_n = false;
  bool operator==(const KpiReported&) const = default;
};

// ---- what could not be accepted -----------------------------------------------------------------------------------

enum class DeadLetterReason : std::uint8_t {
  not_json,  // cannot be parsed, too deep, duplicate keys, not UTF-8
  too_large,
  invalid_event,  // JSON, but not an event: a field is missing, of the wrong type or out of range
  unknown_type,
  missing_block,  // the type's own block is missing
  no_identity,    // no identity key
  bad_time,       // absurd, or in the future during an import
  conflict,       // the same (source, id) with other content
  too_many_hops,
  connector,  // a connector could not make an event of it
};
inline constexpr int kDeadLetterReasons = 10;
inline constexpr std::size_t kDeadLetterBytesMax = 32 * 1024;

struct DeadLetter {
  DeadLetterReason reason = DeadLetterReason::not_json;
  std::string detail;     // for a person: what is wrong and where
  std::string connector;  // or empty, for a record of a topic
  std::string place;      // `orders.csv line 17`, `earshot.feedback/3@1207`
  std::string bytes;      // the first kDeadLetterBytesMax; base64 on the wire
  std::int64_t length = 0;
  std::string sha256;  // of all the bytes
  bool operator==(const DeadLetter&) const = default;
};

// A dead letter was put right: somebody had its payload read again, as it is or edited. Once for each letter; who comes
// second changes nothing.
struct DeadLetterMended {
  std::string letter;          // its id
  std::string actor;           // who did it
  bool edited = false;         // else the payload as it was kept, under what the configuration says now
  std::string connector;       // that read it
  std::string sha256;          // of the payload that was read
  std::vector<Target> events;  // what it became
  bool operator==(const DeadLetterMended&) const = default;
};

// ---- control ------------------------------------------------------------------------------------------------------

struct ClockTicked {  // only to the partition that asked; its time is the record's
  bool operator==(const ClockTicked&) const = default;
};

struct ConfigChanged {
  std::string section;  // `desk`, `silence`, `insight`, …
  std::int64_t version = 0;
  std::string settings;  // JSON
  bool operator==(const ConfigChanged&) const = default;
};

struct ImportBegan {
  Timestamp until{};  // the newest time in the import
  bool operator==(const ImportBegan&) const = default;
};

// What could not be heard. A later one of the same connector and begin says more of the same gap.
struct ConnectorGap {
  std::string connector;
  Timestamp from{};
  Timestamp to{};  // kNever: it still lasts
  std::string reason;
  std::vector<std::string> channels;  // that its events have; empty: the one that is named like the connector
  bool caught_up = false;  // it is over, and all that was said meanwhile has come after all: nothing was missed
  bool operator==(const ConnectorGap&) const = default;
};

// How far a source that is listened to live has come, recorded in one commit with what was heard up to there: a start
// goes on from the newest one.
struct ConnectorReached {
  std::string connector;
  std::string cursor;  // the source's own word for the place; empty: it has none
  Timestamp heard{};   // when there was last a sign of life
  bool operator==(const ConnectorReached&) const = default;
};

// The silence model of a tenant from here on, as fitted to what its customers did (processors/customer/silence_fit.h).
struct ChurnModelFitted {
  std::int64_t version = 0;  // counts up; an older one changes nothing
  std::string segment;       // empty: every customer
  bool pooled = false;       // of a segment: those of every customer foretold its silences better, and stand here
  std::int64_t r_micro = 0;  // the parameters, in millionths; alpha in weeks
  std::int64_t alpha_micro = 0;
  std::int64_t a_micro = 0;
  std::int64_t b_micro = 0;
  std::int64_t customers = 0;
  std::int64_t repeaters = 0;  // of them, active on more than one day
  std::int64_t log_likelihood_milli = 0;
  std::int64_t silences = 0;  // whose end, or whose reaching the horizon, was seen
  std::vector<std::int64_t>
      hazard_micro;  // weights of the hazard model (processors/customer/hazard.h); empty: the forecast stands alone
  // For promises of 500, 550, … 950: the forecast, in thousandths, at which an alarm keeps them; empty: the promise
  // itself.
  std::vector<std::int64_t> rho_permille;
  Timestamp until{};  // nothing after it was looked at
  bool operator==(const ChurnModelFitted&) const = default;
};

using EventBody =
    std::variant<Input, KeysPaired, IdentityAssigned, FacetReassigned, FacetMoved, IdentityProposed, ActivityRecorded,
                 SignalChanged, CustomerChanged, CaseRequested, MessageForwarded, Command, CommandAnswered, CaseChanged,
                 AlertRaised, MeasureTaken, MeasuresSummed, KpiReported, DeadLetter, DeadLetterMended, ClockTicked,
                 ConfigChanged, ImportBegan, ConnectorGap, ConnectorReached, ChurnModelFitted>;

struct Event {
  std::string id;      // (source, id) is unique within a tenant
  std::string source;  // `/acme/google-play/com.acme.app`; derived events: `/earshot/<processor>`
  std::string tenant;
  Timestamp time{};          // when it happened at its source
  Timestamp recorded{};      // when Earshot appended it
  std::string caused_by;     // id of the event that led to it; empty for events from outside
  std::int32_t hops = 0;     // derived events between it and the outside
  bool imported = false;     // into a log that lived already; before that, `import.began` says it for all
  std::string trace_parent;  // W3C Trace Context of whoever sent it, handed on to all that follows from it; nothing
                             // decides by it
  EventBody body;
  bool operator==(const Event&) const = default;
};

inline constexpr std::size_t kEventBytesMax = 64 * 1024;
inline constexpr std::int32_t kHopsMax = 16;

}  // namespace earshot
