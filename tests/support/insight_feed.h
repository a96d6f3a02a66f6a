// Plays measures into insight: shards, the tenant's key and their timers, as the pipeline would run them.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "processors/insight/insight.h"
#include "processors/insight/read_kpis.h"
#include "state_store/memory.h"
#include "support/feed.h"

namespace earshot::testing {

class InsightFeed {
 public:
  // Measures are recorded at `recorded`; timers that were due before have fired by then.
  void give(Timestamp recorded, MeasureTaken measure, std::uint16_t shard = 0) {
    pass_time_to(recorded);
    take(feed_.give(recorded, measure_key("acme", shard), std::move(measure)));
  }
  void give(MeasureTaken measure) {
    const Timestamp at = measure.at;
    give(at, std::move(measure));
  }
  void control(Timestamp recorded, const EventBody& body) {
    pass_time_to(recorded);
    take(feed_.give(recorded, "acme", body));
  }

  // Fires timers one moment after the other, so that what shards send is folded before later timers fire.
  void pass_time_to(Timestamp to) {
    while (!feed_.timers().empty() && feed_.timers().begin()->due <= to) {
      const Timestamp due = feed_.timers().begin()->due;
      take(feed_.pass_time_to(due));
    }
    take(feed_.pass_time_to(to));
  }

  // What stands in the state now, with everything sent and reported that was under way.
  std::vector<KpiReported> read(const KpiQuery& query, const insight::Settings& settings = {}) const {
    MemoryStore store;
    put_into(store);
    auto rows = read_kpis(store, "acme/", query, feed_.now(), settings);
    EXPECT_TRUE(rows.has_value()) << (rows ? "" : rows.error().message);
    return rows ? *rows : std::vector<KpiReported>{};
  }

  // The one row of a KPI and dimension in the window that begins at `from`.
  std::optional<KpiReported> row(bool by_day, Timestamp from, const std::string& kpi,
                                 const std::string& dimension = "") const {
    KpiQuery query;
    query.by_day = by_day;
    query.from = from;
    query.to = from + Millis{1};
    query.kpi = kpi;
    query.dimension = dimension;
    const auto rows = read(query);
    EXPECT_LE(rows.size(), 1u);
    return rows.empty() ? std::nullopt : std::optional(rows.front());
  }

  std::optional<KpiReported> lift() const {
    KpiQuery query;
    query.kpi = "outreach_lift";
    const auto rows = read(query);
    return rows.empty() ? std::nullopt : std::optional(rows.front());
  }

  std::vector<KpiReported>& published() { return published_; }
  const std::vector<MeasuresSummed>& sums() const { return sums_; }
  const std::vector<AlertRaised>& alerts() const { return alerts_; }
  const Feed& feed() const { return feed_; }
  // Folds sums a second time, as after a repeated publication.
  void repeat(const MeasuresSummed& sums) { take(feed_.give(feed_.now(), "acme", sums)); }

 private:
  void put_into(MemoryStore& store) const {
    std::vector<StateWrite> writes;
    for (const auto& [key, value] : feed_.values()) {
      if (key.first == "acme") writes.push_back({"acme/" + key.second, value});
    }
    EXPECT_TRUE(store.write(writes).has_value());
  }

  void take(std::vector<Emitted> emitted) {
    for (Emitted& one : emitted) {
      if (const auto* report = std::get_if<KpiReported>(&one.event.body)) {
        EXPECT_EQ(one.topic, Topic::kpis);
        published_.push_back(*report);
        continue;
      }
      if (const auto* alert = std::get_if<AlertRaised>(&one.event.body)) {
        EXPECT_EQ(one.topic, Topic::alerts);
        alerts_.push_back(*alert);
        continue;
      }
      EXPECT_EQ(one.topic, Topic::measures);
      EXPECT_EQ(one.key, "acme");
      sums_.push_back(std::get<MeasuresSummed>(one.event.body));
      take(feed_.give(one.event, one.key));
    }
  }

  std::unique_ptr<Processor> processor_ = make_insight();
  Feed feed_{*processor_};
  std::vector<KpiReported> published_;
  std::vector<MeasuresSummed> sums_;
  std::vector<AlertRaised> alerts_;
};

// ---- measures -----------------------------------------------------------------------------------------------------

inline MeasureTaken feedback(Timestamp at, Sentiment sentiment, std::string channel,
                             std::vector<IssueType> issues = {}) {
  MeasureTaken measure;
  measure.at = at;
  measure.item = "feedback";
  measure.sentiment = sentiment;
  measure.channel = std::move(channel);
  measure.issues = std::move(issues);
  return measure;
}

inline MeasureTaken invited(Timestamp at, SurveyFamily family, std::string id, std::string channel = "email") {
  MeasureTaken measure;
  measure.kind = MeasureKind::survey_invited;
  measure.at = at;
  measure.item = "invitation/" + id;
  measure.channel = std::move(channel);
  measure.survey = Survey{std::move(id), family, std::nullopt, 0, 10, std::nullopt, std::nullopt};
  return measure;
}

inline MeasureTaken answered(Timestamp at, SurveyFamily family, std::string id, std::optional<std::int64_t> score,
                             std::string item = "") {
  MeasureTaken measure;
  measure.kind = MeasureKind::survey_answer;
  measure.at = at;
  measure.item = item.empty() ? "answer/" + id : std::move(item);
  measure.channel = "email";
  const std::int64_t min = family == SurveyFamily::nps ? 0 : 1;
  const std::int64_t max = family == SurveyFamily::nps ? 10 : family == SurveyFamily::csat ? 5 : 7;
  measure.survey = Survey{std::move(id), family, score, min, max, std::nullopt, std::nullopt};
  return measure;
}

struct CaseOf {
  std::string item = "case";
  std::string channel = "email";
  std::string department = "care";
  IssueType issue = IssueType::refund;
};

inline MeasureTaken about(const CaseOf& one, MeasureKind kind, Timestamp at) {
  MeasureTaken measure;
  measure.kind = kind;
  measure.at = at;
  measure.item = one.item;
  measure.channel = one.channel;
  measure.department = one.department;
  measure.issues = {one.issue};
  return measure;
}

inline MeasureTaken stepped(const CaseOf& one, Timestamp at, CaseStep step, CaseState to) {
  MeasureTaken measure = about(one, MeasureKind::case_step, at);
  measure.step = step;
  measure.to_state = to;
  if (step == CaseStep::opened) measure.outcome = "waiting";
  return measure;
}

inline MeasureTaken lasted(const CaseOf& one, MeasureKind kind, Timestamp at, std::int64_t value,
                           std::int64_t business_value) {
  MeasureTaken measure = about(one, kind, at);
  measure.value = value;
  measure.business_value = business_value;
  return measure;
}

inline MeasureTaken promised(const CaseOf& one, Timestamp at, std::string metric, std::string outcome) {
  MeasureTaken measure = about(one, MeasureKind::sla_outcome, at);
  measure.sla_metric = std::move(metric);
  measure.outcome = std::move(outcome);
  return measure;
}

}  // namespace earshot::testing
