#include "cli/learn.h"

#include "earshot/topics.h"
#include "event/json_reader.h"
#include "pipeline/state_keys.h"
#include "processors/customer/customer.h"
#include "processors/customer/profile.h"
#include "state/common.pb.h"
#include "state/customer.pb.h"

namespace earshot::cli {
namespace {

constexpr std::string_view kCustomerRow("\0customer", 9);  // ends its key

// The days of all identity keys are the days of the customer.
class Customers {
 public:
  Customers(const CustomerSettings& settings, std::size_t customers_max)
      : settings_(settings), customers_max_(customers_max) {}

  void add(const state::Customer& customer) {
    std::vector<DaySet> days;
    Traits traits;
    for (const state::Facet& facet : customer.facets()) {
      if (auto some = DaySet::parse(facet.days()); some && !some->empty()) days.push_back(std::move(*some));
      Profile::add_traits(facet, traits);
    }
    if (!days.empty() && met_++ % every_ == 0) {
      known_.active_days.push_back(DaySet::united(days).days());
      if (!settings_.segments.empty()) known_.segments.emplace_back(segment_of(settings_.segments, traits));
    }
    if (known_.active_days.size() > customers_max_) halve();
  }

  CustomersKnown take() { return std::move(known_); }

 private:
  template <class T>
  static void keep_every_second(std::vector<T>& values) {
    for (std::size_t i = 0; 2 * i < values.size(); ++i) values[i] = std::move(values[2 * i]);
    values.resize((values.size() + 1) / 2);
  }

  void halve() {
    keep_every_second(known_.active_days);
    keep_every_second(known_.segments);
    every_ *= 2;
  }

  const CustomerSettings& settings_;
  std::size_t customers_max_;
  std::size_t met_ = 0;
  std::size_t every_ = 1;
  CustomersKnown known_;
};

}  // namespace

Result<NewestFit> newest_fit(const StateStore& state, const std::string& tenant) {
  auto bytes = state.get(value_key({index_of(Topic::activity), 0}, tenant_key(tenant), kChurnModel));
  if (!bytes) return std::move(bytes.error());
  state::ChurnModelState fitted;
  if (!*bytes || !fitted.ParseFromString(**bytes)) return NewestFit{};
  return NewestFit{fitted.version(), from_millis(fitted.until_ms())};
}

Result<Config> with_silence_in_force(const StateStore& state, Config config) {
  auto bytes = state.get(value_key({index_of(Topic::activity), 0}, tenant_key(config.tenant), "config/silence"));
  if (!bytes) return std::move(bytes.error());
  state::ConfigState kept;
  if (*bytes && kept.ParseFromString(**bytes)) config.sections["silence"] = kept.settings();
  return config;
}

CustomerSettings silence_settings(const Config& config) {
  CustomerSettings settings;
  if (const auto section = config.sections.find("silence"); section != config.sections.end()) {
    if (auto read = read_json<CustomerSettings>(section->second, JsonReader::UnknownKeys::ignore))
      settings = std::move(*read);
  }
  return settings;
}

Result<CustomersKnown> known_of_state(const StateStore& state, const Config& config, std::size_t customers_max,
                                      const std::stop_token& stop) {
  const CustomerSettings settings = silence_settings(config);
  Customers customers(settings, customers_max);
  for (int partition = 0; partition < config.partitions; ++partition) {
    const std::string rows = row_prefix({index_of(Topic::activity), static_cast<std::uint16_t>(partition)}, kValueRow);
    const std::string prefix = rows + config.tenant + "/";
    auto scanned = state.scan(prefix, prefix, [&](std::string_view key, std::string_view bytes) {
      state::Customer customer;
      if (key.ends_with(kCustomerRow) && customer.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
        customers.add(customer);
      return !stop.stop_requested();
    });
    if (!scanned) return std::move(scanned.error()).in("reading the customers");
  }
  CustomersKnown known = customers.take();
  auto newest = newest_fit(state, config.tenant);
  if (!newest) return std::move(newest.error());
  known.version = newest->version;
  return known;
}

Result<Learned> learn(CustomersKnown known, const CustomerSettings& settings) {
  const ChurnFitTerms terms{day_of(known.until), static_cast<int>(settings.horizon_days),
                            static_cast<int>(settings.act_permille)};
  auto fits = fit_churn_by_segment(std::move(known.active_days), known.segments, terms);
  if (!fits) return std::move(fits.error());
  Learned learned{std::move(*fits), {}};
  for (const ChurnModel& model : learned.fits.models(known.version + 1)) {
    const ChurnFit& fit = model.segment.empty() ? learned.fits.everyone : learned.fits.of_segments.at(model.segment);
    ChurnModelFitted fitted = fitted_event(model);
    fitted.pooled = fit.pooled;
    fitted.customers = fit.forecast.customers;
    fitted.repeaters = fit.forecast.repeaters;
    fitted.log_likelihood_milli = static_cast<std::int64_t>(fit.forecast.log_likelihood * 1000);
    fitted.silences = fit.silences;
    fitted.until = known.until;
    learned.events.push_back(std::move(fitted));
  }
  return learned;
}

std::string id_of(const ChurnModelFitted& fitted) {
  return "churn-model-" + std::to_string(fitted.version) + (fitted.segment.empty() ? "" : "-" + fitted.segment);
}

}  // namespace earshot::cli
