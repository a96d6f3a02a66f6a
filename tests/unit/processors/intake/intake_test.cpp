// What is said: read once, passed on without personal data, with the customer it belongs to, and measured.
#include "intake_room.h"

#include "event/codec.h"
#include "event/names.h"

namespace earshot {
namespace {

using namespace testing;  // NOLINT: a test reads better without the prefix

TEST(Intake, PassesOnWhatWasSaidWithoutPersonalData) {
  IntakeRoom room;
  Input input = IntakeRoom::review(2, "awful, write to me", {"email:user-1@example.com"});
  input.person.name = "user-1 of the ninth floor";
  input.content.title = "Never again";
  input.product = "kettle";
  input.region = "DE";
  input.reach = 12;
  const auto emitted = room.give(noon(), input);
  const auto activity = only_one<ActivityRecorded>(emitted);
  EXPECT_EQ(activity.facet, hash_key("", "email:user-1@example.com"));
  EXPECT_EQ(activity.kind, InputKind::review);
  EXPECT_EQ(activity.at, noon());
  EXPECT_EQ(activity.place, 0) << "where in the log the text can be opened";
  EXPECT_EQ(activity.rating, (Rating{2000, 1000, 5000}));
  EXPECT_EQ(activity.product, "kettle");
  EXPECT_EQ(activity.region, "DE");
  EXPECT_EQ(activity.reach, 12);
  EXPECT_TRUE(activity.has_text);
  EXPECT_EQ(activity.analysis.sentiment, Sentiment::negative);
  EXPECT_TRUE(activity.analysis.evidence.empty()) << "evidence quotes the text";
  EXPECT_NE(activity.similarity, 0u);
  EXPECT_EQ(room.texts_read(), (std::vector<std::string>{"Never again\nawful, write to me"}));
  for (const Emitted& one : emitted) {
    const std::string bytes = encode(one.event) + one.key;
    for (const char* personal : {"user-1", "ninth", "awful", "Never again"})
      EXPECT_EQ(bytes.find(personal), std::string::npos) << bytes;
  }
}

TEST(Intake, KnowsHistoryFromWhatHappensNow) {
  IntakeRoom room;
  room.control(noon(), ImportBegan{noon(2)});
  EXPECT_TRUE(only_one<ActivityRecorded>(room.give(noon(1), IntakeRoom::review(4))).imported);
  EXPECT_TRUE(only_one<ActivityRecorded>(room.give(noon(2), IntakeRoom::review(4))).imported)
      << "the newest event of the import";
  EXPECT_FALSE(only_one<ActivityRecorded>(room.give(noon(2) + Millis{1}, IntakeRoom::review(4))).imported);
}

TEST(Intake, GivesAKeyToTheCustomerThatIdentityAssigned) {
  IntakeRoom room;
  const KeyHash key = hash_key("", "web:user-1");
  const auto customer_now = [&](int day) {
    const auto emitted = room.give(noon(day), IntakeRoom::review(4));
    const auto activity = only_one<ActivityRecorded>(emitted);
    for (const Emitted& one : emitted) {
      if (one.topic == Topic::activity) {
        EXPECT_EQ(one.key, record_key("acme", activity.customer));
      }
    }
    return activity.customer;
  };
  EXPECT_EQ(customer_now(0), (CustomerId{key.high, key.low}))
      << "until somebody says otherwise a key is a customer of its own";
  const auto assign = [&](CustomerId customer, std::int64_t epoch) {
    room.feed().give(noon(1), record_key("acme", key), IdentityAssigned{key, customer, epoch});
  };
  assign({7, 7}, 2);
  EXPECT_EQ(customer_now(1), (CustomerId{7, 7}));
  assign({8, 8}, 1);
  EXPECT_EQ(customer_now(2), (CustomerId{7, 7})) << "an older decision changes nothing";
  assign({9, 9}, 3);
  EXPECT_EQ(customer_now(3), (CustomerId{9, 9}));
}

TEST(Intake, ScoresOnlyWhatTheCustomerWrote) {
  struct Row {
    const char* name;
    Message message;
    bool is_customer;
  };
  const Row rows[] = {
      {"the customer", {Direction::inbound, Author::customer, "", Visibility::everyone}, true},
      {"an agent's answer", {Direction::outbound, Author::agent, "agent-1", Visibility::everyone}, false},
      {"a note among agents", {Direction::outbound, Author::agent, "agent-1", Visibility::internal}, false},
      {"a bot's receipt", {Direction::outbound, Author::bot, "", Visibility::everyone}, false},
      {"an agent who writes in the customer's name",
       {Direction::inbound, Author::agent, "agent-1", Visibility::everyone},
       false}};
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    IntakeRoom room;
    const auto emitted = room.give(noon(), IntakeRoom::message("an awful day", row.message));
    const auto activity = only_one<ActivityRecorded>(emitted);
    EXPECT_TRUE(activity.has_text);
    EXPECT_EQ(activity.message, row.message);
    EXPECT_EQ(activity.analysis.sentiment, row.is_customer ? Sentiment::negative : Sentiment::unknown);
    EXPECT_EQ(activity.similarity != 0, row.is_customer);
    EXPECT_EQ(room.texts_read().size(), row.is_customer ? 1u : 0u);
    EXPECT_EQ(Feed::only<MeasureTaken>(emitted).size(), row.is_customer ? 1u : 0u) << "what we say is no feedback";
  }
}

TEST(Intake, MeasuresWhatWasSaidWithAllItsDimensions) {
  IntakeRoom room;
  Input input = IntakeRoom::review(1, "awful");
  input.product = "kettle";
  input.region = "DE";
  const auto emitted = room.give(noon(), "review-9", input);
  const auto measure = only_one<MeasureTaken>(emitted);
  EXPECT_EQ(measure.kind, MeasureKind::feedback);
  EXPECT_EQ(measure.at, noon());
  EXPECT_EQ(measure.item, "/acme/web/review-9");
  EXPECT_EQ(measure.channel, "web");
  EXPECT_EQ(measure.product, "kettle");
  EXPECT_EQ(measure.region, "DE");
  EXPECT_EQ(measure.sentiment, Sentiment::negative);
  EXPECT_TRUE(measure.complaint);
  EXPECT_EQ(measure.issues, (std::vector<IssueType>{IssueType::delivery}));
}

TEST(Intake, MeasuresNothingThatIsNotSaid) {
  IntakeRoom room;
  Input order;
  order.kind = InputKind::order;
  order.channel = "shop";
  order.person.keys = {"customer:user-1"};
  order.order = Order{"o-1", 100, "EUR"};
  Input edited = IntakeRoom::review(5, "better now");
  edited.kind = InputKind::edited;
  edited.target = Target{"/acme/web", "input-1"};
  for (const Input& input : {order, edited}) {
    SCOPED_TRACE(name_of(input.kind));
    const auto emitted = room.give(noon(), input);
    EXPECT_EQ(Feed::only<ActivityRecorded>(emitted).size(), 1u);
    EXPECT_TRUE(Feed::only<MeasureTaken>(emitted).empty());
  }
}

// The survey tool knows an e-mail address, the tool that sent the invitation knows the customer number.
TEST(Intake, CountsInvitationAndAnswerOfASurveyInOnePlace) {
  IntakeRoom room;
  const auto shard_of = [&](Input input, std::uint16_t partition) {
    std::string shard;
    std::unique_ptr<Processor> intake = make_intake({}, [](std::string_view, std::string_view) { return Analysis{}; });
    Feed feed{*intake, "acme", partition};
    const std::string key = feedback_key("", "acme", input);
    for (const Emitted& one : feed.give(IntakeRoom::event(noon(), "one", std::move(input)), key)) {
      if (one.topic == Topic::measures) shard = one.key;
    }
    return shard;
  };
  const std::string invited = shard_of(IntakeRoom::survey(InputKind::survey_invited, "customer:user-1"), 0);
  EXPECT_FALSE(invited.empty());
  EXPECT_EQ(shard_of(IntakeRoom::survey(InputKind::survey_answered, "email:user-1@example.com", 9), 3), invited);
  EXPECT_EQ(shard_of(IntakeRoom::review(4), 3), "acme/p3") << "feedback is counted where it was read";
}

}  // namespace
}  // namespace earshot
