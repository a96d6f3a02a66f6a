#include "api/server.h"

#include <netinet/tcp.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio.hpp>

#include "api/request_room.h"

namespace earshot::api {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using SteadyTime = std::chrono::steady_clock::time_point;
using Fault = boost::system::error_code;

namespace {

class Connection;

// What all connections of one server share. Lives on the server's thread.
struct Shared {
  Server::Settings settings;
  Server::Handler handler;
  std::function<void(int)> refused = [](int) {};
  asio::io_context io{1};
  // Shared with the requests under way, which may be held longer than the server lives.
  std::shared_ptr<std::atomic<std::size_t>> request_bytes = std::make_shared<std::atomic<std::size_t>>(0);
  std::map<StreamId, std::shared_ptr<Connection>> connections;  // shared with the operations under way in Asio
  bool is_stopping = false;
};

// Where answers from other threads arrive. Outlives the server as long as somebody still owes an answer: it is shared
// by the server and every Reply.
struct Mailbox {
  std::mutex mutex;
  Shared* shared = nullptr;  // nothing once the server has stopped

  void post(std::function<void()> work) {
    std::lock_guard lock(mutex);
    if (shared != nullptr) asio::post(shared->io, std::move(work));
  }
};

// See Request::caller.
std::string caller_of(const Tcp::socket& socket) {
  Fault fault;
  const auto address = socket.remote_endpoint(fault).address();
  if (fault) return "";
  if (address.is_v4()) return address.to_string();
  auto bytes = address.to_v6().to_bytes();
  if (address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  std::fill(bytes.begin() + 8, bytes.end(), 0);
  return asio::ip::address_v6(bytes).to_string();
}

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Shared& shared, std::shared_ptr<Mailbox> mailbox, Tcp::socket socket, StreamId id)
      : shared_(shared),
        mailbox_(std::move(mailbox)),
        socket_(std::move(socket)),
        caller_(caller_of(socket_)),
        id_(id),
        session_(std::in_place, shared.settings.limits),
        room_(shared.request_bytes) {}

  void start() {
    expect(shared_.settings.idle_max);
    read();
  }
  void answer(std::uint64_t exchange, const Response& response);
  StreamId open_stream(std::uint64_t exchange, StreamListener& listener);
  bool write_stream(Frame frame);
  void close();
  void end();  // closes when what is waiting has left
  void check_deadline(SteadyTime now);
  void stop();
  bool is_answering() const { return state_ == State::answering || !out_.empty(); }

 private:
  enum class State { reading, answering, streaming, lingering, closed };

  void read();
  void on_read(Fault fault, std::size_t size);
  void advance();
  void hand_over(Request request);
  void refuse(const Problem& problem);
  void write(Frame frame);
  void write_next();
  void on_written(Fault fault, std::size_t size);
  void on_drained();
  void linger();
  void expect(std::chrono::milliseconds within) { deadline_ = std::chrono::steady_clock::now() + within; }

  Shared& shared_;
  std::shared_ptr<Mailbox> mailbox_;
  Tcp::socket socket_;
  std::string caller_;
  StreamId id_;
  std::optional<HttpSession> session_;
  RequestRoom room_;
  State state_ = State::reading;
  std::array<char, 16 * 1024> in_;
  std::deque<Frame> out_;
  std::size_t out_bytes_ = 0;
  bool close_when_written_ = false;
  bool was_within_request_ = false;
  bool is_reading_ = false;     // one read is under way
  std::uint64_t exchange_ = 0;  // counts requests, so that a late answer cannot reach the next one
  SteadyTime deadline_{};
  StreamListener* listener_ = nullptr;
};

class ConnectionReply : public Reply::Target {
 public:
  ConnectionReply(std::shared_ptr<Mailbox> mailbox, std::weak_ptr<Connection> connection, std::uint64_t exchange,
                  RequestRoom room)
      : mailbox_(std::move(mailbox)), connection_(std::move(connection)), exchange_(exchange), room_(std::move(room)) {}
  ~ConnectionReply() override {
    if (!is_sent_) send(answer_of(Problem{500, "internal", "the request was dropped without an answer"}));
  }

  void send(Response response) override {
    if (is_sent_.exchange(true)) return;
    mailbox_->post([connection = connection_, exchange = exchange_, response = std::move(response)] {
      if (auto alive = connection.lock()) alive->answer(exchange, response);
    });
  }
  StreamId open_stream(StreamListener& listener) override {
    if (is_sent_.exchange(true)) return 0;
    auto alive = connection_.lock();
    return alive ? alive->open_stream(exchange_, listener) : 0;
  }

 private:
  std::shared_ptr<Mailbox> mailbox_;
  std::weak_ptr<Connection> connection_;
  std::uint64_t exchange_;
  RequestRoom room_;
  std::atomic<bool> is_sent_ = false;
};

void Connection::read() {
  if (is_reading_) return;
  is_reading_ = true;
  socket_.async_read_some(asio::buffer(in_),
                          [self = shared_from_this()](Fault fault, std::size_t size) { self->on_read(fault, size); });
}

void Connection::on_read(Fault fault, std::size_t size) {
  is_reading_ = false;
  if (state_ == State::closed) return;
  if (fault) return close();
  if (state_ != State::reading) return read();  // nothing more is wanted: throw it away
  if (!room_.take(size)) return refuse({503, "busy", "too many large requests are on their way; try again later"});
  session_->feed({in_.data(), size});
  advance();
}

// Reads on, or handles what has come. At most one request is in hand; nothing is read meanwhile, so a client that sends
// ahead fills its own buffers, not ours.
void Connection::advance() {
  state_ = State::reading;
  auto next = session_->next();
  if (auto* request = std::get_if<Request>(&next)) return hand_over(std::move(*request));
  if (auto* problem = std::get_if<Problem>(&next)) return refuse(*problem);
  if (std::holds_alternative<HttpSession::SendContinue>(next)) {
    write(std::make_shared<const std::string>("HTTP/1.1 100 Continue\r\n\r\n"));
    return advance();
  }
  const bool is_within = session_->is_within_request();
  if (is_within != was_within_request_) expect(is_within ? shared_.settings.request_max : shared_.settings.idle_max);
  was_within_request_ = is_within;
  read();
}

void Connection::hand_over(Request request) {
  state_ = State::answering;
  was_within_request_ = false;
  request.caller = caller_;
  shared_.handler(std::move(request),
                  Reply(std::make_shared<ConnectionReply>(mailbox_, weak_from_this(), ++exchange_, std::move(room_))));
}

void Connection::refuse(const Problem& problem) {
  state_ = State::answering;
  ++exchange_;
  close_when_written_ = true;
  shared_.refused(problem.status);
  write(std::make_shared<const std::string>(session_->render(answer_of(problem), false)));
  session_.emplace(shared_.settings.limits);  // what was kept of the request is of no use any more
  room_.give_back();
}

void Connection::answer(std::uint64_t exchange, const Response& response) {
  if (exchange != exchange_ || state_ != State::answering) return;
  const bool keep = session_->keeps_alive() && !shared_.is_stopping;
  close_when_written_ = !keep;
  write(std::make_shared<const std::string>(session_->render(response, keep)));
}

StreamId Connection::open_stream(std::uint64_t exchange, StreamListener& listener) {
  if (exchange != exchange_ || state_ != State::answering) return 0;
  state_ = State::streaming;
  listener_ = &listener;
  write(std::make_shared<const std::string>(session_->render_stream_head()));
  read();  // to notice that the client has gone
  return id_;
}

bool Connection::write_stream(Frame frame) {
  if (state_ != State::streaming) return false;
  if (out_bytes_ > 0 && out_bytes_ + frame->size() > shared_.settings.stream_bytes_max) {
    listener_ = nullptr;  // it learns so from the answer
    close();
    return false;
  }
  write(std::move(frame));
  return true;
}

void Connection::write(Frame frame) {
  if (state_ == State::closed) return;
  out_bytes_ += frame->size();
  out_.push_back(std::move(frame));
  if (out_.size() == 1) write_next();
}

void Connection::write_next() {
  expect(shared_.settings.stall_max);
  // async_write goes on for as long as the client takes anything at all; the deadline moves with each piece.
  asio::async_write(
      socket_, asio::buffer(*out_.front()),
      [self = shared_from_this()](Fault fault, std::size_t) -> std::size_t {
        self->expect(self->shared_.settings.stall_max);
        return fault ? 0 : 64 * 1024;
      },
      [self = shared_from_this()](Fault fault, std::size_t size) { self->on_written(fault, size); });
}

void Connection::on_written(Fault fault, std::size_t size) {
  if (state_ == State::closed) return;
  if (fault) return close();
  out_bytes_ -= size;
  out_.pop_front();
  if (!out_.empty()) return write_next();
  on_drained();
}

void Connection::on_drained() {
  if (close_when_written_) return linger();
  if (state_ == State::streaming) return listener_->stream_drained(id_);
  if (state_ != State::answering) return;  // that was only `100 Continue`
  expect(shared_.settings.idle_max);
  advance();
}

// Closing a socket that still has unread bytes resets it, and the client might never see the answer. So the rest of
// what it sends is thrown away until it has read the answer and hangs up, or takes too long.
void Connection::linger() {
  Fault ignored;
  socket_.shutdown(Tcp::socket::shutdown_send, ignored);
  state_ = State::lingering;
  expect(shared_.settings.linger_max);
  read();
}

void Connection::end() {
  close_when_written_ = true;
  if (out_.empty()) linger();
}

void Connection::close() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  Fault ignored;
  socket_.close(ignored);
  auto self = shared_from_this();  // the map may hold the last reference
  shared_.connections.erase(id_);
  if (listener_ != nullptr) listener_->stream_closed(id_);
}

void Connection::check_deadline(SteadyTime now) {
  if (now < deadline_) return;
  const bool waits_for_us = state_ == State::answering && out_.empty();
  const bool is_quiet_stream = state_ == State::streaming && out_.empty();
  if (waits_for_us || is_quiet_stream) return;
  if (state_ == State::reading && out_.empty() && session_->is_within_request()) {
    return refuse({408, "request_timeout", "the request did not arrive in time"});
  }
  close();
}

void Connection::stop() {
  if (state_ == State::streaming) return end();
  if (!is_answering()) close();
}

class AsioServer final : public Server {
 public:
  explicit AsioServer(Settings settings) {
    shared_.settings = std::move(settings);
    mailbox_->shared = &shared_;
  }
  ~AsioServer() override { AsioServer::stop(); }

  Result<void> take_port();
  void run(Handler handler) override;
  std::uint16_t port() const override { return port_; }
  void post(std::function<void()> work) override { mailbox_->post(std::move(work)); }
  void post_after(std::chrono::microseconds pause, std::function<void()> work) override;
  void each_tick(std::function<void()> work) override { on_tick_.push_back(std::move(work)); }
  void each_refusal(std::function<void(int)> told) override { shared_.refused = std::move(told); }
  bool write_stream(StreamId id, Frame frame) override {
    const auto found = shared_.connections.find(id);
    return found != shared_.connections.end() && found->second->write_stream(std::move(frame));
  }
  void end_stream(StreamId id) override {
    const auto found = shared_.connections.find(id);
    if (found != shared_.connections.end()) found->second->end();
  }
  void stop() override;

 private:
  void accept();
  void on_accept(Fault fault, Tcp::socket socket);
  void tick();
  void begin_stop();
  std::vector<std::shared_ptr<Connection>> everyone() const;  // a copy: those asked may leave the map

  Shared shared_;
  // Shared with every Reply that is still owed.
  std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
  Tcp::acceptor acceptor_{shared_.io};
  asio::steady_timer timer_{shared_.io};
  std::vector<std::function<void()>> on_tick_;
  bool accepts_again_on_tick_ = false;
  StreamId last_id_ = 0;
  SteadyTime stop_deadline_{};
  std::uint16_t port_ = 0;
  std::thread thread_;
};

Result<void> AsioServer::take_port() {
  const Settings& settings = shared_.settings;
  const std::string name = settings.address + ":" + std::to_string(settings.port);
  Fault fault;
  const auto address = asio::ip::make_address(settings.address, fault);
  if (fault)
    return Error{ErrorKind::Invalid,
                 "cannot listen on " + name + ": the address is not a number such as 127.0.0.1 or ::1"};
  const Tcp::endpoint endpoint(address, settings.port);
  acceptor_.open(endpoint.protocol(), fault);
  if (!fault) acceptor_.set_option(Tcp::acceptor::reuse_address(true), fault);
  if (!fault) acceptor_.bind(endpoint, fault);
  if (!fault) acceptor_.listen(Tcp::acceptor::max_listen_connections, fault);
  if (!fault) port_ = acceptor_.local_endpoint(fault).port();
  if (fault == asio::error::address_in_use) {
    return Error{ErrorKind::Conflict,
                 "cannot listen on " + name + ": the port is in use; choose another, or 0 for any free one"};
  }
  if (fault) return Error{ErrorKind::Invalid, "cannot listen on " + name + ": " + fault.message()};
  return {};
}

void AsioServer::run(Handler handler) {
  shared_.handler = std::move(handler);
  accept();
  tick();
  thread_ = std::thread([this] { shared_.io.run(); });
}

void AsioServer::post_after(std::chrono::microseconds pause, std::function<void()> work) {
  auto timer = std::make_shared<asio::steady_timer>(shared_.io, pause);  // shared with what it waits for
  timer->async_wait([timer, work = std::move(work)](Fault fault) {
    if (!fault) work();
  });
}

void AsioServer::accept() {
  acceptor_.async_accept([this](Fault fault, Tcp::socket socket) { on_accept(fault, std::move(socket)); });
}

void AsioServer::on_accept(Fault fault, Tcp::socket socket) {
  if (shared_.is_stopping) return;
  if (fault) {  // out of file descriptors, say: trying at once would spin
    accepts_again_on_tick_ = true;
    return;
  }
  Fault ignored;
  socket.set_option(Tcp::no_delay(true), ignored);
  const int unsent = shared_.settings.unsent_bytes_max;
  (void)::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);  // it only saves
  if (shared_.connections.size() >= shared_.settings.connections_max) {
    const Problem problem{503, "too_many_connections", "too many connections are open; try again later"};
    const std::string answer = HttpSession(shared_.settings.limits).render(answer_of(problem), false);
    shared_.refused(problem.status);
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(answer), ignored);
  } else {
    const StreamId id = ++last_id_;
    auto connection = std::make_shared<Connection>(shared_, mailbox_, std::move(socket), id);
    shared_.connections.emplace(id, connection);
    connection->start();
  }
  accept();
}

void AsioServer::tick() {
  const SteadyTime now = std::chrono::steady_clock::now();
  for (const auto& connection : everyone()) connection->check_deadline(now);
  for (const auto& work : on_tick_) work();
  if (std::exchange(accepts_again_on_tick_, false)) accept();
  if (shared_.is_stopping) {
    bool is_answering = false;
    for (const auto& [id, connection] : shared_.connections) is_answering |= connection->is_answering();
    if (!is_answering || now >= stop_deadline_) return shared_.io.stop();
  }
  timer_.expires_after(shared_.settings.tick_interval);
  timer_.async_wait([this](Fault fault) {
    if (!fault) tick();
  });
}

std::vector<std::shared_ptr<Connection>> AsioServer::everyone() const {
  std::vector<std::shared_ptr<Connection>> all;
  all.reserve(shared_.connections.size());
  for (const auto& [id, connection] : shared_.connections) all.push_back(connection);
  return all;
}

void AsioServer::begin_stop() {
  shared_.is_stopping = true;
  stop_deadline_ = std::chrono::steady_clock::now() + shared_.settings.stop_max;
  Fault ignored;
  acceptor_.close(ignored);
  for (const auto& connection : everyone()) connection->stop();
  timer_.cancel();
  tick();
}

void AsioServer::stop() {
  if (!thread_.joinable()) return;
  post([this] { begin_stop(); });
  thread_.join();
  std::lock_guard lock(mailbox_->mutex);
  mailbox_->shared = nullptr;
}

}  // namespace

Result<std::unique_ptr<Server>> Server::listen(Settings settings) {
  auto server = std::make_unique<AsioServer>(std::move(settings));
  if (auto taken = server->take_port(); !taken) return std::move(taken.error());
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace earshot::api
