#include "processors/insight/insight.h"

#include <map>
#include <string>

#include "event/json_reader.h"
#include "processors/control.h"
#include "processors/insight/settings.h"
#include "processors/insight/shard.h"
#include "processors/insight/windows.h"

namespace earshot {
namespace {

class Insight final : public Processor {
 public:
  std::string_view name() const override { return "insight"; }
  Topic input() const override { return Topic::measures; }
  std::int32_t version() const override { return 1; }

  void apply(const Event& event, Step& step) override {
    if (const auto* measure = std::get_if<MeasureTaken>(&event.body))
      return insight::take_measure(*measure, settings(step), step);
    if (const auto* sums = std::get_if<MeasuresSummed>(&event.body))
      return insight::add_sums(*sums, settings(step), step);
    if (keep_control(event, step)) settings_.clear();
  }

  void fire(const Timer& timer, Step& step) override {
    if (timer.name == "send") return insight::send_sums(step);
    if (timer.name == "report") return insight::report_changes(settings(step), step);
    if (timer.name == "final") return insight::report_final(settings(step), step);
    if (timer.name.rfind("expire/", 0) == 0) insight::expire_items(timer.name, step);
  }

 private:
  static insight::Settings read_settings(Step& step) {
    const auto config = kept_config(step, "insight");
    if (!config) return {};
    // Who appended them has checked them; a log written by a newer program may hold keys that we do not know.
    const auto read = read_json<insight::Settings>(config->settings, JsonReader::UnknownKeys::ignore);
    return read ? insight::within_bounds(*read) : insight::Settings{};
  }

  // Decoded once for each tenant, and again when settings change.
  const insight::Settings& settings(Step& step) {
    const auto found = settings_.find(step.tenant());
    if (found != settings_.end()) return found->second;
    return settings_.emplace(std::string(step.tenant()), read_settings(step)).first->second;
  }

  std::map<std::string, insight::Settings, std::less<>> settings_;
};

}  // namespace

std::unique_ptr<Processor> make_insight() { return std::make_unique<Insight>(); }

}  // namespace earshot
