// The commands of README.md, run as they stand there, in a directory that looks like a built source tree.
#include <gtest/gtest.h>

#include "support/program.h"

namespace earshot {
namespace {

using test::in_quotes;

// A few orders and a return, as the example's configuration reads them.
constexpr const char* kOrders =
    "customer_id,ts,type,lines,qty,amount,country\n"
    "R1,2026-01-05T09:30:00Z,purchase,3,7,12.5,France\n"
    "R1,2026-01-19T10:00:00Z,purchase,1,2,4,France\n"
    "R2,2026-01-20T11:00:00Z,return,1,1,-4.25,Japan\n";

std::vector<std::string> commands_of_readme() {
  std::vector<std::string> commands;
  std::istringstream text(test::read_whole(std::filesystem::path(EARSHOT_SOURCE_DIR) / "README.md"));
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("    build/release/earshot ")) commands.push_back(line.substr(4));
  }
  return commands;
}

TEST(Readme, ItsCommandsDoWhatItSays) {
  test::Scratch scratch;
  const std::filesystem::path source(EARSHOT_SOURCE_DIR);
  std::filesystem::create_directory(scratch.path() / "build");
  std::filesystem::create_directory_symlink(EARSHOT_BINARY_DIR, scratch.path() / "build/release");
  std::filesystem::create_directory_symlink(source / "examples", scratch.path() / "examples");
  std::ofstream(scratch.path() / "orders.csv") << kOrders;
  ASSERT_EQ(std::system(("gzip " + in_quotes(scratch.path() / "orders.csv")).c_str()), 0);

  const auto commands = commands_of_readme();
  ASSERT_GE(commands.size(), 4u);
  std::string out;
  for (const std::string& command : commands) {
    SCOPED_TRACE(command);
    const std::string shell = "cd " + in_quotes(scratch.path()) +
                              " && export EARSHOT_MODEL=" + in_quotes(source / "models/text-2.bin") + " && " + command +
                              " >out 2>err";
    EXPECT_EQ(std::system(shell.c_str()), 0) << test::read_whole(scratch.path() / "err");
    out += test::read_whole(scratch.path() / "out");
  }
  EXPECT_EQ(out.find("accepted 3\nduplicate 0\nrejected 0\n"), 0u) << out;
  EXPECT_NE(out.find("the state is what its log says"), std::string::npos) << out;
  EXPECT_NE(out.find("customer:R1"), std::string::npos) << out;
}

}  // namespace
}  // namespace earshot
