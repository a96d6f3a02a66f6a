// What the silence rules would have said of the past, and what came of it.
#include <cmath>
#include <cstdio>
#include <fstream>
#include <optional>

#include "backtest/report.h"
#include "cli/answers.h"
#include "cli/churn.h"
#include "cli/commands.h"
#include "cli/config.h"
#include "earshot/topics.h"
#include "event/json_reader.h"
#include "event/names.h"
#include "event_log/embedded.h"

namespace earshot::cli {
namespace {

using backtest::Alarm;
using backtest::Past;

struct Options {
  std::string events;
  std::vector<std::string> activity;
  std::vector<std::string> where;
  std::string cut;
  std::string horizon = "182d";
  std::string scores;
  std::string fit_date;
  std::string silence = "182d";
  double rho = 0.8;
  std::string refit;
  std::string method = "best";
  std::string alarms;
  std::string data;
  std::string config;
  std::string html;
  std::string segment;
};

int fail(const Error& error) {
  std::fprintf(stderr, "earshot backtest: %s\n", error.message.c_str());
  return error.kind == ErrorKind::Invalid ? 2 : 1;
}

Error invalid(const std::string& option, const std::string& value, const char* wanted) {
  return Error{ErrorKind::Invalid, option + " '" + value + "' is not " + wanted};
}

Result<DayNumber> read_day(const std::string& option, const std::string& text) {
  const auto at = parse_rfc3339(text.size() == 10 ? text + "T00:00:00Z" : text);
  if (!at) return invalid(option, text, "a date such as 2026-11-20");
  return day_of(*at);
}

// `182d` or `26w`.
Result<int> read_days(const std::string& option, const std::string& text) {
  int days = 0;
  const bool is_weeks = text.ends_with('w');
  const std::string number = text.substr(0, text.size() - (is_weeks || text.ends_with('d') ? 1 : 0));
  for (const char c : number) {
    if (c < '0' || c > '9' || days > 10'000) return invalid(option, text, "a span such as 182d or 26w");
    days = days * 10 + (c - '0');
  }
  if (number.empty() || days == 0) return invalid(option, text, "a span such as 182d or 26w");
  return is_weeks ? days * 7 : days;
}

std::string date(DayNumber day) { return format_rfc3339(Timestamp{std::chrono::days{day}}).substr(0, 10); }

void print_fit(const SilenceFit& fit) {
  std::printf(
      "fit        r %.4f  alpha %.4f weeks  a %.4f  b %.4f   log-likelihood %.2f\n           %lld customers, %lld of "
      "them on more than one day, %d steps\n",
      fit.model.r, fit.model.alpha, fit.model.a, fit.model.b, fit.log_likelihood, static_cast<long long>(fit.customers),
      static_cast<long long>(fit.repeaters), fit.steps);
}

// ---- point in time -------------------------------------------------------------------------------------------------

void print_reliability(const std::vector<backtest::Bin>& bins) {
  std::printf("\nP(silent) said   customers   said   came\n");
  for (std::size_t i = 0; i < bins.size(); ++i) {
    if (bins[i].customers == 0) continue;
    const double width = 40;
    std::string bar(static_cast<std::size_t>(width * bins[i].came + 0.5), '#');
    bar.resize(static_cast<std::size_t>(width) + 1, ' ');
    bar[static_cast<std::size_t>(width * bins[i].said + 0.5)] = '|';
    std::printf("%.1f to %.1f       %9lld  %5.3f  %5.3f  %s\n", static_cast<double>(i) / 10,
                static_cast<double>(i + 1) / 10, static_cast<long long>(bins[i].customers), bins[i].said, bins[i].came,
                bar.c_str());
  }
  std::printf("# came, | said\n");
}

void print(const backtest::RankingReport& found, const Past& past) {
  std::printf("\nAt the end of %s: who will be silent for the next %d days?\n", date(found.cut).c_str(),
              found.horizon_days);
  print_fit(found.fit);
  if (!found.can_compare) {
    std::printf("the events end on %s, before the horizon does: there is nothing to compare with\n",
                date(past.last_day()).c_str());
    return;
  }
  std::printf("\nrepeat days  customers     silent     AUC   Brier     ECE\n");
  for (const backtest::RankingLine& line : found.lines) {
    std::printf("%-12s %9lld  %9.3f  %6.4f  %6.4f  %6.4f\n", line.who.c_str(), static_cast<long long>(line.customers),
                line.silent, line.auc, line.brier, line.calibration);
  }
  print_reliability(found.bins);
}

std::string scores_file(const Past& past, const backtest::Ranking& ranking) {
  std::string text = "customer_id,score,prob\n";
  char numbers[64];
  for (const auto& one : ranking.customers) {
    std::snprintf(numbers, sizeof numbers, ",%.9f,%.9f\n", one.silent, one.silent);
    text += past.customers[one.customer] + numbers;
  }
  return text;
}

// ---- alarm replay --------------------------------------------------------------------------------------------------

void print_lines(const std::vector<backtest::AlarmLine>& lines) {
  for (const auto& [what, score] : lines) {
    std::printf("%-14s %8lld %8lld %8lld   %9.3f  %6.3f  %9.1f\n", what.c_str(), static_cast<long long>(score.gaps),
                static_cast<long long>(score.gone), static_cast<long long>(score.alarms), score.precision(),
                score.recall(), score.lead_days);
  }
}

void print(const backtest::AlarmReport& found) {
  std::printf("\nAlarms after %s: whose silence will reach %d days?\n", date(found.terms.fit_day).c_str(),
              found.terms.silence_days);
  print_fit(found.fits.everyone.forecast);
  print_choice(found.fits.everyone);
  print_segments(found.fits);
  if (found.terms.method == backtest::Method::forecast)
    std::printf("           the forecast alone is replayed, as asked\n");
  if (found.terms.method == backtest::Method::hazard)
    std::printf("           the hazard is replayed if it was fitted, as asked\n");
  if (found.refits > 0)
    std::printf("           and fitted again %d times, every %d days\n", found.refits, found.terms.refit_days);
  std::printf("\n                   gaps     gone   alarms   precision  recall  lead days\n");
  print_lines(found.lines);
  std::printf("\nrho promised\n");
  print_lines(found.promises);
}

std::string alarms_file(const Past& past, const std::vector<Alarm>& alarms) {
  std::string text = "customer_id,alarm_ts,rho,reasons\n";
  for (const Alarm& alarm : alarms) {
    char rho[16];
    std::snprintf(rho, sizeof rho, "%.3f", alarm.gone_permille / 1000.0);
    text += past.customers[alarm.customer] + ',' + format_rfc3339(std::chrono::ceil<std::chrono::seconds>(alarm.at)) +
            ',' + rho + ",\"";
    for (std::size_t i = 0; i < alarm.reasons.size(); ++i) text += (i == 0 ? "" : "; ") + alarm.reasons[i];
    text += "\"\n";
  }
  return text;
}

// ---- the command ---------------------------------------------------------------------------------------------------

Result<void> write(const std::string& path, const std::string& text) {
  if (path.empty()) return {};
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (!file.flush()) return Error{ErrorKind::Unavailable, "cannot write " + path};
  return {};
}

Result<Past> past_of_file(const Options& options) {
  backtest::EventFile file{options.events, {options.activity.begin(), options.activity.end()}, {}, options.segment};
  for (const std::string& one : options.where) {
    const std::size_t at = one.find('=');
    if (at == std::string::npos) return invalid("--where", one, "column=value");
    file.where.emplace_back(one.substr(0, at), one.substr(at + 1));
  }
  return backtest::read_events(file);
}

Result<Past> past_of_log(const Options& options) {
  if (!options.segment.empty())
    return Error{ErrorKind::Invalid,
                 "--segment is about a column of a file; of a log the segments of the configuration count"};
  if (!options.where.empty())
    return Error{ErrorKind::Invalid, "--where is about the columns of a file, and --data has none"};
  auto config = load_config(options.config);
  if (!config) return Error{ErrorKind::Invalid, config.error().message};
  config->data = options.data;
  CustomerSettings settings;
  if (const auto section = config->sections.find("silence"); section != config->sections.end()) {
    if (auto read = read_json<CustomerSettings>(section->second, JsonReader::UnknownKeys::ignore))
      settings = std::move(*read);
  }
  if (!options.activity.empty()) settings.activity.clear();
  for (const std::string& name : options.activity) {
    const auto kind = parse_name<InputKind>(name);
    if (!kind) return invalid("--activity", name, "a kind of event such as order, usage or payment");
    settings.activity.push_back(*kind);
  }
  auto log = EmbeddedReader::open(config->data / "log");
  if (!log) return with_advice(std::move(log.error()), *config);
  const int partitions = (*log)->topics().at(index_of(Topic::activity)).partitions;
  return backtest::read_log(**log, partitions, config->tenant, settings);
}

Result<void> look_back(const Past& past, const Options& options) {
  std::optional<backtest::RankingReport> at_cut;
  std::optional<backtest::AlarmReport> alarms;
  if (!options.cut.empty()) {
    const auto cut = read_day("--cut", options.cut);
    if (!cut) return cut.error();
    const auto horizon = read_days("--horizon", options.horizon);
    if (!horizon) return horizon.error();
    const auto ranking = backtest::rank_at(past.active_days(), *cut, *horizon, past.segments);
    if (!ranking) return ranking.error();
    at_cut = backtest::report(past, *ranking, *cut, *horizon);
    print(*at_cut, past);
    if (auto written = write(options.scores, scores_file(past, *ranking)); !written) return written;
  }
  if (!options.fit_date.empty()) {
    const auto fit_day = read_day("--fit-date", options.fit_date);
    if (!fit_day) return fit_day.error();
    const auto silence = read_days("--silence", options.silence);
    if (!silence) return silence.error();
    if (!(options.rho > 0 && options.rho < 1))
      return invalid("--rho", std::to_string(options.rho), "a probability between 0 and 1");
    backtest::AlarmTerms terms{*fit_day, *silence, static_cast<int>(std::lround(options.rho * 1000))};
    if (!options.refit.empty()) {
      const auto every = read_days("--refit", options.refit);
      if (!every) return every.error();
      terms.refit_days = *every;
    }
    if (options.method == "forecast") terms.method = backtest::Method::forecast;
    if (options.method == "hazard") terms.method = backtest::Method::hazard;
    auto found = backtest::look_at_alarms(past, terms);
    if (!found) return found.error();
    alarms = std::move(*found);
    print(*alarms);
    if (auto written = write(options.alarms, alarms_file(past, alarms->alarms)); !written) return written;
  }
  return write(options.html, options.html.empty() ? "" : backtest::page(past, at_cut, alarms));
}

int run(const Options& options) {
  if (options.events.empty() == options.data.empty())
    return fail({ErrorKind::Invalid, "name what to look at: --events FILE or --data DIR"});
  if (options.cut.empty() && options.fit_date.empty()) {
    return fail(
        {ErrorKind::Invalid,
         "nothing is asked: name --cut DATE for scores on a day, --fit-date DATE for alarms after one, or both"});
  }
  const auto past = options.events.empty() ? past_of_log(options) : past_of_file(options);
  if (!past) return fail(past.error());
  if (past->events.empty()) {
    return fail(
        {ErrorKind::Invalid, options.events.empty()
                                 ? "nobody in " + options.data + " was ever active; name other kinds with --activity"
                                 : options.events + " has no events that --activity and --where let through"});
  }
  std::printf("%zu events of %zu customers, %s to %s\n", past->events.size(), past->customers.size(),
              date(day_of(past->events.front().at)).c_str(), date(past->last_day()).c_str());
  if (past->refused > 0)
    std::fprintf(stderr, "earshot backtest: %lld rows were passed over; %s\n", static_cast<long long>(past->refused),
                 past->first_refusal.c_str());
  if (auto looked = look_back(*past, options); !looked) return fail(looked.error());
  return 0;
}

}  // namespace

void add_backtest(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("backtest", "What would the silence rules have said of the past, and what came of it?");
  command->add_option("--events", options->events, "CSV with a header: customer_id, ts, type; plain or .gz");
  command->add_option("--data", options->data, "a data directory that nobody uses, in place of a file");
  command->add_option("--config", options->config, "configuration, for its silence.activity and tenant; with --data");
  command
      ->add_option("--activity", options->activity,
                   "types that count as activity, with commas; all of a file, those of the configuration for a log")
      ->delimiter(',');
  command->add_option("--where", options->where, "column=value: only such rows; may be given more than once");
  command->add_option("--segment", options->segment,
                      "column of the file by which customers are fitted apart, such as country");
  command->add_option("--cut", options->cut, "last day known, UTC: fit on what came until then, score what came after");
  command->add_option("--horizon", options->horizon, "how long after the cut, such as 39w")->capture_default_str();
  command->add_option("--scores", options->scores, "write customer_id,score,prob here");
  command->add_option("--fit-date", options->fit_date, "last day the model may know; alarms are raised after it");
  command->add_option("--silence", options->silence, "a silence of this length is a customer who has gone")
      ->capture_default_str();
  command->add_option("--rho", options->rho, "alarm when the silence will last that long with this probability")
      ->capture_default_str();
  command->add_option("--refit", options->refit,
                      "fit again so often after the fit date, such as 4w, on what is known by then");
  command->add_option("--method", options->method, "what alarms: best, forecast or hazard")
      ->check(CLI::IsMember({"best", "forecast", "hazard"}))
      ->capture_default_str();
  command->add_option("--alarms", options->alarms, "write customer_id,alarm_ts,rho,reasons here");
  command->add_option("--html", options->html, "write one page with reliability, lead time and examples here");
  command->footer(
      "Example: earshot backtest --events orders.csv.gz --activity purchase --cut 2026-03-31 --horizon 26w --fit-date "
      "2026-03-31");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace earshot::cli
