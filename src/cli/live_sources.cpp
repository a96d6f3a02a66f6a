#include "cli/live_sources.h"

#include <algorithm>
#include <future>

#include "processors/intake/intake.h"
#include "processors/intake/known_key.h"

namespace earshot::cli {
namespace {

Result<void> offer(const LiveSourceParts& parts, const std::string& name, std::vector<Event> events) {
  const auto count = [](const Event& event) { return std::holds_alternative<Input>(event.body); };
  const auto inputs = static_cast<std::uint64_t>(std::count_if(events.begin(), events.end(), count));
  const Timestamp begun = parts.clock.now();
  std::promise<Result<Live::Outcome>> answer;
  parts.live.offer(std::move(events), [&answer](Result<Live::Outcome> outcome) { answer.set_value(std::move(outcome)); });
  auto outcome = answer.get_future().get();
  if (!outcome) return std::move(outcome.error());
  const auto duplicate = static_cast<std::uint64_t>(outcome->duplicate);
  if (inputs > 0) parts.metrics.add_batch(name, {inputs, inputs - std::min(inputs, duplicate), parts.clock.now() - begun});
  if (duplicate > 0) parts.metrics.add(Metric::duplicates, {{name}}, static_cast<double>(duplicate));
  return {};
}

Result<ConnectorReached> place_of(const LiveSourceParts& parts, const std::string& name) {
  auto kept = parts.state_here(Topic::feedback, reached_key(parts.config.tenant, name), kReachedName);
  if (!kept) return std::move(kept.error());
  if (!*kept) return ConnectorReached{};
  return read_reached(name, **kept);
}

bool knows(const LiveSourceParts& parts, const Input& input) {
  const auto kept = parts.state_here(Topic::feedback, feedback_key(parts.config.secret, parts.config.tenant, input), kKnownKey);
  return !kept || *kept;
}

}  // namespace

std::unique_ptr<SourceRunner> listen_live(const ConnectorConfig& entry, const LiveSourceParts& parts) {
  Source::Settings settings;
  settings.name = entry.name;
  settings.tenant = parts.config.tenant;
  settings.seed = static_cast<std::uint64_t>(to_millis(parts.clock.now()));
  Source::Parts joined{
      .connector = parts.connector,
      .clock = parts.clock,
      .log = parts.log,
      .place = [parts, name = entry.name] { return place_of(parts, name); },
      .offer = [parts, name = entry.name](std::vector<Event> events) { return offer(parts, name, std::move(events)); },
      .knows = [parts](const Input& input) { return knows(parts, input); },
  };
  return std::make_unique<SourceRunner>(std::move(settings), std::move(joined), parts.clock);
}

}  // namespace earshot::cli
