// Which pairs of keys intake tells identity about, and how far each is trusted.
#include "intake_room.h"

namespace earshot {
namespace {

using namespace testing;  // NOLINT: a test reads better without the prefix

Input seen(std::vector<std::string> keys, std::vector<std::string> verified = {}) {
  Input input = IntakeRoom::review(4, "", std::move(keys));
  input.person.verified = std::move(verified);
  return input;
}

struct Pair {
  std::string first;
  std::string second;
  bool trusted;
};

void expect_pairs(const std::vector<Emitted>& emitted, const std::vector<Pair>& expected) {
  const auto pairs = Feed::only<KeysPaired>(emitted);
  ASSERT_EQ(pairs.size(), expected.size());
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    SCOPED_TRACE(expected[i].first + " and " + expected[i].second);
    EXPECT_EQ(pairs[i].first, hash_key("", expected[i].first));
    EXPECT_EQ(pairs[i].second, hash_key("", expected[i].second));
    EXPECT_EQ(pairs[i].first_kind, expected[i].first.substr(0, expected[i].first.find(':')));
    EXPECT_EQ(pairs[i].second_kind, expected[i].second.substr(0, expected[i].second.find(':')));
    EXPECT_EQ(pairs[i].trusted, expected[i].trusted);
    EXPECT_FALSE(pairs[i].undone);
  }
}

TEST(IntakePairs, AreToldOnceAndAgainWhenTrustIsNew) {
  IntakeRoom room;
  const std::string number = "customer:user-1", mail = "email:user-1@example.com";
  expect_pairs(room.give(noon(), seen({number})), {});
  expect_pairs(room.give(noon(), seen({number, mail})), {{number, mail, false}});
  expect_pairs(room.give(noon(), seen({number, mail})), {});
  expect_pairs(room.give(noon(), seen({number, mail}, {mail})), {{number, mail, true}});
  expect_pairs(room.give(noon(), seen({number, mail}, {mail})), {});
  expect_pairs(room.give(noon(), seen({number, mail})), {});
}

TEST(IntakePairs, AreTrustedWhenBothAreTheTenantsOwnOrVerified) {
  const std::string number = "customer:user-1", mail = "email:user-1@example.com", phone = "phone:49301";
  struct Row {
    const char* name;
    Input input;
    std::vector<Pair> pairs;
  };
  const Row rows[] = {
      {"one of two is verified", seen({mail, phone}, {phone}), {{mail, phone, false}}},
      {"both are verified", seen({mail, phone}, {phone, mail}), {{mail, phone, true}}},
      {"the tenant's own id needs no proof", seen({number, "customer:user-2"}), {{number, "customer:user-2", true}}},
      {"a display name is no key", seen({"web:user-1"}), {}},
      {"a key that stands twice", seen({mail, mail}, {mail}), {}}};
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    IntakeRoom room;
    expect_pairs(room.give(noon(), row.input), row.pairs);
  }
}

// The first key is the record key, not the best known one: a survey tool's own token often comes first.
TEST(IntakePairs, OfTrustedKeysAreToldBehindAnUntrustedFirstOne) {
  IntakeRoom room;
  const std::string token = "typeform:abc", number = "customer:user-1", mail = "email:user-1@example.com",
                    phone = "phone:49301";
  const auto emitted = room.give(noon(), seen({token, number, mail, phone}, {mail}));
  expect_pairs(emitted, {{token, number, false}, {token, mail, false}, {token, phone, false}, {number, mail, true}});
  expect_pairs(room.give(noon(1), seen({token, number, mail, phone}, {mail})), {});
}

TEST(IntakePairs, ByHandAreToldEachTimeAndRecordNothingElse) {
  IntakeRoom room;
  Input link = seen({"email:a@example.com", "phone:1"});
  link.rating.reset();
  for (const InputKind kind : {InputKind::linked, InputKind::unlinked, InputKind::linked}) {
    link.kind = kind;
    const auto emitted = room.give(noon(), link);
    ASSERT_EQ(emitted.size(), 1u);
    const auto pair = only_one<KeysPaired>(emitted);
    EXPECT_TRUE(pair.trusted);
    EXPECT_EQ(pair.undone, kind == InputKind::unlinked);
    EXPECT_EQ(emitted[0].topic, Topic::identity);
    EXPECT_EQ(emitted[0].key, "acme");
  }
}

}  // namespace
}  // namespace earshot
