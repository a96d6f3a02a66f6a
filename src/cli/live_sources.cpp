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
  parts.live.offer(std::move(events),
                   [&answer](Result<Live::Outcome> outcome) { answer.set_value(std::move(outcome)); });
  auto outcome = answer.get_future().get();
  if (!outcome) return std::move(outcome.error());
  const auto duplicate = static_cast<std::uint64_t>(outcome->duplicate);
  if (inputs > 0)
    parts.metrics.add_batch(name, {inputs, inputs - std::min(inputs, duplicate), parts.clock.now() - begun});
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
  const auto kept =
      parts.state_here(Topic::feedback, feedback_key(parts.config.secret, parts.config.tenant, input), kKnownKey);
  return !kept || *kept;
}

// Counters of all that may happen stand at zero from the start.
std::function<void(const Source::Counts&)> teller(Metrics& metrics, const std::string& name) {
  auto told = [&metrics, name, before = Source::Counts{}](const Source::Counts& now) mutable {
    const auto add = [&](Metric metric, std::string_view outcome, std::uint64_t Source::Counts::*count) {
      metrics.add(metric, {{name, outcome}}, static_cast<double>(now.*count - before.*count));
    };
    add(Metric::source_frames, "taken", &Source::Counts::taken);
    add(Metric::source_frames, "passed_over", &Source::Counts::passed_over);
    add(Metric::source_frames, "unread", &Source::Counts::unread);
    add(Metric::source_connections, "opened", &Source::Counts::opened);
    add(Metric::source_connections, "refused", &Source::Counts::refused);
    add(Metric::source_connections, "failed", &Source::Counts::failed);
    add(Metric::source_connections, "broken", &Source::Counts::broken);
    add(Metric::source_gaps, "caught_up", &Source::Counts::caught_up);
    add(Metric::source_gaps, "missed", &Source::Counts::missed);
    metrics.set(Metric::source_connected, {{name}}, now.is_connected ? 1 : 0);
    if (now.heard) metrics.set(Metric::source_heard, {{name}}, static_cast<double>(to_millis(*now.heard)) / 1000);
    before = now;
  };
  told({});
  return told;
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
      .told = teller(parts.metrics, entry.name),
  };
  return std::make_unique<SourceRunner>(std::move(settings), std::move(joined), parts.clock);
}

}  // namespace earshot::cli
