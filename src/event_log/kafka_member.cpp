#include "event_log/kafka_member.h"

#include <algorithm>
#include <map>
#include <set>

namespace earshot::kafka {

namespace {

constexpr std::chrono::seconds kOthersLeave{2};
constexpr int kMomentMs = 50;

constexpr std::chrono::minutes kShareMax{6};

Properties of_group(const Properties& connection, const std::string& application) {
  Properties properties = connection;
  properties.insert(properties.end(), {{"group.id", application},
                                       {"isolation.level", "read_committed"},
                                       {"enable.auto.commit", "false"},
                                       {"enable.auto.offset.store", "false"}});
  return properties;
}

}  // namespace

Error moved(const std::string& slot) {
  return {ErrorKind::Unavailable, "this process did not answer for too long, or another runs in its engine.slot " +
                                      slot + ": its partitions have moved; it must start again"};
}

Result<std::unique_ptr<Member>> Member::join(Settings settings, std::chrono::milliseconds patience) {
  std::unique_ptr<Member> member(new Member(std::move(settings)));
  const Settings& with = member->settings_;
  Properties properties = of_group(with.connection, with.application);
  properties.insert(properties.end(),
                    {{"group.instance.id", with.application + "-" + with.slot},
                     {"session.timeout.ms", std::to_string(with.session.count())},
                     {"heartbeat.interval.ms", std::to_string(std::max<long long>(100, with.session.count() / 10))},
                     {"max.poll.interval.ms", std::to_string(with.poll.count())},
                     {"partition.assignment.strategy", "range"}});
  auto handle = connect(RD_KAFKA_CONSUMER, properties, {.opaque = member.get(), .rebalanced = &Member::rebalanced});
  if (!handle) return std::move(handle.error());
  member->handle_ = std::move(*handle);
  rd_kafka_poll_set_consumer(member->handle_.get());

  Partitions topics(rd_kafka_topic_partition_list_new(1));
  for (const std::string& topic : with.topics)
    rd_kafka_topic_partition_list_add(topics.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  if (const auto failed = rd_kafka_subscribe(member->handle_.get(), topics.get()); failed != RD_KAFKA_RESP_ERR_NO_ERROR)
    return error_of(failed, "joining the application " + with.application);
  bool has_asked_again = false;
  const auto begun = std::chrono::steady_clock::now();
  auto since = begun;
  while (true) {
    const Message message(rd_kafka_consumer_poll(member->handle_.get(), kMomentMs));
    if (auto checked = member->check(); !checked) return std::move(checked.error());
    if (member->is_asked_) member->give_up();
    const auto now = std::chrono::steady_clock::now();
    if (!member->was_assigned_ || member->is_between_) {
      since = now;
      if (now - begun < patience) continue;
      return Error{ErrorKind::Unavailable, "Kafka gave no partitions to " + with.application + "-" + with.slot +
                                               "; is the broker reachable, and may this user join the group " +
                                               with.application + "?"};
    }
    if (member->assigned_.empty() && now - since < kOthersLeave)
      continue;  // topics that were just made may be assigned in a moment
    // A member that comes back is given what it had, also when it asks for more topics than before; asking again shares
    // anew.
    if (member->has_the_same_of_each_topic() || std::exchange(has_asked_again, true)) break;
    member->was_assigned_ = false;
    rd_kafka_subscribe(member->handle_.get(), topics.get());
  }
  return member;
}

bool Member::has_the_same_of_each_topic() const {
  std::map<std::string, std::set<std::int32_t>> numbers;
  for (const Place& place : assigned_) numbers[place.topic].insert(place.partition);
  return numbers.empty() || (numbers.size() == settings_.topics.size() &&
                             std::all_of(numbers.begin(), numbers.end(),
                                         [&](const auto& one) { return one.second == numbers.begin()->second; }));
}

// A static member does not leave.
Member::~Member() {
  is_leaving_ = true;
  if (handle_ && is_asked_) give_up();
}

void Member::give_up() {
  is_asked_ = false;
  is_between_ = true;
  between_since_ = std::chrono::steady_clock::now();
  rd_kafka_assign(handle_.get(), nullptr);
}

void Member::rebalanced(rd_kafka_t* handle, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* partitions,
                        void* self) {
  auto* member = static_cast<Member*>(self);
  if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) return member->assign(handle, *partitions);
  // What is lost may have been another's meanwhile; its generation refuses what we would commit.
  member->is_lost_ = member->is_lost_ || (rd_kafka_assignment_lost(handle) != 0 && member->was_assigned_);
  member->is_asked_ = true;
  if (member->is_leaving_ || member->is_lost_) rd_kafka_assign(handle, nullptr);
}

void Member::assign(rd_kafka_t* handle, const rd_kafka_topic_partition_list_t& partitions) {
  assigned_.clear();
  for (int i = 0; i < partitions.cnt; ++i)
    assigned_.push_back({partitions.elems[i].topic, partitions.elems[i].partition});
  std::sort(assigned_.begin(), assigned_.end());
  metadata_.reset(rd_kafka_consumer_group_metadata(handle));
  was_assigned_ = true;
  is_between_ = false;
  rd_kafka_assign(handle, &partitions);
  Partitions all(rd_kafka_topic_partition_list_copy(&partitions));
  rd_kafka_pause_partitions(handle, all.get());  // it is a member, not a reader
}

Result<void> Member::check() const {
  if (!is_lost_ && rd_kafka_fatal_error(handle_.get(), nullptr, 0) == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return moved(settings_.slot);
}

Result<void> Member::serve() {
  const Message message(rd_kafka_consumer_poll(handle_.get(), 0));
  return check();
}

Result<bool> Member::share() {
  if (is_asked_) {
    if (rd_kafka_assignment_lost(handle_.get()) != 0) is_lost_ = true;
    if (auto checked = check(); !checked) return std::move(checked.error());
    give_up();
  }
  const Message message(rd_kafka_consumer_poll(handle_.get(), kMomentMs));
  if (auto checked = check(); !checked) return std::move(checked.error());
  if (is_between_ && std::chrono::steady_clock::now() - between_since_ > kShareMax)
    return Error{ErrorKind::Unavailable, "the processes of " + settings_.application +
                                             " do not agree on who has which partition; this one must start again"};
  return !is_between_;
}

Result<std::vector<Committed>> committed(rd_kafka_t* handle, const std::vector<Place>& places,
                                         std::chrono::milliseconds patience) {
  std::vector<Committed> found;
  if (places.empty()) return found;
  Partitions list(rd_kafka_topic_partition_list_new(static_cast<int>(places.size())));
  for (const Place& place : places) rd_kafka_topic_partition_list_add(list.get(), place.topic.c_str(), place.partition);
  const auto failed = rd_kafka_committed(handle, list.get(), static_cast<int>(patience.count()));
  if (failed != RD_KAFKA_RESP_ERR_NO_ERROR) return error_of(failed, "asking Kafka how far the application has come");
  for (int i = 0; i < list->cnt; ++i) {
    const auto& one = list->elems[i];
    if (one.err != RD_KAFKA_RESP_ERR_NO_ERROR)
      return error_of(one.err, "asking Kafka how far the application has come");
    found.push_back({one.offset < 0 ? -1 : one.offset, std::string(static_cast<const char*>(one.metadata),
                                                                   one.metadata == nullptr ? 0 : one.metadata_size)});
  }
  return found;
}

Result<Handle> connect_onlooker(const Properties& connection, const std::string& application) {
  return connect(RD_KAFKA_CONSUMER, of_group(connection, application));
}

}  // namespace earshot::kafka
