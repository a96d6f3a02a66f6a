// The insight processor: how are we doing?
//
// Measures come in one by one, each with all its dimensions. A shard for each source partition counts them in memory
// and tells the tenant's own key on ticks; that key adds the sums into hours and days and reports KPIs with revisions.
//
//     intake, customer, desk ─► measures `acme/p0` ─► shard ─┐ partial sums, every minute
//                               measures `acme/p1` ─► shard ─┴─► measures `acme` ─► windows ─► kpis, every five minutes
//
// The same measures give the same results in any order, batching or repetition of items; what docs/kpis.md says of each
// KPI is what is computed.
#pragma once

#include <memory>

#include "earshot/processor.h"

namespace earshot {

std::unique_ptr<Processor> make_insight();

}  // namespace earshot
