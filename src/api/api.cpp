#include "api/api.h"

#include <algorithm>

#include "api/openapi.h"
#include "base/hex.h"
#include "event/json_reader.h"
#include "event/json_writer.h"

namespace earshot::api {

namespace {

using std::chrono::steady_clock;

constexpr auto kListsKeptUpEach = std::chrono::seconds(1);
constexpr std::string_view kState = "/v1/state/{topic}/{key}/{name}";

// The page may load only its own files, and customers' texts never become anything but text: not even the page's own
// code can make markup of a string.
constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

Response response_of(const StaticFile& file) {
  return {200,
          std::string(file.content_type),
          std::string(file.body),
          {{"Content-Security-Policy", std::string(kContentSecurityPolicy)},
           {"Cache-Control", "no-cache"},
           {"Referrer-Policy", "no-referrer"}}};
}

// A reply that tells when it was sent, and what.
class ToldReply : public Reply::Target {
 public:
  using Told = std::function<void(const Answered&)>;
  ToldReply(Reply reply, std::string_view route, Told told)
      : reply_(std::move(reply)), route_(route), told_(std::move(told)) {}
  ~ToldReply() override {
    if (!is_sent_) send(answer_of(Problem{500, "internal", "the request was dropped without an answer"}));
  }

  void send(Response response) override {
    if (is_sent_.exchange(true)) return;
    told_({route_, response.status, steady_clock::now() - since_});
    reply_.send(std::move(response));
  }
  StreamId open_stream(StreamListener& listener) override {
    if (is_sent_.exchange(true)) return 0;
    told_({route_, 200, std::nullopt});
    return reply_.open_stream(listener);
  }

 private:
  Reply reply_;
  std::string_view route_;
  Told told_;
  steady_clock::time_point since_ = steady_clock::now();
  std::atomic<bool> is_sent_ = false;
};

}  // namespace

Result<std::unique_ptr<Api>> Api::start(Settings settings, Parts parts) {
  auto access = Access::create(settings.access, settings.server.address);
  if (!access) return std::move(access.error());
  auto server = Server::listen(settings.server);
  if (!server) return std::move(server.error());
  return std::unique_ptr<Api>(new Api(std::move(settings), std::move(parts), std::move(*access), std::move(*server)));
}

Api::Api(Settings settings, Parts parts, Access access, std::unique_ptr<Server> server)
    : settings_(std::move(settings)),
      parts_(std::move(parts)),
      gate_(std::move(access), settings_.access.tokens, settings_.gate),
      queries_(parts_.log, parts_.topics, parts_.state),
      server_(std::move(server)),
      alerts_(*server_, parts_.log, parts_.topics, {Topic::alerts}),
      everything_(*server_, parts_.log, parts_.topics, {Topic::signals, Topic::cases, Topic::alerts, Topic::kpis}),
      answers_(parts_.log, parts_.topics),
      workers_(settings_.workers),
      delivery_({parts_.intake, workers_, parts_.clock, parts_.events, parts_.find_hook}),
      mending_({queries_, parts_.intake, workers_, parts_.clock, parts_.find_reader}) {
  add_routes();
  for (Question& question : questions(queries_, parts_.deliveries)) add_question(std::move(question));
  server_->each_tick([this] { tick(); });
  if (parts_.answered) server_->each_refusal([this](int status) { parts_.answered({{}, status, std::nullopt}); });
  server_->run([this](Request request, Reply reply) { handle(std::move(request), std::move(reply)); });
}

Api::~Api() { stop(); }

void Api::stop() {
  server_->stop();
  workers_.stop();
}

void Api::notify() {
  // One turn of the server sees everything that was committed before it began.
  if (is_notified_.exchange(true)) return;
  server_->post([this] {
    is_notified_ = false;
    answers_.notified();
    alerts_.notified();
    everything_.notified();
  });
}

void Api::tick() {
  const auto now = steady_clock::now();
  answers_.expire(now);
  if (settings_.answers) keep_lists_up(now);
  if (now < next_heartbeat_) return;
  next_heartbeat_ = now + settings_.heartbeat;
  alerts_.heartbeat();
  everything_.heartbeat();
}

// A worker reads on a little, at every tick as long as there is more.
void Api::keep_lists_up(steady_clock::time_point now) {
  if (now < next_keeping_up_ && !is_behind_) return;
  if (is_keeping_up_.exchange(true)) return;
  next_keeping_up_ = now + kListsKeptUpEach;
  const bool is_taken = workers_.post([this] {
    is_behind_ = queries_.keep_up();
    is_keeping_up_ = false;
  });
  if (!is_taken) is_keeping_up_ = false;
}

void Api::handle(Request request, Reply reply) {
  auto found = router_.find(request.method, request.path);
  auto* match = std::get_if<Router::Match>(&found);
  if (parts_.answered)
    reply = Reply(
        std::make_shared<ToldReply>(std::move(reply), match != nullptr ? match->route->pattern : "", parts_.answered));
  if (match == nullptr) return reply.send(std::move(std::get<Response>(found)));
  const bool is_counted = match->route->pattern != kState;  // what processes ask each other is no client's doing
  auto verdict = gate_.admit(request, match->route->role, is_counted, settings_.steady());
  if (auto* problem = std::get_if<Problem>(&verdict)) return reply.send(*problem);
  match->route->handle({std::move(request), std::move(match->parts), std::get<Principal>(verdict)}, std::move(reply));
}

void Api::send_file(const Call& call, const Reply& reply) const {
  for (const StaticFile& file : parts_.files) {
    if (file.path == call.request.path) return reply.send(response_of(file));
  }
  reply.send(Problem{404, "no_such_file", "the page has no such file"});
}

// What is another process's to answer is said to be.
void Api::add(bool is_here, Route route) {
  if (!is_here) {
    route.handle = [](Call, const Reply& reply) {
      reply.send(
          Problem{404, "not_here", "this process was started with --only and does not serve this; ask one that does"});
    };
  }
  router_.add(std::move(route));
}

void Api::add_stream(std::string_view pattern, EventFeed& feed) {
  add(settings_.answers, {"GET", pattern, Role::read, [&feed](Call call, Reply reply) {
                            if (call.request.method == "HEAD")
                              return reply.send(Problem{405, "method_not_allowed", "a stream takes only GET"});
                            feed.open(reply, call.who.tenant, call.request.header("last-event-id"));
                          }});
}

// Questions may read much, so a worker answers them.
void Api::add_question(Question question) {
  const bool is_here = settings_.answers || (settings_.takes_events && question.pattern == kConfigPattern);
  add(is_here, {"GET", question.pattern, Role::read, [this, ask = std::move(question.ask)](Call call, Reply reply) {
                  const bool is_taken = workers_.post([ask, call = std::move(call), reply] {
                    auto answer = ask(call);
                    if (!answer) return reply.send(problem_of(answer.error()));
                    reply.send(Response{200, "application/json", std::move(*answer), {{"Cache-Control", "no-store"}}});
                  });
                  if (!is_taken) reply.send(Problem{503, "busy", "too many questions are waiting; try again later"});
                }});
}

// One value of a processor, for another process of the same Earshot. No worker is asked: each may be waiting for such
// an answer of the other process.
void Api::answer_with_state(const Call& call, const Reply& reply) const {
  const auto topic =
      std::find_if(kTopics.begin(), kTopics.end(), [&](const TopicName& one) { return one.name == call.parts[0]; });
  const std::string& key = call.parts[1];
  if (topic == kTopics.end() || !parts_.state_here)
    return reply.send(Problem{404, "not_found", "there is no such state here"});
  if (key != call.who.tenant && !key.starts_with(call.who.tenant + "/"))
    return reply.send(Problem{403, "other_tenant", "the key is of another tenant"});
  auto value = parts_.state_here(topic->topic, key, call.parts[2]);
  if (!value) return reply.send(problem_of(value.error()));
  StateValue answer;
  answer.is_there = value->has_value();
  if (answer.is_there) answer.hex = to_hex(**value);
  reply.send(Response{200, "application/json", write_json(answer), {{"Cache-Control", "no-store"}}});
}

// Waits for the disk.
void Api::resend(const Call& call, const Reply& reply) const {
  if (!call.request.header("content-type").starts_with("application/json"))
    return reply.send(Problem{415, "unsupported_media_type", "say what to send again as application/json"});
  const auto request = read_json<ResendRequest>(call.request.body);
  if (!request) return reply.send(problem_of(request.error()));
  if (request->actor.empty())
    return reply.send(Problem{400, "bad_request", "actor is empty: name the person who has it sent again"});
  if (request->sink.empty() && request->id.empty())
    return reply.send(Problem{400, "bad_request", "name a sink, or a delivery by its id, or both"});
  if (!parts_.deliveries.resend) return reply.send(Problem{404, "not_found", "this process has no sinks"});
  const auto count = parts_.deliveries.resend(call.who.tenant, *request);
  if (!count) return reply.send(problem_of(count.error()));
  reply.send(Response{200, "application/json", write_json(ResendAnswer{*count}), {}});
}

void Api::add_routes() {
  add(settings_.takes_events, {"POST", "/v1/events", Role::act, [this](Call call, Reply reply) {
                                 delivery_.take_events(std::move(call), std::move(reply));
                               }});
  add(settings_.takes_events, {"POST", "/hooks/{connector}/{tenant}", Role::open, [this](Call call, Reply reply) {
                                 if (auto held = gate_.hold_hook(call.parts[0], call.request, settings_.steady()))
                                   return reply.send(*held);
                                 delivery_.take_hook(std::move(call), std::move(reply));
                               }});
  add(settings_.answers, {"POST", "/v1/cases/{id}/actions", Role::act,
                          [this](Call call, Reply reply) { act_on_case(std::move(call), std::move(reply)); }});
  add(settings_.answers, {"POST", "/v1/labels", Role::act,
                          [this](Call call, Reply reply) { take_label(std::move(call), std::move(reply)); }});
  add(settings_.answers, {"POST", "/v1/identity/decisions", Role::act,
                          [this](Call call, Reply reply) { decide_identity(std::move(call), std::move(reply)); }});
  add(settings_.takes_events,
      {"POST", "/v1/control", Role::admin, [this](Call call, const Reply& reply) { steer(std::move(call), reply); }});
  add(settings_.answers, {"POST", "/v1/dead-letters/{id}/mend", Role::act,
                          [this](Call call, Reply reply) { mending_.mend(std::move(call), std::move(reply)); }});
  add(settings_.answers, {"POST", "/v1/deliveries/resend", Role::act, [this](Call call, Reply reply) {
                            const bool is_taken =
                                workers_.post([this, call = std::move(call), reply] { resend(call, reply); });
                            if (!is_taken)
                              reply.send(Problem{503, "busy", "too many questions are waiting; try again later"});
                          }});
  router_.add(
      {"GET", kState, Role::read, [this](const Call& call, const Reply& reply) { answer_with_state(call, reply); }});
  add_stream("/v1/alerts/stream", alerts_);
  add_stream("/v1/stream", everything_);
  router_.add({"GET", "/healthz", Role::open, [](Call, Reply reply) {
                 reply.send(Response{200, "text/plain; charset=utf-8", "ok\n", {}});
               }});
  router_.add({"GET", "/readyz", Role::open, [this](Call, Reply reply) {
                 const auto ready = parts_.ready();
                 if (!ready) return reply.send(Problem{503, "not_ready", ready.error().message});
                 reply.send(Response{200, "text/plain; charset=utf-8", "ready\n", {}});
               }});
  router_.add(
      {"GET", "/metrics", Role::read, [this](Call call, Reply reply) {
         const bool sees_all = call.who.role == Role::admin;
         reply.send(Response{
             200, "text/plain; version=0.0.4; charset=utf-8", parts_.metrics(sees_all ? "" : call.who.tenant), {}});
       }});
  router_.add({"GET", "/openapi.json", Role::open, [](Call, Reply reply) {
                 reply.send(Response{200, "application/json", std::string(openapi_document()), {}});
               }});
  add(settings_.answers, {"GET", "/", Role::open, [this](Call call, Reply reply) { send_file(call, reply); }});
  add(settings_.answers,
      {"GET", "/console/{file}", Role::open, [this](Call call, Reply reply) { send_file(call, reply); }});
}

}  // namespace earshot::api
