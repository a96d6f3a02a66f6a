#include "api/mending.h"

#include "api/collected.h"
#include "api/requests.h"
#include "base/hash.h"
#include "event/json_reader.h"
#include "event/json_writer.h"

namespace earshot::api {

namespace {

Problem was_mended(const Mended& mended) {
  return {409, "already_mended",
          "it was mended by " + mended.by + " at " + format_rfc3339(mended.at) + "; a letter is mended once"};
}

}  // namespace

// The letter is looked for in the log, which may take a while.
void Mending::mend(Call call, Reply reply) const {
  if (!call.request.header("content-type").starts_with("application/json")) {
    return reply.send(Problem{415, "unsupported_media_type", "say who mends it as application/json"});
  }
  const bool is_taken = parts_.workers.post([this, call = std::move(call), reply] { read_and_offer(call, reply); });
  if (!is_taken) reply.send(Problem{503, "busy", "too many questions are waiting; try again later"});
}

void Mending::read_and_offer(const Call& call, const Reply& reply) const {
  auto request = read_json<MendRequest>(call.request.body);
  if (!request) return reply.send(problem_of(request.error()));
  if (request->actor.empty())
    return reply.send(Problem{400, "bad_request", "actor is empty: name the person who mends it"});
  auto row = parts_.queries.dead_letter(call.who.tenant, call.parts.at(0));
  if (!row) return reply.send(problem_of(row.error()));
  if (row->mended) return reply.send(was_mended(*row->mended));
  const DeadLetter& letter = row->letter;
  const bool is_edited = !request->payload.empty();
  if (!is_edited && letter.length != static_cast<std::int64_t>(letter.bytes.size())) {
    return reply.send(Problem{409, "cut_short",
                              "only the first " + std::to_string(letter.bytes.size()) + " of " +
                                  std::to_string(letter.length) + " bytes were kept; mend it with the whole payload"});
  }
  const FoundConnector reader = parts_.find_reader(letter, request->connector);
  if (reader.connector == nullptr) {
    const std::string& wanted = request->connector.empty() ? letter.connector : request->connector;
    return reply.send(Problem{400, "no_such_connector",
                              "the configuration has no connector " + (wanted.empty() ? "for it; name one" : wanted)});
  }
  const std::string& payload = is_edited ? request->payload : letter.bytes;
  const Origin origin{call.who.tenant, "dead letter " + row->id, reader.name,
                      row->at};  // what has no time of its own is of then
  Collected collected(origin, false, {});
  auto reading = reader.connector->open_request(origin, {{"content-type", "application/json"}}, collected);
  if (!reading) return reply.send(problem_of(reading.error()));
  (*reading)->feed(payload);
  (*reading)->finish();
  if (collected.are_too_many() || collected.offer.events.empty()) {
    const auto& rejected = collected.answer.rejected;
    return reply.send(Problem{
        400, "nothing_accepted",
        "it is still nothing that could be accepted" + (rejected.empty() ? "" : ": " + rejected.front().detail)});
  }
  Offer offer = std::move(collected.offer);
  offer.received = parts_.clock.now();
  offer.mending = DeadLetterMended{
      row->id, request->actor, is_edited, std::string(reader.connector->name()), sha256_hex(payload), {}};
  for (const Event& event : offer.events) offer.mending->events.push_back({event.source, event.id});
  parts_.intake.offer(std::move(offer), [answer = std::move(collected.answer),
                                         reply](Result<OfferOutcome> outcome) mutable {
    if (!outcome) return reply.send(problem_of(outcome.error()));
    if (outcome->was_mended)
      return reply.send(Problem{409, "already_mended", "somebody mended it at the same time; a letter is mended once"});
    if (outcome->accepted == 0)
      return reply.send(Problem{409, "nothing_new", "all that it holds is known already, so nothing was changed"});
    answer.accepted = outcome->accepted;
    answer.duplicate = outcome->duplicate;
    reply.send(Response{200, "application/json", write_json(answer), {}});
  });
}

}  // namespace earshot::api
