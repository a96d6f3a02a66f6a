// Puts into force what sections of a file say, in a running Earshot or in a data directory that nobody uses.
#include <cstdio>
#include <cstdlib>
#include <set>

#include "api/answers.h"
#include "api/delivery_answers.h"
#include "api/queries.h"
#include "api/questions.h"
#include "cli/answers.h"
#include "cli/config_commands.h"
#include "cli/kafka_engine.h"
#include "cli/settings_difference.h"
#include "cli/state_view.h"
#include "cli/station.h"
#include "event/codec.h"
#include "event/json_reader.h"
#include "settings/sections.h"

namespace earshot::cli {
namespace {

using InForce = std::vector<api::SettingsRow>;

struct Options {
  std::string file;
  std::string url;
  std::string tenant;
  std::string data;
  std::vector<std::string> sections;  // none: all
  bool dry_run = false;
};

int fail(const Error& error) {
  std::fprintf(stderr, "earshot config apply: %s\n", error.message.c_str());
  return error.kind == ErrorKind::Invalid ? 2 : 1;
}

// Leaves the wanted sections in the configuration.
Result<void> choose_sections(const Options& options, Config& config) {
  for (const std::string& wanted : options.sections) {
    if (auto found = find_settings_section(wanted); !found) return std::move(found.error()).in("--section");
  }
  if (options.sections.empty()) return {};
  const std::set<std::string> wanted(options.sections.begin(), options.sections.end());
  std::erase_if(config.sections, [&](const auto& section) { return !wanted.contains(section.first); });
  return {};
}

// Says what differs, and leaves it in the configuration.
Result<void> compare(const InForce& in_force, Config& config) {
  for (const api::SettingsRow& row : in_force) {
    const auto own = config.sections.find(row.section);
    if (own == config.sections.end()) continue;
    const auto lines = settings_difference(row.settings.json.empty() ? "{}" : row.settings.json, own->second);
    if (!lines) return lines.error();
    std::printf("%s: %s\n", row.section.c_str(), lines->empty() ? "as it was" : "changed");
    for (const std::string& line : *lines) std::printf("  %s\n", line.c_str());
    if (lines->empty()) config.sections.erase(own);
  }
  return {};
}

// Keys that a service has read when it started. Whether they differ from what it read nobody knows here.
void print_not_applied(const Config& config) {
  std::string keys;
  for (const std::string& key : config.given) {
    if (key.find('.') == std::string::npos && key != "tenant" && key != "data" && !find_settings_section(key))
      keys += (keys.empty() ? "" : ", ") + key;
  }
  if (keys.empty()) return;
  std::printf("not applied: %s; a service reads these when it starts: start it again if they have changed\n",
              keys.c_str());
}

void print_own_file(const Config& config) {
  std::printf("a service applies its own file at each start: let that be %s, or it goes back\n", config.file.c_str());
}

Result<InForce> ask(Answers& answers) {
  const auto json = answers.ask({std::string(api::kConfigPattern), {}, {}});
  if (!json) return json.error();
  auto page = read_json<api::Page<api::SettingsRow>>(*json, JsonReader::UnknownKeys::ignore);
  if (!page) return Error{ErrorKind::Corrupt, "the answer cannot be read: " + page.error().message};
  return std::move(page->items);
}

Result<void> tell(Answers& answers, const std::string& section, const std::string& settings) {
  Event event;
  event.id = section;
  event.source = kConfigSource;
  event.body = ConfigChanged{section, 0, settings};
  const auto json = answers.tell({"/v1/control", {}, {}}, encode(event));
  if (!json) return json.error();
  const auto answer = read_json<api::DeliveryAnswer>(*json, JsonReader::UnknownKeys::ignore);
  if (!answer) return Error{ErrorKind::Corrupt, "the answer cannot be read: " + answer.error().message};
  if (answer->recorded) {
    std::printf("%s: in force for all that is recorded from %s on\n", section.c_str(),
                format_rfc3339(*answer->recorded).c_str());
  } else {
    std::printf("%s: somebody was first, and it is in force already\n", section.c_str());
  }
  return {};
}

// Secrets are the service's: they need not be known here.
Result<void> apply_at_url(const Options& options) {
  auto config = load_config(options.file, Secrets::elsewhere);
  if (!config) return std::move(config.error());
  if (auto chosen = choose_sections(options, *config); !chosen) return chosen;
  const char* token = std::getenv("EARSHOT_TOKEN");
  const std::string of_file = config->given.contains("tenant") ? config->tenant : "";
  auto answers = answers_of_url({.url = options.url,
                                 .token = token == nullptr ? "" : token,
                                 .tenant = options.tenant.empty() ? of_file : options.tenant});
  if (!answers) return std::move(answers.error());
  const auto in_force = ask(**answers);
  if (!in_force) return in_force.error();
  if (auto compared = compare(*in_force, *config); !compared) return compared;
  // From the last one, text: whether its words can be looked for only the service says, and then nothing else is there.
  for (auto one = config->sections.rbegin(); one != config->sections.rend() && !options.dry_run; ++one) {
    if (auto told = tell(**answers, one->first, one->second); !told)
      return std::move(told.error()).in("section " + one->first);
  }
  print_not_applied(*config);
  if (!options.dry_run && !config->sections.empty() && options.tenant.empty()) print_own_file(*config);
  return {};
}

Result<void> apply_in_directory(const Options& options) {
  auto config = load_config(options.file);
  if (!config) return Error{ErrorKind::Invalid, config.error().message};
  if (auto checked = check_further(*config); !checked) return Error{ErrorKind::Invalid, checked.error().message};
  if (auto chosen = choose_sections(options, *config); !chosen) return chosen;
  if (is_kafka(*config))
    return Error{ErrorKind::Invalid,
                 "the event log is in Kafka, so a running earshot takes settings: name one with "
                 "--url http://" +
                     config->listen};
  if (!options.data.empty()) config->data = options.data;
  if (!options.tenant.empty()) config->tenant = options.tenant;
  if (!std::filesystem::exists(config->data))
    return Error{ErrorKind::NotFound, "there is no data directory " + config->data.string() +
                                          "; name one with --data, or a running earshot with --url"};
  auto station = Station::open(*config, {}, Station::Part::looks);
  if (!station) return with_advice(std::move(station.error()), *config);
  const api::Queries queries((*station)->log(), (*station)->topics(),
                             state_view((*station)->state(), config->partitions, config->secret));
  const auto in_force = queries.settings(config->tenant);
  if (!in_force) return in_force.error();
  if (auto compared = compare(in_force->items, *config); !compared) return compared;
  if (!options.dry_run && !config->sections.empty()) {
    if (auto recorded = (*station)->record_config(config->sections); !recorded) return recorded;
    std::printf("in force for all that is recorded from here on\n");
    if (options.tenant.empty()) print_own_file(*config);
  }
  return {};
}

int run(const Options& options) {
  const auto applied = options.url.empty() ? apply_in_directory(options) : apply_at_url(options);
  if (!applied) return fail(applied.error());
  if (options.dry_run) std::printf("nothing was applied: --dry-run\n");
  return 0;
}

}  // namespace

void add_config_apply(CLI::App& config, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = config.add_subcommand(
      "apply", "Puts sections silence, desk, insight and text of a file into force while an earshot runs");
  command->add_option("FILE", options->file, "configuration")->required();
  command->add_option("--url", options->url,
                      "an earshot that runs; EARSHOT_TOKEN is its API token of role admin, if it wants one");
  command->add_option("--tenant", options->tenant,
                      "whose settings these are, in place of the tenant of the file or the server's own");
  command->add_option("--section", options->sections, "only this one; may be given several times")
      ->allow_extra_args(false);
  command->add_option("--data", options->data, "a data directory that nobody uses, in place of --url");
  command->add_flag("--dry-run", options->dry_run, "say what differs and apply nothing");
  command->footer(
      "Example: earshot config apply earshot.yaml --section text --url http://127.0.0.1:8080\n"
      "What was recorded before keeps what was said of it. Everything else in the file needs a start.");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace earshot::cli
