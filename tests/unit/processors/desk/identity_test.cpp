// Cases follow the identity key they came in under, and people decide what identity cannot.
#include "desk_room.h"
#include "processors/desk/proposals.h"

namespace earshot {
namespace {

using namespace testing;  // NOLINT: a test reads better without the prefix

KeyHash facet_of(const std::string& who) { return hash_key("", "customer:" + who); }

FacetReassigned move(const std::string& who, const std::string& from, const std::string& to, std::int64_t epoch) {
  return {facet_of(who), customer(from), customer(to), epoch};
}

TEST(CaseMoves, BringACaseToTheCustomerItsKeyBelongsTo) {
  DeskRoom room;
  const CaseId id = room.open(monday(10), "user-1");
  const CaseId other = room.open(monday(10, 5), "user-2");
  room.steps();
  room.give(monday(11), move("user-1", "user-1", "user-2", 1));
  EXPECT_EQ(room.stored(id).customer(), customer("user-2").hex());
  EXPECT_EQ(room.steps(), (std::vector<std::string>{"moved"}));
  const auto kept = room.value<state::CustomerCases>("customer/" + customer("user-2").hex());
  EXPECT_EQ(desk::ids_of(kept.cases()), (std::vector<CaseId>{id, other})) << "oldest first";
  EXPECT_TRUE(measures_of(room.give(monday(12), move("user-1", "user-2", "user-1", 2)), MeasureKind::case_step).empty())
      << "it is the same case";
  EXPECT_EQ(room.stored(id).customer(), customer("user-1").hex()) << "and back";
  EXPECT_EQ(room.stored(other).customer(), customer("user-2").hex());
}

TEST(CaseMoves, LetTheNextMatterJoinWhatWasSaidOnAnotherChannel) {
  DeskRoom room;
  const CaseId id = room.open(monday(10), "user-1");
  room.give(monday(11), move("user-1", "user-1", "user-2", 1));
  CaseRequested again = DeskRoom::complaint(monday(12), "user-2");
  again.channel = "web_chat";
  EXPECT_TRUE(room.open(again).empty()) << "the case of the same person takes it";
  EXPECT_EQ(room.stored(id).last_text_ms(), to_millis(monday(12)));
}

TEST(CaseMoves, TakeTheNewestAssignmentWhateverComesFirst) {
  DeskRoom room;
  const CaseId id = room.open(monday(10), "user-1");
  room.give(monday(11), move("user-1", "user-2", "user-3", 2));  // the news of the first move is still on its way
  EXPECT_EQ(room.stored(id).customer(), customer("user-1").hex());
  room.give(monday(12), move("user-1", "user-1", "user-2", 1));
  EXPECT_EQ(room.stored(id).customer(), customer("user-3").hex());
}

TEST(CaseMoves, OpenCasesByHandForWhoACustomerHasBecome) {
  DeskRoom room;
  room.give(monday(10), move("user-1", "user-1", "user-2", 1));
  Command open = room.command(CommandKind::open_case, "agent-3", {});
  open.customer = customer("user-1");
  const auto answer = Feed::only<CommandAnswered>(room.give(monday(11), open));
  EXPECT_EQ(room.stored(*answer.at(0).case_id).customer(), customer("user-2").hex());
}

TEST(Proposals, AreAnsweredByAPersonOnce) {
  for (const CommandKind kind : {CommandKind::accept, CommandKind::refuse}) {
    SCOPED_TRACE(name_of(kind));
    DeskRoom room;
    room.give(
        monday(10),
        IdentityProposed{hash_key("", "email:a@b.c"), {customer("user-1"), customer("user-2"), customer("user-3")}},
        "p-1");
    Command answer = room.command(kind, "agent-1", {});
    answer.proposal = "p-1";
    answer.reason = "same address";
    const auto pairs = Feed::only<KeysPaired>(room.give(monday(11), answer));
    ASSERT_EQ(pairs.size(), kind == CommandKind::accept ? 2u : 3u) << "all are one, or no two of them are";
    for (const KeysPaired& pair : pairs) {
      EXPECT_EQ(pair.actor, "agent-1");
      EXPECT_EQ(pair.undone, kind == CommandKind::refuse);
      EXPECT_EQ(pair.first_kind, "customer");
    }
    const auto kept = room.value<state::DeskProposal>(desk::proposal_name("p-1"));
    EXPECT_EQ(kept.actor(), "agent-1");
    EXPECT_EQ(kept.reason(), "same address");
    Command late = room.command(CommandKind::accept, "agent-2", {});
    late.proposal = "p-1";
    EXPECT_EQ(room.send(monday(12), late), "already_answered");
  }
}

TEST(Proposals, AreAnsweredOnlyByThoseWhoAreKnown) {
  DeskRoom room;
  room.give(monday(10), IdentityProposed{hash_key("", "email:a@b.c"), {customer("user-1"), customer("user-2")}}, "p-1");
  Command answer = room.command(CommandKind::accept, "nobody", {});
  answer.proposal = "p-1";
  EXPECT_EQ(room.send(monday(11), answer), "unknown_actor");
  answer = room.command(CommandKind::accept, "agent-1", {});
  answer.proposal = "p-2";
  EXPECT_EQ(room.send(monday(11), answer), "unknown_proposal");
}

TEST(Decisions, NameTwoKeys) {
  DeskRoom room;
  Command link = room.command(CommandKind::link, "agent-1", {});
  link.keys = {facet_of("user-1")};
  EXPECT_EQ(room.send(monday(10), link), "needs_two_keys");
  link = room.command(CommandKind::link, "agent-1", {});
  link.keys = {facet_of("user-1"), facet_of("user-1")};
  EXPECT_EQ(room.send(monday(10), link), "needs_two_keys");
  link = room.command(CommandKind::unlink, "agent-1", {});
  link.keys = {facet_of("user-1"), facet_of("user-2")};
  link.kinds = {"customer", "customer"};
  const auto pairs = Feed::only<KeysPaired>(room.give(monday(10), link));
  ASSERT_EQ(pairs.size(), 1u);
  EXPECT_TRUE(pairs[0].undone);
  EXPECT_EQ(pairs[0].second, facet_of("user-2"));
}

}  // namespace
}  // namespace earshot
