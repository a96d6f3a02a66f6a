// What we know, for people: read from the published topics and from state. The API and the command line ask the same
// questions here, so that both give the same answers.
//
// Lists are newest first and come in pages. A page goes on where the one before ended, though more has happened since.
// Partitions that cannot be read are named, and the rest is given. Any thread; everything is read-only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/answers.h"
#include "api/gap_answers.h"
#include "api/identity_answers.h"
#include "api/newest_of_each.h"
#include "api/settings_answers.h"
#include "earshot/event_log.h"
#include "earshot/topics.h"
#include "event_log/topic_spec.h"
#include "processors/customer/settings.h"

namespace earshot::state {
class Customer;
}

namespace earshot::api {

inline constexpr std::size_t kRowsUsual = 100;
inline constexpr std::size_t kRowsMax = 1000;
inline constexpr std::size_t kSearchedMax = 10'000;

// Which part of a list.
struct PageRequest {
  std::string tenant;
  std::size_t limit = kRowsUsual;
  std::string cursor;  // `next` of the page before; empty: from the newest
};

// How values of the processors are found: who opened the state knows where each stands. Any thread.
using ReadState =
    std::function<Result<std::optional<std::string>>(Topic input, std::string_view record_key, std::string_view name)>;
struct StateView {
  ReadState read;
  std::string secret;  // identity keys are hashed under it
};

class Queries {
 public:
  Queries(const LogReader& log, std::vector<TopicSpec> topics, StateView state, NewestOfEach::Limits limits = {});

  // Takes in some of what has come to the lists that are kept up as they grow, so that who asks later need not wait.
  // Whether more is left.
  bool keep_up() const;

  struct CustomerFilter {
    std::string risk;
  };
  Result<Page<CustomerRow>> customers(const PageRequest& page, const CustomerFilter& filter) const;

  // Those whom `text` names: by an id or a whole key, also one without its kind; else by a part of their key or name,
  // among the kSearchedMax that changed last.
  Result<Page<CustomerRow>> find_customers(const PageRequest& page, std::string_view text) const;

  // Whose a key is: an identity key (`kind:value`) is looked up, a customer's id is itself. NotFound for what is
  // neither.
  Result<CustomerId> owner_of(std::string_view tenant, std::string_view key) const;

  // Two hops: the key, and then its owner.
  Result<CustomerAnswer> customer(std::string_view tenant, std::string_view key) const;

  // How their silence goes on, by the settings and the model that the customer processor has now.
  Result<ForecastAnswer> forecast(std::string_view tenant, std::string_view key, Timestamp now) const;

  struct CaseFilter {
    std::optional<CaseState> state;
    bool unresolved = false;  // those that still wait for somebody
    std::string owner;
    std::string department;
    std::optional<CustomerId> customer;
  };
  Result<Page<CaseRow>> cases(const PageRequest& page, const CaseFilter& filter) const;
  Result<CaseAnswer> case_with_history(std::string_view tenant, CaseId id) const;

  // Those that identity asks people, newest first.
  struct ProposalFilter {
    bool open = false;  // that nobody has answered
  };
  Result<Page<ProposalRow>> proposals(const PageRequest& page, const ProposalFilter& filter) const;
  Result<IdentityAnswer> identity(std::string_view tenant, std::string_view key) const;

  struct SignalFilter {
    std::optional<SignalKind> kind;
    std::optional<CustomerId> customer;
    bool cleared_too = false;  // otherwise only those that stand
  };
  Result<Page<SignalRow>> signals(const PageRequest& page, const SignalFilter& filter) const;

  Result<Page<AlertRow>> alerts(const PageRequest& page) const;

  // When sources could not be heard, the one that began last first; as many as the silence of customers goes by.
  Result<Page<GapRow>> gaps(std::string_view tenant) const;

  // What each section of the configuration says now, by name; defaults where the log has nothing.
  Result<Page<SettingsRow>> settings(std::string_view tenant) const;

  struct KpiFilter {
    std::string kpi;
    std::string dimension;
    bool history = false;  // every window; otherwise the newest of each kind
  };
  Result<Page<KpiRow>> kpis(const PageRequest& page, const KpiFilter& filter) const;

  // `bytes` of the letters are left out of lists.
  struct DeadLetterFilter {
    std::optional<DeadLetterReason> reason;
    bool open = false;  // those that nobody has mended
  };
  Result<Page<DeadLetterRow>> dead_letters(const PageRequest& page, const DeadLetterFilter& filter) const;
  Result<DeadLetterRow> dead_letter(std::string_view tenant, std::string_view id) const;

 private:
  Result<std::optional<Mended>> mended_of(std::string_view tenant, std::string_view letter) const;
  // Fills what is known only from state or only from a person's own event.
  void complete(std::string_view tenant, CustomerRow& row) const;
  void complete(std::string_view tenant, const state::Customer& stored, CustomerRow& row) const;
  std::optional<CustomerRow> standing(std::string_view tenant, CustomerId customer) const;
  ClaimRow claim(std::string_view tenant, KeyHash facet) const;
  std::string clear_key(std::string_view tenant, CustomerId customer, KeyHash facet) const;
  void add_signals(std::string_view tenant, const std::set<std::string>& names, CustomerAnswer& answer) const;
  void add_cases(std::string_view tenant, const std::set<CaseId>& ids, CustomerAnswer& answer) const;
  Result<void> add_timeline(std::string_view tenant, KeyHash facet, std::int64_t entries, CustomerAnswer& answer) const;
  // A correction of what the analysis says of an input, into its row.
  void correct(std::string_view tenant, TimelineRow& row) const;
  struct FoundInput {
    Input input;
    std::string source;
    std::string id;
  };
  std::optional<FoundInput> found_at(std::string_view tenant, KeyHash facet, Offset place) const;
  std::optional<Input> input_at(std::string_view tenant, KeyHash facet, Offset place) const;

  template <class Value>
  Result<std::optional<Value>> value(Topic input, std::string_view record_key, std::string_view name) const;

  struct Begun;
  Result<Begun> begin(Topic topic, const PageRequest& request) const;
  bool is_ready(NewestOfEach& kept, const TopicEnd& end, bool may_walk) const;
  // The events that speak of one thing, whose name their bytes hold, the newest first, until `visit` returns false.
  void visit_events_of(NewestOfEach& kept, std::string_view tenant, Fingerprint thing, std::string_view name,
                       const std::function<bool(const Event&)>& visit) const;
  template <class Body, class Row, class Select>
  Result<Page<Row>> newest(Topic topic, const PageRequest& request, bool repeats, Select select) const;
  template <class Body, class Row, class Select>
  Result<Page<Row>> newest_of_each(NewestOfEach& kept, NewestOfEach::Which which, bool may_walk,
                                   const PageRequest& request, Select select) const;

  const LogReader& log_;
  std::vector<TopicSpec> topics_;
  StateView state_;
  std::unique_ptr<NewestOfEach> cases_;
  std::unique_ptr<NewestOfEach> signals_;
  std::unique_ptr<NewestOfEach> kpis_;
};

template <class Value>
Result<std::optional<Value>> Queries::value(Topic input, std::string_view record_key, std::string_view name) const {
  auto bytes = state_.read(input, record_key, name);
  if (!bytes) return std::move(bytes.error());
  if (!*bytes) return std::optional<Value>();
  Value found;
  if (!found.ParseFromString(**bytes))
    return Error{ErrorKind::Corrupt, "the stored value " + std::string(name) + " cannot be read"};
  return std::optional<Value>(std::move(found));
}

}  // namespace earshot::api
