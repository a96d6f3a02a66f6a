// The commands that ask what we know.
#include <cstdio>
#include <cstdlib>
#include <set>

#include "api/answers.h"
#include "api/delivery_answers.h"
#include "api/identity_answers.h"
#include "api/requests.h"
#include "api/sink_answers.h"
#include "base/small_file.h"
#include "cli/answers.h"
#include "cli/commands.h"
#include "cli/show.h"
#include "event/json_reader.h"
#include "event/json_writer.h"

namespace earshot::cli {
namespace {

constexpr std::size_t kPageRows = 1000;

struct Options {
  std::string command;  // as it was typed, for messages
  std::string config;
  std::string data;
  std::string url;
  std::string tenant;
  bool json = false;
  std::size_t limit = 0;  // rows; 0: all
  std::map<std::string, std::string> filters;
  std::map<std::string, bool> switches;
  std::string name;  // of the one thing to show
};

int fail(const Options& options, const Error& error) {
  std::fprintf(stderr, "earshot %s: %s\n", options.command.c_str(), error.message.c_str());
  return error.kind == ErrorKind::Invalid ? 2 : 1;
}

void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

Result<std::unique_ptr<Answers>> open_answers(const Options& options) {
  if (!options.url.empty()) {
    const char* token = std::getenv("EARSHOT_TOKEN");
    return answers_of_url({.url = options.url, .token = token == nullptr ? "" : token, .tenant = options.tenant});
  }
  auto config = load_config(options.config);
  if (!config) return Error{ErrorKind::Invalid, config.error().message};
  if (!options.data.empty()) config->data = options.data;
  if (!options.tenant.empty()) config->tenant = options.tenant;
  auto opened = answers_of_directory(*config);
  if (!opened) return std::move(opened.error());
  if (!opened->note.empty()) std::fprintf(stderr, "earshot %s: %s\n", options.command.c_str(), opened->note.c_str());
  return std::move(opened->answers);
}

Ask ask_for(const Options& options, std::string pattern) {
  Ask ask{std::move(pattern), {}, {}};
  for (const auto& [name, value] : options.filters) {
    if (!value.empty()) ask.query[name] = value;
  }
  for (const auto& [name, is_on] : options.switches) {
    if (is_on) ask.query[name] = "true";
  }
  return ask;
}

// Reads what another, perhaps newer, Earshot wrote: members that this one does not know are passed over.
template <class T>
Result<T> ask_and_read(Answers& answers, const Ask& ask) {
  auto json = answers.ask(ask);
  if (!json) return std::move(json.error());
  auto read = read_json<T>(*json, JsonReader::UnknownKeys::ignore);
  if (!read) return Error{ErrorKind::Corrupt, "the answer cannot be read: " + read.error().message};
  return read;
}

// Asks for page after page and gives each to `take`, which may be stopped by the limit.
template <class Row, class Take>
Result<void> each_page(const Options& options, Answers& answers, Ask ask, Take take) {
  std::size_t left = options.limit;
  std::set<std::string> missing;
  do {
    ask.query["limit"] = std::to_string(options.limit == 0 ? kPageRows : std::min(left, kPageRows));
    auto page = ask_and_read<api::Page<Row>>(answers, ask);
    if (!page) return std::move(page.error());
    left -= std::min(left, page->items.size());
    missing.insert(page->missing.begin(), page->missing.end());
    take(std::move(page->items));
    ask.query["cursor"] = page->next;
  } while (!ask.query["cursor"].empty() && (options.limit == 0 || left > 0));
  if (missing.empty()) return {};
  return Error{ErrorKind::Unavailable,
               "could not read " + joined({missing.begin(), missing.end()}, ", ") + "; the rest is shown"};
}

template <class Row>
int list(const Options& options, const std::string& pattern) {
  auto answers = open_answers(options);
  if (!answers) return fail(options, answers.error());
  std::vector<Row> rows;
  const auto done = each_page<Row>(options, **answers, ask_for(options, pattern), [&](std::vector<Row> page) {
    if (options.json) {
      for (const Row& row : page) print(write_json(row) + "\n");
    } else {
      rows.insert(rows.end(), std::make_move_iterator(page.begin()), std::make_move_iterator(page.end()));
    }
  });
  print(table_of(rows).text());
  return done ? 0 : fail(options, done.error());
}

template <class Answer>
int show(const Options& options, const std::string& pattern) {
  auto answers = open_answers(options);
  if (!answers) return fail(options, answers.error());
  Ask ask = ask_for(options, pattern);
  ask.parts = {options.name};
  const auto answer = ask_and_read<Answer>(**answers, ask);
  if (!answer) return fail(options, answer.error());
  print(options.json ? write_json(*answer) + "\n" : page_of(*answer));
  return 0;
}

using Shared = std::shared_ptr<Options>;

// What every command here takes. `full_name` is `dead-letters list` for a command below another.
Shared add_common(CLI::App& command, std::string full_name) {
  auto options = std::make_shared<Options>();
  options->command = std::move(full_name);
  auto* data = command.add_option("--data", options->data,
                                  "data directory, in place of the configured one; no earshot may use it");
  command
      .add_option(
          "--url", options->url,
          "ask an earshot that runs, such as http://127.0.0.1:8080; EARSHOT_TOKEN is its API token, if it wants one")
      ->excludes(data);
  command.add_option("--config", options->config, "configuration; defaults without one");
  command.add_option("--tenant", options->tenant, "whose, in place of the configured one");
  command.add_flag("--json", options->json, "one JSON object a line");
  return options;
}

Shared add_list(CLI::App& command, std::string full_name) {
  auto options = add_common(command, std::move(full_name));
  command.add_option("--limit", options->limit, "at most so many rows, the newest (default: all)");
  return options;
}

// ---- mending ------------------------------------------------------------------------------------------------------

struct MendOptions {
  api::MendRequest request;
  std::string file;  // of the payload
};
using SharedMend = std::shared_ptr<MendOptions>;

// Gives the answer's counts for a person.
std::string told(const api::DeliveryAnswer& answer) {
  std::string text = "accepted " + std::to_string(answer.accepted) + ", duplicate " + std::to_string(answer.duplicate);
  for (const api::Rejection& one : answer.rejected)
    text += "\nrejected item " + std::to_string(one.index) + ": " + one.detail;
  return text;
}

Result<api::DeliveryAnswer> mend_one(Answers& answers, const std::string& id, const api::MendRequest& request) {
  auto json = answers.tell({"/v1/dead-letters/{id}/mend", {id}, {}}, write_json(request));
  if (!json) return std::move(json.error());
  auto read = read_json<api::DeliveryAnswer>(*json, JsonReader::UnknownKeys::ignore);
  if (!read) return Error{ErrorKind::Corrupt, "the answer cannot be read: " + read.error().message};
  return read;
}

int mend_named(const Options& options, const MendOptions& mend) {
  api::MendRequest request = mend.request;
  if (!mend.file.empty()) {
    auto payload = read_small_file(mend.file);
    if (!payload) return fail(options, payload.error());
    if (payload->empty()) return fail(options, {ErrorKind::Invalid, mend.file + " is empty"});
    request.payload = std::move(*payload);
  }
  auto answers = open_answers(options);
  if (!answers) return fail(options, answers.error());
  const auto answer = mend_one(**answers, options.name, request);
  if (!answer) return fail(options, answer.error());
  print((options.json ? write_json(*answer) : told(*answer)) + "\n");
  return 0;
}

// Every letter of a reason that nobody has mended. One that still cannot be read costs only itself.
int retry_all(const Options& options, const MendOptions& mend) {
  auto answers = open_answers(options);
  if (!answers) return fail(options, answers.error());
  Ask ask = ask_for(options, "/v1/dead-letters");
  ask.query["open"] = "true";
  std::vector<std::string> letters;
  const auto listed = each_page<api::DeadLetterRow>(options, **answers, ask, [&](std::vector<api::DeadLetterRow> page) {
    for (const api::DeadLetterRow& row : page) letters.push_back(row.id);
  });
  if (!listed) return fail(options, listed.error());
  std::size_t mended = 0;
  for (auto id = letters.rbegin(); id != letters.rend(); ++id) {  // the oldest first
    const auto answer = mend_one(**answers, *id, mend.request);
    if (!answer && answer.error().kind == ErrorKind::Unavailable) return fail(options, answer.error());
    if (!answer) std::fprintf(stderr, "%s: %s\n", id->c_str(), answer.error().message.c_str());
    if (answer) ++mended;
  }
  std::printf("mended %zu\nleft %zu\n", mended, letters.size() - mended);
  return mended == letters.size() ? 0 : 1;
}

SharedMend add_mend(CLI::App& command) {
  auto mend = std::make_shared<MendOptions>();
  command.add_option("--actor", mend->request.actor, "who mends it; kept with the letter")->required();
  command.add_option("--connector", mend->request.connector,
                     "of the configuration, which reads it (default: the one that could not)");
  return mend;
}

// ---- sending again ------------------------------------------------------------------------------------------------

int resend(const Options& options, const api::ResendRequest& request) {
  if (request.id.empty() && request.sink.empty())
    return fail(options, {ErrorKind::Invalid, "name a delivery by its id, or with --sink all that failed there"});
  auto answers = open_answers(options);
  if (!answers) return fail(options, answers.error());
  const auto json = (*answers)->tell({"/v1/deliveries/resend", {}, {}}, write_json(request));
  if (!json) return fail(options, json.error());
  const auto answer = read_json<api::ResendAnswer>(*json, JsonReader::UnknownKeys::ignore);
  if (!answer) return fail(options, {ErrorKind::Corrupt, "the answer cannot be read: " + answer.error().message});
  print(options.json
            ? *json + "\n"
            : "made again: " + std::to_string(answer->resent) + "; earshot deliveries list shows what still fails\n");
  return 0;
}

// ---- who is who ---------------------------------------------------------------------------------------------------

int decide(const Options& options, const api::IdentityRequest& request) {
  auto answers = open_answers(options);
  if (!answers) return fail(options, answers.error());
  const auto json = (*answers)->tell({"/v1/identity/decisions", {}, {}}, write_json(request));
  if (!json) return fail(options, json.error());
  print(options.json ? *json + "\n"
                     : std::string(name_of(request.action)) + " taken; what follows from it is under way\n");
  return 0;
}

void add_decision(CLI::App& identity, CommandKind kind, const std::string& what, const std::string& example,
                  int& exit_code) {
  CLI::App* command = identity.add_subcommand(std::string(name_of(kind)), what);
  auto options = add_common(*command, "identity " + std::string(name_of(kind)));
  auto request = std::make_shared<api::IdentityRequest>();
  request->action = kind;
  if (kind == CommandKind::link || kind == CommandKind::unlink) {
    command->add_option("KEYS", request->keys, "the two keys, such as customer:12 and email:user-12@example.com")
        ->required()
        ->expected(2);
  } else {
    command->add_option("ID", request->proposal, "as `earshot identity proposals` shows it")->required();
  }
  command->add_option("--actor", request->actor, "who decides; kept with the decision")->required();
  command->add_option("--reason", request->reason, "why; kept with the decision");
  command->footer("Example: earshot identity " + example + " --actor agent-7 --url http://127.0.0.1:8080");
  command->callback([options, request, &exit_code] { exit_code = decide(*options, *request); });
}

void add_filter(CLI::App& command, const Shared& options, const std::string& name, const std::string& what) {
  command.add_option("--" + name, options->filters[name], what);
}

}  // namespace

void add_customers(CLI::App& app, int& exit_code) {
  CLI::App* customers = app.add_subcommand("customers", "Customers as they stand, the one that changed last first");
  auto options = add_list(*customers, "customers");
  add_filter(*customers, options, "risk", "only ok, watch, unhappy or act");
  add_filter(*customers, options, "search", "only whom this names: a key or id, or a part of a key or name");
  customers->footer("Example: earshot customers --data data --risk act --limit 20");
  customers->callback([options, &exit_code] { exit_code = list<api::CustomerRow>(*options, "/v1/customers"); });

  CLI::App* one = app.add_subcommand("customer", "One customer: profile, risk with its reasons, open cases, timeline");
  auto shown = add_common(*one, "customer");
  one->add_option("KEY", shown->name,
                  "a key such as customer:12 or email:user-12@example.com, or the 32 hex digits of tables")
      ->required();
  one->footer("Example: earshot customer customer:12 --data data");
  one->callback([shown, &exit_code] { exit_code = show<api::CustomerAnswer>(*shown, "/v1/customers/{key}"); });
}

void add_cases(CLI::App& app, int& exit_code) {
  CLI::App* cases = app.add_subcommand("cases", "Cases as they stand, the one that changed last first");
  auto options = add_list(*cases, "cases");
  add_filter(*cases, options, "state", "only new, open, pending_customer, on_hold, resolved, closed or merged");
  add_filter(*cases, options, "owner", "only theirs");
  add_filter(*cases, options, "department", "only theirs");
  add_filter(*cases, options, "customer", "only theirs: a key such as customer:12, or 32 hex digits");
  cases->add_flag("--unresolved", options->switches["unresolved"], "only those that still wait for somebody");
  cases->footer("Example: earshot cases --data data --unresolved --department delivery");
  cases->callback([options, &exit_code] { exit_code = list<api::CaseRow>(*options, "/v1/cases"); });

  CLI::App* one = app.add_subcommand("case", "One case with every step");
  auto shown = add_common(*one, "case");
  one->add_option("ID", shown->name, "32 hex digits, as `earshot cases` shows them")->required();
  one->footer("Example: earshot case 5f0c22d1e9a64b7c8d3e0f1a2b3c4d5e --url http://127.0.0.1:8080");
  one->callback([shown, &exit_code] { exit_code = show<api::CaseAnswer>(*shown, "/v1/cases/{id}"); });
}

void add_identity(CLI::App& app, int& exit_code) {
  CLI::App* identity =
      app.add_subcommand("identity", "Who is who: which keys are one customer, and what a person must decide");
  identity->require_subcommand(1);
  identity->footer("Example: earshot identity proposals --url http://127.0.0.1:8080");
  CLI::App* all = identity->add_subcommand("proposals", "What only a person can decide, newest first");
  auto options = add_list(*all, "identity proposals");
  all->add_flag("--open", options->switches["open"], "only those that nobody has answered");
  all->footer("Example: earshot identity proposals --open --data data");
  all->callback([options, &exit_code] { exit_code = list<api::ProposalRow>(*options, "/v1/identity/proposals"); });

  CLI::App* one = identity->add_subcommand("show", "Whose a key is, and why: its links and vetoes with their evidence");
  auto shown = add_common(*one, "identity show");
  one->add_option("KEY", shown->name, "a key such as email:user-12@example.com, or 32 hex digits")->required();
  one->footer("Example: earshot identity show email:user-12@example.com --data data");
  one->callback([shown, &exit_code] { exit_code = show<api::IdentityAnswer>(*shown, "/v1/identity/keys/{key}"); });

  add_decision(*identity, CommandKind::link, "Two keys are one person", "link customer:12 email:user-12@example.com",
               exit_code);
  add_decision(*identity, CommandKind::unlink, "Two keys are not one person",
               "unlink customer:12 email:user-12@example.com", exit_code);
  add_decision(*identity, CommandKind::accept, "The customers of a proposal are one person",
               "accept 5f0c22d1e9a64b7c8d3e0f1a2b3c4d5e", exit_code);
  add_decision(*identity, CommandKind::refuse, "The customers of a proposal are not one person",
               "refuse 5f0c22d1e9a64b7c8d3e0f1a2b3c4d5e", exit_code);
}

void add_signals(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("signals", "Customers who are unhappy, silent or at risk, and why");
  auto options = add_list(*command, "signals");
  add_filter(*command, options, "kind", "only negative, silent, at_risk or recovered");
  add_filter(*command, options, "customer", "only theirs: a key such as customer:12, or 32 hex digits");
  command->add_flag("--cleared", options->switches["cleared"], "also those that are over");
  command->footer("Example: earshot signals --data data --kind silent --limit 20");
  command->callback([options, &exit_code] { exit_code = list<api::SignalRow>(*options, "/v1/signals"); });
}

void add_alerts(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("alerts", "What people were alerted to");
  auto options = add_list(*command, "alerts");
  command->footer("Example: earshot alerts --data data --limit 20");
  command->callback([options, &exit_code] { exit_code = list<api::AlertRow>(*options, "/v1/alerts"); });
}

void add_kpis(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("kpis", "Results of the newest windows");
  auto options = add_list(*command, "kpis");
  add_filter(*command, options, "kpi", "only this one: csat, nps, first_response, resolved, …");
  add_filter(*command, options, "dimension", "only this one, such as channel=email");
  command->add_flag("--history", options->switches["history"], "every window, not only the newest");
  command->footer("Example: earshot kpis --data data --kpi csat --history");
  command->callback([options, &exit_code] { exit_code = list<api::KpiRow>(*options, "/v1/kpis"); });
}

void add_dead_letters(CLI::App& app, int& exit_code) {
  CLI::App* letters = app.add_subcommand("dead-letters", "What could not be accepted, kept with its reason");
  letters->require_subcommand(1);
  letters->footer("Example: earshot dead-letters list --data data");
  CLI::App* all = letters->add_subcommand("list", "All of them, newest first, without their bytes");
  auto options = add_list(*all, "dead-letters list");
  add_filter(*all, options, "reason",
             "only not_json, too_large, invalid_event, unknown_type, missing_block, no_identity, bad_time, conflict, "
             "too_many_hops or connector");
  all->add_flag("--open", options->switches["open"], "only those that nobody has mended");
  all->footer("Example: earshot dead-letters list --data data --reason bad_time");
  all->callback([options, &exit_code] { exit_code = list<api::DeadLetterRow>(*options, "/v1/dead-letters"); });

  CLI::App* one = letters->add_subcommand("show", "One of them with its first bytes");
  auto shown = add_common(*one, "dead-letters show");
  one->add_option("ID", shown->name, "as `earshot dead-letters list` shows it")->required();
  one->footer("Example: earshot dead-letters show 5f0c22d1e9a64b7c8d3e0f1a2b3c4d5e --data data");
  one->callback([shown, &exit_code] { exit_code = show<api::DeadLetterRow>(*shown, "/v1/dead-letters/{id}"); });

  CLI::App* fix = letters->add_subcommand("fix", "Has an edited payload read in the place of a letter's");
  auto fixed = add_common(*fix, "dead-letters fix");
  auto fixing = add_mend(*fix);
  fix->add_option("ID", fixed->name, "as `earshot dead-letters list` shows it")->required();
  fix->add_option("--payload", fixing->file, "file with the whole payload as its source should have sent it")
      ->required();
  fix->footer(
      "Example: earshot dead-letters fix 5f0c22d1e9a64b7c8d3e0f1a2b3c4d5e --payload fixed.json --actor agent-7 --url "
      "http://127.0.0.1:8080\n"
      "A letter is mended once. Items of the payload that are known already change nothing.");
  fix->callback([fixed, fixing, &exit_code] { exit_code = mend_named(*fixed, *fixing); });

  CLI::App* retry =
      letters->add_subcommand("retry", "Has letters read again as they are, by what the configuration says now");
  auto retried = add_list(*retry, "dead-letters retry");
  auto retrying = add_mend(*retry);
  retry->add_option("ID", retried->name, "one letter; without it all that are not mended");
  add_filter(*retry, retried, "reason", "only those of this reason");
  retry->footer(
      "Example: earshot dead-letters retry --reason unknown_type --actor agent-7 --url http://127.0.0.1:8080\n"
      "First put the mapping that was missing into the configuration, and start earshot again.");
  retry->callback([retried, retrying, &exit_code] {
    exit_code = retried->name.empty() ? retry_all(*retried, *retrying) : mend_named(*retried, *retrying);
  });
}

void add_deliveries(CLI::App& app, int& exit_code) {
  CLI::App* deliveries =
      app.add_subcommand("deliveries", "Alerts that sinks have still to deliver, and those they have parked");
  deliveries->require_subcommand(1);
  deliveries->footer("Example: earshot deliveries list --state parked --url http://127.0.0.1:8080");
  CLI::App* all = deliveries->add_subcommand("list", "All of them, the newest alert first");
  auto options = add_list(*all, "deliveries list");
  add_filter(*all, options, "sink", "only of this one");
  add_filter(*all, options, "state",
             "only pending, parked (after the last try) or stopped (the receiver refuses for good)");
  all->footer("Example: earshot deliveries list --state parked --data data");
  all->callback([options, &exit_code] { exit_code = list<api::SinkDeliveryRow>(*options, "/v1/deliveries"); });

  CLI::App* one = deliveries->add_subcommand("show", "One of them with its alerts, at every sink that has it");
  auto shown = add_common(*one, "deliveries show");
  one->add_option("ID", shown->name, "as `earshot deliveries list` shows it")->required();
  one->footer("Example: earshot deliveries show 5f0c22d1e9a64b7c8d3e0f1a2b3c4d5e --data data");
  one->callback(
      [shown, &exit_code] { exit_code = show<api::Page<api::SinkDeliveryRow>>(*shown, "/v1/deliveries/{id}"); });

  CLI::App* again = deliveries->add_subcommand("resend",
                                               "Has a delivery made again, or all that a sink has parked or waits to "
                                               "try once more; the receiver sees the same ids");
  auto resent = add_common(*again, "deliveries resend");
  auto request = std::make_shared<api::ResendRequest>();
  again->add_option("ID", request->id, "one delivery; without it all that failed at --sink");
  again->add_option("--sink", request->sink, "by its name in the configuration; one that was stopped goes on");
  again->add_option("--actor", request->actor, "who has it sent again; kept in the service's log lines")->required();
  again->footer("Example: earshot deliveries resend --sink chat --actor agent-7 --url http://127.0.0.1:8080");
  again->callback([resent, request, &exit_code] { exit_code = resend(*resent, *request); });
}

}  // namespace earshot::cli
