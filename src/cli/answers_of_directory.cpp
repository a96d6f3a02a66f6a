#include <algorithm>

#include "api/questions.h"
#include "cli/answers.h"
#include "cli/deliveries.h"
#include "cli/kafka_engine.h"
#include "cli/state_view.h"
#include "cli/station.h"
#include "earshot/check.h"
#include "event_log/embedded.h"
#include "event_log/position.h"
#include "state_store/memory.h"
#include "state_store/rocks.h"

namespace earshot::cli {
namespace {

class OfDirectory final : public Answers {
 public:
  OfDirectory(std::unique_ptr<EmbeddedReader> log, std::unique_ptr<StateStore> state, const Config& config)
      : log_(std::move(log)),
        state_(std::move(state)),
        tenant_(config.tenant),
        queries_(*log_, log_->topics(), state_view(*state_, log_->topics().at(0).partitions, config.secret)),
        deliveries_(deliveries_kept_in(config.data, *log_)),
        questions_(api::questions(queries_, deliveries_)) {}

  Result<std::string> ask(const Ask& ask) override {
    const auto found = std::find_if(questions_.begin(), questions_.end(),
                                    [&](const api::Question& question) { return question.pattern == ask.pattern; });
    EARSHOT_CHECK(found != questions_.end(), "a command asks only questions that there are");
    api::Call call;
    call.request.query = ask.query;
    call.parts = ask.parts;
    call.who.tenant = tenant_;
    return found->ask(call);
  }

  Result<std::string> tell(const Ask&, const std::string&) override {
    return Error{ErrorKind::Invalid,
                 "a data directory is only read here; start an earshot on it and name that one with --url"};
  }

 private:
  std::unique_ptr<EmbeddedReader> log_;
  std::unique_ptr<StateStore> state_;
  std::string tenant_;
  api::Queries queries_;
  api::SinkDeliveries deliveries_;
  std::vector<api::Question> questions_;
};

// How many records the state has still to take in.
Result<Offset> records_behind(const EmbeddedReader& log, const StateStore& state) {
  Offset behind = 0;
  for (std::uint8_t topic = 0; topic < log.topics().size(); ++topic) {
    for (std::uint16_t i = 0; i < log.topics()[topic].partitions; ++i) {
      const TopicPartition input{topic, i};
      const auto in_log = log.position(input);
      if (!in_log) return in_log.error();
      const auto in_state = position_in_state(state, input);
      if (!in_state) return in_state.error();
      behind += std::max<Offset>(0, *in_log - *in_state);
    }
  }
  return behind;
}

}  // namespace

Error with_advice(Error error, const Config& config) {
  if (error.kind == ErrorKind::NotFound) {
    error.message = "there is no event log in " + config.data.string() +
                    "; name a data directory with --data, or import something first";
  } else if (error.kind == ErrorKind::Unavailable) {
    error.message += "; if an earshot runs on it, ask that one with --url http://" + config.listen;
  }
  return error;
}

Result<DirectoryAnswers> answers_of_directory(const Config& config) {
  if (is_kafka(config))
    return Error{ErrorKind::Invalid,
                 "the event log is in Kafka, so a running earshot answers: ask it with --url http://" + config.listen};
  auto log = EmbeddedReader::open(config.data / "log");
  if (!log) return with_advice(std::move(log.error()), config);
  DirectoryAnswers opened;
  std::unique_ptr<StateStore> state;
  if (auto store = RocksStore::open_read_only(config.data / "state", {.format = kStateFormat})) {
    state = std::move(*store);
  } else if (store.error().kind == ErrorKind::Unavailable) {
    return with_advice(std::move(store.error()), config);
  } else {
    opened.note = store.error().message + ": only what the log says is shown; earshot digest rebuilds it";
    state = std::make_unique<MemoryStore>();
  }
  if (opened.note.empty()) {
    const auto behind = records_behind(**log, *state);
    if (!behind) return behind.error();
    if (*behind > 0) {
      opened.note =
          "the state is " + std::to_string(*behind) + " records behind the log; earshot digest brings it up to date";
    }
  }
  opened.answers = std::make_unique<OfDirectory>(std::move(*log), std::move(state), config);
  return opened;
}

}  // namespace earshot::cli
