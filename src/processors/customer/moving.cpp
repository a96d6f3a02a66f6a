#include "processors/customer/moving.h"

#include <algorithm>

#include "base/hash.h"
#include "processors/customer/case_list.h"
#include "processors/customer/profile.h"
#include "processors/customer/timeline.h"
#include "state/customer.pb.h"

namespace earshot::moving {
namespace {

// In base64, and with an entry as long as one can be, a part stays within the limit of an event.
constexpr std::size_t kPartBytesMax = 24 * 1024;
constexpr int kTakenMax = 64;

std::string mark_name(KeyHash facet) { return "moved/" + facet.hex(); }

CustomerId customer_in(const state::FacetMark& mark) { return {mark.to().high(), mark.to().low()}; }

void count_move(Step& step) {
  auto& customer = step.edit<state::Customer>("customer");
  customer.set_moves(customer.moves() + 1);
}

void send(FacetMoved moved, Step& step) {
  const std::string to = record_key(step.tenant(), moved.to);
  step.emit(Topic::activity, to, std::move(moved), step.now());
}

// What is here of the facet, cut into parts; always at least one, so that who waits for the facet knows that it has
// come.
std::vector<state::MovedFacet> pack(KeyHash name, std::int64_t epoch, Step& step) {
  std::vector<state::MovedFacet> parts(1);
  parts[0].set_epoch(epoch);
  if (step.find<state::Customer>("customer") != nullptr)
    CaseList(step.edit<state::Customer>("customer")).take_out(name, parts[0]);
  const auto* facet = Profile::facet(name, step);
  if (facet == nullptr) return parts;
  const std::int64_t ever = facet->entries();
  const auto entries = Timeline::take_out(name, step);
  auto& moved = *parts[0].mutable_facet();
  moved = *facet;
  moved.clear_high();
  moved.clear_low();
  moved.set_entries(ever - static_cast<std::int64_t>(entries.size()));
  std::size_t bytes = parts[0].ByteSizeLong();
  for (const auto& entry : entries) {
    const std::size_t size = entry.ByteSizeLong();
    if (bytes + size > kPartBytesMax) {
      parts.emplace_back().set_epoch(epoch);
      bytes = 0;
    }
    *parts.back().add_entries() = entry;
    bytes += size;
  }
  return parts;
}

std::uint64_t name_of_part(const FacetMoved& moved) {
  return fingerprint(moved.from.hex() + std::to_string(moved.part) + '/' + moved.bytes).low;
}

// False when it was taken before.
bool take_once(const FacetMoved& moved, const state::MovedFacet& what, state::Facet& facet) {
  const std::uint64_t name = name_of_part(moved);
  auto* taken = facet.mutable_taken();
  if (std::find(taken->begin(), taken->end(), name) != taken->end()) return false;
  for (const std::uint64_t earlier : what.facet().taken()) {
    if (std::find(taken->begin(), taken->end(), earlier) == taken->end()) taken->Add(earlier);
  }
  taken->Add(name);
  if (taken->size() > kTakenMax) taken->erase(taken->begin(), taken->begin() + (taken->size() - kTakenMax));
  return true;
}

}  // namespace

std::optional<CustomerId> gone_to(KeyHash facet, Step& step) {
  if (Profile::facet(facet, step) != nullptr) return std::nullopt;
  const auto* mark = step.find<state::FacetMark>(mark_name(facet));
  if (mark == nullptr) return std::nullopt;
  return customer_in(*mark);
}

bool release(const FacetReassigned& reassigned, Step& step) {
  const std::string mark_at = mark_name(reassigned.facet);
  const auto* before = step.find<state::FacetMark>(mark_at);
  if (before != nullptr && before->epoch() >= reassigned.epoch) return false;
  const bool is_here = Profile::facet(reassigned.facet, step) != nullptr;
  const auto parts = pack(reassigned.facet, reassigned.epoch, step);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    send({reassigned.facet, reassigned.from, reassigned.to, reassigned.epoch, static_cast<std::int64_t>(i),
          parts[i].SerializeAsString()},
         step);
  }
  auto& mark = step.edit<state::FacetMark>(mark_at);
  mark.mutable_to()->set_high(reassigned.to.high);
  mark.mutable_to()->set_low(reassigned.to.low);
  mark.set_epoch(reassigned.epoch);
  if (!is_here) return false;
  Profile::remove_facet(reassigned.facet, step);
  // An answer of desk may be on its way for the facet that has gone, and none for those that stay.
  step.edit<state::Customer>("customer").set_case_pending(false);
  count_move(step);
  return true;
}

bool receive(const FacetMoved& moved, Step& step) {
  if (const auto* mark = step.find<state::FacetMark>(mark_name(moved.facet))) {
    if (mark->epoch() > moved.epoch) {
      FacetMoved onward = moved;
      onward.to = customer_in(*mark);
      onward.epoch = mark->epoch();
      send(std::move(onward), step);
      return false;
    }
    step.erase(mark_name(moved.facet));
  }
  state::MovedFacet what;
  if (!what.ParseFromString(moved.bytes)) return false;  // not of ours: nothing can be made of it
  if (moved.part == 0)
    step.emit(Topic::desk, tenant_key(step.tenant()), FacetReassigned{moved.facet, moved.from, moved.to, moved.epoch},
              step.now());
  const bool is_known = step.find<state::Customer>("customer") != nullptr;
  if (!what.has_facet() && what.entries_size() == 0) {
    if (is_known) CaseList(step.edit<state::Customer>("customer")).put_in(what);
    return false;
  }
  auto& facet = Profile::edit_facet(moved.facet, step);
  if (!take_once(moved, what, facet)) return false;
  if (what.has_facet()) Profile::merge(what.facet(), facet);
  const std::int64_t lost = what.facet().entries();
  Timeline::put_in(moved.facet, {what.entries().begin(), what.entries().end()}, lost, step);
  CaseList(step.edit<state::Customer>("customer")).put_in(what);
  count_move(step);
  return true;
}

}  // namespace earshot::moving
