// Laws of insight: the same measures give the same results in any order, batching or repetition of items, and the flow
// of cases adds up in every window.
#include <map>
#include <tuple>

#include <gtest/gtest.h>

#include "support/insight_feed.h"
#include "support/random_test.h"

namespace earshot::testing {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

const Timestamp kBegin = *parse_rfc3339("2026-11-20T00:00:00Z");
const Timestamp kKnown = kBegin + days{4};  // when everything has been heard
const Timestamp kEnd = kKnown + days{1};

struct Given {
  MeasureTaken measure;
  std::uint16_t shard = 0;
};

template <class Item>
void shuffle(std::vector<Item>& items, Random& random) {
  for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[random.below(i)]);
}

class Company {
 public:
  explicit Company(std::uint64_t seed) : random_(seed) {
    for (int i = 0; i < 120; ++i) say();
    for (int i = 0; i < 40; ++i) survey(i);
    for (int i = 0; i < 40; ++i) run_case(i);
  }

  const std::vector<Given>& measures() const { return measures_; }
  Random& random() { return random_; }

  // How many cases were active just before `at`, and in a channel if one is named: from the histories, not from
  // measures.
  std::int64_t active_before(Timestamp at, const std::string& channel = "") const {
    std::int64_t active = 0;
    for (const History& history : histories_) {
      if (!channel.empty() && history.channel != channel) continue;
      bool is_active = false;
      for (const auto& [when, state] : history.states) {
        if (when < at) is_active = state < CaseState::resolved;
      }
      active += is_active;
    }
    return active;
  }

 private:
  struct History {
    std::string channel;
    std::vector<std::pair<Timestamp, CaseState>> states;
  };

  Timestamp moment() { return kBegin + Millis{random_.between(0, days{3} / Millis{1})}; }
  std::string channel() { return std::vector<std::string>{"email", "app", "phone"}[random_.below(3)]; }
  std::uint16_t shard() { return static_cast<std::uint16_t>(random_.below(3)); }

  void say() {
    std::vector<IssueType> issues;
    for (std::uint64_t i = random_.below(3); i > 0; --i) issues.push_back(static_cast<IssueType>(1 + random_.below(5)));
    measures_.push_back({feedback(moment(), static_cast<Sentiment>(random_.below(4)), channel(), issues), shard()});
  }

  void survey(int number) {
    const std::string id = "survey-" + std::to_string(number);
    const auto family = static_cast<SurveyFamily>(random_.below(3));
    const std::uint16_t place = shard();
    const Timestamp sent = moment() - days{random_.chance(0.3) ? 13 : 0};
    if (random_.chance(0.8)) measures_.push_back({invited(sent, family, id, channel()), place});
    for (std::uint64_t i = random_.below(4); i > 0; --i) {
      const Timestamp at = kBegin + Millis{random_.between(0, days{3} / Millis{1})};
      std::optional<std::int64_t> score;
      if (random_.chance(0.9)) score = random_.between(0, 8);
      MeasureTaken answer = answered(at, family, id, score, "answer-" + std::to_string(random_.below(1000)));
      if (random_.chance(0.2)) answer.survey->invited_at = sent;
      measures_.push_back({answer, place});
    }
  }

  void run_case(int number) {
    CaseOf one{.item = "case-" + std::to_string(number),
               .channel = channel(),
               .department = "care",
               .issue = IssueType::refund};
    History history{one.channel, {}};
    Timestamp at = moment();
    CaseState state = CaseState::fresh;
    MeasureTaken opened = stepped(one, at, CaseStep::opened, state);
    if (random_.chance(0.2)) opened.outcome.clear();
    measures_.push_back({opened, 0});
    history.states.emplace_back(at, state);
    const Timestamp opened_at = at;
    for (std::uint64_t i = random_.below(8); i > 0 && state < CaseState::closed; --i) {
      at += Millis{random_.between(1, hours{12} / Millis{1})};
      if (random_.chance(0.2)) one.department = random_.chance(0.5) ? "billing" : "care";
      if (random_.chance(0.1)) one.issue = IssueType::service;
      const bool was_resolved = state == CaseState::resolved;
      if (was_resolved) {
        state = random_.chance(0.5) ? CaseState::open : CaseState::closed;
      } else {
        state = static_cast<CaseState>(random_.chance(0.1) ? 6 : 1 + random_.below(5));
      }
      const CaseStep step = state == CaseState::resolved ? CaseStep::resolved
                            : state == CaseState::closed ? CaseStep::closed
                            : state == CaseState::merged ? CaseStep::merged
                            : was_resolved               ? CaseStep::reopened
                                                         : CaseStep::assigned;
      measures_.push_back({stepped(one, at, step, state), 0});
      history.states.emplace_back(at, state);
      const std::int64_t elapsed = (at - opened_at).count();
      if (step == CaseStep::resolved)
        measures_.push_back({lasted(one, MeasureKind::resolution, at, elapsed, elapsed / 3), 0});
      if (random_.chance(0.3))
        measures_.push_back({lasted(one, MeasureKind::first_response, at, elapsed, elapsed / 3), 0});
      if (random_.chance(0.3))
        measures_.push_back({promised(one, at, "first_reply", random_.chance(0.5) ? "met" : "breached"), 0});
    }
    histories_.push_back(std::move(history));
  }

  Random random_;
  std::vector<Given> measures_;
  std::vector<History> histories_;
};

bool is_item(const MeasureTaken& measure) { return measure.kind != MeasureKind::feedback; }

// Results without the history of their publication; what is nothing counts as absent.
using Results = std::map<std::tuple<Timestamp, Timestamp, std::string, std::string>, KpiReported>;

Results results_of(const InsightFeed& insight) {
  Results results;
  for (const bool by_day : {false, true}) {
    KpiQuery query;
    query.by_day = by_day;
    query.all_dimensions = true;
    query.rows_max = 1'000'000;
    for (KpiReported& row : insight.read(query)) {
      row.revision = 0;
      if (row.count == 0 || row.kpi == "active") continue;
      results[{row.from, row.to, row.kpi, row.dimension}] = row;
    }
  }
  return results;
}

void play(InsightFeed& insight, const std::vector<Given>& measures, Random& random, double pause) {
  Timestamp now = kKnown;
  for (const Given& given : measures) {
    if (random.chance(pause)) now = std::min(kEnd, now + minutes{random.between(1, 20)});
    insight.give(now, given.measure, given.shard);
  }
  insight.pass_time_to(kEnd + hours{1});
}

TEST(InsightLaws, OrderBatchingAndRepetitionChangeNothing) {
  const std::uint64_t seed = test::seed_of_test(20261122);
  for (int round = 0; round < test::scaled(5); ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    Company company(seed + static_cast<std::uint64_t>(round));
    InsightFeed once;
    play(once, company.measures(), company.random(), 0);
    const Results expected = results_of(once);
    ASSERT_GT(expected.size(), 500u);

    std::vector<Given> again = company.measures();
    for (const Given& given : company.measures()) {
      if (is_item(given.measure) && company.random().chance(0.5)) again.push_back(given);
    }
    shuffle(again, company.random());
    InsightFeed mixed;
    play(mixed, again, company.random(), 0.1);
    const Results results = results_of(mixed);
    ASSERT_EQ(results.size(), expected.size());
    for (const auto& [key, row] : expected) {
      const auto found = results.find(key);
      ASSERT_TRUE(found != results.end()) << row.kpi << " " << row.dimension << " " << format_rfc3339(row.from);
      ASSERT_EQ(found->second, row) << row.kpi << " " << row.dimension << " " << format_rfc3339(row.from);
    }
  }
}

// The changes of one window by their names.
std::map<Timestamp, std::map<std::string, std::int64_t>> windows_of(const InsightFeed& insight, bool by_day,
                                                                    const std::string& dimension) {
  KpiQuery query;
  query.by_day = by_day;
  query.dimension = dimension;
  query.rows_max = 1'000'000;
  std::map<Timestamp, std::map<std::string, std::int64_t>> windows;
  for (const KpiReported& row : insight.read(query)) {
    if (row.to - row.from == (by_day ? hours{24} : hours{1}) && row.to <= kEnd) windows[row.from][row.kpi] = row.count;
  }
  return windows;
}

TEST(InsightLaws, TheFlowOfCasesAddsUpInEveryWindow) {
  const std::uint64_t seed = test::seed_of_test(42);
  for (int round = 0; round < test::scaled(5); ++round) {
    Company company(seed + static_cast<std::uint64_t>(round));
    std::vector<Given> measures = company.measures();
    shuffle(measures, company.random());
    InsightFeed insight;
    play(insight, measures, company.random(), 0.1);
    for (const bool by_day : {false, true}) {
      for (const std::string channel : {"", "email", "app"}) {
        SCOPED_TRACE("round " + std::to_string(round) + (by_day ? " by day " : " by hour ") + channel);
        std::int64_t active = 0;
        for (auto& [from, window] : windows_of(insight, by_day, channel.empty() ? "" : "channel=" + channel)) {
          const Timestamp end = from + (by_day ? hours{24} : hours{1});
          const std::int64_t at_end = active + window["opened"] + window["reopened"] - window["resolution_events"] -
                                      window["merged"] - window["closed_unresolved"];
          ASSERT_EQ(window["active"], at_end) << format_rfc3339(from);
          ASSERT_EQ(window["active"], company.active_before(end, channel)) << format_rfc3339(from);
          active = at_end;
        }
      }
    }
  }
}

TEST(InsightLaws, DaysAreTheSumOfTheirHours) {
  const std::uint64_t seed = test::seed_of_test(7);
  for (int round = 0; round < test::scaled(2); ++round) {
    Company company(seed + static_cast<std::uint64_t>(round));
    InsightFeed insight;
    play(insight, company.measures(), company.random(), 0.1);
    for (const char* kpi : {"feedback", "opened", "nps", "csat", "first_response", "cases", "sla_first_reply"}) {
      std::int64_t sums[2] = {0, 0};
      for (const bool by_day : {false, true}) {
        KpiQuery query;
        query.by_day = by_day;
        query.kpi = kpi;
        for (const KpiReported& row : insight.read(query)) sums[by_day] += row.count;
      }
      EXPECT_EQ(sums[0], sums[1]) << kpi;
      EXPECT_GT(sums[0], 0) << kpi;
    }
  }
}

}  // namespace
}  // namespace earshot::testing
