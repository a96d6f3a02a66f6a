#include "processors/desk/case_times.h"

#include <algorithm>

namespace earshot::desk {
namespace {

void book_time(CaseBook& book, state::Case& one, Timestamp until) {
  const CaseState state = state_of(one);
  const bool is_work = state == CaseState::fresh || state == CaseState::open;
  const bool is_wait = is_work || state == CaseState::on_hold;
  if (!is_wait || one.wait_start_ms() == 0) return;
  const TimeRange range{from_millis(std::max(one.entered_ms(), one.wait_start_ms())), until};
  const std::int64_t elapsed = std::max<std::int64_t>((range.to - range.from).count(), 0);
  const std::int64_t open_time = book.hours_of(one).business_time(range).count();
  one.set_requester_wait_ms(one.requester_wait_ms() + elapsed);
  one.set_requester_wait_open_ms(one.requester_wait_open_ms() + open_time);
  if (!is_work) return;
  one.set_agent_work_ms(one.agent_work_ms() + elapsed);
  one.set_agent_work_open_ms(one.agent_work_open_ms() + open_time);
}

}  // namespace

void enter_state(CaseBook& book, state::Case& one, CaseState state, Timestamp at) {
  const Timestamp moment = std::max(at, from_millis(one.entered_ms()));
  book_time(book, one, moment);
  one.set_state(static_cast<std::uint32_t>(state));
  one.set_entered_ms(to_millis(moment));
}

void begin_waiting(state::Case& one, Timestamp at) {
  if (one.wait_start_ms() == 0) one.set_wait_start_ms(std::max<std::int64_t>(to_millis(at), one.opened_ms()));
}

bool count_first_response(CaseBook& book, state::Case& one, Timestamp at) {
  const std::int64_t at_ms = to_millis(at);
  if (one.wait_start_ms() == 0 || at_ms < one.wait_start_ms()) return false;
  if (one.first_reply_ms() != 0 && one.first_reply_ms() <= at_ms) return false;
  one.set_first_reply_ms(at_ms);
  const TimeRange waited{from_millis(one.wait_start_ms()), at};
  MeasureTaken taken;
  taken.kind = MeasureKind::first_response;
  taken.at = at;
  taken.item = one.id();
  taken.value = (waited.to - waited.from).count();
  taken.business_value = book.hours_of(one).business_time(waited).count();
  book.measure(one, std::move(taken));
  return true;
}

void measure_resolution(CaseBook& book, state::Case& one, Timestamp at) {
  if (one.first_resolved_ms() == 0) one.set_first_resolved_ms(to_millis(at));
  one.set_resolved_ms(to_millis(at));
  const TimeRange full{from_millis(one.opened_ms()), at};
  MeasureTaken taken;
  taken.kind = MeasureKind::resolution;
  taken.at = at;
  taken.item = one.id();
  taken.value = (full.to - full.from).count();
  taken.business_value = book.hours_of(one).business_time(full).count();
  book.measure(one, std::move(taken));
}

}  // namespace earshot::desk
