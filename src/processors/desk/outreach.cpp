#include "processors/desk/outreach.h"

#include <algorithm>
#include <limits>

#include "event/json_reader.h"
#include "event/json_writer.h"
#include "processors/control.h"
#include "processors/desk/customers.h"
#include "processors/desk/openings.h"

namespace earshot::desk {
namespace {

constexpr std::string_view kOutreach = "outreach";  // the value and its timer

std::string waiting_name(std::string_view customer) { return "waiting/" + std::string(customer); }

std::int64_t today(CaseBook& book) {
  return std::chrono::floor<std::chrono::days>(book.now()).time_since_epoch().count();
}

OutreachSettings settings_of(CaseBook& book) {
  const auto kept = kept_config(book.step(), "silence");
  if (!kept) return {};
  return read_json<OutreachSettings>(kept->settings, JsonReader::UnknownKeys::ignore).value_or(OutreachSettings{});
}

// As of today.
state::DeskOutreach& edit_outreach(CaseBook& book) {
  auto& outreach = book.step().edit<state::DeskOutreach>(kOutreach);
  if (outreach.day() != today(book)) {
    outreach.set_day(today(book));
    outreach.set_opened(0);
  }
  return outreach;
}

std::int64_t rank_of(const CaseRequested& request) {
  const std::int64_t most = std::numeric_limits<std::int64_t>::max() / 1000 - 1;
  return (std::clamp<std::int64_t>(request.value_minor, 0, most) + 1) * request.probability_permille;
}

void arm(CaseBook& book, state::DeskOutreach& outreach) {
  const Timestamp midnight{std::chrono::days{today(book) + 1}};
  if (outreach.waiting().empty() || outreach.armed_ms() == to_millis(midnight)) return;
  outreach.set_armed_ms(to_millis(midnight));
  book.step().set_timer(kOutreach, midnight);
}

void leave(CaseBook& book, state::DeskOutreach& outreach, std::string_view customer) {
  auto* waiting = outreach.mutable_waiting();
  const auto place = std::find_if(waiting->begin(), waiting->end(),
                                  [&](const state::SilenceRank& one) { return one.customer() == customer; });
  if (place == waiting->end()) return;
  waiting->erase(place);
  book.step().erase(waiting_name(customer));
}

void wait(CaseBook& book, state::DeskOutreach& outreach, const CaseRequested& request, const std::string& opening) {
  const std::string customer = request.customer.hex();
  leave(book, outreach, customer);
  auto* waiting = outreach.mutable_waiting();
  waiting->Add()->set_rank(rank_of(request));
  waiting->Mutable(waiting->size() - 1)->set_customer(customer);
  const auto is_before = [](const state::SilenceRank& a, const state::SilenceRank& b) {
    return a.rank() != b.rank() ? a.rank() > b.rank() : a.customer() < b.customer();
  };
  for (int i = waiting->size() - 1; i > 0 && is_before(waiting->Get(i), waiting->Get(i - 1)); --i)
    waiting->SwapElements(i - 1, i);
  auto& value = book.step().edit<state::DeskWaiting>(waiting_name(customer));
  value.set_request(write_json(request));
  value.set_opening(opening);
  if (waiting->size() > kWaitingMax) leave(book, outreach, std::string(waiting->Get(kWaitingMax).customer()));

  MeasureTaken measure;
  measure.kind = MeasureKind::signal;
  measure.at = request.at;
  measure.item = request.signal + "/waiting";
  measure.outcome = "waiting";
  book.step().emit(Topic::measures, measure_key(book.step().tenant(), book.step().partition()), std::move(measure),
                   book.now());
  arm(book, outreach);
}

}  // namespace

void on_silence(CaseBook& book, std::uint64_t event, const CaseRequested& request, const std::string& opening) {
  if (request.withdrawn) return leave(book, edit_outreach(book), request.customer.hex());
  if (!is_new_event(book, request.customer, event)) return;
  close_expired(book, request.customer, request.at);
  const bool has_case = find_joinable(book, request).has_value();
  auto& outreach = edit_outreach(book);
  if (!has_case && outreach.opened() >= settings_of(book).cases_per_day_max)
    return wait(book, outreach, request, opening);
  if (!has_case) outreach.set_opened(outreach.opened() + 1);
  (void)open_or_join(book, request, opening, "");
}

bool begin_day(CaseBook& book, const Timer& timer) {
  if (timer.name != kOutreach) return false;
  auto& outreach = edit_outreach(book);
  if (outreach.armed_ms() != to_millis(timer.due)) return true;  // an older one: another is armed
  outreach.set_armed_ms(0);
  const OutreachSettings settings = settings_of(book);
  std::vector<std::string> customers;
  for (const state::SilenceRank& one : outreach.waiting()) customers.push_back(one.customer());
  for (const std::string& customer : customers) {
    const auto* value = book.step().find<state::DeskWaiting>(waiting_name(customer));
    auto request = read_json<CaseRequested>(value->request(), JsonReader::UnknownKeys::ignore);
    EARSHOT_CHECK(request, "a request that waits was written by us");
    const std::string opening = value->opening();
    const bool is_late = request->at + std::chrono::days{settings.late_days} < book.now();
    const bool has_room = outreach.opened() < settings.cases_per_day_max;
    if (!is_late && !has_room) continue;
    leave(book, outreach, customer);
    if (is_late) continue;
    outreach.set_opened(outreach.opened() + 1);
    request->at = book.now();  // nobody could have taken it before
    (void)open_or_join(book, *request, opening, "");
  }
  arm(book, outreach);
  return true;
}

}  // namespace earshot::desk
