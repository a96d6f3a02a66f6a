// The HTTP surface of Earshot: its routes, put together.
//
// Reading goes to the log and the state, writing to the front door; nothing else of Earshot is reachable from here.
// Whoever commits calls notify(), and streams and waiting commands see what is new.
//
// Threads: start, stop and the destructor belong to the owner, notify to anybody. What Parts refer to must outlive the
// Api.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/access.h"
#include "api/delivery.h"
#include "api/event_feed.h"
#include "api/gate.h"
#include "api/mending.h"
#include "api/pending_answers.h"
#include "api/queries.h"
#include "api/questions.h"
#include "api/router.h"
#include "api/server.h"
#include "api/sink_deliveries.h"
#include "api/workers.h"

namespace earshot::api {

// A file that is part of the program.
struct StaticFile {
  std::string_view path;  // as it is asked for: `/`, `/console/page.js`
  std::string_view content_type;
  std::string_view body;
};

// A request that was answered, for whoever counts them.
struct Answered {
  std::string_view route;  // its pattern; empty: refused before one was known
  int status = 0;
  std::optional<std::chrono::nanoseconds> took;  // from its last byte; nothing of a stream, or before a route was known
};

class Api {
 public:
  struct Settings {
    Server::Settings server;
    Access::Settings access;
    Gate::Settings gate;
    Workers::Settings workers;
    std::chrono::milliseconds answer_wait{2'000};  // for desk, before a command is answered with 202
    std::chrono::milliseconds heartbeat{15'000};
    bool takes_events = true;  // deliveries; the rest is answered by another process otherwise
    bool answers = true;       // questions, streams, actions, the page
    std::function<RateLimit::Time()> steady = std::chrono::steady_clock::now;  // what limits go by
  };
  struct Parts {
    const LogReader& log;
    std::vector<TopicSpec> topics;
    StateView state;
    ReadState
        state_here;  // what this process itself keeps, for others that are asked about it; none: there are no others
    Intake& intake;
    const Clock& clock;
    const Connector& events;  // reads CloudEvents
    FindHook find_hook;
    FindReader find_reader;
    SinkDeliveries deliveries{};
    std::function<Result<void>()> ready;  // why events cannot be taken now
    std::function<std::string(std::string_view tenant)>
        metrics;  // in the text format of Prometheus; empty: of all tenants
    // What of a section only the program can check: whether words of texts can be looked for.
    std::function<Result<void>(std::string_view section, std::string_view settings)> check_settings{};
    std::vector<StaticFile> files;
    std::function<void(const Answered&)> answered{};  // on any thread, also a little after the Api is gone
  };

  static Result<std::unique_ptr<Api>> start(Settings settings, Parts parts);
  ~Api();

  std::uint16_t port() const { return server_->port(); }
  void notify();
  void stop();

  const std::vector<Route>& routes() const { return router_.routes(); }

 private:
  Api(Settings settings, Parts parts, Access access, std::unique_ptr<Server> server);

  void add_routes();
  void handle(Request request, Reply reply);
  void add_stream(std::string_view pattern, EventFeed& feed);
  void add_question(Question question);
  void send_file(const Call& call, const Reply& reply) const;
  void act_on_case(Call call, Reply reply);
  void take_label(Call call, Reply reply);
  void decide_identity(Call call, Reply reply);
  void send_command(const Call& call, Result<Command> command, Reply reply);
  void steer(Call call, const Reply& reply);
  Result<void> check_steering_event(Event& event) const;
  void resend(const Call& call, const Reply& reply) const;
  void answer_with_state(const Call& call, const Reply& reply) const;
  void add(bool is_here, Route route);
  void tick();
  void keep_lists_up(std::chrono::steady_clock::time_point now);

  Settings settings_;
  Parts parts_;
  Gate gate_;  // the server's thread
  Queries queries_;
  Router router_;
  std::unique_ptr<Server> server_;
  EventFeed alerts_;
  EventFeed everything_;
  PendingAnswers answers_;
  std::atomic<bool> is_notified_ = false;
  std::chrono::steady_clock::time_point next_heartbeat_{};
  std::atomic<bool> is_keeping_up_ = false;
  std::atomic<bool> is_behind_ = true;
  std::chrono::steady_clock::time_point next_keeping_up_{};
  Workers workers_;
  Delivery delivery_;
  Mending mending_;
};

}  // namespace earshot::api
