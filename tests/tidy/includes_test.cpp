// Who may include whom: data moves left to right, and a library stands behind one or two files.
#include <algorithm>
#include <map>
#include <optional>

#include <gtest/gtest.h>

#include "tidy/project.h"

namespace earshot::tidy {
namespace {

// A module may include itself, include/earshot and what stands beside it. `state` are the generated values of
// schemas/state. cli joins everything; tests and benchmarks may look anywhere, and nobody looks at them.
const std::map<std::string, std::string> kMayInclude = {
    {"include", ""},
    {"src/base", ""},
    {"src/event", "src/base"},
    {"src/text", "src/base"},
    {"src/telemetry", "src/base src/event"},
    {"src/state_store", "src/base"},
    {"src/event_log", "src/base src/state_store"},
    {"src/processors", "src/base src/event state"},
    {"src/settings", "src/base src/event src/processors"},
    {"connectors", "src/base src/event"},
    {"src/simulation", "src/base src/event"},
    {"src/pipeline", "src/base src/event src/event_log src/state_store src/telemetry"},
    {"src/backtest", "src/base src/event src/event_log src/state_store src/pipeline src/processors connectors"},
    {"src/sinks", "src/base src/event src/event_log src/state_store src/telemetry connectors/signatures"},
    {"src/sources", "src/base src/event src/telemetry src/sinks/addresses.h"},
    {"src/api", "src/base src/event src/event_log src/state_store src/telemetry src/processors src/settings state"},
    {"src/console", "src/api"},
    {"src/cli", "src connectors state"},
    {"tests", "src connectors state"},
    {"bench", "src connectors state tests/support"},
};

// The libraries, and the files that may know them. tl::expected is what Result<T> is made of.
const std::map<std::string, std::string> kLibraries = {
    {"rocksdb/",
     "src/event_log/embedded.cpp src/event_log/embedded_store.cpp src/state_store/rocks.cpp "
     "src/state_store/rocks_error.h"},
    {"librdkafka/", "src/event_log/kafka_client.h"},
    {"lz4", "src/event_log/record_batch.cpp"},
    {"xxhash", "src/base/hash.cpp src/event_log/record_batch.cpp src/event_log/embedded_store.cpp"},
    {"boost/", "src/api/server.cpp src/api/http_session.cpp src/sources/net_transport.cpp"},
    {"yaml-cpp/", "src/cli/config.cpp"},
    {"CLI/", "src/cli"},
    {"prometheus/", "src/telemetry/metrics.cpp"},
    {"spdlog/", "src/telemetry/log.cpp"},
    {"absl/", "src/base/zone.cpp src/pipeline/put_values.h src/pipeline/timer_queue.h src/pipeline/value_cache.h"},
    {"openssl/", "src/base/hash.cpp"},
    {"curl/", "src/sinks/http_post.cpp src/cli/answers_of_url.cpp"},
    {"zlib", "connectors/support/gunzip.cpp"},
    {"unicode/", "src/text src/cli/table.cpp connectors/support/gb18030.cpp"},
    {"simdjson", "src/event src/base/utf8.cpp connectors src/cli/analyze.cpp src/cli/config_show.cpp"},
    {"google/protobuf/", ""},
    {"tl/", "include/earshot/result.h src connectors"},
    {"nlohmann/", ""},
    {"valijson/", ""},
    {"gtest/", ""},
    {"benchmark/", ""},
};

bool is_one_of(std::string_view path, const std::string& places) {
  const auto all = split(places, " ");
  return std::any_of(all.begin(), all.end(), [&](const std::string& place) {
    return path == place || (path.starts_with(place) && path[place.size()] == '/');
  });
}

struct Include {
  int line = 0;
  std::string name;
  bool is_ours = false;  // in quotation marks
};

std::vector<Include> includes_of(const File& file) {
  std::vector<Include> includes;
  for (const Line& line : lines_of(file.text)) {
    if (!line.text.starts_with("#include ")) continue;
    const std::size_t from = line.text.find_first_of("\"<") + 1;
    const std::size_t end = line.text.find_first_of("\">", from);
    includes.push_back({line.number, std::string(line.text.substr(from, end - from)), line.text[from - 1] == '"'});
  }
  return includes;
}

// Where an include in quotation marks leads; nothing for a file that the build makes.
std::optional<std::string> target_of(const File& file, const std::string& name) {
  const std::string beside = file.path.substr(0, file.path.rfind('/') + 1);
  for (const std::string& folder : {std::string("include/"), std::string("src/"), std::string("connectors/"),
                                    std::string("tests/"), std::string("bench/"), beside}) {
    if (find_file(folder + name) != nullptr) return folder + name;
  }
  if (name.starts_with("state/") && find_file("schemas/" + name.substr(0, name.find('.')) + ".proto") != nullptr)
    return name;
  return std::nullopt;
}

// The longest module of the table that holds the file.
std::string module_of(std::string_view path) {
  std::string module;
  for (const auto& [name, allowed] : kMayInclude) {
    if (is_one_of(path, name) && name.size() > module.size()) module = name;
  }
  return module;
}

std::vector<const File*> cpp_files() {
  std::vector<const File*> files;
  for (const File& file : project()) {
    if (file.is_cpp()) files.push_back(&file);
  }
  return files;
}

TEST(Includes, GoOneWay) {
  for (const File* file : cpp_files()) {
    const std::string module = module_of(file->path);
    ASSERT_FALSE(module.empty()) << file->path << " is in no module of the table";
    for (const Include& include : includes_of(*file)) {
      if (!include.is_ours) continue;
      const auto target = target_of(*file, include.name);
      ASSERT_TRUE(target) << place(*file, include.line) << "there is no " << include.name;
      const bool is_good =
          is_one_of(*target, module) || is_one_of(*target, "include") || is_one_of(*target, kMayInclude.at(module));
      EXPECT_TRUE(is_good) << place(*file, include.line) << module << " may not include " << *target;
    }
  }
}

// Pure parts that need no events; processors and tests share them.
const std::string kParts =
    "src/processors/customer/days.h src/processors/customer/silence_forecast.h src/processors/desk/calendar.h "
    "src/processors/desk/opening_hours.h src/processors/insight/kpi_math.h src/processors/insight/sketch.h";

// What a processor knows of another comes from the other's events.
TEST(Includes, NoProcessorKnowsAnother) {
  const std::string folder = "src/processors/";
  for (const File* file : cpp_files()) {
    if (!file->path.starts_with(folder)) continue;
    const std::string own = file->path.substr(0, file->path.find('/', folder.size()));
    for (const Include& include : includes_of(*file)) {
      const auto target = include.is_ours ? target_of(*file, include.name) : std::nullopt;
      if (!target || !target->starts_with(folder)) continue;
      const bool is_shared = target->find('/', folder.size()) == std::string::npos;
      EXPECT_TRUE(is_shared || is_one_of(*target, own) || is_one_of(*target, kParts))
          << place(*file, include.line) << "another processor: " << *target;
    }
  }
}

TEST(Includes, ALibraryStandsBehindTheFilesThatAreNamed) {
  for (const File* file : cpp_files()) {
    const bool is_tried_out = file->is_in("tests") || file->is_in("bench");
    for (const Include& include : includes_of(*file)) {
      if (include.is_ours || include.name.find_first_of("/.") == std::string::npos)
        continue;  // of the standard library
      if (include.name.starts_with("sys/") || include.name.starts_with("netinet/") || include.name.starts_with("arpa/"))
        continue;
      const auto library = std::find_if(kLibraries.begin(), kLibraries.end(),
                                        [&](const auto& one) { return include.name.starts_with(one.first); });
      const bool is_of_the_system = include.name.find('/') == std::string::npos && library == kLibraries.end();
      if (is_of_the_system || is_tried_out) continue;
      ASSERT_NE(library, kLibraries.end())
          << place(*file, include.line) << "a library that the table does not know: " << include.name;
      EXPECT_TRUE(is_one_of(file->path, library->second))
          << place(*file, include.line) << "may not know " << include.name;
    }
  }
}

TEST(Includes, ThePublicHeadersShowNoLibrary) {
  for (const File* file : cpp_files()) {
    if (!file->is_in("include")) continue;
    for (const Include& include : includes_of(*file)) {
      const bool is_result = file->path == "include/earshot/result.h" && include.name == "tl/expected.hpp";
      EXPECT_TRUE(include.is_ours || is_result || include.name.find_first_of("/.") == std::string::npos)
          << place(*file, include.line) << include.name;
    }
  }
}

// The folders of the picture are those that there are.
TEST(Includes, EveryModuleOfTheTableExists) {
  for (const auto& [module, allowed] : kMayInclude) EXPECT_TRUE(is_there(module)) << module;
  for (const auto& [library, places] : kLibraries) {
    for (const std::string& one : split(places, " ")) EXPECT_TRUE(is_there(one)) << library << ": " << one;
  }
}

}  // namespace
}  // namespace earshot::tidy
