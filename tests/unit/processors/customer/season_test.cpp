// When most customers are quiet, the silence of one says less.
#include "processors/customer/season.h"

#include "processors/customer/silence_forecast.h"
#include "support/customer_feed.h"

namespace earshot {
namespace {

using namespace testing;  // NOLINT: a test reads better without the prefix
using std::chrono::days;

// Many customers in one partition, each of whom orders once a week on a day of their own.
class Town {
 public:
  explicit Town(int customers, const std::string& name = "neighbour") {
    for (int i = 0; i < customers; ++i) {
      CustomerFeed made("customer:" + name + "-" + std::to_string(i));
      neighbours_.push_back({made.facet_hash(), made.id()});
    }
    feed_.give(day(0, 0), "acme", ConfigChanged{"silence", 1, R"({"quiet_permille":500})"});
  }

  ActivityRecorded order(std::size_t who, Timestamp at) const {
    ActivityRecorded made = CustomerFeed().order(at);
    made.facet = neighbours_[who].facet;
    made.customer = neighbours_[who].id;
    return made;
  }
  std::vector<Emitted> hear(const ActivityRecorded& what) {
    return feed_.give(what.at, record_key("acme", what.customer), what);
  }

  // All of them from one day to another, but for every one whose number `stays_away` says.
  template <class StaysAway>
  std::vector<Emitted> live(int from, int to, StaysAway stays_away) {
    std::vector<Emitted> all;
    for (int number = from; number < to; ++number) {
      for (auto& emitted : feed_.pass_time_to(day(number, 11))) all.push_back(std::move(emitted));
      for (std::size_t who = static_cast<std::size_t>(number % 7); who < neighbours_.size(); who += 7) {
        if (stays_away(who, number)) continue;
        for (auto& emitted : hear(order(who, day(number)))) all.push_back(std::move(emitted));
      }
    }
    return all;
  }
  Feed& feed() { return feed_; }

  state::ActivityLevel level() const {
    state::ActivityLevel found;
    const auto stored = feed_.values().find({"acme", "level"});
    if (stored != feed_.values().end()) found.ParseFromString(stored->second);
    return found;
  }

 private:
  struct Neighbour {
    KeyHash facet;
    CustomerId id;
  };
  std::vector<Neighbour> neighbours_;
  std::unique_ptr<Processor> processor_ = make_customer();
  Feed feed_{*processor_};
};

const auto kNobodyStaysAway = [](std::size_t, int) { return false; };

std::size_t silences(const std::vector<Emitted>& emitted) {
  const auto signals = signals_of(emitted, SignalKind::silent);
  return static_cast<std::size_t>(
      std::count_if(signals.begin(), signals.end(), [](const SignalChanged& one) { return one.raised; }));
}

// A shop that closes for seven weeks, and a shop where one customer stays away as long.
TEST(Season, OfASlumpAccusesNobody) {
  constexpr int kClosed = 200, kOpen = 250;
  Town open(70), closed(70);
  const auto one = open.live(0, kOpen, [](std::size_t who, int number) { return who == 3 && number >= kClosed; });
  EXPECT_EQ(silences(one), 2u) << "who orders every week and stays away for seven is watched, and then a case";
  const auto all =
      closed.live(0, kOpen + 40, [](std::size_t, int number) { return number >= kClosed && number < kOpen; });
  EXPECT_EQ(silences(all), 0u) << "that a shop is closed is no silence of its customers";
  EXPECT_TRUE(open.level().quiet().empty());
  ASSERT_FALSE(closed.level().quiet().empty());
  EXPECT_LE(closed.level().quiet(0).day(), day_of(day(kClosed + 4)));
}

// And who does not come back when the shop opens again is missed, by as much later as it was closed, and says so.
TEST(Season, CountsTheSilenceThatIsLeft) {
  constexpr int kClosed = 200, kOpen = 221;
  Town town(70);
  const auto emitted =
      town.live(0, 330, [](std::size_t who, int number) { return number >= kClosed && (number < kOpen || who == 3); });
  const auto signals = signals_of(emitted, SignalKind::silent);
  ASSERT_GE(signals.size(), 1u);
  constexpr int kLast = 199;  // when neighbour 3 was there last: they come on days 3, 10, 17, …
  const Timestamp heard_all_the_time = silence_due({}, {day_of(day(3)), day(kLast), (kLast - 3) / 7}).watch;
  EXPECT_GT(signals[0].since, heard_all_the_time + days{10});
  EXPECT_LT(signals[0].since, heard_all_the_time + days{kOpen - kClosed + 7});
  ASSERT_GE(signals[0].reasons.size(), 3u);
  EXPECT_NE(signals[0].reasons[2].find("in which most customers were quiet"), std::string::npos)
      << signals[0].reasons[2];
}

// Six of ten stay away for four weeks, and one of them for good: of each quiet day as much counts for them as was heard
// of a usual one.
TEST(Season, CountsAQuietDayByWhatWasHeardOfIt) {
  constexpr int kQuiet = 200, kOver = 228;
  Town town(70);
  const auto emitted = town.live(0, 330, [](std::size_t who, int number) {
    return who == 3 ? number >= kQuiet : number >= kQuiet && number < kOver && who % 10 < 6;
  });
  auto signals = signals_of(emitted, SignalKind::silent);
  std::erase_if(signals, [&](const SignalChanged& one) { return one.customer != town.order(3, day(0)).customer; });
  ASSERT_EQ(signals.size(), 2u);
  constexpr int kLast = 199;
  Timestamp due = silence_due({}, {day_of(day(3)), day(kLast), (kLast - 3) / 7}).watch;
  int quiet_days = 0;
  const state::ActivityLevel level = town.level();
  for (const state::QuietDay& one : level.quiet()) {
    EXPECT_GT(one.heard_permille(), 350);
    EXPECT_LT(one.heard_permille(), 500);
    if (Timestamp{days{one.day()}} >= due) continue;
    due += Millis{days{1}} * (1000 - one.heard_permille()) / 1000;
    ++quiet_days;
  }
  EXPECT_GT(quiet_days, 10);
  EXPECT_EQ(signals[0].since, due);
}

// Of thirty who come each week fourteen may come by chance; thirteen are fewer by more than three standard deviations.
TEST(Season, IsNoneThatChanceExplains) {
  for (const std::size_t away : {16u, 17u}) {
    SCOPED_TRACE(away);
    Town town(30);
    town.live(0, 260, [&](std::size_t who, int number) { return number >= 200 && who < away; });
    EXPECT_EQ(town.level().quiet().empty(), away == 16);
  }
}

// Twenty customers are too few to tell a slump from chance.
TEST(Season, IsNotSeenInAFewCustomers) {
  Town few(20);
  few.live(0, 260, [](std::size_t, int number) { return number >= 200; });
  EXPECT_TRUE(few.level().quiet().empty());
}

// New customers come for a quarter and then no more: nobody has left, and nothing is a slump.
TEST(Season, DoesNotMistakeTheEndOfACampaign) {
  Town town(70);
  town.live(0, 130, kNobodyStaysAway);
  const Town crowd(4000, "passer-by");  // only for their names
  std::size_t next = 0;
  for (int number = 130; number < 200; ++number) {
    town.live(number, number + 1, kNobodyStaysAway);
    for (int n = 0; n < 50; ++n) town.hear(crowd.order(next++, day(number, 13)));
  }
  town.live(200, 240, kNobodyStaysAway);
  EXPECT_TRUE(town.level().quiet().empty());
}

// Half of the customers leave for good. For a quarter that looks like a slump, no longer.
TEST(Season, GetsUsedToWhatStays) {
  Town town(140);
  const auto emitted = town.live(0, 460, [](std::size_t who, int number) { return number >= 200 && who % 10 < 7; });
  const auto level = town.level();
  ASSERT_FALSE(level.quiet().empty());
  EXPECT_LT(level.quiet(level.quiet_size() - 1).day(), day_of(day(200 + Season::kQuarter + 2 * Season::kWeek)));
  EXPECT_GE(silences(emitted), 98u) << "in the end all of them are missed";
}

TEST(Season, CountsOnlyWhereTheTenantAsksForIt) {
  Town town(70);
  town.feed().give(day(0, 0), "acme", ConfigChanged{"silence", 2, "{}"});
  const auto all = town.live(0, 260, [](std::size_t, int number) { return number >= 200; });
  EXPECT_EQ(silences(all), 140u) << "each of them a watch and a case";
  EXPECT_TRUE(town.level().quiet().empty());
}

TEST(BlindSpans, AreUnited) {
  const auto span = [](int from, int to) { return BlindSpan{day(from), day(to)}; };
  const std::vector<BlindSpan> one{span(1, 3), span(5, 6)}, other{span(2, 4), span(5, 6), span(8, 9)};
  EXPECT_EQ(united(one, other), (std::vector<BlindSpan>{span(1, 4), span(5, 6), span(8, 9)}));
  EXPECT_EQ(united(one, {}), one);
  EXPECT_EQ(united({}, one), one);
  EXPECT_EQ(united({span(1, 9)}, {span(2, 3)}), (std::vector<BlindSpan>{span(1, 9)}));
  EXPECT_EQ(united({span(1, 2)}, {span(2, 3)}), (std::vector<BlindSpan>{span(1, 3)}));
}

}  // namespace
}  // namespace earshot
