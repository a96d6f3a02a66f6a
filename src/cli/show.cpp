#include "cli/show.h"

#include <algorithm>
#include <cstdio>

#include "event/json_writer.h"
#include "event/names.h"

namespace earshot::cli {
namespace {

std::string show_time(const std::optional<Timestamp>& at) { return at ? cli::show_time(*at) : std::string(); }

template <class Enum>
std::string word(Enum value) {
  return std::string(name_of(value));
}

std::string show_milli(std::int64_t milli) {
  std::string text;
  append_milli(text, milli);
  return text;
}

bool is_a_span(const KpiReported& kpi) { return kpi.p50.has_value(); }

std::string show_value(const KpiReported& kpi) {
  if (!kpi.value_milli) return "";
  return is_a_span(kpi) ? show_span(Millis(*kpi.value_milli / 1000)) : show_milli(*kpi.value_milli);
}

std::string show_interval(const KpiReported& kpi) {
  if (!kpi.low_milli || !kpi.high_milli) return "";
  return show_milli(*kpi.low_milli) + " to " + show_milli(*kpi.high_milli);
}

std::string show_span(const std::optional<std::int64_t>& milliseconds) {
  return milliseconds ? cli::show_span(Millis(*milliseconds)) : std::string();
}

std::string remarks(const KpiReported& kpi) {
  std::vector<std::string> all;
  if (kpi.provisional) all.emplace_back("provisional");
  if (kpi.low_n) all.emplace_back("few");
  return joined(all, ", ");
}

}  // namespace

std::string joined(const std::vector<std::string>& texts, std::string_view between) {
  std::string all;
  for (const std::string& text : texts) {
    if (!all.empty()) all += between;
    all += text;
  }
  return all;
}

std::string who(const std::string& key, CustomerId customer) { return key.empty() ? customer.hex() : key; }

std::string show_issues(const std::vector<IssueType>& issues) {
  std::vector<std::string> names;
  for (const IssueType issue : issues) names.push_back(word(issue));
  return joined(names, ", ");
}

std::string who_has(const CaseChanged& change) {
  return change.owner.empty() && !change.liaison.empty() ? "(" + change.liaison + ")" : change.owner;
}

std::string next_due(const CaseChanged& change) {
  return show_time(change.first_reply_due ? change.first_reply_due : change.resolution_due);
}

std::string show_permille(std::int64_t permille) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", static_cast<double>(permille) / 1000);
  return text;
}

std::string facts(const std::vector<Fact>& facts) {
  std::size_t widest = 0;
  for (const Fact& fact : facts) widest = std::max(widest, display_width(fact.name));
  std::string out;
  for (const Fact& fact : facts) {
    if (fact.value.empty()) continue;
    out += fact.name + std::string(widest - display_width(fact.name) + 2, ' ') + printable(fact.value) + "\n";
  }
  return out;
}

Table table_of(const std::vector<api::CaseRow>& rows) {
  Table table({{"case"},
               {"state"},
               {"priority"},
               {"customer"},
               {"department"},
               {"owner"},
               {"opened"},
               {"due"},
               {"channel"},
               {"issues"},
               {"reasons"}});
  for (const api::CaseRow& row : rows) {
    const CaseChanged& c = row.change;
    table.add({c.case_id.hex(), word(c.state), word(c.priority), who(row.key, c.customer), c.department, who_has(c),
               show_time(c.opened_at), next_due(c), c.channel, show_issues(c.issues), joined(c.reasons)});
  }
  return table;
}

Table table_of(const std::vector<api::SignalRow>& rows) {
  Table table({{"customer"}, {"kind"}, {"level"}, {"since"}, {"will last", true}, {"stands"}, {"reasons"}});
  for (const api::SignalRow& row : rows) {
    const SignalChanged& s = row.signal;
    table.add({who(row.key, s.customer), word(s.kind), word(s.level), show_time(s.since),
               s.kind == SignalKind::silent ? show_permille(s.probability_permille) : "",
               s.raised ? "" : "cleared " + show_time(row.at), joined(s.reasons)});
  }
  return table;
}

Table table_of(const std::vector<api::AlertRow>& rows) {
  Table table({{"at"}, {"severity"}, {"department"}, {"owner"}, {"due"}, {"case"}, {"title", false, 80}, {"reasons"}});
  for (const api::AlertRow& row : rows) {
    const AlertRaised& a = row.alert;
    table.add({show_time(row.at), word(a.severity), a.department, a.owner, show_time(a.due),
               a.case_id ? a.case_id->hex() : "", a.title, joined(a.reasons)});
  }
  return table;
}

Table table_of(const std::vector<api::KpiRow>& rows) {
  Table table({{"kpi"},
               {"of"},
               {"from"},
               {"to"},
               {"count", true},
               {"value", true},
               {"95 % between"},
               {"median", true},
               {"p90", true},
               {"remarks"}});
  for (const api::KpiRow& row : rows) {
    const KpiReported& k = row.kpi;
    table.add({k.kpi, k.dimension.empty() ? "all" : k.dimension, show_time(k.from), show_time(k.to),
               std::to_string(k.count), show_value(k), show_interval(k), show_span(k.p50), show_span(k.p90),
               remarks(k)});
  }
  return table;
}

Table table_of(const std::vector<api::DeadLetterRow>& rows) {
  Table table({{"id"}, {"at"}, {"reason"}, {"connector"}, {"place"}, {"bytes", true}, {"mended by"}, {"detail"}});
  for (const api::DeadLetterRow& row : rows) {
    const DeadLetter& l = row.letter;
    table.add({row.id, show_time(row.at), word(l.reason), l.connector, l.place, std::to_string(l.length),
               row.mended ? row.mended->by : "", l.detail});
  }
  return table;
}

Table table_of(const std::vector<api::SinkDeliveryRow>& rows) {
  Table table({{"id"},
               {"sink"},
               {"state"},
               {"at"},
               {"tries", true},
               {"next try"},
               {"alerts", true},
               {"severity"},
               {"case"},
               {"title", false, 60},
               {"detail"}});
  for (const api::SinkDeliveryRow& row : rows) {
    table.add({row.id, row.sink, row.state, show_time(row.at), std::to_string(row.tries), show_time(row.due),
               row.count == 1 ? "" : std::to_string(row.count), word(row.severity),
               row.case_id ? row.case_id->hex() : "", row.title.empty() ? "(no longer in the log)" : row.title,
               row.detail});
  }
  return table;
}

std::string page_of(const api::Page<api::SinkDeliveryRow>& deliveries) {
  std::string page;
  for (const api::SinkDeliveryRow& row : deliveries.items) {
    if (!page.empty()) page += "\n";
    page += facts({{"delivery", row.id},
                   {"sink", row.sink},
                   {"state", row.state},
                   {"recorded", show_time(row.at)},
                   {"tries", std::to_string(row.tries)},
                   {"next try", show_time(row.due)},
                   {"parked", show_time(row.parked)},
                   {"last try", row.detail}});
    page += "\n" + table_of(row.alerts).text();
  }
  return page;
}

std::string page_of(const api::CaseAnswer& answer) {
  const CaseChanged& c = answer.now.change;
  std::string page = facts({{"case", c.case_id.hex()},
                            {"state", word(c.state)},
                            {"priority", word(c.priority)},
                            {"customer", who(answer.now.key, c.customer)},
                            {"department", c.department},
                            {"owner", c.owner},
                            {"liaison", c.owner.empty() ? c.liaison : ""},
                            {"opened", show_time(c.opened_at)},
                            {"first reply due", show_time(c.first_reply_due)},
                            {"resolution due", show_time(c.resolution_due)},
                            {"resolved", show_time(c.resolved_at)},
                            {"resolution", c.resolution},
                            {"came by", word(c.origin)},
                            {"channel", c.channel},
                            {"product", c.product},
                            {"issues", show_issues(c.issues)},
                            {"reasons", joined(c.reasons)},
                            {"follows", c.follows ? c.follows->hex() : ""},
                            {"merged into", c.merged_into ? c.merged_into->hex() : ""},
                            {"proactive", c.proactive ? "yes: nobody wrote, the customer went silent" : ""}});
  Table table({{"at"}, {"step"}, {"state"}, {"by"}, {"department"}, {"owner"}, {"note"}});
  for (const api::CaseRow& row : answer.history) {
    const CaseChanged& step = row.change;
    table.add({show_time(row.at), word(step.step), word(step.state), step.actor, step.department, who_has(step),
               step.sla_metric.empty() ? step.note : joined({step.sla_metric, step.note}, " ")});
  }
  return page + "\n" + table.text() + section("conversation, on every channel", table_of(answer.conversation));
}

std::string page_of(const api::DeadLetterRow& row) {
  const DeadLetter& letter = row.letter;
  std::string page = facts({{"dead letter", row.id},
                            {"at", show_time(row.at)},
                            {"reason", word(letter.reason)},
                            {"detail", letter.detail},
                            {"connector", letter.connector},
                            {"place", letter.place},
                            {"length", std::to_string(letter.length)},
                            {"sha256", letter.sha256},
                            {"mended", row.mended ? show_time(row.mended->at) + " by " + row.mended->by +
                                                        (row.mended->edited ? ", edited" : "")
                                                  : ""}});
  const bool is_whole = letter.length == static_cast<std::int64_t>(letter.bytes.size());
  page += is_whole ? "\n" : "\nthe first " + std::to_string(letter.bytes.size()) + " bytes:\n";
  for (std::size_t from = 0; from < letter.bytes.size();) {
    const std::size_t end = std::min(letter.bytes.find('\n', from), letter.bytes.size());
    page += printable(std::string_view(letter.bytes).substr(from, end - from)) + "\n";
    from = end + 1;
  }
  return page;
}

}  // namespace earshot::cli
