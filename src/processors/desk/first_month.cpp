#include "processors/desk/first_month.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "event/names.h"

namespace earshot::desk {
namespace {

constexpr std::string_view kFirstMonth = "first-month";

std::int64_t day_number(Timestamp at) { return std::chrono::floor<std::chrono::days>(at).time_since_epoch().count(); }

state::ComplaintDay& edit_day(state::DeskFirstMonth& kept, std::int64_t day) {
  auto& days = *kept.mutable_days();
  const auto place =
      std::lower_bound(days.begin(), days.end(), day,
                       [](const state::ComplaintDay& one, std::int64_t wanted) { return one.day() < wanted; });
  if (place != days.end() && place->day() == day) return *place;
  const auto index = static_cast<int>(place - days.begin());
  days.Add()->set_day(day);
  for (int i = days.size() - 1; i > index; --i) days.SwapElements(i, i - 1);
  return *days.Mutable(index);
}

void count(google::protobuf::RepeatedField<std::uint32_t>& counts, const std::vector<IssueType>& issues) {
  counts.Resize(kIssueTypes, 0);
  counts.Set(0, counts.Get(0) + 1);  // IssueType::none: all of them
  for (const IssueType issue : issues) {
    if (issue != IssueType::none) counts.Set(static_cast<int>(issue), counts.Get(static_cast<int>(issue)) + 1);
  }
}

std::int64_t at(const google::protobuf::RepeatedField<std::uint32_t>& counts, int index) {
  return index < counts.size() ? counts.Get(index) : 0;
}

std::string percent(const Complaints& of) { return std::to_string((of.named * 200 + of.all) / (2 * of.all)) + " %"; }

std::string share(const Complaints& of) {
  return std::to_string(of.named) + " of " + std::to_string(of.all) + " (" + percent(of) + ")";
}

void tell(CaseBook& book, IssueType issue, bool raised, const Complaints& young, const Complaints& others) {
  const std::string about(name_of(issue));
  AlertRaised alert;
  alert.severity = raised ? Severity::warning : Severity::info;
  alert.title = raised ? "new customers complain of " + about + " more than others do"
                       : "new customers complain of " + about + " no more than others do";
  alert.reasons = {
      share(young) + " complaints of customers in their first " + std::to_string(kTenureDays) + " days name it",
      share(others) + " complaints of the others do, over " + std::to_string(kWindowDays) + " days"};
  if (raised) alert.reasons.emplace_back("over when the two shares are alike again");
  book.alert("first-month/" + about, std::move(alert), book.now());
}

void look(CaseBook& book, state::DeskFirstMonth& kept) {
  std::array<Complaints, kIssueTypes> young{}, others{};
  for (const state::ComplaintDay& day : kept.days()) {
    for (int i = 1; i < kIssueTypes; ++i) {
      const auto index = static_cast<std::size_t>(i);
      young[index].named += at(day.young(), i);
      young[index].all += at(day.young(), 0);
      others[index].named += at(day.others(), i);
      others[index].all += at(day.others(), 0);
    }
  }
  auto& raised = *kept.mutable_raised();
  for (int i = 1; i < kIssueTypes; ++i) {
    const auto index = static_cast<std::size_t>(i);
    const bool is_known = young[index].all >= kComplaintsMin && others[index].all >= kComplaintsMin;
    const double score = is_known ? score_of(young[index], others[index]) : 0;
    const auto place = std::find(raised.begin(), raised.end(), static_cast<std::uint32_t>(i));
    if (place == raised.end() && score >= kAlarmScore) {
      raised.Add(static_cast<std::uint32_t>(i));
      std::sort(raised.begin(), raised.end());
      tell(book, static_cast<IssueType>(i), true, young[index], others[index]);
    } else if (place != raised.end() && is_known && score < kOverScore) {
      raised.erase(place);
      tell(book, static_cast<IssueType>(i), false, young[index], others[index]);
    }
  }
}

}  // namespace

double score_of(const Complaints& young, const Complaints& others) {
  if (young.all == 0 || others.all == 0) return 0;
  const auto real = [](std::int64_t n) { return static_cast<double>(n); };
  const double p = real(young.named + others.named) / real(young.all + others.all);
  const double deviation = std::sqrt(p * (1 - p) * (1 / real(young.all) + 1 / real(others.all)));
  if (deviation == 0) return 0;
  return (real(young.named) / real(young.all) - real(others.named) / real(others.all)) / deviation;
}

// Who is not said to be new or old was asked for by an earlier program.
void count_complaint(CaseBook& book, const CaseRequested& request) {
  if (request.proactive || request.sentiment != Sentiment::negative || !request.tenure_days) return;
  const std::int64_t today = day_number(book.now());
  if (day_number(request.at) <= today - kWindowDays) return;  // news of long ago
  auto& kept = book.step().edit<state::DeskFirstMonth>(kFirstMonth);
  auto& days = *kept.mutable_days();
  while (!days.empty() && days.Get(0).day() <= today - kWindowDays) days.DeleteSubrange(0, 1);
  auto& day = edit_day(kept, day_number(request.at));
  count(*request.tenure_days < kTenureDays ? *day.mutable_young() : *day.mutable_others(), request.issues);
  if (!request.imported) look(book, kept);
}

}  // namespace earshot::desk
