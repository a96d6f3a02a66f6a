#include "cli/files.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "all.h"
#include "cli/config.h"
#include "support/gunzip.h"

namespace earshot::cli {
namespace {

constexpr std::size_t kPieceBytes = 64 * 1024;

}  // namespace

Result<void> read_file(const Connector& connector, const std::string& path, const std::string& tenant,
                       Timestamp received, Findings& findings) {
  const bool is_standard_input = path == "-";
  std::FILE* file = is_standard_input ? stdin : std::fopen(path.c_str(), "rb");
  if (file == nullptr) return Error{ErrorKind::NotFound, "cannot read " + path + ": " + std::strerror(errno)};
  std::string name = is_standard_input ? "stdin" : std::filesystem::path(path).filename().string();
  const bool zipped = name.ends_with(".gz");
  if (zipped) name.resize(name.size() - 3);
  const std::unique_ptr<Reader> reader = connector.open({tenant, name, name, received}, findings);
  Gunzip unzip(*reader);
  Result<void> fed;
  std::string piece(kPieceBytes, '\0');
  while (const std::size_t size = fed ? std::fread(piece.data(), 1, piece.size(), file) : 0) {
    const std::string_view bytes = std::string_view(piece).substr(0, size);
    if (zipped) {
      fed = unzip.feed(bytes);
    } else {
      reader->feed(bytes);
    }
  }
  if (fed && std::ferror(file) != 0) fed = Error{ErrorKind::Unavailable, std::strerror(errno)};
  if (!is_standard_input) std::fclose(file);
  if (fed && zipped) {
    fed = unzip.finish();
  } else if (fed) {
    reader->finish();
  }
  if (!fed) return std::move(fed.error()).in("cannot read " + path);
  return {};
}

Result<std::unique_ptr<Connector>> find_connector(const Config& config, const std::string& name) {
  for (const ConnectorConfig& entry : config.connectors) {
    if (entry.name == name) return make_connector(entry.connector, entry.settings);
  }
  auto made = make_connector(name, "{}");
  if (made || made.error().kind != ErrorKind::NotFound) return made;
  std::string names;
  for (const ConnectorConfig& entry : config.connectors) names += (names.empty() ? "" : ", ") + entry.name;
  if (!names.empty()) made.error().message += "; the configuration names " + names;
  return made;
}

}  // namespace earshot::cli
