// Lists in pages against a slow reading of what they promise: the whole topic as it stood when the first page was asked
// for, the newest record of each thing in it, newest first, each once; whatever happens between two pages.
#include <deque>
#include <set>

#include <gtest/gtest.h>

#include "api/queries.h"
#include "event/codec.h"
#include "event_log/memory.h"
#include "state_store/memory.h"
#include "support/random_test.h"

namespace earshot::api {
namespace {

constexpr std::uint16_t kPartitions = 3;
constexpr const char* kTenants[] = {"acme", "other"};

enum class List { cases, unresolved, owned, signals, cleared, kpis, one_kpi, history, alerts, letters };
constexpr List kLists[] = {List::cases, List::unresolved, List::owned,   List::signals, List::cleared,
                           List::kpis,  List::one_kpi,    List::history, List::alerts,  List::letters};

Topic topic_of(List list) {
  if (list <= List::owned) return Topic::cases;
  if (list <= List::cleared) return Topic::signals;
  if (list <= List::history) return Topic::kpis;
  return list == List::alerts ? Topic::alerts : Topic::dead_letters;
}

bool is_unresolved(CaseState state) {
  return state != CaseState::resolved && state != CaseState::closed && state != CaseState::merged;
}

// What the newest record of which thing must say to be in the list.
std::string thing_of(List list, const Event& event) {
  if (const auto* change = std::get_if<CaseChanged>(&event.body)) return change->case_id.hex();
  if (const auto* signal = std::get_if<SignalChanged>(&event.body)) return signal->signal;
  if (const auto* kpi = std::get_if<KpiReported>(&event.body)) {
    const std::string window = kpi->kpi + "/" + kpi->dimension + "/" + std::to_string((kpi->to - kpi->from).count());
    return list == List::history ? window + "/" + std::to_string(to_millis(kpi->from)) : window;
  }
  return event.id;
}

bool belongs(List list, const Event& event) {
  const auto* change = std::get_if<CaseChanged>(&event.body);
  if (list == List::unresolved) return is_unresolved(change->state);
  if (list == List::owned) return change->owner == "agent-1";
  if (list == List::signals) return std::get<SignalChanged>(event.body).raised;
  if (list == List::one_kpi) return std::get<KpiReported>(event.body).kpi == "csat";
  return true;
}

struct Rows {
  std::vector<std::string> what;
  std::string next;
};

class Company {
 public:
  explicit Company(std::uint64_t seed) : random_(seed), things_(1 + random_.below(60)), forgets_(random_.chance(0.2)) {
    for (const TopicName& topic : kTopics) topics_.push_back({std::string(topic.name), kPartitions});
    log_ = std::move(*MemoryLog::open(disk_, state_, {.topics = topics_, .gaps = random_.chance(0.5)}));
    start();
  }

  Random& random() { return random_; }
  bool forgets() const { return forgets_; }  // what is old; then nobody becomes another customer

  // Another process, which knows nothing yet; sometimes the topics are larger than what it may keep.
  void start() {
    const NewestOfEach::Limits limits{random_.chance(0.3) ? random_.below(200) : 1'000'000, 1000,
                                      random_.below(10) * 1000};
    queries_ = std::make_unique<Queries>(
        *log_, topics_,
        StateView{[](Topic, std::string_view, std::string_view) -> Result<std::optional<std::string>> {
                    return std::optional<std::string>();
                  },
                  ""},
        limits);
  }
  void keep_up() { (void)queries_->keep_up(); }

  void publish(List list) {
    const std::uint64_t thing = random_.below(things_);
    // Now and then somebody has become another customer, whose records stand elsewhere.
    const auto partition =
        static_cast<std::uint16_t>((!forgets_ && random_.chance(0.05) ? random_.next() : thing) % kPartitions);
    const Topic topic = topic_of(list);
    now_ += random_.below(3);
    Event event;
    event.id = "e" + std::to_string(++count_);
    event.source = "/earshot/test";
    event.tenant = kTenants[random_.below(4) == 0];
    event.time = event.recorded = from_millis(1'780'000'000'000 + now_);
    event.body = body(topic, thing);
    log_->emit({index_of(topic), partition}, {event.recorded, "k", random_.chance(0.01) ? "{broken" : encode(event)});
    if (random_.chance(0.5)) log_->commit({});
  }
  void commit() { log_->commit({}); }

  void forget(List list) {
    const TopicPartition partition{index_of(topic_of(list)), static_cast<std::uint16_t>(random_.below(kPartitions))};
    const Offset begin = *log_->begin(partition);
    ASSERT_TRUE(log_->drop_before(partition, begin + random_.between(0, (*log_->end(partition) - begin) / 3)));
  }

  // The slow reading.
  std::deque<std::string> expected(List list, std::string_view tenant) {
    std::deque<std::string> rows;
    std::set<std::string> seen;
    EventDecoder decoder;
    TopicEnd end = end_of(*log_, topics_, topic_of(list));
    visit_newest_first(*log_, end, [&](const FoundRecord& record) {
      const auto event = decoder.decode(record.value);
      if (!event || event->tenant != tenant || !seen.insert(thing_of(list, *event)).second) return true;
      if (belongs(list, *event)) rows.push_back(to_string(event->recorded) + named(event->body));
      return true;
    });
    return rows;
  }

  Rows page(List list, const PageRequest& request) {
    switch (list) {
      case List::cases: return rows_of(queries_->cases(request, {}));
      case List::unresolved: return rows_of(queries_->cases(request, {.unresolved = true}));
      case List::owned: return rows_of(queries_->cases(request, {.owner = "agent-1"}));
      case List::signals: return rows_of(queries_->signals(request, {}));
      case List::cleared: return rows_of(queries_->signals(request, {.cleared_too = true}));
      case List::kpis: return rows_of(queries_->kpis(request, {}));
      case List::one_kpi: return rows_of(queries_->kpis(request, {.kpi = "csat"}));
      case List::history: return rows_of(queries_->kpis(request, {.history = true}));
      case List::alerts: return rows_of(queries_->alerts(request));
      default: return rows_of(queries_->dead_letters(request, {}));
    }
  }

 private:
  static std::string to_string(Timestamp at) { return std::to_string(to_millis(at)) + " "; }
  static std::string named(const EventBody& body) {
    if (const auto* change = std::get_if<CaseChanged>(&body)) return change->note;
    if (const auto* signal = std::get_if<SignalChanged>(&body)) return signal->clears_on;
    if (const auto* kpi = std::get_if<KpiReported>(&body)) return std::to_string(kpi->count);
    if (const auto* alert = std::get_if<AlertRaised>(&body)) return alert->title;
    return std::get<DeadLetter>(body).detail;
  }
  template <class Row>
  static EventBody body_of(const Row& row) {
    if constexpr (requires { row.change; })
      return row.change;
    else if constexpr (requires { row.signal; })
      return row.signal;
    else if constexpr (requires { row.kpi; })
      return row.kpi;
    else if constexpr (requires { row.alert; })
      return row.alert;
    else
      return row.letter;
  }
  template <class Row>
  static Rows rows_of(const Result<Page<Row>>& page) {
    Rows rows;
    if (!page) {
      ADD_FAILURE() << page.error().message;
      return rows;
    }
    for (const Row& row : page->items) rows.what.push_back(to_string(row.at) + named(body_of(row)));
    rows.next = page->next;
    return rows;
  }

  // Each says its number, so that two states of a thing are told apart.
  EventBody body(Topic topic, std::uint64_t thing) {
    const std::string number = std::to_string(count_);
    switch (topic) {
      case Topic::cases: {
        CaseChanged change;
        change.case_id = {1, thing};
        change.state = static_cast<CaseState>(random_.below(7));
        change.owner = "agent-" + std::to_string(random_.below(3));
        change.note = number;
        return change;
      }
      case Topic::signals: {
        SignalChanged signal;
        signal.signal = std::to_string(thing);
        signal.raised = random_.chance(0.4);
        signal.clears_on = number;
        return signal;
      }
      case Topic::kpis: {
        KpiReported kpi;
        kpi.kpi = thing % 2 == 0 ? "csat" : "nps";
        kpi.dimension = "channel=" + std::to_string(thing);
        kpi.from = from_millis(random_.between(0, 5) * 3'600'000);
        kpi.to = kpi.from + std::chrono::hours(random_.between(1, 2));
        kpi.count = count_;
        return kpi;
      }
      case Topic::alerts: return AlertRaised{.title = number};
      default: return DeadLetter{.detail = number};
    }
  }

  Random random_;
  std::uint64_t things_;
  bool forgets_;
  std::vector<TopicSpec> topics_;
  MemoryDisk disk_;
  MemoryStore state_;
  std::unique_ptr<MemoryLog> log_;
  std::unique_ptr<Queries> queries_;
  std::int64_t now_ = 0;
  std::int64_t count_ = 0;
};

// One who pages through a list, slowly.
struct Reader {
  List list;
  std::string tenant;
  std::string cursor{};
  std::deque<std::string> left{};  // what must still come
  bool is_done = false;
};

void read_a_page(Company& company, Reader& reader) {
  const std::size_t limit = 1 + company.random().below(8);
  if (reader.cursor.empty()) reader.left = company.expected(reader.list, reader.tenant);
  const Rows page = company.page(reader.list, {reader.tenant, limit, reader.cursor});
  SCOPED_TRACE("list " + std::to_string(static_cast<int>(reader.list)) + ", cursor " + reader.cursor);
  const auto count = static_cast<std::ptrdiff_t>(std::min(limit, reader.left.size()));
  const std::vector<std::string> due(reader.left.begin(), reader.left.begin() + count);
  EXPECT_EQ(page.what, due);
  reader.left.erase(reader.left.begin(), reader.left.begin() + count);
  EXPECT_EQ(page.next.empty(), reader.left.empty());
  reader.cursor = page.next;
  reader.is_done = page.next.empty();
}

TEST(Lists, InPagesAreTheWholeTopicReadAtOnce) {
  const int lives = test::scaled(400);
  const std::uint64_t seed = test::seed_of_test(1);
  for (int life = 0; life < lives && !::testing::Test::HasFailure(); ++life) {
    SCOPED_TRACE("EARSHOT_SEED=" + std::to_string(seed + static_cast<std::uint64_t>(life)));
    Company company(seed + static_cast<std::uint64_t>(life));
    Random& random = company.random();
    const List list = kLists[random.below(std::size(kLists))];
    std::vector<Reader> readers;
    for (int step = 0; step < 400 && !::testing::Test::HasFailure(); ++step) {
      const std::uint64_t dice = random.below(100);
      if (dice < 70) company.publish(list);
      if (dice >= 70 && dice < 75) company.keep_up();
      if (dice == 75) company.start();
      if (dice == 76 && company.forgets() && readers.empty()) company.forget(list);
      if (dice == 77) readers.push_back({list, kTenants[random.below(2)]});
      if (dice < 78 || readers.empty()) continue;
      company.commit();
      Reader& reader = readers[random.below(readers.size())];
      read_a_page(company, reader);
      if (reader.is_done) std::erase_if(readers, [](const Reader& one) { return one.is_done; });
    }
    while (!readers.empty() && !::testing::Test::HasFailure()) {
      read_a_page(company, readers.back());
      if (readers.back().is_done) readers.pop_back();
    }
  }
}

}  // namespace
}  // namespace earshot::api
