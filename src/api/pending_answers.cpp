#include "api/pending_answers.h"

#include "api/requests.h"
#include "earshot/topics.h"
#include "event/json_writer.h"

namespace earshot::api {

namespace {

constexpr std::size_t kRecordsInTurn = 256;

int status_of(std::string_view code) {
  if (code == "unknown_case" || code == "unknown_proposal") return 404;
  if (code == "not_allowed") return 403;
  return 409;  // not possible in the present state
}

Response response_to(const CommandAnswered& answer) {
  if (!answer.accepted) return answer_of(Problem{status_of(answer.code), answer.code, answer.message});
  return {200, "application/json", write_json(ActionAnswer{answer.request, true, answer.message, answer.case_id}), {}};
}

}  // namespace

PendingAnswers::PendingAnswers(const LogReader& log, const std::vector<TopicSpec>& topics)
    : follower_(log, topics, {index_of(Topic::cases)}) {}

Result<void> PendingAnswers::expect(const Waiting& waiting, Reply reply) {
  if (waiting_.empty()) {
    if (auto skipped = follower_.skip_to_end(); !skipped) return skipped;
  }
  waiting_.emplace(Key{waiting.tenant, waiting.request}, Asker{waiting.until, std::move(reply)});
  return {};
}

void PendingAnswers::notified() {
  while (!waiting_.empty()) {
    const auto count = follower_.read(kRecordsInTurn, [this](TopicPartition, const StoredRecord& record) {
      if (record.value.find("earshot.command.answered") == std::string_view::npos)
        return;  // cheaper than decoding every case
      const auto event = decoder_.decode(record.value);
      const auto* answer = event ? std::get_if<CommandAnswered>(&event->body) : nullptr;
      if (answer == nullptr) return;
      const auto [from, to] = waiting_.equal_range(Key{event->tenant, answer->request});
      for (auto asker = from; asker != to; ++asker) asker->second.reply.send(response_to(*answer));
      waiting_.erase(from, to);
    });
    if (!count || *count < kRecordsInTurn) return;
  }
}

void PendingAnswers::expire(Time now) {
  for (auto asker = waiting_.begin(); asker != waiting_.end();) {
    if (asker->second.until > now) {
      ++asker;
      continue;
    }
    asker->second.reply.send(
        Response{202, "application/json", write_json(ActionAnswer{asker->first.second, {}, "", {}}), {}});
    asker = waiting_.erase(asker);
  }
}

}  // namespace earshot::api
