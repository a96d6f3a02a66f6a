// Do new customers complain of something that the others do not?
//
// What goes wrong in somebody's first month (an account that does not open, a first delivery that is late) loses them
// before they have a rhythm that silence could break; and one such case looks like any other. So complaints are counted
// by day, by what they are about, and by whether the customer was known for kTenureDays. When over kWindowDays new
// customers name an issue type much more often than the others (two-proportion test, z of kAlarmScore), one alert goes
// out for the tenant, with the numbers. It is over when the score falls below kOverScore, and may be raised again after
// that.
//
// A complaint is an unhappy request for a case; what is said in a case that is open already belongs to that complaint.
#pragma once

#include "earshot/event.h"
#include "processors/desk/case_book.h"

namespace earshot::desk {

inline constexpr std::int64_t kTenureDays = 30;
inline constexpr std::int64_t kWindowDays = 28;
inline constexpr std::int64_t kComplaintsMin = 20;  // of the new, and of the others
inline constexpr double kAlarmScore = 3;  // eleven issue types are looked at again and again: 2 would cry wolf
inline constexpr double kOverScore = 1.5;

// How many standard deviations the share `named` of `all` is above the share `others_named` of `others`. 0 without
// anybody.
struct Complaints {
  std::int64_t named = 0;
  std::int64_t all = 0;
};
double score_of(const Complaints& young, const Complaints& others);

// Of a request that is new.
void count_complaint(CaseBook& book, const CaseRequested& request);

}  // namespace earshot::desk
