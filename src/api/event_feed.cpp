#include "api/event_feed.h"

#include <utility>

#include "api/answers.h"
#include "event/json_writer.h"

namespace earshot::api {

namespace {

constexpr std::size_t kRecordsInTurn = 64;  // then others get theirs

struct NameAndData {
  std::string_view name;
  std::string data;
};

// As the lists show it; no name for what is not for listeners.
NameAndData show(const Event& event) {
  if (const auto* alert = std::get_if<AlertRaised>(&event.body))
    return {"alert", write_json(AlertRow{event.id, event.time, *alert})};
  if (const auto* change = std::get_if<CaseChanged>(&event.body))
    return {"case", write_json(CaseRow{event.id, event.time, *change, ""})};
  if (const auto* signal = std::get_if<SignalChanged>(&event.body))
    return {"signal", write_json(SignalRow{event.id, event.time, *signal, ""})};
  if (const auto* kpi = std::get_if<KpiReported>(&event.body)) return {"kpi", write_json(KpiRow{event.time, *kpi})};
  return {};
}

std::vector<std::uint8_t> indices(const std::vector<Topic>& topics) {
  std::vector<std::uint8_t> found;
  for (const Topic topic : topics) found.push_back(index_of(topic));
  return found;
}

}  // namespace

EventFeed::EventFeed(Server& server, const LogReader& log, std::vector<TopicSpec> topics,
                     const std::vector<Topic>& followed)
    : server_(server),
      log_(log),
      topics_(std::move(topics)),
      followed_(indices(followed)),
      head_(log_, topics_, followed_) {}

void EventFeed::open(const Reply& reply, std::string tenant, std::string_view last_event_id) {
  // Without listeners nobody has read on.
  if (listeners_.empty()) {
    if (auto skipped = head_.skip_to_end(); !skipped) return reply.send(problem_of(skipped.error()));
  }
  Listener listener{std::move(tenant), nullptr};
  if (!last_event_id.empty()) {
    listener.behind = std::make_unique<Follower>(head_);
    if (auto gone = listener.behind->go_to(last_event_id); !gone) return reply.send(problem_of(gone.error()));
  }
  const StreamId id = reply.open_stream(*this);
  if (id == 0) return;
  listeners_.emplace(id, std::move(listener));
  // When this has left, stream_drained begins with what was missed.
  send(id, std::make_shared<const std::string>("retry: 1000\n: listening\n\n"));
}

void EventFeed::write_down(const StoredRecord& record, const Follower& reader, Frames& frames) {
  const auto event = decoder_.decode(record.value);
  if (!event) return;  // published by a newer version, perhaps: not ours to show
  const NameAndData shown = show(*event);
  if (shown.name.empty()) return;
  std::string& text = frames[event->tenant];
  text.append("id: ")
      .append(reader.place())
      .append("\nevent: ")
      .append(shown.name)
      .append("\ndata: ")
      .append(shown.data)
      .append("\n\n");
}

void EventFeed::notified() {
  if (listeners_.empty()) return;
  is_more_ = true;
  begin_round();
}

void EventFeed::begin_round() {
  if (is_in_round_) return;
  is_in_round_ = true;
  if (is_more_) read_on();
  pause_ = kPauseForEach * static_cast<std::int64_t>(letters_.size());
  turn();
}

void EventFeed::read_on() {
  Frames frames;
  const auto count = head_.read(kRecordsInTurn,
                                [&](TopicPartition, const StoredRecord& record) { write_down(record, head_, frames); });
  is_more_ = count && *count == kRecordsInTurn;
  for (auto& [tenant, text] : frames) {
    const auto frame = std::make_shared<const std::string>(std::move(text));
    for (const auto& [id, listener] : listeners_) {
      if (listener.behind == nullptr && listener.tenant == tenant) letters_.push_back({id, frame});
    }
  }
  if (!is_more_) join();
}

// The head has just come to the end of the log: who reads on to there now is where the live streams are.
void EventFeed::join() {
  std::vector<StreamId> joining;
  for (auto& [id, listener] : listeners_) {
    if (joining.size() == kStreamsInTurn) break;
    if (std::exchange(listener.joins, false)) joining.push_back(id);
  }
  for (const StreamId id : joining) catch_up(id);
}

void EventFeed::turn() {
  for (std::size_t i = 0; i < kStreamsInTurn && !letters_.empty(); ++i) {
    const Letter letter = std::move(letters_.front());
    letters_.pop_front();
    send(letter.to, letter.frame);
  }
  if (!letters_.empty()) return server_.post([this] { turn(); });
  server_.post_after(pause_, [this] { end_round(); });
}

void EventFeed::end_round() {
  is_in_round_ = false;
  if (is_more_ || !letters_.empty()) begin_round();
}

// One turn for one stream that is behind. The next comes when its client has taken this one.
void EventFeed::catch_up(StreamId id) {
  const auto found = listeners_.find(id);
  if (found == listeners_.end() || found->second.behind == nullptr) return;
  Listener& listener = found->second;
  Follower& reader = *listener.behind;
  Frames frames;
  const auto count = reader.read(
      kRecordsInTurn, [&](TopicPartition, const StoredRecord& record) { write_down(record, reader, frames); });
  if (!count) return server_.end_stream(id);
  auto& mine = frames[listener.tenant];
  if (reader == head_) listener.behind.reset();  // what the others are still to get of this round it has read
  if (!mine.empty()) return send(id, std::make_shared<const std::string>(std::move(mine)));
  if (listener.behind == nullptr) return;
  if (*count > 0) return server_.post([this, id] { catch_up(id); });  // only others' events in this turn
  listener.joins = true;
  is_more_ = true;
  begin_round();
}

void EventFeed::send(StreamId id, Frame frame) {
  if (!server_.write_stream(id, std::move(frame))) listeners_.erase(id);
}

void EventFeed::heartbeat() {
  const auto frame = std::make_shared<const std::string>(": still here\n\n");
  for (const auto& [id, listener] : listeners_) {
    if (listener.behind == nullptr) letters_.push_back({id, frame});
  }
  begin_round();
}

void EventFeed::stream_drained(StreamId id) { catch_up(id); }

}  // namespace earshot::api
