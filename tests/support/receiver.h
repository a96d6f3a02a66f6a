// A receiver of webhooks on a loopback port: answers as it was told to and remembers what came.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "api/server.h"

namespace earshot::test {

class Receiver {
 public:
  Receiver() {
    api::Server::Settings settings;
    settings.port = 0;
    server_ = std::move(*api::Server::listen(settings));
    server_->run([this](api::Request request, api::Reply reply) {
      std::lock_guard lock(mutex_);
      requests_.push_back(std::move(request));
      came_.notify_all();
      if (answer_to_) answer_ = answer_to_(requests_.back(), requests_.size());
      if (!is_silent_) return reply.send(answer_);
      held_.push_back(std::move(reply));
    });
  }
  ~Receiver() { server_->stop(); }
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()) + "/hook"; }

  void answers(api::Response answer) {
    std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
  }
  void answers(int status, std::string body = "", std::vector<std::pair<std::string, std::string>> headers = {}) {
    answers(api::Response{status, "text/plain", std::move(body), std::move(headers)});
  }
  // By the request and how many there were.
  void answers_by(std::function<api::Response(const api::Request&, std::size_t)> answer_to) {
    std::lock_guard lock(mutex_);
    answer_to_ = std::move(answer_to);
  }
  void never_answers() {
    std::lock_guard lock(mutex_);
    is_silent_ = true;
  }

  std::vector<api::Request> requests() const {
    std::lock_guard lock(mutex_);
    return requests_;
  }
  // All there are once there are so many; fewer after a minute.
  std::vector<api::Request> requests_when(std::size_t count) const {
    std::unique_lock lock(mutex_);
    came_.wait_for(lock, std::chrono::minutes(1), [&] { return requests_.size() >= count; });
    return requests_;
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable came_;
  std::vector<api::Request> requests_;
  std::vector<api::Reply> held_;
  api::Response answer_{204, "text/plain", "", {}};
  std::function<api::Response(const api::Request&, std::size_t)> answer_to_;
  bool is_silent_ = false;
  std::unique_ptr<api::Server> server_;
};

}  // namespace earshot::test
