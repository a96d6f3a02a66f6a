// A few threads for what would hold up the server's own: questions that read much, and large bodies.
//
// Bounded: when too much waits, new work is refused, and the caller says so instead of letting everybody wait.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace earshot::api {

class Workers {
 public:
  struct Settings {
    std::size_t threads = 2;
    std::size_t waiting_max = 256;
  };

  explicit Workers(Settings settings);
  ~Workers() { stop(); }

  // False when too much waits already, or after stop(). Any thread.
  bool post(std::function<void()> work);

  // Finishes what was taken. By the owner.
  void stop();

 private:
  void work();

  Settings settings_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  bool is_stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace earshot::api
