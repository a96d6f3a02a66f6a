#include "cli/station.h"

#include "cli/default_model.h"
#include "cli/kafka_engine.h"
#include "event/names.h"
#include "event_log/embedded.h"
#include "processors/control.h"
#include "processors/customer/customer.h"
#include "processors/desk/desk.h"
#include "processors/identity/identity.h"
#include "processors/insight/insight.h"
#include "processors/intake/intake.h"
#include "processors/intake/seen.h"
#include "telemetry/log.h"

namespace earshot::cli {
namespace {

constexpr std::size_t kRecordsPerCommit = 20'000;

// A state store that cannot be used is moved aside: the log has everything it held.
Result<std::unique_ptr<RocksStore>> open_state(const std::filesystem::path& directory) {
  auto store = RocksStore::open(directory, {.format = kStateFormat, .write_ahead_log = true});
  if (store || store.error().kind != ErrorKind::Corrupt) return store;
  std::filesystem::path aside = directory;
  aside += ".corrupt";
  for (int i = 2; std::filesystem::exists(aside); ++i) aside = directory.string() + ".corrupt-" + std::to_string(i);
  std::error_code error;
  std::filesystem::rename(directory, aside, error);
  if (error) return std::move(store.error()).in("cannot move the state aside to " + aside.string());
  const std::string line = log_line("the state cannot be used and is rebuilt from the event log",
                                    {{"moved_to", aside.string()}, {"reason", store.error().message}});
  std::fprintf(stderr, "WARN  %s\n", line.c_str());
  return RocksStore::open(directory, {.format = kStateFormat, .write_ahead_log = true});
}

// Each version has a name of its own. False: they are in force.
bool number_settings(Event& event, ValueView* values, Timestamp recorded) {
  auto& changed = std::get<ConfigChanged>(event.body);
  const auto kept = values == nullptr ? std::nullopt : kept_config(*values, event.tenant, changed.section);
  if (kept && kept->settings == changed.settings) return false;
  changed.version = next_version(kept, recorded);
  event.id = changed.section + "-" + std::to_string(changed.version);
  return true;
}

std::vector<MakeProcessor> processors_that(const Analyse& analyse, const ApplySettings& apply_settings,
                                           const Config& config) {
  return {[secret = config.secret, analyse, apply_settings] { return make_intake({secret}, analyse, apply_settings); },
          [] { return make_identity(); }, [] { return make_customer(); }, [] { return make_desk(); },
          [] { return make_insight(); }};
}

}  // namespace

std::vector<MakeProcessor> make_processors(const Config& config, const Analyzer& analyzer) {
  return processors_that(
      [&analyzer](std::string_view text, std::string_view language) {
        return analyzer.analyze(text, language, {.evidence = false});
      },
      // The copies of this function own it together.
      [tenant_texts = std::make_shared<TenantTexts>(analyzer)](
          const Input& input, std::string_view text, std::string_view settings, Analysis& analysis,
          std::string& product) { tenant_texts->apply(input, text, settings, analysis, product); },
      config);
}

std::vector<MakeProcessor> make_replay_processors(const Config& config) { return processors_that(nullptr, {}, config); }

std::vector<TopicSpec> topics_of(const Config& config) {
  std::vector<TopicSpec> specs;
  for (const TopicName& topic : kTopics)
    specs.push_back({std::string(topic.name), static_cast<std::uint16_t>(config.partitions)});
  return specs;
}

Result<std::unique_ptr<Station>> Station::open(const Config& config, const Progress& progress, Part part) {
  auto opened = open_once(config, progress, part);
  // Damage that shows only while tasks are restored is known to the store from then on, which is now moved aside.
  if (opened || opened.error().kind != ErrorKind::Corrupt) return opened;
  return open_once(config, progress, part);
}

Result<std::unique_ptr<Station>> Station::open_once(const Config& config, const Progress& progress, Part part) {
  std::unique_ptr<Station> station(new Station);
  station->config_ = config;
  auto analyzer = load_analyzer(config.model);
  if (!analyzer) return std::move(analyzer.error());
  station->analyzer_ = std::make_unique<Analyzer>(std::move(*analyzer));

  station->read_ahead_ = std::make_unique<ReadAhead>(*station->analyzer_);
  station->tenant_texts_ = std::make_unique<TenantTexts>(*station->analyzer_);

  std::error_code error;
  std::filesystem::create_directories(config.data, error);
  if (error)
    return Error{ErrorKind::Unavailable,
                 "cannot create the data directory " + config.data.string() + ": " + error.message()};
  auto state = open_state(config.data / "state");
  if (!state) return std::move(state.error());
  station->state_ = std::move(*state);
  if (auto opened = station->open_log(progress, part); !opened) return std::move(opened.error());

  const Analyse analyse = [self = station.get()](std::string_view text, std::string_view language) {
    return self->catches_up_ ? Analysis{} : self->read_ahead_->take(text, language);
  };
  const ApplySettings apply_settings = [self = station.get()](const Input& input, std::string_view text,
                                                              std::string_view settings, Analysis& analysis,
                                                              std::string& product) {
    if (!self->catches_up_) self->tenant_texts_->apply(input, text, settings, analysis, product);
  };
  Pump::Settings pump_settings;
  pump_settings.partitions = config.partitions;
  pump_settings.cache_bytes /= static_cast<std::size_t>(config.engine.workers);
  auto pump = Pump::start(*station->log_, *station->state_, processors_that(analyse, apply_settings, config),
                          pump_settings, [&](std::int64_t records) {
                            if (progress) progress("catching up", records, 0);
                          });
  if (!pump) return std::move(pump.error());
  station->pump_ = std::move(*pump);
  station->catches_up_ = false;
  // What was caught up is in the state before anybody looks at it.
  if (auto caught_up = station->commit(); !caught_up) return std::move(caught_up.error());
  return station;
}

Result<void> Station::open_log(const Progress& progress, Part part) {
  if (is_kafka(config_)) {
    KafkaLog::Settings settings = kafka_settings(config_);
    if (part == Part::looks) settings.role = KafkaRole::onlooker;
    if (part == Part::writes) settings.role = KafkaRole::writer;
    if (part != Part::folds) settings.part = part == Part::looks ? "looks" : config_.only;
    settings.progress = [&](std::int64_t records) {
      if (progress) progress("restoring the state", records, 0);
    };
    auto opened = KafkaLog::open(*state_, std::move(settings));
    if (!opened) return std::move(opened.error());
    log_ = std::move(*opened);
    return {};
  }
  EmbeddedLog::Settings settings;
  settings.topics = topics();
  auto opened = EmbeddedLog::open(config_.data / "log", *state_, std::move(settings));
  if (!opened) return std::move(opened.error());
  log_ = std::move(*opened);
  return {};
}

Result<void> Station::check_settings(std::string_view section, std::string_view settings) const {
  return section == "text" ? check_texts(*analyzer_, settings) : Result<void>();
}

Result<void> Station::record_config(const std::map<std::string, std::string>& sections) {
  Task* any = pump_->any_task_of(Topic::feedback);
  if (any == nullptr) return {};  // another process owns all tasks, and has done it
  for (const auto& [section, settings] : sections) {
    if (auto good = check_settings(section, settings); !good) return good;
    Event event;
    event.source = kConfigSource;
    event.tenant = config_.tenant;
    event.time = event.recorded = pump_->now();  // of a new log: the earliest possible time
    event.body = ConfigChanged{section, 0, settings};
    // Who knows of none gives the first version, and what others have recorded stays.
    if (number_settings(event, &any->values(), kEarliest)) pump_->append_everywhere(event);
  }
  if (auto folded = fold_what_is_there(); !folded) return folded;
  // An engine may show it only now; the front door goes by what was folded.
  pump_->look_again();
  return fold_what_is_there();
}

// Others may have written for hours while nobody folded: in commits that are not too large, each on its way while the
// next is folded.
Result<void> Station::fold_what_is_there() {
  std::future<Result<void>> under_way;
  while (true) {
    auto ended = pump_->run_some(pump_->now(), kRecordsPerCommit);
    if (under_way.valid()) {
      if (auto committed = under_way.get(); !committed) return committed;
    }
    if (!ended) return std::move(ended.error());
    if (*ended && pump_->uncommitted() == 0) return {};
    under_way = begin_commit();
    pump_->look_again();
  }
}

Result<void> Station::begin_to_live() {
  if (lives()) return {};
  auto set = log_->set_fact(kLivesFact, format_rfc3339(pump_->now()));
  if (!set && lives()) return {};  // another process was first
  return set;
}

bool Station::lives() const { return log_->fact(kLivesFact).has_value(); }

std::future<Result<void>> Station::begin_commit() {
  auto written = std::make_shared<std::promise<Result<void>>>();
  auto result = written->get_future();
  pump_->commit([written = std::move(written)](const Result<void>& done) { written->set_value(done); });
  return result;
}

Result<void> Station::commit() { return begin_commit().get(); }

ImportRules Station::import_rules() const {
  ImportRules rules;
  rules.record_key = [secret = config_.secret](const Event& event) {
    if (const auto* input = std::get_if<Input>(&event.body)) return feedback_key(secret, event.tenant, *input);
    if (const auto* mended = std::get_if<DeadLetterMended>(&event.body))
      return mended_key(event.tenant, mended->letter);
    if (const auto* reached = std::get_if<ConnectorReached>(&event.body))
      return reached_key(event.tenant, reached->connector);
    return feedback_key(event.tenant, std::get<DeadLetter>(event.body));
  };
  rules.is_known = [](const Event& event, std::string_view key, ValueView& values) {
    if (const auto* mended = std::get_if<DeadLetterMended>(&event.body)) return is_mended(*mended, key, values);
    return SeenEvents::look(event, key, values) == Seen::repeat;
  };
  rules.imported_until = [tenant = config_.tenant](ValueView& values) { return imported_until(values, tenant); };
  rules.number_settings = [](Event& event, ValueView* values) {
    return number_settings(event, values, event.recorded);
  };
  return rules;
}

}  // namespace earshot::cli
