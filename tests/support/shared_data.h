// Where the data lies that is too large, or not ours, to be kept in the source tree.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace earshot::test {

// The path of `name` under EARSHOT_SHARED, else under shared/ beside the source tree. A test skips itself if it is not
// there.
inline std::filesystem::path shared_file(const std::string& name) {
  const char* given = std::getenv("EARSHOT_SHARED");
  const std::filesystem::path root = given != nullptr
                                         ? std::filesystem::path(given)
                                         : std::filesystem::path(EARSHOT_SOURCE_DIR).parent_path() / "shared";
  return root / name;
}

}  // namespace earshot::test
