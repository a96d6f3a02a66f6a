// Who is who: rules one by one. That the order never matters is shown in property/identity_property_test.cpp.
#include <algorithm>

#include "support/identity_feed.h"

namespace earshot {
namespace {

using namespace testing;  // NOLINT: a test reads better without the prefix

std::vector<CustomerId> candidates_of(const std::vector<Emitted>& emitted) {
  const auto proposals = Feed::only<IdentityProposed>(emitted);
  if (proposals.size() != 1) {
    EXPECT_TRUE(proposals.empty()) << "a person is asked once";
    return {};
  }
  auto candidates = proposals[0].candidates;
  std::sort(candidates.begin(), candidates.end());
  return candidates;
}

std::vector<CustomerId> both(const std::string& a, const std::string& b) {
  std::vector<CustomerId> ids{IdentityFeed::named(a), IdentityFeed::named(b)};
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::string mail(int i) { return "email:" + std::to_string(i) + "@example.com"; }

TEST(Identity, GivesALinkedKeyToTheStrongIdItTouches) {
  IdentityFeed who;
  EXPECT_EQ(Feed::only<IdentityAssigned>(who.link("customer:a", mail(1))).size(), 1u);
  EXPECT_EQ(who.customer_of(mail(1)), IdentityFeed::named("customer:a"));
  EXPECT_EQ(who.customer_of("customer:a"), IdentityFeed::named("customer:a"));
  who.link(mail(1), "phone:1");
  EXPECT_EQ(who.customer_of("phone:1"), IdentityFeed::named("customer:a")) << "over the key between them";
}

TEST(Identity, NamesAGroupWithoutAStrongIdAfterItsSmallestKey) {
  IdentityFeed who;
  who.link(mail(1), "phone:1");
  who.link("phone:1", mail(2));
  const CustomerId smallest =
      std::min({IdentityFeed::named(mail(1)), IdentityFeed::named("phone:1"), IdentityFeed::named(mail(2))});
  for (const std::string& key : {mail(1), std::string("phone:1"), mail(2)})
    EXPECT_EQ(who.customer_of(key), smallest) << key;
}

TEST(Identity, LinksNothingThatIsNotTrusted) {
  IdentityFeed who;
  EXPECT_TRUE(who.pair("customer:a", mail(1), false, false).empty());
  EXPECT_TRUE(who.feed().values().empty());
  EXPECT_TRUE(who.link(mail(1), mail(1)).empty()) << "a key and itself";
}

TEST(Identity, SaysNothingTwice) {
  IdentityFeed who;
  who.link("customer:a", mail(1));
  const auto before = who.feed().values();
  EXPECT_TRUE(who.link("customer:a", mail(1)).empty());
  EXPECT_TRUE(who.link(mail(1), "customer:a").empty());
  EXPECT_EQ(who.feed().values(), before);
}

TEST(Identity, NeverJoinsTwoStrongIdsAndAsksAPersonOnce) {
  IdentityFeed who;
  const auto emitted = who.link("customer:a", "customer:b");
  EXPECT_EQ(candidates_of(emitted), both("customer:a", "customer:b"));
  EXPECT_TRUE(Feed::only<IdentityAssigned>(emitted).empty());
  EXPECT_TRUE(who.link("customer:b", "customer:a").empty());
}

TEST(Identity, GivesAKeyThatTwoStrongIdsClaimToNeither) {
  IdentityFeed who;
  who.link("customer:a", mail(1));
  EXPECT_EQ(candidates_of(who.link("customer:b", mail(1))), both("customer:a", "customer:b"));
  EXPECT_EQ(who.customer_of(mail(1)), IdentityFeed::named(mail(1)));
  EXPECT_TRUE(candidates_of(who.link(mail(1), "phone:1")).empty()) << "no new claim";
  EXPECT_EQ(Feed::only<IdentityProposed>(who.link("customer:c", "phone:1")).size(), 1u) << "a third claim is new";
}

// Each key touches one strong id only, but they are linked to each other.
TEST(Identity, AsksAPersonAlsoWhenTheTwoClaimsAreOnDifferentKeys) {
  IdentityFeed who;
  who.link("customer:a", mail(1));
  who.link("customer:b", mail(2));
  EXPECT_EQ(candidates_of(who.link(mail(1), mail(2))), both("customer:a", "customer:b"));
  const CustomerId smaller = std::min(IdentityFeed::named(mail(1)), IdentityFeed::named(mail(2)));
  EXPECT_EQ(who.customer_of(mail(1)), smaller);
  EXPECT_EQ(who.customer_of(mail(2)), smaller);
}

TEST(Identity, KeepsAnUnlinkAsAStandingVeto) {
  IdentityFeed who;
  who.link("customer:a", mail(1));
  who.link(mail(1), mail(2));
  who.unlink(mail(1), mail(2));
  EXPECT_EQ(who.customer_of(mail(1)), IdentityFeed::named("customer:a"));
  EXPECT_EQ(who.customer_of(mail(2)), IdentityFeed::named(mail(2)));
  EXPECT_TRUE(who.link(mail(2), mail(1)).empty()) << "evidence does not undo a decision";
  EXPECT_EQ(who.customer_of(mail(2)), IdentityFeed::named(mail(2)));
  who.unlink("customer:a", mail(1));
  EXPECT_EQ(who.customer_of(mail(1)), IdentityFeed::named(mail(1)));
}

TEST(Identity, TakesAVetoThatCameBeforeTheEvidence) {
  IdentityFeed who;
  EXPECT_TRUE(who.unlink("customer:a", mail(1)).empty());
  EXPECT_TRUE(who.link("customer:a", mail(1)).empty());
  EXPECT_TRUE(who.unlink("customer:a", "customer:b").empty());
  EXPECT_TRUE(who.link("customer:a", "customer:b").empty()) << "nor is a person asked again";
}

TEST(Identity, FreesAKeyWhenOneOfTwoClaimsIsUndone) {
  IdentityFeed who;
  who.link("customer:a", mail(1));
  who.link("customer:b", mail(1));
  who.unlink("customer:b", mail(1));
  EXPECT_EQ(who.customer_of(mail(1)), IdentityFeed::named("customer:a"));
}

TEST(Identity, LetsAGroupOfMoreThan64KeysFallApart) {
  IdentityFeed who;
  who.link("customer:a", mail(1));
  for (int i = 1; i < 63; ++i) who.link(mail(i), mail(i + 1));  // 63 and the strong one
  EXPECT_EQ(who.customer_of(mail(1)), IdentityFeed::named("customer:a"));
  EXPECT_EQ(who.customer_of(mail(63)), IdentityFeed::named("customer:a"));
  who.link(mail(63), mail(64));
  EXPECT_NE(who.customer_of(mail(1)), IdentityFeed::named("customer:a")) << "65 with the strong one";
  EXPECT_EQ(who.customer_of(mail(64)), who.customer_of(mail(1))) << "a group of 64 without it";
  who.link(mail(64), mail(65));
  for (const int i : {1, 40, 64, 65}) EXPECT_EQ(who.customer_of(mail(i)), IdentityFeed::named(mail(i))) << i;
  who.unlink(mail(32), mail(33));
  EXPECT_EQ(who.customer_of(mail(1)), IdentityFeed::named("customer:a"));
  EXPECT_EQ(who.customer_of(mail(65)), who.customer_of(mail(33)));
  EXPECT_NE(who.customer_of(mail(65)), IdentityFeed::named("customer:a"));
}

// One number to which a shop attaches the address of every guest would otherwise be one customer with a thousand faces.
TEST(Identity, LetsAStrongIdKeepNoMoreThan64Keys) {
  IdentityFeed who;
  for (int i = 1; i <= 63; ++i) who.link("customer:guest", mail(i));
  for (const int i : {1, 63}) EXPECT_EQ(who.customer_of(mail(i)), IdentityFeed::named("customer:guest"));
  who.link("customer:guest", mail(64));
  for (const int i : {1, 63, 64}) EXPECT_EQ(who.customer_of(mail(i)), IdentityFeed::named(mail(i)));
  who.unlink("customer:guest", mail(5));
  for (const int i : {1, 63, 64}) EXPECT_EQ(who.customer_of(mail(i)), IdentityFeed::named("customer:guest"));
}

TEST(Identity, StopsKeepingListsForAKeyThatEverybodyShares) {
  IdentityFeed who;
  for (int i = 0; i < kClaimsPerKey; ++i) who.link("phone:shop", mail(i));
  who.link("phone:shop", "customer:a");  // one claim too many
  std::size_t largest = 0;
  for (int i = kClaimsPerKey; i < 3 * kClaimsPerKey; ++i) {
    EXPECT_TRUE(who.link("phone:shop", mail(i)).empty());
    EXPECT_EQ(who.customer_of(mail(i)), IdentityFeed::named(mail(i)));
  }
  for (const auto& [name, value] : who.feed().values()) largest = std::max(largest, value.size());
  EXPECT_LT(largest, 200u) << "the cost of one more pair does not grow";
}

TEST(Identity, JoinsTwoStrongIdsWhenAPersonSaysSo) {
  IdentityFeed who;
  who.link("customer:1", "email:a@b.c");
  who.link("customer:2", "email:a@b.c");
  EXPECT_EQ(who.customer_of("email:a@b.c"), IdentityFeed::named("email:a@b.c")) << "claimed by two";
  who.say("customer:1", "customer:2", false, 1);
  const CustomerId one = std::min(IdentityFeed::named("customer:1"), IdentityFeed::named("customer:2"));
  for (const char* key : {"customer:1", "customer:2", "email:a@b.c"}) EXPECT_EQ(who.customer_of(key), one) << key;
  who.say("customer:1", "customer:2", true, 2);
  for (const char* key : {"customer:1", "customer:2", "email:a@b.c"})
    EXPECT_EQ(who.customer_of(key), IdentityFeed::named(key)) << key;
}

TEST(Identity, TakesTheNewestWordOfAPersonBeforeAllEvidence) {
  IdentityFeed who;
  who.say("customer:1", "email:a@b.c", true, 2);
  who.link("customer:1", "email:a@b.c");
  EXPECT_EQ(who.customer_of("email:a@b.c"), IdentityFeed::named("email:a@b.c"));
  who.say("customer:1", "email:a@b.c", false, 1);
  EXPECT_EQ(who.customer_of("email:a@b.c"), IdentityFeed::named("email:a@b.c")) << "an older word that comes late";
  who.unlink("customer:1", "email:a@b.c");
  who.say("customer:1", "email:a@b.c", false, 3);
  EXPECT_EQ(who.customer_of("email:a@b.c"), IdentityFeed::named("customer:1")) << "a person lifts a veto";
}

}  // namespace
}  // namespace earshot
