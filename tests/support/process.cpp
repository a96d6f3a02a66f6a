#include "support/process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include <gtest/gtest.h>

extern char** environ;

namespace earshot::test {

namespace {

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

std::vector<std::string> with_ours(const Process::Environment& more) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (!more.contains(text.substr(0, text.find('=')))) all.push_back(text);
  }
  for (const auto& [name, value] : more) all.push_back(name + "=" + value);
  return all;
}

}  // namespace

Process::Process(const std::vector<std::string>& words, const Environment& environment) {
  // Between fork and exec nothing may be allocated: other threads may hold locks.
  std::vector<std::string> texts = words;
  std::vector<std::string> settings = with_ours(environment);
  const std::vector<char*> arguments = pointers(texts);
  const std::vector<char*> variables = pointers(settings);
  int out[2];
  int err[2];
  if (::pipe2(out, O_CLOEXEC) != 0 || ::pipe2(err, O_CLOEXEC) != 0) {
    ADD_FAILURE() << "no pipe";
    return;
  }
  child_ = ::fork();
  if (child_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(out[1], STDOUT_FILENO);
    ::dup2(err[1], STDERR_FILENO);
    ::execve(arguments[0], arguments.data(), variables.data());
    ::_exit(127);
  }
  ::close(out[1]);
  ::close(err[1]);
  out_.end = out[0];
  err_.end = err[0];
  out_.reader = std::thread([this] { read(out_); });
  err_.reader = std::thread([this] { read(err_); });
}

Process::~Process() {
  if (!is_over_) signal(SIGKILL);
  wait();
}

void Process::signal(int number) {
  if (child_ > 0 && !is_over_) ::kill(child_, number);
}

void Process::read(Output& output) {
  char bytes[4096];
  while (true) {
    const ssize_t size = ::read(output.end, bytes, sizeof bytes);
    if (size < 0 && errno == EINTR) continue;
    const std::lock_guard lock(mutex_);
    if (size > 0) output.text.append(bytes, static_cast<std::size_t>(size));
    output.has_ended = size <= 0;
    changed_.notify_all();
    if (output.has_ended) break;
  }
  ::close(output.end);
}

std::string Process::wait_for(std::string_view text) {
  std::unique_lock lock(mutex_);
  std::size_t at = std::string::npos;
  std::size_t end = std::string::npos;
  changed_.wait(lock, [&] {
    at = err_.text.find(text);
    end = at == std::string::npos ? at : err_.text.find('\n', at);
    return end != std::string::npos || err_.has_ended;
  });
  if (at == std::string::npos) return {};
  const std::size_t before = err_.text.rfind('\n', at);
  const std::size_t begin = before == std::string::npos ? 0 : before + 1;
  return err_.text.substr(begin, end - begin);
}

bool Process::has_ended() const {
  siginfo_t info{};
  return is_over_ ||
         (::waitid(P_PID, static_cast<id_t>(child_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == child_);
}

bool Process::has_stopped() const {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(child_), &info, WSTOPPED | WNOHANG | WNOWAIT) == 0 && info.si_pid == child_;
}

void Process::wait() {
  if (is_over_ || child_ <= 0) return;
  out_.reader.join();
  err_.reader.join();
  rusage used{};
  ::wait4(child_, &status_, 0, &used);
  peak_kibibytes_ = used.ru_maxrss;
  is_over_ = true;
}

bool Process::was_killed() const { return WIFSIGNALED(status_) && WTERMSIG(status_) == SIGKILL; }

int Process::exit_code() const { return WIFEXITED(status_) ? WEXITSTATUS(status_) : -1; }

std::int64_t Process::status_line(std::string_view name) const {
  std::ifstream status("/proc/" + std::to_string(child_) + "/status");
  std::string word;
  while (status >> word) {
    std::int64_t size = 0;
    if (word == name && status >> size) return size;
  }
  return 0;
}

}  // namespace earshot::test
