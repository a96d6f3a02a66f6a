// Says that a source could not be heard, so that the silence of its customers does not count.
#include <cstdio>

#include "cli/commands.h"
#include "cli/steer.h"

namespace earshot::cli {
namespace {

struct Options {
  std::string config;
  std::string data;
  std::string url;
  std::string tenant;
  ConnectorGap gap;
  std::string from;
  std::string to;
};

int fail(const Error& error) {
  std::fprintf(stderr, "earshot gap: %s\n", error.message.c_str());
  return error.kind == ErrorKind::Invalid ? 2 : 1;
}

Result<Timestamp> moment(const char* option, const std::string& text) {
  const auto at = parse_rfc3339(text);
  if (!at)
    return Error{ErrorKind::Invalid,
                 std::string(option) + " '" + text + "' is not a moment such as 2026-11-20T08:15:00Z"};
  return *at;
}

Result<void> record_in_directory(const Options& options, const std::string& id, const ConnectorGap& gap) {
  auto config = load_config(options.config);
  if (!config) return Error{ErrorKind::Invalid, config.error().message};
  if (!options.data.empty()) config->data = options.data;
  if (!options.tenant.empty()) config->tenant = options.tenant;
  if (!std::filesystem::exists(config->data))
    return Error{ErrorKind::NotFound, "there is no data directory " + config->data.string() +
                                          "; name one with --data, or a running earshot with --url"};
  auto station = Station::open(*config, {}, Station::Part::looks);
  if (!station) return with_advice(std::move(station.error()), *config);
  return steer(**station, id, "/earshot/gap", gap);
}

int run(const Options& options) {
  ConnectorGap gap = options.gap;
  const auto from = moment("--from", options.from);
  if (!from) return fail(from.error());
  gap.from = *from;
  gap.to = kNever;
  if (!options.to.empty()) {
    const auto to = moment("--to", options.to);
    if (!to) return fail(to.error());
    gap.to = *to;
  }
  const std::string id = "gap-" + gap.connector + "-" + format_rfc3339(gap.from) + "-" + format_rfc3339(gap.to);
  const auto recorded = options.url.empty() ? record_in_directory(options, id, gap)
                                            : steer(SteerTarget{options.url, options.tenant}, id, "/earshot/gap", gap);
  if (!recorded) return fail(recorded.error());
  if (gap.to < kNever) {
    std::printf("recorded: %s could not be heard from %s to %s; that time counts as no silence\n",
                gap.connector.c_str(), options.from.c_str(), options.to.c_str());
  } else {
    std::printf("recorded: %s cannot be heard since %s; when it can, say so with the same --from and a --to\n",
                gap.connector.c_str(), options.from.c_str());
  }
  return 0;
}

}  // namespace

void add_gap(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "gap", "Says that a source could not be heard, so that the silence of its customers does not count");
  command->add_option("--connector", options->gap.connector, "the source, by its name in the configuration")
      ->required();
  command
      ->add_option("--channels", options->gap.channels,
                   "the channels of its events, with commas; without, the one that is named like it")
      ->delimiter(',');
  command->add_option("--from", options->from, "since when, such as 2026-11-20T08:15:00Z")->required();
  command->add_option("--to", options->to, "until when; without, it still lasts");
  command->add_option("--reason", options->gap.reason, "for the alert");
  command->add_option("--url", options->url,
                      "tell an earshot that runs; EARSHOT_TOKEN is its API token of role admin, if it wants one");
  command->add_option("--tenant", options->tenant, "whose source, in place of the configured tenant");
  command->add_option("--config", options->config, "configuration; defaults without one");
  command->add_option("--data", options->data, "a data directory that nobody uses, in place of --url");
  command->footer(
      "Example: earshot gap --connector shop --from 2026-11-20T08:15:00Z --to 2026-11-21T10:00:00Z --reason 'its API "
      "was down' --url http://127.0.0.1:8080");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace earshot::cli
