#include "event_log/kafka.h"

#include <algorithm>
#include <map>
#include <utility>

#include "earshot/check.h"
#include "event_log/kafka_changelog.h"
#include "event_log/kafka_committer.h"
#include "event_log/kafka_facts.h"
#include "event_log/kafka_fetcher.h"
#include "event_log/kafka_member.h"
#include "event_log/kafka_reader.h"
#include "event_log/position.h"

namespace earshot {

namespace {

constexpr std::string_view kLogFact = "log";  // an id of this log
const std::string kLogKey = std::string(kPositionPrefix) + "log";
constexpr std::uint8_t kNoChangelog = 255;

}  // namespace

class KafkaLog::Impl {
 public:
  Impl(StateStore& state, Settings settings) : state_(state), settings_(std::move(settings)) {}

  Result<void> check(KafkaLog& log);
  Result<void> begin();

  std::string topic_name(TopicPartition partition) const { return settings_.prefix + settings_.topics[partition.topic].name; }
  kafka::Properties connection() const;

  StateStore& state_;
  Settings settings_;
  std::unique_ptr<KafkaFacts> facts_;
  std::unique_ptr<KafkaReader> reader_;
  std::unique_ptr<kafka::Fetcher> fetcher_;
  std::unique_ptr<kafka::Member> member_;
  std::vector<std::vector<std::atomic<Offset>>> known_ends_;  // by topic: records of ours reach up to there
  std::vector<kafka::Emitted> open_batch_;
  std::unique_ptr<kafka::Committer> committer_;

 private:
  Result<void> check_state();
  Result<std::map<TopicPartition, Offset>> committed_positions() const;
  Result<void> restore_state();
  Result<std::unique_ptr<kafka::Producer>> open_producer();

  std::vector<std::uint8_t> changelog_of_;
};

kafka::Properties KafkaLog::Impl::connection() const {
  kafka::Properties properties = settings_.connection.security;
  properties.emplace_back("bootstrap.servers", settings_.connection.bootstrap);
  properties.emplace_back("client.id", settings_.prefix + settings_.application + "-" + settings_.slot);
  return properties;
}

// ---- opening ------------------------------------------------------------------------------------------------------

Result<void> KafkaLog::Impl::check(KafkaLog& log) {
  KafkaTopicNames names{.prefix = settings_.prefix, .inputs = settings_.inputs, .compacted = settings_.compacted, .state_format = settings_.keys.format};
  if (auto checked = check_kafka_topics(settings_.connection, kafka_topics(settings_.topics, names)); !checked) return checked;
  auto facts = KafkaFacts::open(settings_.connection, settings_.prefix);
  if (!facts) return std::move(facts.error());
  facts_ = std::move(*facts);
  if (auto checked = check_topics(log, settings_.topics); !checked) return checked;
  return check_state();
}

// A state directory knows whose it is.
Result<void> KafkaLog::Impl::check_state() {
  auto id = facts_->get(kLogFact);
  if (!id && id.error().kind == ErrorKind::NotFound) {
    const std::string fresh = std::to_string(std::chrono::system_clock::now().time_since_epoch().count());
    (void)facts_->set(kLogFact, fresh);  // another process may have been first
    id = facts_->get(kLogFact);
  }
  if (!id) return std::move(id.error());
  auto kept = state_.get(kLogKey);
  if (!kept) return std::move(kept.error());
  if (*kept && **kept != *id) {
    return Error{ErrorKind::Conflict, "the state in the data directory belongs to another event log than the one in Kafka; give this process "
                                      "another data directory, or move its state aside and it is rebuilt"};
  }
  return state_.write({{kLogKey, *id}});
}

Result<std::unique_ptr<kafka::Producer>> KafkaLog::Impl::open_producer() {
  kafka::Producer::Settings with{connection(), settings_.prefix + settings_.application + "-" + settings_.slot, settings_.transaction, settings_.headers, {}};
  for (const TopicSpec& topic : settings_.topics) with.topics.push_back(settings_.prefix + topic.name);
  changelog_of_.assign(settings_.topics.size(), kNoChangelog);
  if (settings_.keys.task_of) {
    for (const std::uint8_t input : settings_.inputs) {
      changelog_of_[input] = static_cast<std::uint8_t>(with.topics.size());
      with.topics.push_back(changelog_name(settings_.prefix, settings_.topics[input], settings_.keys.format));
    }
  }
  return kafka::Producer::open(std::move(with), settings_.start);
}

Result<void> KafkaLog::Impl::begin() {
  // First of all: it ends what the last owner of this slot left open.
  auto producer = open_producer();
  if (!producer) return std::move(producer.error());
  kafka::Member::Settings with{connection(), settings_.prefix + settings_.application, settings_.slot, {}, 0, settings_.session, {}};
  for (const std::uint8_t input : settings_.inputs) {
    with.topics.push_back(settings_.prefix + settings_.topics[input].name);
    with.partitions += settings_.topics[input].partitions;
  }
  with.before_revoke = [this] {
    if (committer_) committer_->drain();
  };
  auto member = kafka::Member::join(std::move(with), settings_.start);
  if (!member) return std::move(member.error());
  member_ = std::move(*member);
  auto positions = committed_positions();
  if (!positions) return std::move(positions.error());
  if (auto restored = restore_state(); !restored) return restored;
  // Kafka forgets the offsets of a group that was away for long; the changelog says the same.
  for (auto& [input, next] : *positions) {
    if (next >= 0) continue;
    auto kept = settings_.keys.task_of ? position_in_state(state_, input) : Result<Offset>(0);
    if (!kept) return std::move(kept.error());
    next = *kept;
  }
  auto reader = KafkaReader::open(settings_.connection, settings_.prefix, settings_.topics);
  if (!reader) return std::move(reader.error());
  reader_ = std::move(*reader);
  auto fetcher = kafka::Fetcher::open(connection());
  if (!fetcher) return std::move(fetcher.error());
  fetcher_ = std::move(*fetcher);
  for (const auto& [input, next] : *positions) {
    if (auto begun = fetcher_->begin({topic_name(input), input.partition}, input, next); !begun) return begun;
  }
  for (std::size_t topic = 0; topic < settings_.topics.size(); ++topic) {
    known_ends_.emplace_back(settings_.topics[topic].partitions);
    for (std::uint16_t i = 0; i < settings_.topics[topic].partitions; ++i) {
      auto end = reader_->end({static_cast<std::uint8_t>(topic), i});
      if (!end) return std::move(end.error());
      known_ends_[topic][i] = *end;
    }
  }
  const auto shown = [this](TopicPartition partition, Offset end) {
    known_ends_[partition.topic][partition.partition].store(end, std::memory_order_release);
    reader_->expect(partition, end);
  };
  committer_ = std::make_unique<kafka::Committer>(
      kafka::Committer::Parts{state_, settings_, *member_, std::move(*producer), std::move(*positions), changelog_of_, shown});
  return {};
}

Result<std::map<TopicPartition, Offset>> KafkaLog::Impl::committed_positions() const {
  std::vector<kafka::Place> places;
  std::vector<TopicPartition> inputs;
  for (const std::uint8_t input : settings_.inputs) {
    for (std::uint16_t i = 0; i < settings_.topics[input].partitions; ++i) {
      inputs.push_back({input, i});
      places.push_back({topic_name(inputs.back()), i});
    }
  }
  if (member_->assigned().size() != places.size()) {
    return Error{ErrorKind::Conflict, "Kafka gave this process " + std::to_string(member_->assigned().size()) + " of " + std::to_string(places.size()) +
                                          " partitions, because another process runs as " + settings_.application +
                                          "; one process must own all of them: stop the other, or give this one an engine.prefix of its own"};
  }
  auto committed = member_->committed(places, settings_.start);
  if (!committed) return std::move(committed.error());
  std::map<TopicPartition, Offset> positions;
  for (std::size_t i = 0; i < inputs.size(); ++i) positions[inputs[i]] = (*committed)[i].next;
  return positions;
}

Result<void> KafkaLog::Impl::restore_state() {
  if (!settings_.keys.task_of) return {};
  std::vector<kafka::ChangelogTask> tasks;
  for (const std::uint8_t input : settings_.inputs) {
    for (std::uint16_t i = 0; i < settings_.topics[input].partitions; ++i)
      tasks.push_back({{input, i}, {changelog_name(settings_.prefix, settings_.topics[input], settings_.keys.format), i}});
  }
  auto restored = kafka::restore_changelogs(connection(), tasks, state_, settings_.keys, settings_.progress);
  if (!restored) return std::move(restored.error()).in("restoring the state");
  return {};
}

KafkaLog::KafkaLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

// The committer first: it uses the rest.
KafkaLog::~KafkaLog() { impl_->committer_.reset(); }

Result<std::unique_ptr<KafkaLog>> KafkaLog::open(StateStore& state, Settings settings) {
  EARSHOT_CHECK(!settings.inputs.empty(), "somebody reads something");
  std::unique_ptr<KafkaLog> log(new KafkaLog(std::make_unique<Impl>(state, std::move(settings))));
  if (auto checked = log->impl_->check(*log); !checked) return std::move(checked.error());
  if (auto begun = log->impl_->begin(); !begun) return std::move(begun.error());
  return log;
}

// ---- the caller's thread ------------------------------------------------------------------------------------------

Result<Restored> KafkaLog::restore(TopicPartition input) {
  if (!has_partition(impl_->settings_.topics, input)) return no_partition(input);
  return restored(input, impl_->committer_->position(input), impl_->state_);
}

Result<std::span<const StoredRecord>> KafkaLog::poll(TopicPartition partition, Offset from, std::size_t records_max) {
  EARSHOT_CHECK(has_partition(impl_->settings_.topics, partition), "the log was opened without this partition");
  if (is_dead() || impl_->committer_->has_failed()) return Error{ErrorKind::Unavailable, "the event log is closed"};
  if (auto served = impl_->member_->serve(); !served) return std::move(served.error());
  const kafka::Fetcher::Known known{impl_->committer_->position(partition),
                                    impl_->known_ends_[partition.topic][partition.partition].load(std::memory_order_acquire)};
  return impl_->fetcher_->poll({impl_->topic_name(partition), partition.partition}, partition, from, records_max, known);
}

void KafkaLog::emit(TopicPartition partition, Record record) {
  EARSHOT_CHECK(has_partition(impl_->settings_.topics, partition), "the log was opened without this partition");
  if (!is_dead()) impl_->open_batch_.push_back({partition, std::move(record)});
}

void KafkaLog::commit(Commit commit) { impl_->committer_->commit(std::exchange(impl_->open_batch_, {}), std::move(commit)); }

bool KafkaLog::idle() const { return impl_->committer_->idle(); }
bool KafkaLog::is_dead() const { return impl_->committer_->is_dead(); }

// ---- any thread ---------------------------------------------------------------------------------------------------

Result<std::string> KafkaLog::fact(std::string_view name) const { return impl_->facts_->get(name); }
Result<void> KafkaLog::set_fact(std::string_view name, std::string_view value) { return impl_->facts_->set(name, value); }

Result<void> KafkaLog::read(TopicPartition partition, Offset from, std::size_t records_max, const Visit& visit) const {
  return impl_->reader_->read(partition, from, records_max, visit);
}
Result<Offset> KafkaLog::begin(TopicPartition partition) const { return impl_->reader_->begin(partition); }
Result<Offset> KafkaLog::end(TopicPartition partition) const { return impl_->reader_->end(partition); }

}  // namespace earshot
