#include "api/delivery.h"

#include "api/collected.h"
#include "event/json_writer.h"

namespace earshot::api {

namespace {

constexpr std::size_t kBodyBytesAtOnce =
    64 * 1024;  // smaller ones are read on the server's thread: the hop would cost more

// A delivery of which nothing was good: a problem that also lists the items.
struct RefusedDelivery {
  std::string type = "about:blank";
  std::string title = "Bad Request";
  std::int64_t status = 400;
  std::string code = "nothing_accepted";
  std::string detail;
  std::vector<Rejection> rejected;
  bool operator==(const RefusedDelivery&) const = default;
};
template <class F>
void fields(F& f, RefusedDelivery& v) {
  f.required("type", v.type);
  f.required("title", v.title);
  f.required("status", v.status);
  f.required("code", v.code);
  f.required("detail", v.detail);
  f.required("rejected", v.rejected);
}

Response response_to(const DeliveryAnswer& answer, bool refuse_if_nothing_is_good) {
  if (answer.accepted + answer.duplicate > 0 || answer.rejected.empty() || !refuse_if_nothing_is_good) {
    return {200, "application/json", write_json(answer), {}};
  }
  RefusedDelivery refused;
  refused.detail = "nothing of this could be accepted: " + answer.rejected.front().detail;
  refused.rejected = answer.rejected;
  return {400, "application/problem+json", write_json(refused), {}};
}

}  // namespace

void Delivery::take_events(Call call, Reply reply) const {
  Source source{parts_.events, {call.who.tenant, "/v1/events", "api", parts_.clock.now()}, call.who.may_name_tenant};
  take(std::move(source), std::move(call), std::move(reply), true);
}

void Delivery::take_hook(Call call, Reply reply) const {
  const std::string name = call.parts.at(0);
  const std::string tenant = call.parts.at(1);
  const Connector* connector = parts_.find_hook(name, tenant);
  if (connector == nullptr)
    return reply.send(Problem{404, "no_such_hook", "no web hook of this connector is configured for this tenant"});
  const Timestamp now = parts_.clock.now();
  // Before anything is read, and without saying what exactly was wrong.
  if (!connector->verify({call.request.headers, call.request.body, now})) {
    return reply.send(
        Problem{403, "signature_refused",
                "the signature is missing, wrong or too old; check the secret and the clock of the sender"});
  }
  // A sender that is told 4xx would give up or try for ever, so bad items are only counted.
  Source source{*connector, {tenant, "/hooks/" + name + "/" + tenant, name, now}, false};
  take(std::move(source), std::move(call), std::move(reply), false);
}

void Delivery::take(Source source, Call call, Reply reply, bool refuse_if_nothing_is_good) const {
  if (call.request.body.size() <= kBodyBytesAtOnce)
    return read_and_offer(source, call, reply, refuse_if_nothing_is_good);
  const bool is_taken =
      parts_.workers.post([this, source = std::move(source), call = std::move(call), reply, refuse_if_nothing_is_good] {
        read_and_offer(source, call, reply, refuse_if_nothing_is_good);
      });
  if (!is_taken) reply.send(Problem{503, "busy", "too much is waiting to be read; try again later"});
}

void Delivery::read_and_offer(const Source& source, const Call& call, const Reply& reply,
                              bool refuse_if_nothing_is_good) const {
  Collected collected(source.origin, source.may_name_tenant, call.request.header("traceparent"));
  auto reader = source.connector.open_request(source.origin, call.request.headers, collected);
  if (!reader) return reply.send(Problem{415, "unsupported_media_type", reader.error().message});
  for (std::string_view rest = call.request.body; !rest.empty() && !collected.are_too_many();) {
    const std::string_view piece = rest.substr(0, kBodyBytesAtOnce);
    (*reader)->feed(piece);
    rest.remove_prefix(piece.size());
  }
  if (!collected.are_too_many()) (*reader)->finish();
  if (collected.are_too_many()) {
    return reply.send(Problem{413, "too_many_items",
                              "more than " + std::to_string(kItemsMax) + " items; send several smaller deliveries"});
  }
  if (collected.offer.events.empty() && collected.offer.letters.empty()) {
    return reply.send(response_to(collected.answer, refuse_if_nothing_is_good));
  }
  auto done = [answer = std::move(collected.answer), reply,
               refuse_if_nothing_is_good](Result<OfferOutcome> outcome) mutable {
    if (!outcome) return reply.send(problem_of(outcome.error()));
    answer.accepted = outcome->accepted;
    answer.duplicate = outcome->duplicate;
    reply.send(response_to(answer, refuse_if_nothing_is_good));
  };
  parts_.intake.offer(std::move(collected.offer), std::move(done));
}

}  // namespace earshot::api
