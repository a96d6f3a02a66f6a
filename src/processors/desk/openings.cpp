#include "processors/desk/openings.h"

#include <algorithm>

#include "base/hash.h"
#include "base/utf8.h"
#include "event/names.h"
#include "processors/desk/case_times.h"
#include "processors/desk/conversation.h"
#include "processors/desk/customers.h"
#include "processors/desk/deadlines.h"
#include "processors/desk/first_month.h"
#include "processors/desk/life_cycle.h"
#include "processors/desk/ownership.h"

namespace earshot::desk {
namespace {

constexpr int kReasonsMax = 8;
constexpr std::size_t kReasonBytesMax = 256;
constexpr std::size_t kCaseIssuesMax = 12;

CaseId case_id_of(std::string_view tenant, KeyHash facet, const std::string& opening) {
  const Fingerprint hash = fingerprint(std::string(tenant) + '\0' + facet.hex() + '\0' + opening);
  return {hash.high, hash.low};
}

void add_reason(state::Case& one, const std::string& reason) {
  if (reason.empty() || one.reasons_size() >= kReasonsMax) return;
  if (std::find(one.reasons().begin(), one.reasons().end(), reason) == one.reasons().end()) {
    one.add_reasons(std::string(utf8_prefix(reason, kReasonBytesMax)));
  }
}

void add_issues(state::Case& one, const std::vector<IssueType>& issues) {
  for (const IssueType issue : issues) {
    const auto number = static_cast<std::uint32_t>(issue);
    if (issue == IssueType::none || static_cast<std::size_t>(one.issues_size()) >= kCaseIssuesMax) continue;
    if (std::find(one.issues().begin(), one.issues().end(), number) == one.issues().end()) one.add_issues(number);
  }
}

void fill(state::Case& one, CaseId id, const CaseRequested& request, Timestamp opened) {
  one.set_id(id.hex());
  one.set_customer(request.customer.hex());
  one.set_facet(request.facet.hex());
  one.set_state(static_cast<std::uint32_t>(CaseState::fresh));
  one.set_origin(static_cast<std::uint32_t>(request.origin));
  one.set_channel(request.channel);
  one.set_product(request.product);
  one.set_region(request.region);
  one.set_tier(request.tier);
  one.set_thread(request.thread);
  one.set_language(static_cast<std::uint32_t>(request.language));
  one.set_sentiment(static_cast<std::uint32_t>(request.sentiment));
  add_issues(one, request.issues);
  for (const std::string& reason : request.reasons) add_reason(one, reason);
  one.set_proactive(request.proactive);
  one.set_imported(request.imported);
  one.set_similarity(request.similarity);
  one.set_opened_ms(to_millis(opened));
  one.set_entered_ms(to_millis(opened));
}

Ranked rank_request(CaseBook& book, const CaseRequested& request, Priority rule, std::int64_t same_type_before) {
  return rank(book.settings(),
              {rule, request.tier, request.urgency, request.urgency_cause, request.reach, same_type_before});
}

Severity severity_of_opening(const state::Case& one, UrgencyCause cause) {
  if (cause == UrgencyCause::safety || cause == UrgencyCause::fraud) return Severity::critical;
  return one.proactive() || priority_of(one) >= Priority::high ? Severity::warning : Severity::info;
}

void place_in_department(CaseBook& book, state::Case& one, const CaseRequested& request, Timestamp opened) {
  const Route to = route(book.settings().rules, matter_of(one));
  const std::int64_t same_type_before = count_repeat(book, request, issues_of(one), opened);
  const Ranked ranked = rank_request(book, request, to.priority, same_type_before);
  one.set_priority(static_cast<std::uint32_t>(ranked.priority));
  add_reason(one, ranked.reason);
  if (same_type_before + 1 >= book.settings().repeat_count) one.set_level(1);
  one.set_department(to.rule->department);
  one.add_departments(to.rule->department);
  const NamedCalendar& hours = book.rules().calendar_of_department(one.department());
  book.pin(hours);
  one.set_calendar(hours.fingerprint);
}

Opened open_case(CaseBook& book, const CaseRequested& request, const std::string& opening,
                 std::optional<CaseId> follows, const std::string& preferred) {
  const CaseId id = case_id_of(book.step().tenant(), request.facet, opening);
  if (book.find_case(id) != nullptr) return {id, false};  // it was opened by this very event, long ago
  const Timestamp opened = request.at;
  state::Case& one = book.edit_case(id);
  fill(one, id, request, opened);
  place_in_department(book, one, request, opened);
  if (follows) one.set_follows(follows->hex());
  state::CustomerCases& customer = book.edit_customer(request.customer);
  add_id(*customer.mutable_cases(), id);
  // Nobody could take it before Earshot heard of it.
  find_owner(book, one, book.now(), preferred.empty() ? customer.last_agent() : preferred);
  if (!request.proactive) {
    begin_waiting(one, opened);
    start_reply_clock(book, one, opened);
  }
  start_resolution_clock(book, one, opened);
  Change change;
  change.step = CaseStep::opened;
  change.at = opened;
  change.place = request.place;
  book.publish(one, change);
  const Severity severity = severity_of_opening(one, request.urgency_cause);
  if (!request.imported && severity != Severity::info) {
    book.alert(one, severity, request.proactive ? "a customer went silent" : "a case was opened", book.now());
  }
  return {id, true};
}

// More about a case that is there: it may be more pressing than it was.
void join(CaseBook& book, CaseId id, const CaseRequested& request) {
  state::Case& one = book.edit_case(id);
  add_issues(one, request.issues);
  for (const std::string& reason : request.reasons) add_reason(one, reason);
  const Timestamp at = request.at;
  if (request.proactive) {
    Change change;
    change.step = CaseStep::attached;
    change.at = at;
    change.from = state_of(one);
    book.publish(one, change);
  } else {
    (void)customer_wrote(book, one, {at, false, request.place});  // it was chosen because it takes messages
  }
  const Ranked ranked = rank_request(book, request, priority_of(one), 0);
  if (ranked.priority <= priority_of(one)) return;
  one.set_priority(static_cast<std::uint32_t>(ranked.priority));
  add_reason(one, ranked.reason);
  reapply_policy(book, one, at);
  Change change;
  change.step = CaseStep::prioritised;
  change.at = at;
  change.from = state_of(one);
  change.note = ranked.reason;
  book.publish(one, change);
  const Severity severity = severity_of_opening(one, request.urgency_cause);
  if (!request.imported && severity != Severity::info)
    book.alert(one, severity, "a case became more pressing", book.now());
}

}  // namespace

void on_request(CaseBook& book, std::uint64_t event, const CaseRequested& request, const std::string& opening) {
  if (!is_new_event(book, request.customer, event)) return;
  count_complaint(book, request);
  (void)open_or_join(book, request, opening, "");  // who asked need not know which
}

Opened open_or_join(CaseBook& book, const CaseRequested& request, const std::string& opening,
                    const std::string& preferred) {
  close_expired(book, request.customer, request.at);
  if (const auto id = find_joinable(book, request)) {
    run_due(book, book.edit_case(*id), request.at - Millis{1});
    join(book, *id, request);
    return {*id, false};
  }
  const auto follows = find_followed(book, request.customer, request.thread, request.issues, false);
  return open_case(book, request, opening, follows, preferred);
}

void open_follow_up(CaseBook& book, CaseId closed, const MessageForwarded& message, const std::string& opening) {
  const state::Case& old = *book.find_case(closed);
  const Matter matter = matter_of(old);
  CaseRequested request;
  request.customer = message.customer;
  request.facet = message.facet;
  request.origin = CaseOrigin::message;
  request.at = message.at;
  request.channel = message.channel;
  request.thread = message.thread;
  request.product = matter.product;
  request.region = matter.region;
  request.tier = matter.tier;
  request.language = matter.language;
  request.issues = matter.issues;
  request.similarity = message.similarity;
  request.imported = message.imported;
  request.place = message.place;
  request.reasons = {"the customer wrote again after the case was closed"};
  (void)open_case(book, request, opening, closed, old.owner());
}

}  // namespace earshot::desk
