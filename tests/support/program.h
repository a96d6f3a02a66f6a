// The real program, as somebody types it into a shell.
#pragma once

#include <sys/wait.h>

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
inline std::string in_quotes(const std::filesystem::path& path) { return "'" + path.string() + "'"; }

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
      return end == std::string::npos
                 ? ""
                 : out.substr(out.find_last_of(" \n", end) + 1, end - out.find_last_of(" \n", end));
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
    return "cd " + in_quotes(source) + " && export EARSHOT_MODEL=" + in_quotes(source / "models/text-2.bin") + " && " +
           before + " " + in_quotes(std::filesystem::path(EARSHOT_BINARY_DIR) / "earshot") + " " + words;
  }

 private:
  Scratch scratch_;
};

}  // namespace earshot::test
