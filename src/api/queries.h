// What we know, for people: read from the published topics and from state. The API and the command line ask the same
// questions here, so that both give the same answers.
//
// Lists are newest first and come in pages. A page goes on where the one before ended, though more has happened since.
// Partitions that cannot be read are named, and the rest is given. Any thread; everything is read-only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/answers.h"
#include "earshot/event_log.h"
#include "earshot/state_store.h"
#include "earshot/topics.h"
#include "event_log/topic_spec.h"

namespace earshot::api {

inline constexpr std::size_t kRowsUsual = 100;
inline constexpr std::size_t kRowsMax = 1000;

// Which part of a list.
struct PageRequest {
  std::string tenant;
  std::size_t limit = kRowsUsual;
  std::string cursor;  // `next` of the page before; empty: from the newest
};

class Queries {
 public:
  Queries(const LogReader& log, const StateStore& state, std::vector<TopicSpec> topics)
      : log_(log), state_(state), topics_(std::move(topics)) {}

  struct CaseFilter {
    std::optional<CaseState> state;
    bool unresolved = false;  // those that still wait for somebody
    std::string owner;
    std::string department;
    std::optional<CustomerId> customer;
  };
  Result<Page<CaseRow>> cases(const PageRequest& page, const CaseFilter& filter) const;
  Result<CaseAnswer> case_with_history(std::string_view tenant, CaseId id) const;

  struct SignalFilter {
    std::optional<SignalKind> kind;
    std::optional<CustomerId> customer;
    bool cleared_too = false;  // otherwise only those that stand
  };
  Result<Page<SignalRow>> signals(const PageRequest& page, const SignalFilter& filter) const;

  Result<Page<AlertRow>> alerts(const PageRequest& page) const;

  struct KpiFilter {
    std::string kpi;
    std::string dimension;
    bool history = false;  // every window; otherwise the newest of each kind
  };
  Result<Page<KpiRow>> kpis(const PageRequest& page, const KpiFilter& filter) const;

  // `bytes` of the letters are left out of lists.
  Result<Page<DeadLetterRow>> dead_letters(const PageRequest& page, std::optional<DeadLetterReason> reason) const;
  Result<DeadLetterRow> dead_letter(std::string_view tenant, std::string_view id) const;

 private:
  template <class Body, class Row, class Select>
  Result<Page<Row>> newest(Topic topic, const PageRequest& page, Select select) const;

  const LogReader& log_;
  const StateStore& state_;
  std::vector<TopicSpec> topics_;
};

}  // namespace earshot::api
