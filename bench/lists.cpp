// How long do the lists that the page and its users ask for take, with a year behind them?
//
//     lists_bench records-of-each-topic directory
//
// Makes a log with as many changes of cases, signals and KPIs, in which one case and one signal in 200 never ended, and
// asks for lists as the API does: the first questions of a process, the same ones again, and a whole list in pages.
#include <cstdio>
#include <cstdlib>

#include "api/queries.h"
#include "base/hash.h"
#include "event/codec.h"
#include "event_log/embedded.h"
#include "load.h"
#include "state_store/memory.h"

namespace earshot::bench {
namespace {

constexpr std::uint16_t kPartitions = 4;
constexpr int kStepsOfCase = 6;
constexpr int kKpis = 400;  // kinds of windows
constexpr Timestamp kBegin = from_millis(1'750'000'000'000);
constexpr Millis kYear = std::chrono::hours(24 * 365);

std::vector<TopicSpec> topics() {
  std::vector<TopicSpec> specs;
  for (const TopicName& topic : kTopics) specs.push_back({std::string(topic.name), kPartitions});
  return specs;
}

class Writer {
 public:
  Writer(EmbeddedLog& log, std::int64_t records) : log_(log), apart_(kYear / records) {}

  void write(Topic topic, std::uint64_t key, std::int64_t number, EventBody body) {
    Event event;
    event.id = fingerprint(std::to_string(index_of(topic)) + "/" + std::to_string(number)).hex();
    event.source = "/earshot/desk";
    event.tenant = "acme";
    event.time = event.recorded = kBegin + number * apart_;
    event.body = std::move(body);
    log_.emit({index_of(topic), static_cast<std::uint16_t>(key % kPartitions)}, {event.time, "acme", encode(event)});
  }

 private:
  EmbeddedLog& log_;
  Millis apart_;
};

EventBody change_of_case(std::int64_t number) {
  constexpr CaseState kStates[kStepsOfCase] = {CaseState::fresh, CaseState::open,     CaseState::open,
                                               CaseState::open,  CaseState::resolved, CaseState::closed};
  CaseChanged change;
  const std::int64_t step = number % kStepsOfCase;
  change.case_id = {7, static_cast<std::uint64_t>(number / kStepsOfCase)};
  change.customer = {8, change.case_id.low};
  change.facet = {8, change.case_id.low};
  const bool never_ends = change.case_id.low % 200 == 0;
  change.step = step == 0 ? CaseStep::opened : CaseStep::noted;
  change.state = never_ends ? CaseState::open : kStates[step];
  change.owner = "agent-" + std::to_string(change.case_id.low % 20);
  change.department = "delivery";
  change.reasons = {"review with 1 of 5 on google_play", "about delivery, refund"};
  change.revision = step;
  return change;
}

EventBody change_of_signal(std::int64_t number) {
  SignalChanged signal;
  const std::int64_t one = number / 2;
  signal.signal = fingerprint(std::to_string(one)).hex();
  signal.kind = SignalKind::silent;
  signal.raised = number % 2 == 0 || one % 200 == 0;
  signal.reasons = {"usual gap 9 days (95 % within 31), silent for 47", "P(silent for 182 days) 0.83"};
  return signal;
}

EventBody window(std::int64_t number) {
  KpiReported kpi;
  kpi.kpi = "csat";
  kpi.dimension = "channel=" + std::to_string(number % kKpis);
  kpi.from = kBegin + std::chrono::hours(number / kKpis);
  kpi.to = kpi.from + std::chrono::hours(1);
  kpi.count = 10;
  return kpi;
}

int fail(const Error& error) {
  std::fprintf(stderr, "lists_bench: %s\n", error.message.c_str());
  return 1;
}

int make(const std::filesystem::path& directory, std::int64_t records) {
  MemoryStore state;
  auto log = EmbeddedLog::open(directory / "log", state, {.topics = topics()});
  if (!log) return fail(log.error());
  Writer writer(**log, records);
  for (std::int64_t number = 0; number < records; ++number) {
    writer.write(Topic::cases, static_cast<std::uint64_t>(number / kStepsOfCase), number, change_of_case(number));
    writer.write(Topic::signals, static_cast<std::uint64_t>(number / 2), number, change_of_signal(number));
    writer.write(Topic::kpis, 0, number, window(number));
    writer.write(Topic::alerts, static_cast<std::uint64_t>(number), number, AlertRaised{.title = "case is late"});
    if (number % 100 == 99) (*log)->commit({});
  }
  (*log)->commit({});
  return 0;
}

template <class Ask>
void time(const char* name, const Ask& ask) {
  const Stopwatch watch;
  const std::size_t rows = ask();
  std::printf("%-34s %8zu rows %10.1f ms %10.1f CPU ms\n", name, rows, watch.seconds() * 1e3, watch.cpu() * 1e3);
  std::fflush(stdout);
}

template <class Ask>
std::size_t every_page(const Ask& ask, std::size_t pages_max) {
  std::size_t rows = 0;
  std::string cursor;
  for (std::size_t page = 0; page < pages_max; ++page) {
    const auto answer = ask(api::PageRequest{"acme", 1000, cursor});
    if (!answer) std::exit(fail(answer.error()));
    rows += answer->items.size();
    cursor = answer->next;
    if (cursor.empty()) break;
  }
  return rows;
}

int run(const std::filesystem::path& directory, std::int64_t records) {
  if (!std::filesystem::exists(directory / "log")) {
    if (const int failed = make(directory, records)) return failed;
  }
  MemoryStore state;
  const auto log = EmbeddedLog::open(directory / "log", state, {.topics = topics()});
  if (!log) return fail(log.error());
  const api::StateView nothing{[](Topic, std::string_view, std::string_view) -> Result<std::optional<std::string>> {
                                 return std::optional<std::string>();
                               },
                               ""};
  const api::Queries queries(**log, topics(), nothing);
  const auto unresolved = [&](const api::PageRequest& page) { return queries.cases(page, {.unresolved = true}); };
  const auto cases = [&](const api::PageRequest& page) { return queries.cases(page, {}); };
  const auto signals = [&](const api::PageRequest& page) { return queries.signals(page, {}); };
  const auto alerts = [&](const api::PageRequest& page) { return queries.alerts(page); };
  const auto kpis = [&](const api::PageRequest& page) { return queries.kpis(page, {}); };
  for (const char* when : {"first", "again"}) {
    std::printf("%s\n", when);
    time("cases, limit=50", [&] { return cases({"acme", 50, ""})->items.size(); });
    time("cases, unresolved, <= 5 pages", [&] { return every_page(unresolved, 5); });
    time("signals, <= 2 pages", [&] { return every_page(signals, 2); });
    time("alerts, limit=100", [&] { return alerts({"acme", 100, ""})->items.size(); });
    time("kpis, limit=1000", [&] { return every_page(kpis, 1); });
  }
  time("20 pages of all cases", [&] { return every_page(cases, 20); });
  time("20 pages of all alerts", [&] { return every_page(alerts, 20); });
  std::printf("peak memory %.0f MB\n", peak_megabytes());
  return 0;
}

}  // namespace
}  // namespace earshot::bench

int main(int argc, char** argv) {
  if (argc == 3) return earshot::bench::run(argv[2], std::atoll(argv[1]));
  std::fprintf(stderr, "lists_bench 1000000 directory\n");
  return 2;
}
