// A program as a child of the test: started, listened to, signalled, waited for. Both its outputs are read as they come
// and kept, so it never waits for us. It is killed when the object or the test goes.
//
// One thread.
#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace earshot::test {

class Process {
 public:
  using Environment = std::map<std::string, std::string>;

  // `words` begins with the program's path; `environment` is added to ours.
  explicit Process(const std::vector<std::string>& words, const Environment& environment = {});
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void signal(int number);

  // Waits until `text` stands on standard error and gives its line; empty when the process ended without it.
  std::string wait_for(std::string_view text);

  bool has_ended() const;
  bool has_stopped() const;  // by SIGSTOP

  // Waits for the end. Afterwards the rest may be asked.
  void wait();
  bool was_killed() const;  // by SIGKILL
  int exit_code() const;    // -1 when it did not exit by itself

  // While it lives and afterwards: what has come so far.
  std::string out() const { return text_of(out_); }
  std::string err() const { return text_of(err_); }

  // While it lives.
  std::int64_t peak_kibibytes() const { return status_line("VmHWM:"); }
  pid_t id() const { return child_; }

  // Of its whole life, once it has ended; not below what this process had when it was started.
  std::int64_t peak_kibibytes_of_life() const { return peak_kibibytes_; }

 private:
  struct Output {
    int end = -1;
    std::string text;
    bool has_ended = false;
    std::thread reader;
  };
  void read(Output& output);
  std::string text_of(const Output& output) const {
    const std::lock_guard lock(mutex_);
    return output.text;
  }
  std::int64_t status_line(std::string_view name) const;

  pid_t child_ = -1;
  bool is_over_ = false;
  int status_ = 0;
  std::int64_t peak_kibibytes_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Output out_;
  Output err_;
};

}  // namespace earshot::test
