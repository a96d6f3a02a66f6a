#include <unistd.h>

#include <cstdio>
#include <map>

#include "all.h"
#include "cli/commands.h"
#include "event/codec.h"
#include "simulation/company.h"

namespace earshot::cli {
namespace {

struct Options {
  simulation::Settings company;
  std::string start = "2026-01-01T00:00:00Z";
  std::string truth;
};

// Prints what connectors find, one event a line.
class ToLines : public Findings {
 public:
  void event(Event event) override {
    const std::string line = encode(event) + "\n";
    written_ = std::fwrite(line.data(), 1, line.size(), stdout) == line.size() && written_;
    ++events_;
  }
  void dead_letter(DeadLetter) override { ++dead_letters_; }
  void skipped() override {}

  bool written() const { return written_; }
  std::int64_t events() const { return events_; }
  std::int64_t dead_letters() const { return dead_letters_; }

 private:
  bool written_ = true;
  std::int64_t events_ = 0;
  std::int64_t dead_letters_ = 0;
};

// Reads payloads as the service would.
class Readers {
 public:
  explicit Readers(std::string tenant) : tenant_(std::move(tenant)) {}

  Result<void> read(const simulation::Payload& payload, Findings& findings) {
    auto& connector = connectors_[payload.connector];
    if (!connector) {
      auto made = make_connector(payload.connector, simulation::connector_settings(payload.connector));
      if (!made) return std::move(made.error());
      connector = std::move(*made);
    }
    const Origin origin{tenant_, "simulated " + payload.connector, "simulated", payload.at};
    auto reader = connector->open_request(origin, payload.headers, findings);
    if (!reader) return std::move(reader.error());
    (*reader)->feed(payload.body);
    (*reader)->finish();
    return {};
  }

 private:
  std::string tenant_;
  std::map<std::string, std::unique_ptr<Connector>> connectors_;
};

int fail(const std::string& message, int code) {
  std::fprintf(stderr, "earshot simulate: %s\n", message.c_str());
  return code;
}

bool write_truth(const simulation::Company& company, const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return false;
  std::string csv = "customer,left,why,joined,regime,complains,keys\n";
  for (const simulation::Truth& truth : company.truth()) {
    csv += truth.customer_key + "," + (truth.left ? format_rfc3339(*truth.left) : "") + "," + truth.why + "," +
           format_rfc3339(truth.joined) + "," + truth.regime + ",";
    csv += truth.complains ? "yes" : "no";
    for (const std::string& key : truth.keys) csv += (key == truth.customer_key ? "," : " ") + key;
    csv += "\n";
  }
  const bool written = std::fwrite(csv.data(), 1, csv.size(), file) == csv.size();
  return std::fclose(file) == 0 && written;
}

int run(const Options& options) {
  const auto start = parse_rfc3339(options.start);
  if (!start) return fail("--start " + options.start + " is not a time like 2026-01-01T00:00:00Z", 2);
  simulation::Settings settings = options.company;
  settings.start = *start;
  simulation::Company company(settings);
  Readers readers(settings.tenant);
  ToLines lines;
  const bool shows_progress = ::isatty(STDERR_FILENO) != 0;
  for (int day = 0; day < settings.days; ++day) {
    for (const simulation::Payload& payload :
         company.deliver(*start + std::chrono::days{day}, *start + std::chrono::days{day + 1})) {
      if (auto read = readers.read(payload, lines); !read) return fail(read.error().message, 1);
    }
    if (!lines.written()) return fail("cannot write to standard output", 1);
    if (shows_progress) std::fprintf(stderr, "\rday %d of %d ", day + 1, settings.days);
  }
  if (std::fflush(stdout) != 0) return fail("cannot write to standard output", 1);
  if (shows_progress) std::fputs("\r\033[K", stderr);
  std::fprintf(stderr, "events %lld\nrejected %lld\n", static_cast<long long>(lines.events()),
               static_cast<long long>(lines.dead_letters()));
  if (!options.truth.empty() && !write_truth(company, options.truth)) return fail("cannot write " + options.truth, 1);
  return 0;
}

}  // namespace

void add_simulate(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "simulate", "Print the events of a company that does not exist, and who of its customers truly left");
  command->add_option("--customers", options->company.customers, "how many")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command->add_option("--days", options->company.days, "of history")->check(CLI::Range(1, 3650))->capture_default_str();
  command->add_option("--seed", options->company.seed, "the same seed gives the same bytes on every machine")
      ->capture_default_str();
  command->add_option("--tenant", options->company.tenant, "whose events they are")->capture_default_str();
  command->add_option("--start", options->start, "the first day")->capture_default_str();
  command->add_option("--truth", options->truth,
                      "write a CSV file: customer, when they left, why, when they joined,\nregime (contract, app, "
                      "shop, shop and app), whether they complain, all their keys");
  command->footer(
      "Example: earshot simulate --customers 400 --days 180 --seed 1 --truth truth.csv > events.ndjson\n"
      "What the sources damaged on purpose is counted as rejected, not printed.");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace earshot::cli
