// Seeds out of the source tree.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace earshot::fuzz {

inline std::string file_of_tree(const std::filesystem::path& path) {
  std::ifstream in(std::filesystem::path(EARSHOT_SOURCE_DIR) / path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline std::vector<std::string> lines_of_file(const std::filesystem::path& path) {
  std::vector<std::string> lines;
  std::ifstream in(std::filesystem::path(EARSHOT_SOURCE_DIR) / path);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace earshot::fuzz
