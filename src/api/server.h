// The HTTP server: one thread, any number of connections.
//
// A thread per connection would let a thousand idle event streams cost a thousand stacks, and a few slow clients stop
// the rest. Here everything happens on one thread that never waits: the handler is called on it and must not block;
// what takes long is done elsewhere and answered later, from any thread, through the Reply. Each connection has one
// request at a time and bounded buffers; clients that are slow to send or to take are dropped after the times in
// Settings.
//
// Threads: listen, run, stop and the destructor belong to the owner. post and Reply may be used from any thread,
// post_after, write_stream and end_stream only on the server's own.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "api/http.h"
#include "api/http_session.h"
#include "earshot/result.h"

namespace earshot::api {

using StreamId = std::uint64_t;
using Frame =
    std::shared_ptr<const std::string>;  // shared by all the streams that it goes to, until the last has sent it

// Who feeds the event streams. Called on the server's thread.
class StreamListener {
 public:
  virtual ~StreamListener() = default;
  virtual void stream_drained(StreamId id) = 0;  // everything was handed to the network: there is room for more
  virtual void stream_closed(StreamId id) = 0;
};

// The answer that is owed to one request. Send it once; the first counts. If the last copy goes away without an answer,
// the client gets a 500.
class Reply {
 public:
  // Takes what is sent to where it belongs. The server implements it; a test may, too.
  class Target {
   public:
    virtual ~Target() = default;
    virtual void send(Response response) = 0;
    virtual StreamId open_stream(StreamListener& listener) = 0;
  };
  // The target is shared by the copies of one Reply, since handlers hand them to callbacks that must be copyable.
  explicit Reply(std::shared_ptr<Target> target) : target_(std::move(target)) {}

  void send(Response response) const { target_->send(std::move(response)); }
  void send(const Problem& problem) const { target_->send(answer_of(problem)); }

  // Answers with an event stream instead. On the server's thread, within the handler; 0 when the client has gone.
  StreamId open_stream(StreamListener& listener) const { return target_->open_stream(listener); }

 private:
  std::shared_ptr<Target> target_;
};

class Server {
 public:
  struct Settings {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;  // 0: any free one
    HttpSession::Limits limits;
    std::size_t connections_max = 4096;
    std::size_t stream_bytes_max = 1024 * 1024;  // waiting for one slow stream; it may be one frame, whatever its size
    // What the kernel keeps besides for one client that does not take it. Left alone it keeps megabytes, and a thousand
    // such clients all that it has for connections: then it lets every other one wait, too.
    int unsent_bytes_max = 64 * 1024;
    std::chrono::milliseconds idle_max{75'000};     // between requests
    std::chrono::milliseconds request_max{30'000};  // from the first byte of a request to its last
    std::chrono::milliseconds stall_max{30'000};    // without the client taking anything of an answer
    std::chrono::milliseconds linger_max{5'000};    // for the rest of a request that was refused
    std::chrono::milliseconds stop_max{5'000};      // for answers that are under way when the server stops
    std::chrono::milliseconds tick_interval{100};
  };
  using Handler = std::function<void(Request, Reply)>;

  // Takes the port; connections wait until run().
  static Result<std::unique_ptr<Server>> listen(Settings settings);
  virtual ~Server() = default;  // stops

  virtual std::uint16_t port() const = 0;

  // Starts the thread. Once. What the handler and the listeners of streams refer to must outlive stop().
  virtual void run(Handler handler) = 0;

  // Runs `work` on the server's thread; after the stop, never.
  virtual void post(std::function<void()> work) = 0;

  // The same when `pause` is over. On the server's own thread.
  virtual void post_after(std::chrono::microseconds pause, std::function<void()> work) = 0;

  // Calls `work` on the server's thread after every tick_interval. Before run().
  virtual void each_tick(std::function<void()> work) = 0;

  // Calls `told` on the server's thread with the status of what was refused before the handler saw it. Before run().
  virtual void each_refusal(std::function<void(int status)> told) = 0;

  // False when the stream is gone, or is dropped because it takes too slowly.
  virtual bool write_stream(StreamId id, Frame frame) = 0;
  virtual void end_stream(StreamId id) = 0;

  // Takes no new connections, lets answers that are under way leave, ends the streams and waits for the thread.
  virtual void stop() = 0;
};

}  // namespace earshot::api
