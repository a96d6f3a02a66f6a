// Who is who, for people: what only they can decide, and why two keys are one customer.
#include "cli/show.h"
#include "cli/table.h"

namespace earshot::cli {
namespace {

std::string name_of_claim(const api::ClaimRow& row) { return row.key.empty() ? row.facet.hex() : row.key; }

}  // namespace

Table table_of(const std::vector<api::ProposalRow>& rows) {
  Table table({{"proposal"}, {"at"}, {"about"}, {"customers"}, {"answer"}, {"by"}, {"why"}});
  for (const api::ProposalRow& row : rows) {
    std::vector<std::string> customers;
    for (const api::ClaimRow& one : row.candidates) customers.push_back(name_of_claim(one));
    table.add({row.id, show_time(row.at), name_of_claim(row.about), joined(customers, ", "), row.answer, row.actor,
               row.reason});
  }
  return table;
}

std::string page_of(const api::IdentityAnswer& answer) {
  const std::string page = facts({{"key", name_of_claim(answer.key)},
                                  {"customer", answer.customer.hex()},
                                  {"shared", answer.shared ? "yes: by too many to link anything" : ""}});
  Table links({{"with"}, {"linked"}, {"since"}, {"channel"}, {"event"}, {"last word"}, {"on"}});
  for (const api::LinkRow& row : answer.links) {
    links.add({name_of_claim(row.with), row.linked ? "yes" : "no", show_time(row.at), row.channel,
               row.event.empty() ? row.decision : row.event, row.actor,
               row.decided_at ? show_time(*row.decided_at) : ""});
  }
  return page + section("links", links);
}

}  // namespace earshot::cli
