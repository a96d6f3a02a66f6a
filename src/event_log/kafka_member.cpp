#include "event_log/kafka_member.h"

#include <algorithm>

namespace earshot::kafka {

namespace {

constexpr std::chrono::seconds kOthersLeave{2};

// The pump may wait for a broker that is away; that is no reason to take its partitions.
constexpr const char* kPollIntervalMaxMs = "300000";
constexpr std::chrono::minutes kShareMax{5};

Error moved() {
  return {ErrorKind::Unavailable,
          "partitions have moved between the processes of this application; this one must start again"};
}

}  // namespace

Result<std::unique_ptr<Member>> Member::join(Settings settings, std::chrono::milliseconds patience) {
  std::unique_ptr<Member> member(new Member(std::move(settings)));
  const Settings& with = member->settings_;
  Properties properties = with.connection;
  properties.insert(properties.end(), {{"group.id", with.application},
                                       {"group.instance.id", with.application + "-" + with.slot},
                                       {"session.timeout.ms", std::to_string(with.session.count())},
                                       {"heartbeat.interval.ms", std::to_string(std::max<long long>(100, with.session.count() / 10))},
                                       {"max.poll.interval.ms", kPollIntervalMaxMs},
                                       {"partition.assignment.strategy", "range"},
                                       {"isolation.level", "read_committed"},
                                       {"enable.auto.commit", "false"},
                                       {"enable.auto.offset.store", "false"}});
  auto handle = connect(RD_KAFKA_CONSUMER, properties, {.opaque = member.get(), .rebalanced = &Member::rebalanced});
  if (!handle) return std::move(handle.error());
  member->handle_ = std::move(*handle);
  rd_kafka_poll_set_consumer(member->handle_.get());

  Partitions topics(rd_kafka_topic_partition_list_new(1));
  for (const std::string& topic : with.topics) rd_kafka_topic_partition_list_add(topics.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  if (const auto failed = rd_kafka_subscribe(member->handle_.get(), topics.get()); failed != RD_KAFKA_RESP_ERR_NO_ERROR)
    return error_of(failed, "joining the application " + with.application);
  bool has_asked_again = false;
  const auto begun = std::chrono::steady_clock::now();
  while (member->assigned_.size() < with.partitions) {
    const Message message(rd_kafka_consumer_poll(member->handle_.get(), 5));
    if (rd_kafka_fatal_error(member->handle_.get(), nullptr, 0) != RD_KAFKA_RESP_ERR_NO_ERROR) return moved();
    // A member that comes back is given what it had, also when it asks for more topics than before; asking again shares anew.
    if (member->has_some_ && !has_asked_again && member->assigned_.size() < with.partitions) {
      has_asked_again = true;
      rd_kafka_subscribe(member->handle_.get(), topics.get());
    }
    const auto waited = std::chrono::steady_clock::now() - begun;
    if (member->has_some_ && waited > with.session + kOthersLeave) break;
    if (!member->has_some_ && waited > patience)
      return Error{ErrorKind::Unavailable, "Kafka gave no partitions to " + with.application + "-" + with.slot +
                                               "; is the broker reachable, and may this user join the group " + with.application + "?"};
  }
  member->has_joined_ = true;
  return member;
}

// A static member does not leave: whoever starts again in its slot has its partitions at once.
Member::~Member() = default;

void Member::rebalanced(rd_kafka_t* handle, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* partitions, void* self) {
  auto* member = static_cast<Member*>(self);
  if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) return member->assign(handle, *partitions);
  // What is lost may have been another's meanwhile; its generation refuses what we would commit.
  if (rd_kafka_assignment_lost(handle) != 0) {
    member->has_moved_ = member->has_joined_;
  } else if (member->settings_.before_revoke) {
    member->settings_.before_revoke();
  }
  member->is_between_ = true;
  rd_kafka_assign(handle, nullptr);
}

void Member::assign(rd_kafka_t* handle, const rd_kafka_topic_partition_list_t& partitions) {
  std::vector<Place> assigned;
  for (int i = 0; i < partitions.cnt; ++i) assigned.push_back({partitions.elems[i].topic, partitions.elems[i].partition});
  std::sort(assigned.begin(), assigned.end());
  has_moved_ = has_moved_ || (has_joined_ && assigned != assigned_);
  has_some_ = true;
  is_between_ = false;
  assigned_ = std::move(assigned);
  rd_kafka_assign(handle, &partitions);
  Partitions all(rd_kafka_topic_partition_list_copy(&partitions));
  rd_kafka_pause_partitions(handle, all.get());  // it is a member, not a reader
}

Result<void> Member::serve() {
  if (!has_moved_) const Message message(rd_kafka_consumer_poll(handle_.get(), 0));
  const auto end = std::chrono::steady_clock::now() + kShareMax;
  const auto is_fenced = [&] { return rd_kafka_fatal_error(handle_.get(), nullptr, 0) != RD_KAFKA_RESP_ERR_NO_ERROR; };
  // Partitions are being shared anew. Until they are, a commit would be refused.
  while (is_between_ && !has_moved_ && !is_fenced()) {
    const Message message(rd_kafka_consumer_poll(handle_.get(), 100));
    if (std::chrono::steady_clock::now() > end) has_moved_ = true;
  }
  if (has_moved_ || is_fenced()) return moved();
  return {};
}

Result<std::vector<Member::Committed>> Member::committed(const std::vector<Place>& places, std::chrono::milliseconds patience) const {
  Partitions list(rd_kafka_topic_partition_list_new(static_cast<int>(places.size())));
  for (const Place& place : places) rd_kafka_topic_partition_list_add(list.get(), place.topic.c_str(), place.partition);
  const auto failed = rd_kafka_committed(handle_.get(), list.get(), static_cast<int>(patience.count()));
  if (failed != RD_KAFKA_RESP_ERR_NO_ERROR) return error_of(failed, "asking Kafka how far the application has come");
  std::vector<Committed> found;
  for (int i = 0; i < list->cnt; ++i) {
    const auto& one = list->elems[i];
    if (one.err != RD_KAFKA_RESP_ERR_NO_ERROR) return error_of(one.err, "asking Kafka how far the application has come");
    found.push_back({one.offset < 0 ? -1 : one.offset,
                     std::string(static_cast<const char*>(one.metadata), one.metadata == nullptr ? 0 : one.metadata_size)});
  }
  return found;
}

}  // namespace earshot::kafka
