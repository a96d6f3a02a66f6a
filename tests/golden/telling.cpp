#include "telling.h"

#include <algorithm>

#include "event/json_writer.h"

namespace earshot::golden {
namespace {

// One line of JSON; members that say nothing are left out.
class Line {
 public:
  Line(const Event& event, std::string_view topic, std::string_view what) {
    add("time", event.time);
    add("topic", std::string(topic));
    add("what", std::string(what));
  }

  template <class T>
  Line& add(std::string_view name, T value) {
    writer_.optional(name, value);
    return *this;
  }
  template <class Enum>
  Line& word(std::string_view name, Enum value) {
    return add(name, std::string(name_of(value)));
  }
  std::string take() { return std::move(text_ += '}'); }

 private:
  std::string text_ = "{";
  JsonWriter writer_{text_};
};

template <class Enum>
std::vector<std::string> words(const std::vector<Enum>& values) {
  std::vector<std::string> names;
  for (const Enum value : values) names.emplace_back(name_of(value));
  return names;
}

// Steps after which it matters when something must be done.
bool shows_deadlines(CaseStep step) {
  return step == CaseStep::opened || step == CaseStep::prioritised || step == CaseStep::transferred ||
         step == CaseStep::reopened;
}

}  // namespace

std::string Telling::named(const std::string& kind, const std::string& hex) {
  const auto known = names_.find(hex);
  if (known != names_.end()) return known->second;
  return names_[hex] = kind + "-" + std::to_string(++counts_[kind]);
}

std::string Telling::with_ids(std::string line) const {
  for (const auto& [hex, name] : names_) {
    const std::string quoted_name = "\"@" + name + "\"";
    for (std::size_t at = line.find(quoted_name); at != std::string::npos; at = line.find(quoted_name, at)) {
      line.replace(at, quoted_name.size(), "\"" + hex + "\"");
    }
  }
  return line;
}

void Telling::hear(const Event& event) {
  if (const auto* signal = std::get_if<SignalChanged>(&event.body)) {
    Line line(event, "signals", signal->raised ? "raised" : "cleared");
    line.word("kind", signal->kind)
        .word("level", signal->level)
        .add("customer", named("customer", signal->customer.hex()));
    line.add("reasons", signal->reasons).add("clears_on", signal->clears_on).add("issues", words(signal->issues));
    lines_.push_back(line.take());
  } else if (const auto* changed = std::get_if<CaseChanged>(&event.body)) {
    Line line(event, "cases", name_of(changed->step));
    line.add("case", named("case", changed->case_id.hex())).add("customer", named("customer", changed->customer.hex()));
    line.word("state", changed->state)
        .word("priority", changed->priority)
        .add("department", changed->department)
        .add("owner", changed->owner);
    line.add("actor", changed->actor)
        .add("sla_metric", changed->sla_metric)
        .add("note", changed->note)
        .add("level", changed->level);
    if (changed->step == CaseStep::opened)
      line.word("origin", changed->origin).add("issues", words(changed->issues)).add("reasons", changed->reasons);
    if (shows_deadlines(changed->step))
      line.add("first_reply_due", changed->first_reply_due).add("resolution_due", changed->resolution_due);
    if (changed->follows) line.add("follows", named("case", changed->follows->hex()));
    lines_.push_back(line.take());
  } else if (const auto* answered = std::get_if<CommandAnswered>(&event.body)) {
    Line line(event, "cases", answered->accepted ? "accepted" : "refused");
    line.add("request", answered->request).add("code", answered->code).add("message", answered->message);
    lines_.push_back(line.take());
  } else if (const auto* alert = std::get_if<AlertRaised>(&event.body)) {
    Line line(event, "alerts", name_of(alert->severity));
    line.add("title", alert->title);
    if (alert->case_id) line.add("case", named("case", alert->case_id->hex()));
    line.add("owner", alert->owner).add("due", alert->due);
    lines_.push_back(line.take());
  } else if (const auto* customer = std::get_if<CustomerChanged>(&event.body)) {
    Line line(event, "customers", customer->risk);
    line.add("customer", named("customer", customer->customer.hex()))
        .add("keys", static_cast<std::int64_t>(customer->facets.size()));
    line.add("active_days", customer->activity_days)
        .add("feedback", customer->feedback_count)
        .add("unhappy", customer->negative_count);
    line.add("open_cases", customer->open_cases);
    lines_.push_back(line.take());
  } else if (const auto* letter = std::get_if<DeadLetter>(&event.body)) {
    Line line(event, "dead-letters", name_of(letter->reason));
    // Offsets depend on the number of partitions.
    line.add("detail", letter->detail).add("place", letter->place.substr(0, letter->place.find('/')));
    lines_.push_back(line.take());
  } else if (const auto* kpi = std::get_if<KpiReported>(&event.body)) {
    const bool is_wanted = std::find(kpis_.begin(), kpis_.end(), kpi->kpi) != kpis_.end();
    const bool is_day = kpi->to - kpi->from == std::chrono::days{1};
    if (!is_wanted || !is_day || !kpi->dimension.empty()) return;
    Line line(event, "kpis", kpi->kpi);
    line.add("from", kpi->from)
        .add("to", kpi->to)
        .add("revision", kpi->revision)
        .add("provisional", kpi->provisional)
        .add("count", kpi->count);
    line.add("numerator", kpi->numerator)
        .add("denominator", kpi->denominator)
        .add("value_milli", kpi->value_milli)
        .add("histogram", kpi->histogram);
    lines_.push_back(line.take());
  }
}

}  // namespace earshot::golden
