// How customers look to people: a list, and one of them with everything a colleague should know before they call.
#include "cli/show.h"

#include <cstdlib>

#include "event/json_writer.h"
#include "event/names.h"
#include "support/text.h"

namespace earshot::cli {
namespace {

constexpr std::size_t kTextWidth = 72;

// From -1, unhappy, to 1, happy; nothing of somebody who never said anything.
std::string show_mood(std::int64_t permille, std::int64_t feedback) {
  std::string text;
  if (feedback > 0) append_milli(text, (permille + (permille < 0 ? -5 : 5)) / 10 * 10);
  return text;
}

std::string show_score(const std::optional<std::int64_t>& permille) {
  return permille ? std::to_string((*permille + 5) / 10) + " %" : "";
}

std::string show_amount(const api::TimelineRow& row) {
  if (!row.amount) return "";
  const int digits = minor_digits(row.currency);
  std::string text = std::to_string(std::abs(*row.amount));
  if (digits > 0) {
    const auto places = static_cast<std::size_t>(digits);
    if (text.size() <= places) text.insert(0, places + 1 - text.size(), '0');
    text.insert(text.size() - places, ".");
  }
  return (*row.amount < 0 ? "-" : "") + text + " " + row.currency;
}

std::string what_was_said(const api::TimelineRow& row) {
  if (row.case_id) return "case " + row.case_id->hex();
  return clipped(printable(joined({row.title, row.text}, " · ")), kTextWidth);
}

}  // namespace

Table table_of(const std::vector<api::TimelineRow>& rows) {
  Table table({{"at"}, {"what"}, {"channel"}, {"mood"}, {"score", true}, {"amount", true}, {"issues"}, {""}});
  for (const api::TimelineRow& row : rows) {
    table.add({show_time(row.at), row.outbound ? row.what + " from us" : row.what, row.channel,
               row.sentiment == Sentiment::unknown ? "" : std::string(name_of(row.sentiment)),
               show_score(row.score_permille), show_amount(row), show_issues(row.issues), what_was_said(row)});
  }
  return table;
}

std::string section(const std::string& title, const Table& table) {
  return table.empty() ? "" : "\n" + title + "\n" + table.text();
}

Table table_of(const std::vector<api::CustomerRow>& rows) {
  Table table({{"customer"},
               {"risk"},
               {"last heard"},
               {"since"},
               {"active days", true},
               {"feedback", true},
               {"unhappy", true},
               {"mood", true},
               {"open cases", true}});
  for (const api::CustomerRow& row : rows) {
    const CustomerChanged& c = row.customer;
    table.add({who(row.key, c.customer), c.risk, show_time(c.last_heard), show_time(c.first_seen).substr(0, 10),
               std::to_string(c.activity_days), std::to_string(c.feedback_count), std::to_string(c.negative_count),
               show_mood(c.sentiment_permille, c.feedback_count), std::to_string(c.open_cases)});
  }
  return table;
}

std::string page_of(const api::CustomerAnswer& answer) {
  std::vector<std::string> keys;
  std::vector<std::string> names;
  for (const api::KeyRow& row : answer.keys) {
    keys.push_back(row.key.empty() ? row.facet.hex() : row.key);
    if (!row.name.empty()) names.push_back(row.name);
  }
  const std::string feedback =
      std::to_string(answer.feedback_count) + ", unhappy " + std::to_string(answer.negative_count);
  std::string page = facts({{"customer", answer.customer.hex()},
                            {"keys", joined(keys, ", ")},
                            {"name", joined(names, ", ")},
                            {"risk", answer.risk},
                            {"last heard", answer.last_heard ? show_time(*answer.last_heard) : ""},
                            {"first seen", show_time(answer.first_seen)},
                            {"active days", std::to_string(answer.activity_days)},
                            {"feedback", feedback},
                            {"mood", show_mood(answer.sentiment_permille, answer.feedback_count)}});
  Table why({{"why"}, {"level"}, {"since"}, {"reasons"}});
  for (const api::SignalRow& row : answer.signals) {
    const SignalChanged& s = row.signal;
    why.add({std::string(name_of(s.kind)), std::string(name_of(s.level)), show_time(s.since), joined(s.reasons)});
  }
  Table cases({{"case"}, {"state"}, {"priority"}, {"department"}, {"owner"}, {"opened"}, {"due"}});
  for (const api::CaseRow& row : answer.cases) {
    const CaseChanged& c = row.change;
    cases.add({c.case_id.hex(), std::string(name_of(c.state)), std::string(name_of(c.priority)), c.department,
               who_has(c), show_time(c.opened_at), next_due(c)});
  }
  return page + section("signals", why) + section("cases", cases) + section("timeline", table_of(answer.timeline));
}

}  // namespace earshot::cli
