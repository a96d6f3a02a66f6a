// The real program, as somebody types it into a shell.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "support/scratch.h"

namespace earshot::test {

inline std::string read_whole(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// For a shell. Paths of tests hold no quotation marks.
inline std::string in_quotes(const std::filesystem::path& path) {
  return "'" + path.string() + "'";
}

class Program {
 public:
  struct Outcome {
    int exit_code = 0;
    std::string out;
    std::string err;

    // Standard output as JSON, an object a line.
    std::vector<nlohmann::json> lines() const {
      std::vector<nlohmann::json> all;
      std::istringstream text(out);
      for (std::string line; std::getline(text, line);) all.push_back(nlohmann::json::parse(line));
      return all;
    }
    std::string last_word() const {
      const std::size_t end = out.find_last_not_of(" \n");
      return end == std::string::npos ? "" : out.substr(out.find_last_of(" \n", end) + 1, end - out.find_last_of(" \n", end));
    }
  };

  // `words` come after `earshot`; the directory is that of the source tree, as in the README.
  Outcome run(const std::string& words) const {
    const auto out = scratch_.path() / "out";
    const auto err = scratch_.path() / "err";
    const int status = std::system((command(words) + " >" + in_quotes(out) + " 2>" + in_quotes(err)).c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_whole(out), read_whole(err)};
  }

  // For a shell; `before` may be the shell's `exec`, or set variables.
  static std::string command(const std::string& words, const std::string& before = "") {
    const std::filesystem::path source(EARSHOT_SOURCE_DIR);
    return "cd " + in_quotes(source) + " && export EARSHOT_MODEL=" + in_quotes(source / "models/text-2.bin") + " && " + before +
           " " + in_quotes(std::filesystem::path(EARSHOT_BINARY_DIR) / "earshot") + " " + words;
  }

 private:
  Scratch scratch_;
};

// `earshot …` in the background, until it is told to end.
class RunningProgram {
 public:
  // Standard error is read here, standard output goes nowhere.
  explicit RunningProgram(const std::string& words) {
    int ends[2];
    if (::pipe(ends) != 0) return;
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(ends[1], STDERR_FILENO);
      ::close(ends[0]);
      ::close(ends[1]);
      ::execl("/bin/sh", "sh", "-c", Program::command(words, "exec").c_str(), nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    said_ = ::fdopen(ends[0], "r");
  }
  ~RunningProgram() { end(); }
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;

  // The rest of the first line that holds `before`, up to a blank; empty when the program ended without one.
  std::string wait_for(const std::string& before) {
    std::string found;
    char* line = nullptr;
    std::size_t room = 0;
    while (found.empty() && ::getline(&line, &room, said_) > 0) {
      const std::string text(line);
      const std::size_t at = text.find(before);
      if (at != std::string::npos) found = text.substr(at + before.size(), text.find_first_of(" \n", at + before.size()) - at - before.size());
    }
    std::free(line);
    return found;
  }

  // Asks it to end; gives its exit code.
  int end() {
    if (child_ < 0) return exit_code_;
    ::kill(child_, SIGTERM);
    int status = 0;
    ::waitpid(child_, &status, 0);
    std::fclose(said_);
    child_ = -1;
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return exit_code_;
  }

 private:
  pid_t child_ = -1;
  std::FILE* said_ = nullptr;
  int exit_code_ = -1;
};

}  // namespace earshot::test
