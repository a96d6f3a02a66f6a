// Values of the processors as a test puts them, for queries that read state.
#pragma once

#include <map>
#include <string>
#include <tuple>

#include "api/queries.h"
#include "earshot/processor.h"
#include "processors/customer/days.h"
#include "processors/customer/profile.h"
#include "processors/customer/timeline.h"
#include "state/customer.pb.h"
#include "state/intake.pb.h"

namespace earshot::api {

class ValuesOfTest {
 public:
  StateView view() {
    return {
        [this](Topic input, std::string_view record_key, std::string_view name) -> Result<std::optional<std::string>> {
          const auto found = values_.find({input, std::string(record_key), std::string(name)});
          if (found == values_.end()) return std::optional<std::string>();
          return std::optional<std::string>(found->second);
        },
        ""};
  }

  template <class Value>
  void put(Topic input, const std::string& record_key, const std::string& name, const Value& value) {
    values_[{input, record_key, name}] = value.SerializeAsString();
  }

  // One who is silent, and said one thing: the input at `place` of its feedback partition.
  void put_customer(KeyHash facet, Offset place, const std::string& signal = "one") {
    const std::string at = record_key("acme", facet);
    state::Customer customer;
    customer.set_silence_level(2);
    customer.set_silence_signal(signal);
    state::Facet& kept = *customer.add_facets();
    kept.set_high(facet.high);
    kept.set_low(facet.low);
    kept.set_first_ms(1'770'000'000'000);
    kept.set_last_heard_ms(1'771'000'000'000);
    kept.set_days(DaySet().bytes());
    kept.set_feedback(1);
    kept.set_negative(1);
    kept.set_sentiment_permille(-800);
    kept.set_entries(2);
    kept.set_place(place);
    put(Topic::activity, at, "customer", customer);
    put_said(facet, place, "web");
    state::TimelineEntry opened;
    opened.set_at_ms(1'771'000'000'000);
    opened.set_what(kCaseEntry);
    opened.set_place(-1);
    opened.set_case_id(CaseId{0, 1}.hex());
    put(Topic::activity, at, Timeline::name(facet, 1), opened);
  }

  void put_said(KeyHash facet, Offset place, const std::string& channel, const std::string& currency = "") {
    state::TimelineEntry said;
    said.set_at_ms(1'770'000'000'000);
    said.set_channel(channel);
    said.set_currency(currency);
    said.set_place(place);
    said.set_has_text(true);
    said.set_sentiment(1);
    said.add_issues(1);
    put(Topic::activity, record_key("acme", facet), Timeline::name(facet, 0), said);
  }

 private:
  std::map<std::tuple<Topic, std::string, std::string>, std::string> values_;
};

}  // namespace earshot::api
