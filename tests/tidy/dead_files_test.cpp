// Files that nobody uses: what is in the project is built, read, run or linked to by something else in it.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "event/codec.h"
#include "tidy/project.h"

namespace earshot::tidy {
namespace {

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/') + 1); }

// What the build compiles, as the build itself wrote it down.
std::set<std::string> compiled_sources() {
  std::set<std::string> sources;
  std::ifstream commands(EARSHOT_BINARY_DIR "/compile_commands.json");
  if (!commands) return sources;
  const std::filesystem::path root(EARSHOT_SOURCE_DIR);
  for (const auto& command : nlohmann::json::parse(commands)) {
    const std::filesystem::path file(command.at("file").get<std::string>());
    sources.insert(file.lexically_normal().lexically_relative(root).generic_string());
  }
  return sources;
}

TEST(DeadFiles, EverySourceAndEveryTestIsBuilt) {
  const std::set<std::string> compiled = compiled_sources();
  if (compiled.empty()) GTEST_SKIP() << "the build wrote no compile_commands.json; the presets make it";
  for (const File& file : project()) {
    if (file.ends_with(".cpp")) {
      EXPECT_TRUE(compiled.contains(file.path)) << file.path << " is built by no CMakeLists.txt";
    }
  }
}

TEST(DeadFiles, EveryHeaderIsIncluded) {
  std::set<std::string> included;
  for (const File& file : project()) {
    if (!file.is_cpp()) continue;
    for (const Line& line : lines_of(file.text)) {
      if (!line.text.starts_with("#include \"")) continue;
      const std::string name(line.text.substr(10, line.text.find('"', 10) - 10));
      for (const std::string& root : {std::string("include/"), std::string("src/"), std::string("connectors/"),
                                      std::string("tests/"), folder_of(file.path)}) {
        included.insert(root + name);
      }
    }
  }
  for (const File& file : project()) {
    if (file.ends_with(".h")) {
      EXPECT_TRUE(included.contains(file.path)) << file.path << " is included nowhere";
    }
  }
}

TEST(DeadFiles, EverySchemaIsOfATypeThatThereIsAndEveryTypeHasOne) {
  std::set<std::string> types;
  for (const std::string& type : event_types()) types.emplace(type);
  std::set<std::string> schemas;
  const std::string folder = "schemas/events/";
  const std::string ending = ".schema.json";
  for (const File& file : project()) {
    if (!file.path.starts_with(folder) || !file.ends_with(ending)) continue;
    schemas.insert(file.path.substr(folder.size(), file.path.size() - folder.size() - ending.size()));
  }
  EXPECT_EQ(schemas, types);
}

// What nothing includes or lists by its kind must be named somewhere else.
TEST(DeadFiles, EveryOtherFileIsNamedBySomething) {
  for (const File& file : project()) {
    const bool is_asked = file.is_in("docs") || file.is_in("examples") || file.is_in("models") ||
                          file.is_in("scripts") || file.is_in("cmake") || file.is_in("src/console") ||
                          file.is_in("schemas/state") || file.is_in("dashboards") || file.is_in("deploy");
    if (!is_asked || file.is_cpp() || file.ends_with("CMakeLists.txt")) continue;
    const std::string name = file.path.substr(file.path.rfind('/') + 1);
    const std::string stem = name.substr(0, name.rfind('.'));
    const bool is_decision = file.is_in("docs/decisions");  // the folder is linked to as a whole
    const bool is_named = std::any_of(project().begin(), project().end(), [&](const File& other) {
      return &other != &file && (has_word(other.text, name) || (file.is_in("cmake") && has_word(other.text, stem)) ||
                                 (file.is_in("scripts") && has_word(other.text, file.path)));
    });
    EXPECT_TRUE(is_named || is_decision) << file.path << " is named nowhere";
  }
}

}  // namespace
}  // namespace earshot::tidy
