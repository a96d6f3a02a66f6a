// A key turns out to be another customer's: what was heard under it follows, once, whatever is still on its way.
#include "processors/customer/moving.h"
#include "support/customer_feed.h"

namespace earshot {
namespace {

using namespace testing;  // NOLINT: a test reads better without the prefix

// Several customers of one partition, and what they send each other, delivered when the test says so.
class Town {
 public:
  static CustomerId named(const std::string& key) { return CustomerFeed(key).id(); }
  static KeyHash facet(const std::string& key) { return hash_key("", key); }

  // `key`, as a customer of its own, does something; or as the customer `of`.
  void hear(ActivityRecorded what, CustomerId of) {
    what.customer = of;
    give(record_key("acme", of), std::move(what));
  }
  void tell(CaseChanged change, CustomerId of) {
    change.customer = of;
    give(record_key("acme", of), std::move(change));
  }
  void reassign(const std::string& key, CustomerId from, CustomerId to, std::int64_t epoch) {
    give(record_key("acme", from), FacetReassigned{facet(key), from, to, epoch});
  }
  void give(const std::string& key, EventBody body) { take(feed_.give(at_, key, std::move(body))); }
  // Delivers what customers have sent each other so far, and what that leads to.
  void deliver() {
    while (!sent_.empty()) deliver_one();
  }
  void deliver_one() {
    const Emitted first = sent_.front();
    sent_.erase(sent_.begin());
    take(feed_.give(first.event, first.key));
  }
  void repeat(const Emitted& one) { take(feed_.give(one.event, one.key)); }

  template <class Value>
  Value value(CustomerId of, const std::string& name) const {
    Value found;
    const auto stored = feed_.values().find({record_key("acme", of), name});
    if (stored != feed_.values().end()) found.ParseFromString(stored->second);
    return found;
  }
  state::Customer customer(CustomerId of) const { return value<state::Customer>(of, "customer"); }
  state::Facet facet_of(CustomerId of, const std::string& key) const {
    const state::Customer kept = customer(of);
    const auto* found = Profile::facet(facet(key), kept);
    return found == nullptr ? state::Facet{} : *found;
  }
  bool holds(CustomerId of, const std::string& name) const {
    return feed_.values().contains({record_key("acme", of), name});
  }

  void pass_time_to(Timestamp to) {
    take(feed_.pass_time_to(to));
    at_ = std::max(at_, to);
  }
  void at(Timestamp now) { at_ = now; }
  const std::vector<Emitted>& published() const { return published_; }
  const std::vector<Emitted>& sent() const { return sent_; }

 private:
  void take(std::vector<Emitted> emitted) {
    for (Emitted& one : emitted) (one.topic == Topic::activity ? sent_ : published_).push_back(std::move(one));
  }

  std::unique_ptr<Processor> processor_ = make_customer();
  Feed feed_{*processor_};
  Timestamp at_ = day(10);
  std::vector<Emitted> sent_;
  std::vector<Emitted> published_;
};

const std::string kMail = "email:user-1@example.com";
const std::string kChat = "chat:user-1";
const CustomerId kMailer = Town::named(kMail);
const CustomerId kChatter = Town::named(kChat);
const CustomerId kOwner = Town::named("customer:user-1");

TEST(Move, TakesEverythingAlong) {
  Town town;
  const CustomerFeed mail(kMail), owner("customer:user-1");
  town.hear(mail.order(day(0)), kMailer);
  town.hear(mail.review(day(1), 1), kMailer);
  town.hear(mail.payment(day(2), PaymentStatus::failed), kMailer);
  town.tell(mail.change(CaseStep::opened, CaseState::fresh), kMailer);
  town.hear(owner.order(day(3)), kOwner);
  const auto before = town.facet_of(kMailer, kMail);
  town.reassign(kMail, kMailer, kOwner, 1);
  town.deliver();
  auto after = town.facet_of(kOwner, kMail);
  EXPECT_EQ(after.taken_size(), 1);
  after.clear_taken();
  EXPECT_EQ(after.SerializeAsString(), before.SerializeAsString());
  const auto customer = town.customer(kOwner);
  EXPECT_EQ(customer.facets_size(), 2);
  EXPECT_EQ(customer.cases_size(), 1);
  EXPECT_FALSE(customer.negative_signal().empty());
  EXPECT_FALSE(customer.at_risk_signal().empty());
  for (int slot = 0; slot < 4; ++slot) EXPECT_TRUE(town.holds(kOwner, Timeline::name(Town::facet(kMail), slot)));
  EXPECT_FALSE(town.holds(kMailer, "customer")) << "nothing is left";
  EXPECT_FALSE(town.holds(kMailer, Timeline::name(Town::facet(kMail), 0)));
}

TEST(Move, TellsWhatHasBecomeOfTheCustomer) {
  Town town;
  town.hear(CustomerFeed(kMail).review(day(0), 1), kMailer);
  town.reassign(kMail, kMailer, kOwner, 1);
  town.deliver();
  const auto told = Feed::only<CustomerChanged>(town.published());
  ASSERT_EQ(told.size(), 3u);
  EXPECT_EQ(told[1].customer, kMailer);
  EXPECT_TRUE(told[1].facets.empty());
  EXPECT_EQ(told[1].became, kOwner);
  EXPECT_EQ(told[1].risk, "ok");
  EXPECT_EQ(told[2].customer, kOwner);
  EXPECT_EQ(told[2].risk, "unhappy");
  const auto signals = signals_of(town.published(), SignalKind::negative);
  ASSERT_EQ(signals.size(), 3u);
  EXPECT_FALSE(signals[1].raised);
  EXPECT_EQ(signals[1].signal, signals[0].signal);
  EXPECT_TRUE(signals[2].raised);
  EXPECT_EQ(signals[2].since, day(0)) << "they are unhappy since then, whoever they are";
  int counted = 0;
  for (const auto& measure : Feed::only<MeasureTaken>(town.published()))
    counted += measure.kind == MeasureKind::signal ? 1 : 0;
  EXPECT_EQ(counted, 1) << "one person was unhappy once";
  EXPECT_EQ(Feed::only<FacetReassigned>(town.published()).size(), 1u) << "desk hears of it when it has arrived";
}

TEST(Move, SendsStragglersAfterTheFacet) {
  Town town;
  const CustomerFeed mail(kMail);
  town.hear(mail.order(day(0)), kMailer);
  town.reassign(kMail, kMailer, kOwner, 1);
  town.hear(mail.review(day(1), 1), kMailer);
  town.tell(mail.change(CaseStep::opened, CaseState::fresh), kMailer);
  town.deliver();
  EXPECT_EQ(town.facet_of(kOwner, kMail).feedback(), 1);
  EXPECT_EQ(town.facet_of(kOwner, kMail).entries(), 3);
  EXPECT_EQ(town.customer(kOwner).cases_size(), 1);
  EXPECT_FALSE(town.holds(kMailer, "customer"));
}

TEST(Move, AddsWhatWasHeardBeforeItArrived) {
  Town town, together;
  const CustomerFeed mail(kMail);
  town.hear(mail.review(day(0), 1), kMailer);
  town.reassign(kMail, kMailer, kOwner, 1);
  town.hear(mail.review(day(2), 5), kOwner);
  town.hear(mail.review(day(1), 2), kOwner);
  town.deliver();
  for (const auto& one : {mail.review(day(0), 1), mail.review(day(1), 2), mail.review(day(2), 5)})
    together.hear(one, kOwner);
  auto moved = town.facet_of(kOwner, kMail);
  moved.clear_taken();
  EXPECT_EQ(moved.SerializeAsString(), together.facet_of(kOwner, kMail).SerializeAsString());
  EXPECT_TRUE(town.customer(kOwner).negative_signal().empty()) << "the newest word is a happy one";
  for (int slot = 0; slot < 3; ++slot) {
    const std::string name = Timeline::name(Town::facet(kMail), slot);
    EXPECT_EQ(town.value<state::TimelineEntry>(kOwner, name).at_ms(), to_millis(day(slot)));
  }
}

TEST(Move, GoesOnThoughWhatItLeftHasNotArrived) {
  Town town;
  const CustomerFeed mail(kMail);
  town.hear(mail.order(day(0)), kMailer);
  town.reassign(kMail, kMailer, kChatter, 1);
  town.reassign(kMail, kChatter, kOwner, 2);  // kChatter has nothing of it yet
  town.hear(mail.order(day(1)), kOwner);
  town.deliver();
  EXPECT_EQ(town.facet_of(kOwner, kMail).day_count(), 2);
  EXPECT_FALSE(town.holds(kChatter, "customer"));
  EXPECT_FALSE(town.holds(kMailer, "customer"));
}

TEST(Move, ComesBackWithWhatWasHeardElsewhere) {
  Town town;
  const CustomerFeed mail(kMail);
  town.hear(mail.order(day(0)), kMailer);
  town.reassign(kMail, kMailer, kOwner, 1);
  town.hear(mail.order(day(1)), kOwner);
  town.reassign(kMail, kOwner, kMailer, 2);
  town.hear(mail.order(day(2)), kMailer);
  town.deliver();
  EXPECT_EQ(town.facet_of(kMailer, kMail).day_count(), 3);
  EXPECT_FALSE(town.holds(kOwner, "customer"));
  EXPECT_TRUE(town.sent().empty()) << "nothing goes round in circles";
  town.hear(mail.order(day(3)), kMailer);
  EXPECT_EQ(town.facet_of(kMailer, kMail).day_count(), 4);
}

TEST(Move, LeavesTheOtherKeysAsTheyWere) {
  Town town;
  const CustomerFeed mail(kMail), chat(kChat);
  town.hear(chat.review(day(0), 5), kOwner);
  town.hear(mail.review(day(1), 1), kOwner);
  EXPECT_FALSE(town.customer(kOwner).negative_signal().empty());
  town.reassign(kMail, kOwner, kMailer, 1);
  town.deliver();
  EXPECT_TRUE(town.customer(kOwner).negative_signal().empty()) << "it was the other one who is unhappy";
  EXPECT_FALSE(town.customer(kMailer).negative_signal().empty());
  EXPECT_EQ(town.customer(kOwner).facets_size(), 1);
}

TEST(Move, CountsEachPartOnce) {
  Town town;
  town.hear(CustomerFeed(kMail).review(day(0), 1), kMailer);
  town.reassign(kMail, kMailer, kOwner, 1);
  const Emitted part = town.sent().front();
  town.deliver();
  town.repeat(part);
  EXPECT_EQ(town.facet_of(kOwner, kMail).feedback(), 1);
  town.reassign(kMail, kOwner, kChatter, 2);
  town.repeat(part);
  town.deliver();
  EXPECT_EQ(town.facet_of(kChatter, kMail).feedback(), 1) << "nor after it has gone on";
}

TEST(Move, OfALongTimelineGoesInParts) {
  Town town;
  const CustomerFeed mail(kMail);
  for (int n = 0; n < 260; ++n) {
    auto order = mail.order(day(n % 250));
    order.channel = std::string(1000, 'x');
    town.hear(order, kMailer);
  }
  town.reassign(kMail, kMailer, kOwner, 1);
  EXPECT_GE(town.sent().size(), 8u);
  for (const Emitted& part : town.sent())
    EXPECT_LT(std::get<FacetMoved>(part.event.body).bytes.size() * 4 / 3 + 2048, kEventBytesMax);
  town.deliver_one();
  town.hear(mail.order(day(9)), kOwner);  // between the parts
  town.deliver();
  EXPECT_EQ(town.facet_of(kOwner, kMail).entries(), 261);
  int kept = 0;
  for (int slot = 0; slot < kTimelineMax; ++slot)
    kept += town.holds(kOwner, Timeline::name(Town::facet(kMail), slot)) ? 1 : 0;
  EXPECT_EQ(kept, kTimelineMax);
}

TEST(Move, NewsOfACaseThatComesLateSaysNothing) {
  Town town;
  const CustomerFeed mail(kMail);
  const auto change = [&](CaseState state, std::int64_t revision) {
    auto made = mail.change(CaseStep::noted, state);
    made.revision = revision;
    return made;
  };
  town.hear(mail.order(day(0)), kMailer);
  town.tell(change(CaseState::fresh, 1), kMailer);
  town.reassign(kMail, kMailer, kOwner, 1);
  town.deliver();
  town.tell(change(CaseState::resolved, 3), kOwner);
  town.tell(change(CaseState::open, 2), kMailer);
  town.deliver();
  EXPECT_EQ(town.customer(kOwner).cases(0).state(), static_cast<int>(CaseState::resolved));
  town.tell(change(CaseState::closed, 5), kOwner);
  town.tell(change(CaseState::open, 4), kMailer);
  town.deliver();
  EXPECT_EQ(town.customer(kOwner).cases_size(), 0) << "what is over stays over";
}

TEST(Move, EndsASilenceThatWasNone) {
  Town town;
  const CustomerFeed mail(kMail), chat(kChat);
  town.at(day(0));
  for (int n = 0; n < 60; n += 5) town.hear(mail.order(day(n)), kMailer);
  town.hear(chat.order(day(59)), kChatter);
  town.pass_time_to(day(400));
  EXPECT_NE(town.customer(kMailer).silence_level(), 0);
  const std::string first = town.customer(kMailer).silence_signal();
  town.hear(chat.order(day(399)), kChatter);
  town.reassign(kMail, kMailer, kChatter, 1);
  town.deliver();
  EXPECT_EQ(town.customer(kChatter).silence_level(), 0) << "they were heard elsewhere";
  town.reassign(kMail, kChatter, kMailer, 2);
  town.deliver();
  EXPECT_EQ(town.customer(kMailer).silence_level(), 0);
  town.pass_time_to(day(401));
  EXPECT_NE(town.customer(kMailer).silence_level(), 0) << "it was somebody else: they are silent still";
  EXPECT_NE(town.customer(kMailer).silence_signal(), first) << "no two events share an id";
}

}  // namespace
}  // namespace earshot
