#include "api/queries.h"

#include <gtest/gtest.h>

#include "api/cursor.h"
#include "api/newest_first.h"
#include "base/hash.h"
#include "event/codec.h"
#include "event_log/memory.h"
#include "state/common.pb.h"
#include "state_store/memory.h"
#include "support/values_of_test.h"

namespace earshot::api {
namespace {

constexpr std::uint16_t kPartitions = 3;

class QueriesTest : public ::testing::Test {
 protected:
  QueriesTest() {
    for (const TopicName& topic : kTopics) topics_.push_back({std::string(topic.name), kPartitions});
    log_ = std::move(*MemoryLog::open(disk_, state_, {.topics = topics_, .gaps = true}));
    queries_ = std::make_unique<Queries>(*log_, topics_, values_.view());
  }

  // Published events are a second apart, in a partition of their own choice.
  void publish(Topic topic, std::uint16_t partition, EventBody body, std::string tenant = "acme") {
    Event event;
    event.id = "e" + std::to_string(++count_);
    event.source = "/earshot/test";
    event.tenant = std::move(tenant);
    event.time = event.recorded = from_millis(1'780'000'000'000 + count_ * 1000);
    event.body = std::move(body);
    append(topic, partition, encode(event), event.recorded);
  }
  void append(Topic topic, std::uint16_t partition, std::string value, Timestamp time) {
    log_->emit({index_of(topic), partition}, {time, "acme", std::move(value)});
    log_->commit({});
  }
  static CaseChanged a_case(std::uint64_t id, CaseStep step, CaseState state, std::string owner = "agent-7") {
    CaseChanged change;
    change.step = step;
    change.case_id = {0, id};
    change.state = state;
    change.owner = std::move(owner);
    change.department = "delivery";
    return change;
  }
  std::vector<std::uint64_t> case_ids(const PageRequest& page, const Queries::CaseFilter& filter) {
    std::vector<std::uint64_t> ids;
    const auto answer = queries_->cases(page, filter);
    EXPECT_TRUE(answer);
    for (const CaseRow& row : answer->items) ids.push_back(row.change.case_id.low);
    return ids;
  }

  std::vector<TopicSpec> topics_;
  MemoryDisk disk_;
  MemoryStore state_;
  ValuesOfTest values_;
  std::unique_ptr<MemoryLog> log_;
  std::unique_ptr<Queries> queries_;
  int count_ = 0;
};

TEST_F(QueriesTest, ShowEachCaseOnceInItsNewestState) {
  publish(Topic::cases, 0, a_case(1, CaseStep::opened, CaseState::fresh));
  publish(Topic::cases, 1, a_case(2, CaseStep::opened, CaseState::fresh, "agent-8"));
  publish(Topic::cases, 0, a_case(1, CaseStep::resolved, CaseState::resolved));
  publish(Topic::cases, 2, a_case(3, CaseStep::opened, CaseState::fresh), "other");
  const PageRequest all{"acme", 10, ""};
  EXPECT_EQ(case_ids(all, {}), (std::vector<std::uint64_t>{1, 2}));
  EXPECT_EQ(case_ids(all, {.state = CaseState::fresh}), std::vector<std::uint64_t>{2})
      << "a case that was new once is not new";
  EXPECT_EQ(case_ids(all, {.unresolved = true}), std::vector<std::uint64_t>{2});
  EXPECT_EQ(case_ids(all, {.owner = "agent-7"}), std::vector<std::uint64_t>{1});
  EXPECT_EQ(case_ids(all, {.department = "billing"}), std::vector<std::uint64_t>{});
}

TEST_F(QueriesTest, PagesFollowEachOtherThoughMoreHappens) {
  for (std::uint64_t id = 1; id <= 500; ++id) {
    publish(Topic::cases, static_cast<std::uint16_t>(id % kPartitions), a_case(id, CaseStep::opened, CaseState::fresh));
  }
  std::vector<std::uint64_t> seen;
  std::string cursor;
  do {
    const auto page = queries_->cases({"acme", 7, cursor}, {});
    ASSERT_TRUE(page);
    EXPECT_LE(page->items.size(), 7u);
    for (const CaseRow& row : page->items) seen.push_back(row.change.case_id.low);
    cursor = page->next;
    publish(Topic::cases, 0, a_case(1000 + seen.size(), CaseStep::opened, CaseState::fresh));
    publish(Topic::cases, 1, a_case(1, CaseStep::replied, CaseState::open));
  } while (!cursor.empty());
  ASSERT_EQ(seen.size(), 500u);
  for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i], 500 - i);
}

TEST_F(QueriesTest, ACaseComesWithEveryStep) {
  publish(Topic::cases, 0, a_case(1, CaseStep::opened, CaseState::fresh));
  publish(Topic::cases, 0, a_case(2, CaseStep::opened, CaseState::fresh));
  publish(Topic::cases, 0, a_case(1, CaseStep::replied, CaseState::open));
  const auto found = queries_->case_with_history("acme", {0, 1});
  ASSERT_TRUE(found);
  ASSERT_EQ(found->history.size(), 2u);
  EXPECT_EQ(found->history[0].change.step, CaseStep::opened);
  EXPECT_EQ(found->now.change.step, CaseStep::replied);
  EXPECT_EQ(queries_->case_with_history("other", {0, 1}).error().kind, ErrorKind::NotFound);
  EXPECT_EQ(queries_->case_with_history("acme", {0, 9}).error().kind, ErrorKind::NotFound);
}

TEST_F(QueriesTest, SignalsThatWereClearedDoNotStand) {
  SignalChanged signal;
  signal.kind = SignalKind::silent;
  for (const auto& [name, raised] : {std::pair{"a", true}, {"b", true}, {"a", false}}) {
    signal.signal = name;
    signal.raised = raised;
    publish(Topic::signals, 0, signal);
  }
  const PageRequest all{"acme", 10, ""};
  const auto standing = queries_->signals(all, {});
  ASSERT_EQ(standing->items.size(), 1u);
  EXPECT_EQ(standing->items[0].signal.signal, "b");
  EXPECT_EQ(queries_->signals(all, {.cleared_too = true})->items.size(), 2u);
  EXPECT_EQ(queries_->signals(all, {.kind = SignalKind::negative})->items.size(), 0u);
}

TEST_F(QueriesTest, KpisComeInTheirNewestRevision) {
  KpiReported kpi;
  kpi.kpi = "csat";
  for (const auto& [day, revision] : {std::pair{1, 0}, {2, 0}, {1, 1}, {2, 1}}) {
    kpi.from = from_millis(day * 86'400'000ll);
    kpi.to = kpi.from + std::chrono::days(1);
    kpi.revision = revision;
    publish(Topic::kpis, 0, kpi);
  }
  const PageRequest all{"acme", 10, ""};
  const auto newest = queries_->kpis(all, {});
  ASSERT_EQ(newest->items.size(), 1u);
  EXPECT_EQ(newest->items[0].kpi.revision, 1);
  EXPECT_EQ(queries_->kpis(all, {.history = true})->items.size(), 2u);
  EXPECT_EQ(queries_->kpis(all, {.kpi = "nps"})->items.size(), 0u);
}

TEST_F(QueriesTest, ARecordThatCannotBeReadIsNamedAndTheRestIsGiven) {
  publish(Topic::alerts, 0, AlertRaised{.title = "one"});
  append(Topic::alerts, 1, "{broken", from_millis(1'790'000'000'000));
  const auto page = queries_->alerts({"acme", 10, ""});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->items.size(), 1u);
  EXPECT_EQ(page->missing, std::vector<std::string>{"earshot.alerts/1@0"});
}

TEST_F(QueriesTest, DeadLettersShowTheirBytesOneByOne) {
  DeadLetter letter;
  letter.reason = DeadLetterReason::too_large;
  letter.bytes = "abc";
  publish(Topic::dead_letters, 2, letter);
  const auto page = queries_->dead_letters({"acme", 10, ""}, {DeadLetterReason::too_large});
  EXPECT_TRUE(queries_->dead_letters({"acme", 10, ""}, {DeadLetterReason::bad_time})->items.empty());
  ASSERT_EQ(page->items.size(), 1u);
  EXPECT_EQ(page->items[0].letter.bytes, "");
  EXPECT_EQ(queries_->dead_letter("acme", page->items[0].id)->letter.bytes, "abc");
  EXPECT_FALSE(queries_->dead_letter("other", page->items[0].id));
}

TEST_F(QueriesTest, AreReadNewestFirstAcrossPartitions) {
  for (int i = 0; i < 1000; ++i)
    publish(Topic::alerts, static_cast<std::uint16_t>((i * 7) % kPartitions), AlertRaised{.title = std::to_string(i)});
  TopicEnd end = end_of(*log_, topics_, Topic::alerts);
  Timestamp last = kNever;
  int count = 0;
  visit_newest_first(*log_, end, [&](const FoundRecord& record) {
    EXPECT_LT(record.time, last);
    last = record.time;
    return ++count < 900;
  });
  EXPECT_EQ(count, 900);
}

TEST_F(QueriesTest, ACustomerIsFoundByKeyAndByIdWithTextsOpened) {
  const KeyHash facet = hash_key("", "email:a@b.example");
  const CustomerId customer{facet.high, facet.low};
  const auto partition = static_cast<std::uint16_t>((murmur2(record_key("acme", facet)) & 0x7fffffff) % kPartitions);
  Input input;
  input.person.keys = {"customer:9", "email:a@b.example"};
  input.content.text = "where is my parcel";
  publish(Topic::feedback, partition, Input{});
  publish(Topic::feedback, partition, input);
  values_.put_customer(facet, *log_->end({index_of(Topic::feedback), partition}) - 2);
  SignalChanged signal;
  signal.signal = "one";
  signal.customer = customer;
  signal.reasons = {"nothing for 61 days"};
  publish(Topic::signals, 1, signal);

  for (const std::string& key : {std::string("email:a@b.example"), customer.hex()}) {
    const auto found = queries_->customer("acme", key);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->risk, "act");
    ASSERT_EQ(found->keys.size(), 1u);
    EXPECT_EQ(found->keys[0].key, "email:a@b.example");
    ASSERT_EQ(found->signals.size(), 1u);
    EXPECT_EQ(found->signals[0].signal.reasons, std::vector<std::string>{"nothing for 61 days"});
    ASSERT_EQ(found->timeline.size(), 2u);
    EXPECT_EQ(found->timeline[0].what, "case_opened");
    EXPECT_EQ(found->timeline[1].text, "where is my parcel");
  }
  EXPECT_FALSE(queries_->customer("other", customer.hex())) << "another tenant";
}

TEST_F(QueriesTest, RowsNameTheirCustomerByAClearKey) {
  const KeyHash facet = hash_key("", "email:a@b.example");
  const CustomerId customer{facet.high, facet.low};
  const auto partition = static_cast<std::uint16_t>((murmur2(record_key("acme", facet)) & 0x7fffffff) % kPartitions);
  Input input;
  input.person.keys = {"customer:9", "email:a@b.example"};
  publish(Topic::feedback, partition, input);
  values_.put_customer(facet, *log_->end({index_of(Topic::feedback), partition}) - 2);
  CaseChanged change = a_case(1, CaseStep::opened, CaseState::fresh);
  change.customer = customer;
  change.facet = facet;
  publish(Topic::cases, 0, change);
  publish(Topic::cases, 0, a_case(2, CaseStep::opened, CaseState::fresh));
  SignalChanged signal;
  signal.signal = "one";
  signal.customer = customer;
  signal.facet = facet;
  publish(Topic::signals, 1, signal);

  const PageRequest all{"acme", 10, ""};
  const auto cases = queries_->cases(all, {});
  EXPECT_EQ(cases->items.at(0).key, "") << "nothing is kept of this one";
  EXPECT_EQ(cases->items.at(1).key, "email:a@b.example");
  EXPECT_EQ(queries_->case_with_history("acme", {0, 1})->now.key, "email:a@b.example");
  EXPECT_EQ(queries_->signals(all, {})->items.at(0).key, "email:a@b.example");
}

TEST_F(QueriesTest, ACustomerOfTheListStandsAsTheyAreNow) {
  const KeyHash facet = hash_key("", "customer:9");
  CustomerChanged changed;
  changed.customer = {facet.high, facet.low};
  changed.facets = {facet};
  changed.first_seen = changed.last_heard = from_millis(1'769'000'000'000);
  changed.risk = "act";
  publish(Topic::customers, 0, changed);
  const PageRequest all{"acme", 10, ""};
  EXPECT_EQ(queries_->customers(all, {})->items.at(0).customer, changed) << "without state as it was published";
  values_.put_customer(facet, 0);
  const CustomerChanged now = queries_->customers(all, {})->items.at(0).customer;
  EXPECT_EQ(now.first_seen, from_millis(1'770'000'000'000));
  EXPECT_EQ(now.last_heard, from_millis(1'771'000'000'000));
  EXPECT_EQ(now.feedback_count, 1);
  EXPECT_EQ(now.negative_count, 1);
  EXPECT_EQ(now.sentiment_permille, -800);
  EXPECT_EQ(queries_->customers(all, {"watch"})->items.size(), 0u);
}

TEST_F(QueriesTest, ALinkedKeyLeadsToItsOwner) {
  const KeyHash owner = hash_key("", "customer:9");
  const KeyHash linked = hash_key("", "phone:+15550100");
  values_.put_customer(owner, 0);
  state::KnownKey assigned;
  assigned.set_customer_high(owner.high);
  assigned.set_customer_low(owner.low);
  assigned.set_epoch(1);
  values_.put(Topic::feedback, record_key("acme", linked), "key", assigned);
  const auto found = queries_->customer("acme", "phone:+15550100");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->customer, (CustomerId{owner.high, owner.low}));
}

TEST_F(QueriesTest, ACustomerIsFoundAsAPersonNamesThem) {
  const KeyHash facet = hash_key("", "customer:U-0012");
  const auto partition = static_cast<std::uint16_t>((murmur2(record_key("acme", facet)) & 0x7fffffff) % kPartitions);
  Input input;
  input.person.keys = {"customer:U-0012"};
  input.person.name = "User-12";
  publish(Topic::feedback, partition, input);
  values_.put_customer(facet, *log_->end({index_of(Topic::feedback), partition}) - 2);
  CustomerChanged changed;
  changed.customer = {facet.high, facet.low};
  changed.facets = {facet};
  publish(Topic::customers, 0, changed);
  publish(Topic::customers, 1, changed);
  const PageRequest all{"acme", 10, ""};
  const CustomerId id{facet.high, facet.low};
  struct Typed {
    std::string text;
    bool is_whole;  // then it is asked how they stand, and not when they last changed
  };
  for (const auto& [text, is_whole] : {Typed{"customer:U-0012", true},
                                       {"U-0012", true},
                                       {id.hex(), true},
                                       {"u-00", false},
                                       {"12", false},
                                       {"user-1", false}}) {
    SCOPED_TRACE(text);
    const auto found = queries_->find_customers(all, text);
    ASSERT_TRUE(found) << found.error().message;
    ASSERT_EQ(found->items.size(), 1u);
    EXPECT_EQ(found->items[0].customer.customer, id);
    EXPECT_EQ(found->items[0].customer.risk, is_whole ? "act" : "");
    EXPECT_EQ(found->items[0].key, "customer:U-0012");
    EXPECT_EQ(found->items[0].name, "User-12");
  }
  EXPECT_EQ(queries_->find_customers(all, "U-0013")->items.size(), 0u);
  EXPECT_EQ(queries_->find_customers({"other", 10, ""}, "U-0012")->items.size(), 0u) << "another tenant";
}

// The curve is what the customer processor acts on: its levels are reached at the moments it names, by its settings.
TEST_F(QueriesTest, AForecastReachesItsLevelsAtTheMomentsItNames) {
  const auto forecast = [&](const std::string& key) {
    return queries_->forecast("acme", key, from_millis(1'772'000'000'000));
  };
  const KeyHash facet = hash_key("", "customer:9");
  values_.put_customer(facet, 0);
  EXPECT_EQ(forecast("customer:9")->rule, "none") << "never active";
  state::Customer customer;
  state::Facet& kept = *customer.add_facets();
  kept.set_high(facet.high);
  kept.set_low(facet.low);
  kept.set_first_ms(1'770'000'000'000);
  kept.set_last_heard_ms(1'771'000'000'000);
  kept.set_place(0);
  const auto keep_days = [&](std::initializer_list<DayNumber> days) {
    DaySet set;
    for (const DayNumber day : days) set.insert(day);
    kept.set_days(set.bytes());
    kept.set_day_count(set.count());
    kept.set_first_day(*set.first());
    kept.set_last_day(*set.last());
    values_.put(Topic::activity, record_key("acme", facet), "customer", customer);
  };
  const DayNumber first = day_of(from_millis(1'770'000'000'000));
  keep_days({first});
  const auto young = forecast("customer:9");
  EXPECT_EQ(young->rule, "young");
  EXPECT_TRUE(young->curve.empty()) << "only the curve of all customers, and that is not theirs";
  EXPECT_EQ(young->watch_at, from_millis(1'771'000'000'000) + std::chrono::weeks{16});

  keep_days({first, first + 4, first + 11});
  const auto usual = forecast("customer:9");
  EXPECT_EQ(usual->rule, "rhythm");
  EXPECT_EQ(usual->usual_days, 5);
  EXPECT_EQ(usual->curve.front().at, from_millis(1'771'000'000'000));
  EXPECT_EQ(usual->curve.back().at, from_millis(1'771'000'000'000) + std::chrono::days{182});
  EXPECT_EQ(usual->curve.back().permille, 1000);
  for (const auto& [at, level] :
       {std::pair{*usual->watch_at, usual->watch_permille}, {*usual->act_at, usual->act_permille}}) {
    for (std::size_t i = 1; i < usual->curve.size(); ++i) {
      EXPECT_GE(usual->curve[i].permille, usual->curve[i - 1].permille);
      EXPECT_EQ(usual->curve[i].permille >= level, usual->curve[i].at >= at) << i;
    }
  }

  state::ConfigState config;
  config.set_settings(R"({"horizon_days":90,"act_permille":700})");
  values_.put(Topic::activity, "acme", "config/silence", config);
  state::ChurnModelState fitted;
  fitted.set_version(3);
  fitted.set_r_micro(500'000);
  fitted.set_alpha_micro(1'000'000);
  fitted.set_a_micro(900'000);
  fitted.set_b_micro(1'600'000);
  values_.put(Topic::activity, "acme", "churn_model", fitted);
  const auto other = forecast("customer:9");
  EXPECT_EQ(other->horizon_days, 90);
  EXPECT_EQ(other->act_permille, 700);
  EXPECT_EQ(other->model_version, 3);
  EXPECT_LT(*other->act_at, *usual->act_at) << "who buys more often is missed sooner";

  // Three days in which their channel could not be heard do not count.
  kept.add_channels("shop");
  keep_days({first, first + 4, first + 11});
  state::SourceGaps gaps;
  auto& gap = *gaps.add_gaps();
  gap.set_connector("shop");
  gap.set_from_ms(1'771'000'000'000 + 86'400'000);
  gap.set_to_ms(1'771'000'000'000 + 4 * 86'400'000);
  values_.put(Topic::activity, "acme", "gaps", gaps);
  const auto later = forecast("customer:9");
  EXPECT_EQ(*later->act_at, *other->act_at + std::chrono::days{3});
  EXPECT_EQ(later->curve.back().at, other->curve.back().at + std::chrono::days{3});
}

TEST_F(QueriesTest, GapsAreToldTheNewestFirstAndThatOneLasts) {
  EXPECT_TRUE(queries_->gaps("acme")->items.empty());
  state::SourceGaps gaps;
  for (const auto& [from, to] : {std::pair(1'000LL, 2'000LL), std::pair(5'000LL, to_millis(kNever))}) {
    auto& gap = *gaps.add_gaps();
    gap.set_connector("social");
    gap.add_channels("bluesky");
    gap.set_from_ms(from);
    gap.set_to_ms(to);
  }
  values_.put(Topic::activity, "acme", "gaps", gaps);
  const auto told = queries_->gaps("acme");
  ASSERT_EQ(told->items.size(), 2u);
  EXPECT_EQ(told->items[0], (GapRow{"social", {"bluesky"}, from_millis(5'000), std::nullopt}));
  EXPECT_EQ(told->items[1], (GapRow{"social", {"bluesky"}, from_millis(1'000), from_millis(2'000)}));
  EXPECT_TRUE(queries_->gaps("other")->items.empty());
}

TEST(Cursor, IsReadBackAndNothingElseIs) {
  const Cursor cursor{{12, 0, 7}, 100, {9, 0, 4}};
  EXPECT_EQ(write_cursor(cursor), "12.0.7~100~9.0.4");
  EXPECT_EQ(*read_cursor(write_cursor(cursor), 3), cursor);
  for (const char* wrong :
       {"", "~", "~~", "1~", "1.2.3", "1.2.3~5", "1.2~5~1.2", "1.2.3~5~1.2", "1.2.3.4~5~1.2.3.4", "1.2.x~5~1.2.3",
        "1.2.3~-1~1.2.3", "1.2.-3~1~1.2.3", "1.2.3~1 ~1.2.3", "1..3~1~1.2.3", "1.2.3~1~1.2.3~", "1.2.3~~1.2.3"}) {
    EXPECT_FALSE(read_cursor(wrong, 3)) << wrong;
  }
}

}  // namespace
}  // namespace earshot::api
