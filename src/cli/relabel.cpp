// Somebody says what the analysis of a text should have been.
#include <cstdio>
#include <cstdlib>

#include "api/requests.h"
#include "cli/answers.h"
#include "cli/commands.h"
#include "event/json_reader.h"
#include "event/json_writer.h"
#include "event/names.h"

namespace earshot::cli {
namespace {

struct Options {
  std::string url;
  std::string tenant;
  std::string sentiment;
  std::vector<std::string> issues;
  std::string case_id;
  bool json = false;
  api::LabelRequest label;
};

int fail(const Error& error) {
  std::fprintf(stderr, "earshot relabel: %s\n", error.message.c_str());
  return error.kind == ErrorKind::Invalid ? 2 : 1;
}

// The words of the command line as the API wants them.
Result<void> read_words(Options& options) {
  options.label.sentiment = parse_name<Sentiment>(options.sentiment).value_or(Sentiment::unknown);
  for (const std::string& word : options.issues) {
    const auto issue = parse_name<IssueType>(word);
    if (!issue || *issue == IssueType::none)
      return Error{ErrorKind::Invalid, "--issues: there is no issue type " + word};
    options.label.issues.push_back(*issue);
  }
  if (!options.case_id.empty()) {
    options.label.case_id = CaseId::parse(options.case_id);
    if (!options.label.case_id) return Error{ErrorKind::Invalid, "--case: a case is named by 32 hex digits"};
  }
  return {};
}

int run(Options& options) {
  if (auto read = read_words(options); !read) return fail(read.error());
  const char* token = std::getenv("EARSHOT_TOKEN");
  auto answers = answers_of_url({.url = options.url, .token = token == nullptr ? "" : token, .tenant = options.tenant});
  if (!answers) return fail(answers.error());
  const auto json = (*answers)->tell({"/v1/labels", {}, {}}, write_json(options.label));
  if (!json) return fail(json.error());
  const auto answer = read_json<api::ActionAnswer>(*json, JsonReader::UnknownKeys::ignore);
  if (!answer) return fail({ErrorKind::Corrupt, "the answer cannot be read: " + answer.error().message});
  if (options.json) {
    std::printf("%s\n", json->c_str());
  } else if (answer->accepted.value_or(false)) {
    std::printf("kept\n");
  } else {
    std::printf("taken, not yet answered: request %s\n", answer->request.c_str());
  }
  return 0;
}

}  // namespace

void add_relabel(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("relabel", "Say what the analysis of a text should have been");
  command->add_option("SOURCE", options->label.source, "of the input, as `earshot customer --json` shows it")
      ->required();
  command->add_option("ID", options->label.id, "of the input")->required();
  command->add_option("--sentiment", options->sentiment, "neg, neu or pos")
      ->required()
      ->check(CLI::IsMember({"neg", "neu", "pos"}));
  command
      ->add_option("--issues", options->issues, "all issue types there are, such as delivery,service (default: none)")
      ->delimiter(',');
  command->add_option("--urgency", options->label.urgency, "0, 1 or 2 (default: 0)")->check(CLI::Range(0, 2));
  command->add_flag("--leaves", options->label.leaves, "they say that they leave");
  command->add_option("--case", options->case_id,
                      "32 hex digits: a case about this text, which is then about these issues");
  command->add_option("--actor", options->label.actor, "who says so; somebody the desk knows")->required();
  command->add_option("--url", options->url, "an earshot that runs; EARSHOT_TOKEN is its API token, if it wants one")
      ->required();
  command->add_option("--tenant", options->tenant, "whose, in place of the configured one");
  command->add_flag("--json", options->json, "the answer as JSON");
  command->footer(
      "Example: earshot relabel /acme/shop r-12 --sentiment neg --issues delivery,service --actor agent-7 --url "
      "http://127.0.0.1:8080\n"
      "`earshot export-labels` gives what was said as rows to train on, and how often the model agrees.");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace earshot::cli
