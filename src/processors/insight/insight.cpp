#include "processors/insight/insight.h"

#include <map>
#include <string>

#include "processors/insight/control.h"
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
    if (const auto* measure = std::get_if<MeasureTaken>(&event.body)) return insight::take_measure(*measure, settings(step), step);
    if (const auto* sums = std::get_if<MeasuresSummed>(&event.body)) return insight::add_sums(*sums, settings(step), step);
    if (insight::keep_control(event, step)) settings_.clear();
  }

  void fire(const Timer& timer, Step& step) override {
    if (timer.name == "send") return insight::send_sums(step);
    if (timer.name == "report") return insight::report_changes(settings(step), step);
    if (timer.name == "final") return insight::report_final(settings(step), step);
    if (timer.name.rfind("expire/", 0) == 0) insight::expire_items(timer.name, step);
  }

 private:
  // Decoded once for each tenant, and again when settings change.
  const insight::Settings& settings(Step& step) {
    const auto found = settings_.find(step.tenant());
    if (found != settings_.end()) return found->second;
    return settings_.emplace(std::string(step.tenant()), insight::settings_of(step)).first->second;
  }

  std::map<std::string, insight::Settings, std::less<>> settings_;
};

}  // namespace

std::unique_ptr<Processor> make_insight() { return std::make_unique<Insight>(); }

}  // namespace earshot
