// How answers look to people: one table for each kind of row, a page for one customer, one case and one dead letter.
#pragma once

#include <string>
#include <vector>

#include "api/answers.h"
#include "api/identity_answers.h"
#include "api/sink_answers.h"
#include "cli/table.h"

namespace earshot::cli {

Table table_of(const std::vector<api::CustomerRow>& rows);
Table table_of(const std::vector<api::CaseRow>& rows);
Table table_of(const std::vector<api::SignalRow>& rows);
Table table_of(const std::vector<api::AlertRow>& rows);
Table table_of(const std::vector<api::KpiRow>& rows);
Table table_of(const std::vector<api::DeadLetterRow>& rows);
Table table_of(const std::vector<api::SinkDeliveryRow>& rows);
Table table_of(const std::vector<api::ProposalRow>& rows);
Table table_of(const std::vector<api::TimelineRow>& rows);

std::string page_of(const api::CustomerAnswer& answer);
std::string page_of(const api::CaseAnswer& answer);
std::string page_of(const api::DeadLetterRow& letter);
std::string page_of(const api::Page<api::SinkDeliveryRow>& deliveries);
std::string page_of(const api::IdentityAnswer& answer);

// Lines of a name and a value, for pages; lines without a value are left out.
struct Fact {
  std::string name;
  std::string value;
};
std::string facts(const std::vector<Fact>& facts);

// A table under its title; nothing when it is empty.
std::string section(const std::string& title, const Table& table);

// Several short texts as one cell.
std::string joined(const std::vector<std::string>& texts, std::string_view between = "; ");

// A customer as people know them: the clear key, else the id. Both are taken where a customer is asked for.
std::string who(const std::string& key, CustomerId customer);

std::string show_issues(const std::vector<IssueType>& issues);

// The owner, or in brackets the liaison who answers for a case that nobody owns.
std::string who_has(const CaseChanged& change);

// The deadline that comes next; the customer waits for the first reply before anything else.
std::string next_due(const CaseChanged& change);

// `0.87` for 870.
std::string show_permille(std::int64_t permille);

}  // namespace earshot::cli
