#include "cli/default_model.h"

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "base/stable_bytes.h"

namespace earshot::cli {
namespace {

constexpr const char* kDefaultModel = "models/text-2.bin";

}  // namespace

Result<std::string> find_default_model() {
  if (const char* named = std::getenv("EARSHOT_MODEL"); named != nullptr && *named != '\0') return std::string(named);
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return Error{ErrorKind::Unavailable, "cannot find the program's own directory: " + error.message()};
  for (std::filesystem::path directory = program.parent_path();; directory = directory.parent_path()) {
    const std::filesystem::path candidate = directory / kDefaultModel;
    if (std::filesystem::exists(candidate, error)) return candidate.string();
    if (directory == directory.root_path()) break;
  }
  return Error{ErrorKind::NotFound, std::string("no ") + kDefaultModel + " beside or above " +
                                        program.parent_path().string() + "; name one with --model or EARSHOT_MODEL"};
}

Result<Analyzer> load_analyzer(const std::string& path) {
  std::string chosen = path;
  if (chosen.empty()) {
    auto found = find_default_model();
    if (!found) return std::move(found.error());
    chosen = std::move(*found);
  }
  auto bytes = StableBytes::map(chosen);
  if (!bytes) return std::move(bytes.error());
  auto analyzer = Analyzer::load(std::move(*bytes));
  if (!analyzer) return std::move(analyzer.error()).in(chosen);
  return analyzer;
}

}  // namespace earshot::cli
