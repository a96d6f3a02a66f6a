#include "processors/insight/control.h"

#include "event/json_reader.h"
#include "state/insight.pb.h"

namespace earshot::insight {
namespace {

constexpr std::string_view kSection = "insight";
constexpr std::string_view kConfig = "config";
constexpr std::string_view kImport = "import";

}  // namespace

bool keep_control(const Event& event, Step& step) {
  if (const auto* config = std::get_if<ConfigChanged>(&event.body)) {
    if (config->section != kSection) return false;
    const auto* kept = step.find_at<state::InsightConfig>(step.tenant(), kConfig);
    if (kept != nullptr && kept->version() >= config->version) return true;
    auto& value = step.edit_at<state::InsightConfig>(step.tenant(), kConfig);
    value.set_version(config->version);
    value.set_settings(config->settings);
    return true;
  }
  if (const auto* began = std::get_if<ImportBegan>(&event.body)) {
    if (began->until > imported_until(step)) {
      step.edit_at<state::InsightImport>(step.tenant(), kImport).set_until_ms(to_millis(began->until));
    }
    return true;
  }
  return false;
}

Settings settings_of(Step& step) {
  const auto* kept = step.find_at<state::InsightConfig>(step.tenant(), kConfig);
  if (kept == nullptr) return {};
  // Who appended them has checked them; a log written by a newer program may hold keys that we do not know.
  const auto read = read_json<Settings>(kept->settings(), JsonReader::UnknownKeys::ignore);
  return read ? within_bounds(*read) : Settings{};
}

Timestamp imported_until(Step& step) {
  const auto* import = step.find_at<state::InsightImport>(step.tenant(), kImport);
  return import == nullptr ? kEarliest : from_millis(import->until_ms());
}

}  // namespace earshot::insight
