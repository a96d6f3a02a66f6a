#include <algorithm>
#include <cstdarg>
#include <cstdio>

#include "backtest/report.h"

namespace earshot::backtest {
namespace {

constexpr std::size_t kExamples = 20;

constexpr const char* kHead = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Earshot: a look back</title>
<style>
:root { color-scheme: light dark; --line: #8886; --said: #8a8f98; --came: #35608f; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; } th, td { padding: .2rem .8rem; text-align: right; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child, td.text { text-align: left; } td { font-variant-numeric: tabular-nums; }
svg { width: 100%; max-width: 30rem; height: auto; } svg text { font-size: 11px; fill: currentColor; }
.axis { stroke: var(--line); } .said { fill: none; stroke: var(--said); stroke-dasharray: 4 3; } .came { fill: none; stroke: var(--came); stroke-width: 2; } .dot { fill: var(--came); }
</style></head><body><h1>A look back</h1>
)";

__attribute__((format(printf, 2, 3))) void add(std::string& out, const char* format, ...) {
  char text[512];
  va_list values;
  va_start(values, format);
  std::vsnprintf(text, sizeof text, format, values);
  va_end(values);
  out += text;
}

std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '<': safe += "&lt;"; break;
      case '>': safe += "&gt;"; break;
      case '&': safe += "&amp;"; break;
      case '"': safe += "&quot;"; break;
      default: safe += c;
    }
  }
  return safe;
}

std::string date(DayNumber day) { return format_rfc3339(Timestamp{std::chrono::days{day}}).substr(0, 10); }

void add_fit(std::string& out, const SilenceFit& fit) {
  add(out,
      "<p>Fit: r %.4f, alpha %.4f weeks, a %.4f, b %.4f; log-likelihood %.2f over %lld customers, %lld of them active "
      "on more than one day.</p>\n",
      fit.model.r, fit.model.alpha, fit.model.a, fit.model.b, fit.log_likelihood, static_cast<long long>(fit.customers),
      static_cast<long long>(fit.repeaters));
}

// A square of 300 with its axes; x and y run from 0 to 1.
struct Point {
  double x = 0;
  double y = 0;
};
void draw(std::string& out, const std::vector<Point>& points, const char* x_name, const char* y_name, double y_max,
          bool with_diagonal) {
  const auto px = [](double x) { return 45 + 290 * x; };
  const auto py = [&](double y) { return 305 - 290 * y / y_max; };
  out += "<svg viewBox=\"0 0 365 345\" role=\"img\">";
  add(out, "<path class=\"axis\" fill=\"none\" d=\"M45 15V305H335\"/>");
  if (with_diagonal) add(out, "<path class=\"said\" d=\"M45 305L335 15\"/>");
  for (int tick = 0; tick <= 4; ++tick) {
    add(out, "<text x=\"%.1f\" y=\"320\" text-anchor=\"middle\">%.2f</text>", px(tick / 4.0), tick / 4.0);
    add(out, "<text x=\"40\" y=\"%.1f\" text-anchor=\"end\">%.*f</text>", py(y_max * tick / 4) + 4, y_max > 1 ? 0 : 2,
        y_max * tick / 4);
  }
  add(out, "<text x=\"190\" y=\"338\" text-anchor=\"middle\">%s</text><text x=\"50\" y=\"12\">%s</text>", x_name,
      y_name);
  out += "<path class=\"came\" d=\"";
  for (std::size_t i = 0; i < points.size(); ++i)
    add(out, "%c%.1f %.1f", i == 0 ? 'M' : 'L', px(points[i].x), py(points[i].y));
  out += "\"/>";
  for (const Point& point : points)
    add(out, "<circle class=\"dot\" r=\"3\" cx=\"%.1f\" cy=\"%.1f\"/>", px(point.x), py(point.y));
  out += "</svg>\n";
}

void add_ranking(std::string& out, const RankingReport& found) {
  add(out, "<h2>At the end of %s: who will be silent for the next %d days?</h2>\n", date(found.cut).c_str(),
      found.horizon_days);
  add_fit(out, found.fit);
  if (!found.can_compare) {
    out += "<p>The events end before the horizon does: there is nothing to compare with.</p>\n";
    return;
  }
  out +=
      "<table><tr><th>repeat days</th><th>customers</th><th>silent</th><th>AUC</th><th>Brier</th><th>calibration "
      "error</th></tr>\n";
  for (const RankingLine& line : found.lines) {
    add(out, "<tr><td>%s</td><td>%lld</td><td>%.3f</td><td>%.4f</td><td>%.4f</td><td>%.4f</td></tr>\n",
        escaped(line.who).c_str(), static_cast<long long>(line.customers), line.silent, line.auc, line.brier,
        line.calibration);
  }
  out += "</table><h3>Reliability: what was said, and what came</h3>\n";
  std::vector<Point> points;
  for (const Bin& bin : found.bins) {
    if (bin.customers > 0) points.push_back({bin.said, bin.came});
  }
  draw(out, points, "P(silent) said", "share silent", 1, true);
}

void add_lines(std::string& out, const char* first, const std::vector<AlarmLine>& lines) {
  add(out,
      "<table><tr><th>%s</th><th>silences</th><th>gone</th><th>alarms</th><th>precision</th><th>recall</th><th>lead, "
      "days</th></tr>\n",
      first);
  for (const AlarmLine& line : lines) {
    add(out, "<tr><td>%s</td><td>%lld</td><td>%lld</td><td>%lld</td><td>%.3f</td><td>%.3f</td><td>%.1f</td></tr>\n",
        escaped(line.what).c_str(), static_cast<long long>(line.score.gaps), static_cast<long long>(line.score.gone),
        static_cast<long long>(line.score.alarms), line.score.precision(), line.score.recall(), line.score.lead_days);
  }
  out += "</table>\n";
}

void add_alarms(std::string& out, const Past& past, const AlarmReport& found) {
  add(out, "<h2>Alarms after %s: whose silence will reach %d days?</h2>\n", date(found.terms.fit_day).c_str(),
      found.terms.silence_days);
  add_fit(out, found.fits.everyone.forecast);
  add(out, "<p>Promised: %.1f %% of the silences that raise an alarm will last.</p>\n",
      found.terms.act_permille / 10.0);
  add_lines(out, "which", found.lines);
  out += "<h3>Lead time against precision, by promise</h3>\n";
  std::vector<Point> points;
  double longest = 1;
  for (const AlarmLine& line : found.promises) {
    points.push_back({line.score.precision(), line.score.lead_days});
    longest = std::max(longest, line.score.lead_days);
  }
  draw(out, points, "precision", "lead, days", longest, false);
  add_lines(out, "promised", found.promises);
  out +=
      "<h3>Examples: the first "
      "alarms</h3>\n<table><tr><th>customer</th><th>alarm</th><th>rho</th><th>because</th></tr>\n";
  for (std::size_t i = 0; i < std::min(kExamples, found.alarms.size()); ++i) {
    const Alarm& alarm = found.alarms[i];
    out += "<tr><td>" + escaped(past.customers[alarm.customer]) + "</td><td>" + format_rfc3339(alarm.at).substr(0, 10) +
           "</td>";
    add(out, "<td>%.3f</td><td class=\"text\">", alarm.gone_permille / 1000.0);
    for (std::size_t n = 0; n < alarm.reasons.size(); ++n) out += (n == 0 ? "" : "; ") + escaped(alarm.reasons[n]);
    out += "</td></tr>\n";
  }
  out += "</table>\n";
}

}  // namespace

std::string page(const Past& past, const std::optional<RankingReport>& ranking,
                 const std::optional<AlarmReport>& alarms) {
  std::string out = kHead;
  add(out, "<p>%zu events of %zu customers until %s.</p>\n", past.events.size(), past.customers.size(),
      date(past.last_day()).c_str());
  if (ranking) add_ranking(out, *ranking);
  if (alarms) add_alarms(out, past, *alarms);
  return out + "</body></html>\n";
}

}  // namespace earshot::backtest
