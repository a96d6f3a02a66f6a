#include <algorithm>
#include <utility>

#include "event_log/kafka_impl.h"
#include "event_log/position.h"

namespace earshot {

namespace {

constexpr std::string_view kLogFact = "log";  // an id of this log
const std::string kLogKey = std::string(kPositionPrefix) + "log";
constexpr std::uint8_t kNoChangelog = 255;

}  // namespace

kafka::Properties KafkaLog::Impl::connection() const {
  kafka::Properties properties = settings_.connection.security;
  properties.emplace_back("bootstrap.servers", settings_.connection.bootstrap);
  properties.emplace_back("client.id", settings_.prefix + settings_.application + "-" + settings_.slot);
  return properties;
}

// ---- opening ------------------------------------------------------------------------------------------------------

Result<void> KafkaLog::Impl::check(KafkaLog& log) {
  KafkaTopicNames names{.prefix = settings_.prefix,
                        .inputs = settings_.inputs,
                        .compacted = settings_.compacted,
                        .state_format = settings_.keys.format};
  if (auto checked = check_kafka_topics(settings_.connection, kafka_topics(settings_.topics, names)); !checked)
    return checked;
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
    return Error{
        ErrorKind::Conflict,
        "the state in the data directory belongs to another event log than the one in Kafka; give this process "
        "another data directory, or move its state aside and it is rebuilt"};
  }
  return state_.write({{kLogKey, *id}});
}

// Who folds nothing has transactions of its own, and takes nobody's from them.
Result<std::unique_ptr<kafka::Producer>> KafkaLog::Impl::open_producer() const {
  const std::string part = is_member() ? "" : settings_.part + "-";
  return kafka::Producer::open({connection(), application() + "-" + part + settings_.slot, settings_.transaction,
                                settings_.headers, producer_topics_},
                               settings_.start);
}

void KafkaLog::Impl::note_changelogs() {
  for (const TopicSpec& topic : settings_.topics) producer_topics_.push_back(settings_.prefix + topic.name);
  owners_topic_ = static_cast<std::uint8_t>(producer_topics_.size());
  producer_topics_.push_back(settings_.prefix + kOwnersTopic);
  changelog_of_.assign(settings_.topics.size(), kNoChangelog);
  if (!is_member() || !settings_.keys.task_of) return;
  for (const std::uint8_t input : settings_.inputs) {
    changelog_of_[input] = static_cast<std::uint8_t>(producer_topics_.size());
    producer_topics_.push_back(changelog_name(settings_.prefix, settings_.topics[input], settings_.keys.format));
  }
}

Result<void> KafkaLog::Impl::begin() {
  note_changelogs();
  std::unique_ptr<kafka::Producer> producer;
  if (settings_.role != KafkaRole::onlooker) {
    // First of all: it ends what the last owner of this slot left open.
    auto opened = open_producer();
    if (!opened) return std::move(opened.error());
    producer = std::move(*opened);
  }
  auto onlooker = kafka::connect_onlooker(connection(), application());
  if (!onlooker) return std::move(onlooker.error());
  onlooker_ = std::move(*onlooker);
  auto reader = KafkaReader::open(settings_.connection, settings_.prefix, settings_.topics);
  if (!reader) return std::move(reader.error());
  reader_ = std::move(*reader);
  auto owners = KafkaOwners::open(settings_.connection, settings_.prefix);
  if (!owners) return std::move(owners.error());
  owners_ = std::move(*owners);
  auto fetcher = kafka::Fetcher::open(connection());
  if (!fetcher) return std::move(fetcher.error());
  fetcher_ = std::move(*fetcher);
  for (const TopicSpec& topic : settings_.topics) {
    known_ends_.emplace_back(topic.partitions);
    owned_.emplace_back(topic.partitions);
  }
  if (is_member()) {
    if (auto joined = join(); !joined) return joined;
  }
  const auto shown = [this](TopicPartition partition, Offset end) {
    if (!has_partition(settings_.topics, partition)) return;
    known_ends_[partition.topic][partition.partition].store(end, std::memory_order_release);
    reader_->expect(partition, end);
  };
  committer_ = std::make_unique<kafka::Committer>(
      kafka::Committer::Parts{state_, settings_, member_.get(), onlooker_.get(), std::move(producer),
                              [this] { return open_producer(); }, changelog_of_, shown});
  return take_over();
}

Result<void> KafkaLog::Impl::join() {
  kafka::Member::Settings with{connection(), application(), settings_.slot, {}, settings_.session, settings_.poll};
  for (const std::uint8_t input : settings_.inputs)
    with.topics.push_back(settings_.prefix + settings_.topics[input].name);
  auto member = kafka::Member::join(std::move(with), settings_.start);
  if (!member) return std::move(member.error());
  member_ = std::move(*member);
  std::vector<kafka::Place> places;
  for (const TopicPartition& task : tasks()) places.push_back({topic_name(task), task.partition});
  auto upstream = kafka::Upstream::watch(connection(), application(), *reader_, tasks(), std::move(places));
  if (!upstream) return std::move(upstream.error());
  upstream_ = std::move(*upstream);
  return {};
}

// All there are.
std::vector<TopicPartition> KafkaLog::Impl::tasks() const {
  std::vector<TopicPartition> all;
  for (const std::uint8_t input : settings_.inputs) {
    for (std::uint16_t i = 0; i < settings_.topics[input].partitions; ++i) all.push_back({input, i});
  }
  return all;
}

std::vector<TopicPartition> KafkaLog::Impl::assigned_tasks() const {
  std::vector<TopicPartition> ours = tasks();
  if (settings_.role == KafkaRole::writer) ours.clear();
  if (member_ == nullptr) return ours;
  const std::vector<kafka::Place>& places = member_->assigned();
  std::erase_if(ours, [&](TopicPartition task) {
    return !std::binary_search(places.begin(), places.end(), kafka::Place{topic_name(task), task.partition});
  });
  return ours;
}

// Brings in the tasks that are ours now and lets go of those that were. What stays ours goes on as it is, if nobody had
// it meanwhile.
Result<void> KafkaLog::Impl::take_over() {
  const std::vector<TopicPartition> ours = assigned_tasks();
  std::vector<TopicPartition> fresh, kept;
  for (const TopicPartition task : ours) (owned_[task.topic][task.partition] ? kept : fresh).push_back(task);
  auto now = committed_positions(kept);
  if (!now) return std::move(now.error());
  for (const auto& [task, next] : *now) {
    if (next >= 0 && next != committer_->position(task)) return kafka::moved(settings_.slot);
  }
  auto positions = committed_positions(fresh);
  if (!positions) return std::move(positions.error());
  auto lost = restore_state(fresh);
  if (!lost) return std::move(lost.error());
  for (auto& [task, next] : *positions) {
    // Kafka forgets the offsets of a group that was away for long; the changelog says the same. Who only looks may find
    // it further on.
    auto in_state = settings_.keys.task_of ? position_in_state(state_, task) : Result<Offset>(0);
    if (!in_state) return std::move(in_state.error());
    if (next < 0 && is_member() && std::find(lost->begin(), lost->end(), task) != lost->end()) {
      return Error{
          ErrorKind::Conflict,
          "Kafka has forgotten how far " + topic_name(task) +
              " was folded, and the changelog that says the same has lost its first "
              "records; start with a data directory that has the state, or give the application another engine.prefix"};
    }
    if (next < 0 || !is_member()) next = std::max(next, *in_state);
    if (*in_state > next) {
      // What came late of an earlier transaction can take the newest position out of the group, but never out of the
      // changelog.
      auto in_changelog = kafka::position_in_changelog(connection(), changelog_of(task), settings_.keys);
      if (!in_changelog) return std::move(in_changelog.error()).in("looking for a position");
      if (*in_changelog == *in_state) next = *in_state;
    }
    if (auto begun = fetcher_->begin({topic_name(task), task.partition}, task, next); !begun) return begun;
  }
  if (auto whole = look_for_what_state_lacks(*positions); !whole) return whole;
  committer_->begin_changelogs(*lost);
  for (const TopicPartition task : kept) positions->emplace(task, committer_->position(task));
  for (const TopicPartition task : tasks()) {
    std::atomic<bool>& is_ours = owned_[task.topic][task.partition];
    if (is_ours && !positions->contains(task)) fetcher_->end(task);
    is_ours = positions->contains(task);
  }
  owns_all_ = ours.size() == tasks().size();
  committer_->set_positions(std::move(*positions));
  reader_->look_again();
  for (std::size_t topic = 0; topic < settings_.topics.size(); ++topic) {
    for (std::uint16_t i = 0; i < settings_.topics[topic].partitions; ++i) {
      auto end = reader_->end({static_cast<std::uint8_t>(topic), i});
      if (!end) return std::move(end.error());
      known_ends_[topic][i] = *end;
    }
  }
  if (upstream_) upstream_->begin_again();
  has_to_say_ = true;
  return {};
}

void KafkaLog::Impl::say_what_is_ours() {
  std::string address;
  {
    const std::lock_guard lock(address_mutex_);
    address = address_;
  }
  if (address.empty() || !has_to_say_.exchange(false)) return;
  std::vector<TopicPartition> ours = tasks();
  std::erase_if(ours, [&](TopicPartition task) { return !owned_[task.topic][task.partition]; });
  committer_->commit({{{owners_topic_, 0}, {{}, settings_.slot, KafkaOwners::record(address, ours)}}}, {});
}

Result<std::map<TopicPartition, Offset>> KafkaLog::Impl::committed_positions(
    const std::vector<TopicPartition>& tasks) const {
  std::vector<kafka::Place> places;
  for (const TopicPartition task : tasks) places.push_back({topic_name(task), task.partition});
  auto committed = kafka::committed(onlooker_.get(), places, settings_.start);
  if (!committed) return std::move(committed.error());
  std::map<TopicPartition, Offset> positions;
  for (std::size_t i = 0; i < tasks.size(); ++i) positions[tasks[i]] = (*committed)[i].next;
  return positions;
}

// What the state lacks is folded again, so it must be there.
Result<void> KafkaLog::Impl::look_for_what_state_lacks(const std::map<TopicPartition, Offset>& positions) const {
  std::vector<TopicPartition> behind;
  std::vector<Offset> from;
  std::vector<kafka::Place> places;
  for (const auto& [task, next] : positions) {
    const auto in_state = position_in_state(state_, task);
    if (!in_state) return in_state.error();
    if (*in_state >= next) continue;
    behind.push_back(task);
    from.push_back(*in_state);
    places.push_back({topic_name(task), task.partition});
  }
  if (behind.empty()) return {};
  const auto begins = kafka::edges(onlooker_.get(), places, kafka::Edge::begin, settings_.start);
  if (!begins) return begins.error();
  for (std::size_t i = 0; i < behind.size(); ++i) {
    if ((*begins)[i] <= from[i]) continue;
    const std::string lost = std::to_string(from[i]) + " to " + std::to_string((*begins)[i]);
    return Error{ErrorKind::Conflict, "the state of " + places[i].topic + "/" + std::to_string(places[i].partition) +
                                          " would have to be folded from its records " + lost +
                                          ", and those are gone from Kafka; start with a data directory that has the "
                                          "state, bring the records back from a backup, "
                                          "or give the application another engine.prefix"};
  }
  return {};
}

// Gives the tasks of which nothing is left but their input.
Result<std::vector<TopicPartition>> KafkaLog::Impl::restore_state(const std::vector<TopicPartition>& tasks) {
  if (!settings_.keys.task_of) return std::vector<TopicPartition>();
  std::vector<kafka::ChangelogTask> changelogs;
  for (const TopicPartition task : tasks) changelogs.push_back(changelog_of(task));
  const auto progress = [this](std::int64_t records) {
    if (member_) (void)member_->serve();  // what went wrong the next one says
    if (settings_.progress) settings_.progress(records);
  };
  auto restored = kafka::restore_changelogs(connection(), changelogs, state_, settings_.keys, progress);
  if (!restored) return std::move(restored.error()).in("restoring the state");
  return restored;
}

}  // namespace earshot
