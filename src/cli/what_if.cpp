// What would other rules have done? Folds a log under them and under those of today, and compares.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "cli/answers.h"
#include "cli/commands.h"
#include "cli/kafka_engine.h"
#include "cli/refold.h"
#include "cli/table.h"
#include "event/json_writer.h"
#include "event/names.h"
#include "event_log/embedded.h"
#include "event_log/kafka_reader.h"

namespace earshot::cli {
namespace {

using backtest::Comparison;
using backtest::Fates;
using backtest::History;
using backtest::Moved;
using backtest::PastCase;

struct Options {
  std::string rules;
  std::string data;
  std::string since;
  int minutes = 20;
  bool json = false;
};

int fail(const Error& error) {
  std::fprintf(stderr, "earshot what-if: %s\n", error.message.c_str());
  return error.kind == ErrorKind::Invalid ? 2 : 1;
}

// Gone when the command ends.
class ScratchDirectory {
 public:
  ScratchDirectory() : path_((std::filesystem::temp_directory_path() / "earshot-what-if-XXXXXX").string()) {
    is_made_ = ::mkdtemp(path_.data()) != nullptr;
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    if (is_made_) std::filesystem::remove_all(path_, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  bool is_made() const { return is_made_; }
  std::filesystem::path path() const { return path_; }

 private:
  std::string path_;
  bool is_made_ = false;
};

// What was durable when it was opened; others may go on writing.
struct Past {
  std::unique_ptr<LogReader> log;
  std::vector<TopicSpec> topics;
};

Result<Past> open_past(const Config& config) {
  if (is_kafka(config)) {
    KafkaLog::Settings settings = kafka_settings(config);
    auto log = KafkaReader::open(settings.connection, settings.prefix, settings.topics);
    if (!log) return std::move(log.error());
    return Past{std::move(*log), std::move(settings.topics)};
  }
  auto log = EmbeddedReader::open(config.data / "log", true);
  if (!log) return with_advice(std::move(log.error()), config);
  std::vector<TopicSpec> topics = (*log)->topics();
  return Past{std::move(*log), std::move(topics)};
}

Result<History> fold(const Past& past, const Config& rules, const char* what) {
  const ScratchDirectory scratch;
  if (!scratch.is_made())
    return Error{ErrorKind::Unavailable, "cannot create a scratch directory " + scratch.path().string()};
  Config config = rules;
  config.data = scratch.path();
  config.engine = {};
  config.partitions = past.topics.at(0).partitions;
  auto history = fold_again(*past.log, past.topics, config, [&](std::int64_t events) {
    if (::isatty(STDERR_FILENO) != 0) std::fprintf(stderr, "\r%s: %lld events ", what, static_cast<long long>(events));
  });
  if (::isatty(STDERR_FILENO) != 0) std::fputs("\r\033[K", stderr);
  return history;
}

std::vector<std::string> sections_that_differ(const Config& today, const Config& other) {
  std::vector<std::string> names;
  for (const auto& [section, settings] : other.sections) {
    const auto now = today.sections.find(section);
    if (now == today.sections.end() || now->second != settings) names.push_back(section);
  }
  return names;
}

double days_earlier(const Moved& moved) {
  return std::chrono::duration<double, std::ratio<86'400>>(moved.before.opened - moved.after.opened).count();
}

double median_days_earlier(const std::vector<Moved>& moved) {
  std::vector<double> days;
  for (const Moved& one : moved) days.push_back(days_earlier(one));
  if (days.empty()) return 0;
  std::nth_element(days.begin(), days.begin() + static_cast<std::ptrdiff_t>(days.size() / 2), days.end());
  return days[days.size() / 2];
}

double hours(std::int64_t cases, int minutes) { return static_cast<double>(cases * minutes) / 60; }

struct Report {
  std::vector<std::string> differ;
  Timestamp since{};
  Timestamp until{};
  Comparison cases;
  Fates more;
  Fates fewer;
  History today;
  History other;
};

// ---- as JSON -------------------------------------------------------------------------------------------------------

struct CaseRow {
  CaseId id;
  CustomerId customer;
  CaseOrigin origin = CaseOrigin::review;
  std::string department;
  Timestamp opened_at{};
};
template <class F>
void fields(F& f, CaseRow& v) {
  f.required("case", v.id);
  f.required("customer", v.customer);
  f.required("origin", v.origin);
  f.required("department", v.department);
  f.required("opened_at", v.opened_at);
}

struct MovedRow {
  CaseRow today;
  CaseRow rules;
};
template <class F>
void fields(F& f, MovedRow& v) {
  f.required("today", v.today);
  f.required("rules", v.rules);
}

struct FatesRow {
  std::int64_t came_back = 0;
  std::int64_t silent = 0;
  std::int64_t too_early = 0;
};
template <class F>
void fields(F& f, FatesRow& v) {
  f.required("came_back", v.came_back);
  f.required("silent", v.silent);
  f.required("too_early", v.too_early);
}

struct SideRow {
  std::int64_t cases = 0;
  std::int64_t agent_hours_milli = 0;
  std::int64_t sla_met = 0;
  std::int64_t sla_breached = 0;
};
template <class F>
void fields(F& f, SideRow& v) {
  f.required("cases", v.cases);
  f.decimal("agent_hours", v.agent_hours_milli);
  f.required("sla_met", v.sla_met);
  f.required("sla_breached", v.sla_breached);
}

struct ReportRow {
  Timestamp since{};
  Timestamp until{};
  std::vector<std::string> sections_that_differ;
  SideRow today;
  SideRow rules;
  std::vector<CaseRow> more;
  FatesRow more_customers;
  std::vector<CaseRow> fewer;
  FatesRow fewer_customers;
  std::vector<MovedRow> moved;
  std::vector<MovedRow> rerouted;
};
template <class F>
void fields(F& f, ReportRow& v) {
  f.required("since", v.since);
  f.required("until", v.until);
  f.required("sections_that_differ", v.sections_that_differ);
  f.required("today", v.today);
  f.required("rules", v.rules);
  f.required("more", v.more);
  f.required("more_customers", v.more_customers);
  f.required("fewer", v.fewer);
  f.required("fewer_customers", v.fewer_customers);
  f.required("moved", v.moved);
  f.required("rerouted", v.rerouted);
}

CaseRow row_of(const PastCase& one) { return {one.id, one.customer, one.origin, one.department, one.opened}; }
MovedRow row_of(const Moved& moved) { return {row_of(moved.before), row_of(moved.after)}; }
FatesRow row_of(const Fates& fates) { return {fates.came_back, fates.silent, fates.open}; }
SideRow row_of(std::int64_t cases, const History& history, int minutes) {
  return {cases, static_cast<std::int64_t>(hours(cases, minutes) * 1000 + 0.5), history.sla_met, history.sla_breached};
}
template <class Row, class One>
std::vector<Row> rows_of(const std::vector<One>& all) {
  std::vector<Row> rows;
  for (const One& one : all) rows.push_back(row_of(one));
  return rows;
}

void print_json(const Report& report, int minutes) {
  const ReportRow row{report.since,
                      report.until,
                      report.differ,
                      row_of(report.cases.today, report.today, minutes),
                      row_of(report.cases.other, report.other, minutes),
                      rows_of<CaseRow>(report.cases.more),
                      row_of(report.more),
                      rows_of<CaseRow>(report.cases.fewer),
                      row_of(report.fewer),
                      rows_of<MovedRow>(report.cases.moved),
                      rows_of<MovedRow>(report.cases.rerouted)};
  std::printf("%s\n", write_json(row).c_str());
}

// ---- for people ----------------------------------------------------------------------------------------------------

// Months by how many cases each has more and fewer.
void print_months(const Comparison& cases) {
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> months;
  for (const PastCase& one : cases.more) ++months[format_rfc3339(one.opened).substr(0, 7)].first;
  for (const PastCase& one : cases.fewer) ++months[format_rfc3339(one.opened).substr(0, 7)].second;
  if (months.empty()) return;
  Table table({{"MONTH"}, {"MORE", true}, {"FEWER", true}});
  for (const auto& [month, counts] : months)
    table.add({month, std::to_string(counts.first), std::to_string(counts.second)});
  std::printf("\n%s", table.text().c_str());
}

void print_fates(const char* what, std::size_t cases, const Fates& fates) {
  if (cases == 0) return;
  std::printf(
      "of the customers of the %zu %s: %lld were heard again, %lld have been silent for %lld days or more, of %lld it "
      "is too early to say\n",
      cases, what, static_cast<long long>(fates.came_back), static_cast<long long>(fates.silent),
      static_cast<long long>(backtest::kGoneAfter.count()), static_cast<long long>(fates.open));
}

void print(const Report& report, int minutes) {
  std::string differ;
  for (const std::string& name : report.differ) differ += (differ.empty() ? "" : ", ") + name;
  std::printf("%s to %s; the rules differ in: %s\n\n", format_rfc3339(report.since).substr(0, 10).c_str(),
              format_rfc3339(report.until).substr(0, 10).c_str(), differ.empty() ? "nothing" : differ.c_str());
  Table table({{""}, {"TODAY", true}, {"RULES", true}});
  const auto row = [&](const char* name, std::int64_t today, std::int64_t other) {
    table.add({name, std::to_string(today), std::to_string(other)});
  };
  row("cases", report.cases.today, report.cases.other);
  std::map<std::string_view, std::pair<std::int64_t, std::int64_t>> origins;
  for (const PastCase& one : report.today.cases) origins[name_of(one.origin)].first += one.opened >= report.since;
  for (const PastCase& one : report.other.cases) origins[name_of(one.origin)].second += one.opened >= report.since;
  for (const auto& [origin, counts] : origins)
    row(("  of a " + std::string(origin)).c_str(), counts.first, counts.second);
  table.add({"agent hours at " + std::to_string(minutes) + " min",
             std::to_string(std::int64_t(hours(report.cases.today, minutes) + 0.5)),
             std::to_string(std::int64_t(hours(report.cases.other, minutes) + 0.5))});
  row("SLA met, whole log", report.today.sla_met, report.other.sla_met);
  row("SLA breached, whole log", report.today.sla_breached, report.other.sla_breached);
  std::printf("%s\n", table.text().c_str());
  std::printf(
      "%zu more, %zu fewer, %zu of the same silence at another moment (median %.1f days earlier), %zu in another "
      "department\n",
      report.cases.more.size(), report.cases.fewer.size(), report.cases.moved.size(),
      median_days_earlier(report.cases.moved), report.cases.rerouted.size());
  print_fates("more", report.cases.more.size(), report.more);
  print_fates("fewer", report.cases.fewer.size(), report.fewer);
  print_months(report.cases);
}

int run(const Options& options) {
  auto rules = load_config(options.rules);
  if (!rules) return fail({ErrorKind::Invalid, rules.error().message});
  if (!options.data.empty()) rules->data = options.data;
  Report report;
  if (!options.since.empty()) {
    const auto since = parse_rfc3339(options.since + "T00:00:00Z");
    if (!since) return fail({ErrorKind::Invalid, "--since " + options.since + " is not a date such as 2026-06-30"});
    report.since = *since;
  }
  auto past = open_past(*rules);
  if (!past) return fail(past.error());
  auto recorded = recorded_sections(*past->log, rules->tenant);
  if (!recorded) return fail(recorded.error());
  Config today = *rules;
  for (auto& [section, settings] : *recorded) today.sections[section] = std::move(settings);
  report.differ = sections_that_differ(today, *rules);

  auto before = fold(*past, today, "under the rules of today");
  if (!before) return fail(before.error());
  auto after = fold(*past, *rules, "under the other rules");
  if (!after) return fail(after.error());
  report.today = std::move(*before);
  report.other = std::move(*after);
  report.until = report.today.now;
  if (options.since.empty() && !report.today.cases.empty()) report.since = report.today.cases.front().opened;
  report.cases = backtest::compare(report.today, report.other, report.since);
  report.more = backtest::fates_of(report.cases.more, report.today);
  report.fewer = backtest::fates_of(report.cases.fewer, report.today);
  options.json ? print_json(report, options.minutes) : print(report, options.minutes);
  return 0;
}

}  // namespace

void add_what_if(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "what-if",
      "What would other rules have done: which cases more, which fewer, and what became of those customers?");
  command
      ->add_option("--rules", options->rules,
                   "a copy of your configuration with other rules: silence, desk, text; in Kafka it names the cluster")
      ->required();
  command->add_option("--data", options->data,
                      "data directory, in place of the configured one; an earshot may be running on it");
  command->add_option("--since", options->since,
                      "compare the cases opened from this day on, UTC, such as 2026-06-30; the whole log without it");
  command->add_option("--minutes", options->minutes, "an agent's handling time of a case")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  command->add_flag("--json", options->json, "one JSON object, with every case that differs");
  command->footer("Example: earshot what-if --rules bolder.yaml --data data --since 2026-06-01");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace earshot::cli
