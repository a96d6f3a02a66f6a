// The code is laid out as .clang-format says: `make format` does it.
#include <gtest/gtest.h>
#include <stdio.h>

#include <memory>

#include "tidy/project.h"

namespace earshot::tidy {
namespace {

constexpr std::string_view kVersion = "version 14.";  // of Debian 12; others lay out a little differently
constexpr std::size_t kFilesAtOnce = 200;

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  std::string output;
  for (int c = 0; pipe && (c = std::fgetc(pipe.get())) != EOF;) output.push_back(static_cast<char>(c));
  return output;
}

TEST(Layout, IsWhatTheFormatterMakes) {
  if (const std::string version = output_of("clang-format --version 2>&1"); version.find(kVersion) == std::string::npos)
    GTEST_SKIP() << "needs clang-format of " << kVersion << "; found " << version;
  std::vector<std::string> commands;
  std::size_t files = 0;
  for (const File& file : project()) {
    if (!file.is_cpp()) continue;
    if (files++ % kFilesAtOnce == 0) commands.push_back("cd '" EARSHOT_SOURCE_DIR "' && clang-format --dry-run 2>&1");
    commands.back().insert(commands.back().rfind(" 2>&1"), " '" + file.path + "'");
  }
  ASSERT_GT(files, kFilesAtOnce);
  for (const std::string& command : commands) EXPECT_EQ(output_of(command), "") << "make format mends it";
}

}  // namespace
}  // namespace earshot::tidy
