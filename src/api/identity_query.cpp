// Who is who, for people: what identity asks them, and why two keys are one customer.
#include <charconv>

#include "api/queries.h"
#include "base/hash.h"
#include "earshot/processor.h"
#include "processors/desk/proposals.h"
#include "processors/identity/identity.h"
#include "processors/intake/known_key.h"
#include "state/desk.pb.h"
#include "state/identity.pb.h"
#include "state/intake.pb.h"

namespace earshot::api {
namespace {

constexpr std::string_view kAnswers[] = {"open", "accepted", "refused"};

KeyHash key_of(const state::KeyName& name) { return {name.high(), name.low()}; }

std::optional<Timestamp> moment(std::int64_t ms) {
  if (ms == 0) return std::nullopt;
  return from_millis(ms);
}

}  // namespace

// A key that was heard stands with its customer; of another one only its hash is known.
ClaimRow Queries::claim(std::string_view tenant, KeyHash facet) const {
  const auto known = value<state::KnownKey>(Topic::feedback, record_key(tenant, facet), kKnownKey);
  CustomerId owner{facet.high, facet.low};
  if (known && *known && (*known)->epoch() != 0) owner = {(*known)->customer_high(), (*known)->customer_low()};
  return {facet, clear_key(tenant, owner, facet)};
}

// The place in the list is the cursor: proposals are only ever added.
Result<Page<ProposalRow>> Queries::proposals(const PageRequest& page, const ProposalFilter& filter) const {
  const std::string tenant = tenant_key(page.tenant);
  const auto count = value<state::DeskProposalCount>(Topic::desk, tenant, desk::kProposalCount);
  if (!count) return count.error();
  std::int64_t next = *count ? (*count)->count() : 0;
  if (!page.cursor.empty()) {
    const auto read = std::from_chars(page.cursor.data(), page.cursor.data() + page.cursor.size(), next);
    if (read.ec != std::errc{} || read.ptr != page.cursor.data() + page.cursor.size() || next < 0) {
      return Error{ErrorKind::Invalid, "cursor is not one that this list gave"};
    }
  }
  Page<ProposalRow> found;
  std::optional<state::DeskProposals> chunk;
  for (; next > 0 && found.items.size() < page.limit; --next) {
    if (!chunk || next % desk::kProposalsPerChunk == 0) {
      auto read =
          value<state::DeskProposals>(Topic::desk, tenant, desk::proposals_name((next - 1) / desk::kProposalsPerChunk));
      if (!read) return std::move(read.error());
      chunk = *read ? std::move(**read) : state::DeskProposals{};
    }
    const auto place = static_cast<int>((next - 1) % desk::kProposalsPerChunk);
    if (place >= chunk->ids_size()) continue;
    const auto kept = value<state::DeskProposal>(Topic::desk, tenant, desk::proposal_name(chunk->ids(place)));
    if (!kept) return kept.error();
    if (!*kept || (filter.open && (*kept)->answer() != 0)) continue;
    const state::DeskProposal& one = **kept;
    ProposalRow row;
    row.id = chunk->ids(place);
    row.at = from_millis(one.at_ms());
    row.about = claim(page.tenant, {one.key_high(), one.key_low()});
    for (int i = 0; i + 1 < one.candidates_size(); i += 2)
      row.candidates.push_back(claim(page.tenant, {one.candidates(i), one.candidates(i + 1)}));
    row.answer = kAnswers[one.answer() % 3];
    row.actor = one.actor();
    row.reason = one.reason();
    row.answered_at = moment(one.answered_ms());
    found.items.push_back(std::move(row));
  }
  if (next > 0) found.next = std::to_string(next);
  return found;
}

Result<IdentityAnswer> Queries::identity(std::string_view tenant, std::string_view key) const {
  const auto given = KeyHash::parse(key);
  if (!given && key.find(':') == std::string_view::npos) {
    return Error{ErrorKind::NotFound, "a key is named like customer:12 or by 32 hex digits"};
  }
  const KeyHash hash = given ? *given : hash_key(state_.secret, key);
  const std::string at = tenant_key(tenant);
  const auto kept = value<state::IdentityKey>(Topic::identity, at, identity_key_name(hash));
  if (!kept) return kept.error();
  IdentityAnswer answer;
  answer.key = claim(tenant, hash);
  if (!given) answer.key.key = key;
  answer.customer = {hash.high, hash.low};
  if (!*kept) return answer;  // nothing was ever said of it
  if ((*kept)->has_customer()) answer.customer = {(*kept)->customer().high(), (*kept)->customer().low()};
  answer.shared = (*kept)->shared();
  const auto add = [&](const state::KeyName& name, bool linked) -> Result<void> {
    const auto evidence = value<state::LinkEvidence>(Topic::identity, at, evidence_name(hash, key_of(name)));
    if (!evidence) return evidence.error();
    LinkRow row;
    row.with = claim(tenant, key_of(name));
    row.linked = linked;
    if (*evidence) {
      row.channel = (*evidence)->channel();
      row.event = (*evidence)->event();
      row.at = from_millis((*evidence)->at_ms() != 0 ? (*evidence)->at_ms() : (*evidence)->decided_ms());
      row.actor = (*evidence)->actor();
      row.decided_at = moment((*evidence)->decided_ms());
      row.decision = (*evidence)->decision();
    }
    answer.links.push_back(std::move(row));
    return {};
  };
  for (const auto& name : (*kept)->links()) {
    if (auto added = add(name, true); !added) return std::move(added.error());
  }
  for (const auto& name : (*kept)->vetoes()) {
    if (auto added = add(name, false); !added) return std::move(added.error());
  }
  return answer;
}

}  // namespace earshot::api
