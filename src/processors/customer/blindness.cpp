#include "processors/customer/blindness.h"

#include <algorithm>

#include "state/customer.pb.h"

namespace earshot {
namespace {

constexpr std::string_view kGaps = "gaps";

bool is_about(const state::SourceGap& gap, const std::string& channel) {
  if (gap.channels().empty()) return gap.connector() == channel;
  return std::find(gap.channels().begin(), gap.channels().end(), channel) != gap.channels().end();
}

bool is_heard_through(const state::SourceGap& gap, const state::Customer& customer) {
  return std::any_of(customer.facets().begin(), customer.facets().end(), [&](const state::Facet& facet) {
    return std::any_of(facet.channels().begin(), facet.channels().end(),
                       [&](const std::string& channel) { return is_about(gap, channel); });
  });
}

}  // namespace

void Blindness::keep(const ConnectorGap& gap, Step& step) {
  auto* gaps = step.edit_at<state::SourceGaps>(step.tenant(), kGaps).mutable_gaps();
  const std::int64_t from = to_millis(gap.from);
  for (int i = 0; i < gaps->size(); ++i) {
    if (gaps->Get(i).connector() != gap.connector || gaps->Get(i).from_ms() != from) continue;
    gaps->DeleteSubrange(i, 1);
    break;
  }
  if (gap.caught_up) return;
  if (gaps->size() == kGapsMax) gaps->DeleteSubrange(0, 1);
  state::SourceGap& added = *gaps->Add();
  added.set_connector(gap.connector);
  added.set_from_ms(from);
  added.set_to_ms(to_millis(gap.to));
  for (const std::string& channel : gap.channels) added.add_channels(channel);
  for (int i = gaps->size() - 1; i > 0 && gaps->Get(i - 1).from_ms() > from; --i) gaps->SwapElements(i - 1, i);
}

std::vector<BlindSpan> Blindness::after(Timestamp since, Step& step) {
  const auto* kept = step.find_at<state::SourceGaps>(step.tenant(), kGaps);
  const auto* customer = step.find<state::Customer>("customer");
  std::vector<BlindSpan> blind;
  if (kept == nullptr || customer == nullptr) return blind;
  for (const state::SourceGap& gap : kept->gaps()) {
    const bool lasts = gap.to_ms() >= to_millis(kNever);
    const Timestamp from = std::max(since, from_millis(gap.from_ms()));
    const Timestamp to = lasts ? step.now() + kLookAgain : from_millis(gap.to_ms());
    if (to <= from || !is_heard_through(gap, *customer)) continue;
    if (!blind.empty() && from <= blind.back().to) {
      blind.back().to = std::max(blind.back().to, to);
    } else {
      blind.push_back({from, to});
    }
  }
  return blind;
}

Timestamp Blindness::postponed(Timestamp since, Timestamp due, std::span<const BlindSpan> blind) {
  for (const BlindSpan& span : blind) {
    const Timestamp from = std::max(span.from, since);
    if (from < due && span.to > from) due += span.to - from;
  }
  return due;
}

}  // namespace earshot
