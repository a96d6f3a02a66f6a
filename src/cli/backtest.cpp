// What the silence rules would have said of the past, and what came of it.
#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>

#include "backtest/measures.h"
#include "cli/commands.h"

namespace earshot::cli {
namespace {

using backtest::Alarm;
using backtest::AlarmScore;
using backtest::Outcome;
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
  std::string alarms;
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
  std::printf("fit        r %.4f  alpha %.4f weeks  a %.4f  b %.4f   log-likelihood %.2f\n           %lld customers, %lld of them on more than one day, %d steps\n",
              fit.model.r, fit.model.alpha, fit.model.a, fit.model.b, fit.log_likelihood, static_cast<long long>(fit.customers),
              static_cast<long long>(fit.repeaters), fit.steps);
}

// ---- point in time -------------------------------------------------------------------------------------------------

void print_outcomes(const char* who, const std::vector<Outcome>& outcomes) {
  double silent = 0;
  for (const Outcome& one : outcomes) silent += one.silent ? 1 : 0;
  std::printf("%-12s %9zu  %9.3f  %6.4f  %6.4f  %6.4f\n", who, outcomes.size(), outcomes.empty() ? 0 : silent / static_cast<double>(outcomes.size()),
              backtest::auc(outcomes), backtest::brier(outcomes), backtest::calibration_error(backtest::bins(outcomes)));
}

void print_reliability(const std::vector<backtest::Bin>& bins) {
  std::printf("\nP(silent) said   customers   said   came\n");
  for (std::size_t i = 0; i < bins.size(); ++i) {
    if (bins[i].customers == 0) continue;
    const double width = 40;
    std::string bar(static_cast<std::size_t>(width * bins[i].came + 0.5), '#');
    bar.resize(static_cast<std::size_t>(width) + 1, ' ');
    bar[static_cast<std::size_t>(width * bins[i].said + 0.5)] = '|';
    std::printf("%.1f to %.1f       %9lld  %5.3f  %5.3f  %s\n", static_cast<double>(i) / 10, static_cast<double>(i + 1) / 10,
                static_cast<long long>(bins[i].customers), bins[i].said, bins[i].came, bar.c_str());
  }
  std::printf("# came, | said\n");
}

Result<void> write_scores(const std::string& path, const Past& past, const backtest::Ranking& ranking) {
  std::ofstream file(path);
  file << "customer_id,score,prob\n";
  char numbers[64];
  for (const auto& one : ranking.customers) {
    std::snprintf(numbers, sizeof numbers, ",%.9f,%.9f\n", one.silent, one.silent);
    file << past.customers[one.customer] << numbers;
  }
  if (!file.flush()) return Error{ErrorKind::Unavailable, "cannot write " + path};
  return {};
}

Result<void> look_at_cut(const Past& past, const Options& options) {
  const auto cut = read_day("--cut", options.cut);
  if (!cut) return cut.error();
  const auto horizon = read_days("--horizon", options.horizon);
  if (!horizon) return horizon.error();
  const auto days = past.active_days();
  const auto ranking = backtest::rank_at(days, *cut, *horizon);
  if (!ranking) return ranking.error();
  std::printf("\nAt the end of %s: who will be silent for the next %d days?\n", date(*cut).c_str(), *horizon);
  print_fit(ranking->fit);
  if (!options.scores.empty()) {
    if (auto written = write_scores(options.scores, past, *ranking); !written) return written;
  }
  if (past.last_day() < *cut + *horizon) {
    std::printf("the events end on %s, before the horizon does: there is nothing to compare with\n", date(past.last_day()).c_str());
    return {};
  }
  std::map<std::string, std::vector<Outcome>> groups;
  for (const auto& one : ranking->customers) {
    const auto& of = days[one.customer];
    const auto next = std::upper_bound(of.begin(), of.end(), *cut);
    const Outcome outcome{one.silent, next == of.end() || *next > *cut + *horizon};
    groups["1 all"].push_back(outcome);
    if (one.x >= 2) groups["2 x >= 2"].push_back(outcome);
    groups[one.x < 5 ? "3 x < 5" : "4 x >= 5"].push_back(outcome);
  }
  std::printf("\nrepeat days  customers     silent     AUC   Brier     ECE\n");
  for (const auto& [name, outcomes] : groups) print_outcomes(name.c_str() + 2, outcomes);
  print_reliability(backtest::bins(groups["1 all"]));
  return {};
}

// ---- alarm replay --------------------------------------------------------------------------------------------------

void print_score(const std::string& what, const AlarmScore& score) {
  std::printf("%-14s %8lld %8lld %8lld   %9.3f  %6.3f  %9.1f\n", what.c_str(), static_cast<long long>(score.gaps), static_cast<long long>(score.gone),
              static_cast<long long>(score.alarms), score.precision(), score.recall(), score.lead_days);
}

Result<void> write_alarms(const std::string& path, const Past& past, const std::vector<Alarm>& alarms) {
  std::ofstream file(path);
  file << "customer_id,alarm_ts,rho,reasons\n";
  for (const Alarm& alarm : alarms) {
    char rho[16];
    std::snprintf(rho, sizeof rho, "%.3f", alarm.gone_permille / 1000.0);
    file << past.customers[alarm.customer] << ',' << format_rfc3339(std::chrono::ceil<std::chrono::seconds>(alarm.at)) << ',' << rho << ",\"";
    for (std::size_t i = 0; i < alarm.reasons.size(); ++i) file << (i == 0 ? "" : "; ") << alarm.reasons[i];
    file << "\"\n";
  }
  if (!file.flush()) return Error{ErrorKind::Unavailable, "cannot write " + path};
  return {};
}

std::string quarter_of(Timestamp at) {
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(at)};
  return std::to_string(static_cast<int>(day.year())) + " Q" + std::to_string((static_cast<unsigned>(day.month()) + 2) / 3);
}

Result<void> look_at_alarms(const Past& past, const Options& options) {
  const auto fit_day = read_day("--fit-date", options.fit_date);
  if (!fit_day) return fit_day.error();
  const auto silence = read_days("--silence", options.silence);
  if (!silence) return silence.error();
  if (!(options.rho > 0 && options.rho < 1)) return invalid("--rho", std::to_string(options.rho), "a probability between 0 and 1");
  const auto fit = fit_silence(backtest::histories_at(past.active_days(), *fit_day));
  if (!fit) return fit.error();
  std::printf("\nAlarms after %s: whose silence will reach %d days?\n", date(*fit_day).c_str(), *silence);
  print_fit(*fit);
  const auto gaps = backtest::gaps_after(past, *fit_day, *silence);
  const auto replayed = [&](int permille) { return backtest::replay_alarms(past, {fit->model, *silence, permille}, *fit_day); };
  const int permille = static_cast<int>(std::lround(options.rho * 1000));
  const auto alarms = replayed(permille);
  if (!alarms) return alarms.error();
  if (!options.alarms.empty()) {
    if (auto written = write_alarms(options.alarms, past, *alarms); !written) return written;
  }
  std::printf("\n                   gaps     gone   alarms   precision  recall  lead days\n");
  print_score("all", backtest::score(gaps, *alarms, *silence));
  std::map<std::string, std::vector<backtest::Gap>> groups;
  for (const auto& gap : gaps) {
    groups[quarter_of(gap.from)].push_back(gap);
    groups[gap.x < 5 ? "x < 5" : "x >= 5"].push_back(gap);
  }
  for (const auto& [name, group] : groups) print_score(name, backtest::score(group, *alarms, *silence));
  std::printf("\nrho promised\n");
  for (const int promised : {500, 600, 700, 750, 800, 850, 900, 950}) {
    const auto at = replayed(promised);
    if (!at) return at.error();
    char name[16];
    std::snprintf(name, sizeof name, "%.2f", promised / 1000.0);
    print_score(name, backtest::score(gaps, *at, *silence));
  }
  return {};
}

int run(const Options& options) {
  if (options.cut.empty() && options.fit_date.empty()) {
    return fail({ErrorKind::Invalid, "nothing is asked: name --cut DATE for scores on a day, --fit-date DATE for alarms after one, or both"});
  }
  backtest::EventFile file{options.events, {options.activity.begin(), options.activity.end()}, {}};
  for (const std::string& one : options.where) {
    const std::size_t at = one.find('=');
    if (at == std::string::npos) return fail(invalid("--where", one, "column=value"));
    file.where.emplace_back(one.substr(0, at), one.substr(at + 1));
  }
  const auto past = backtest::read_events(file);
  if (!past) return fail(past.error());
  if (past->events.empty()) return fail({ErrorKind::Invalid, options.events + " has no events that --where lets through"});
  std::printf("%zu events of %zu customers, %s to %s\n", past->events.size(), past->customers.size(), date(day_of(past->events.front().at)).c_str(),
              date(past->last_day()).c_str());
  if (past->refused > 0) std::fprintf(stderr, "earshot backtest: %lld rows were passed over; %s\n", static_cast<long long>(past->refused), past->first_refusal.c_str());
  if (!options.cut.empty()) {
    if (auto looked = look_at_cut(*past, options); !looked) return fail(looked.error());
  }
  if (!options.fit_date.empty()) {
    if (auto looked = look_at_alarms(*past, options); !looked) return fail(looked.error());
  }
  return 0;
}

}  // namespace

void add_backtest(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("backtest", "What would the silence rules have said of the past, and what came of it?");
  command->add_option("--events", options->events, "CSV with a header: customer_id, ts, type; plain or .gz")->required();
  command->add_option("--activity", options->activity, "types that count as activity, with commas; all without it")->delimiter(',');
  command->add_option("--where", options->where, "column=value: only such rows; may be given more than once");
  command->add_option("--cut", options->cut, "last day known, UTC: fit on what came until then, score what came after");
  command->add_option("--horizon", options->horizon, "how long after the cut, such as 39w")->capture_default_str();
  command->add_option("--scores", options->scores, "write customer_id,score,prob here");
  command->add_option("--fit-date", options->fit_date, "last day the model may know; alarms are raised after it");
  command->add_option("--silence", options->silence, "a silence of this length is a customer who has gone")->capture_default_str();
  command->add_option("--rho", options->rho, "alarm when the silence will last that long with this probability")->capture_default_str();
  command->add_option("--alarms", options->alarms, "write customer_id,alarm_ts,rho,reasons here");
  command->footer("Example: earshot backtest --events orders.csv.gz --activity purchase --cut 2026-03-31 --horizon 26w --fit-date 2026-03-31");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace earshot::cli
