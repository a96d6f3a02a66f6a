#include "text/training/labelled.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/hash.h"

namespace earshot::text {

std::vector<std::string> split(std::string_view line, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t end = line.find(separator);
    parts.emplace_back(line.substr(0, end));
    if (end == std::string_view::npos) return parts;
    line.remove_prefix(end + 1);
  }
}

Result<std::string> read_bytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error{ErrorKind::NotFound, "cannot read " + path + ": " + std::strerror(errno)};
  std::ostringstream bytes;
  bytes << in.rdbuf();
  if (in.bad() || bytes.fail())
    return Error{ErrorKind::Unavailable, "cannot read " + path + ": it is no ordinary file, or it is empty"};
  return std::move(bytes).str();
}

Result<void> write_bytes(const std::string& path, std::string_view bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) return Error{ErrorKind::Unavailable, "cannot write " + path + ": " + std::strerror(errno)};
  return {};
}

Result<LabelledFile> read_labelled(const std::string& path) {
  auto bytes = read_bytes(path);
  if (!bytes) return std::move(bytes.error());
  LabelledFile file;
  file.sha256 = sha256_hex(*bytes);
  int number = 0;
  for (std::string_view rest = *bytes; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    ++number;
    if (line.empty()) continue;
    if (line.front() == '#' && file.rows.empty()) {
      file.columns = split(line.substr(1), '\t');
      continue;
    }
    auto parts = split(line, '\t');
    if (parts.size() < 4) {
      return Error{ErrorKind::Invalid, path + " line " + std::to_string(number) +
                                           ": expected label, language, domain and text, with tabs between"};
    }
    LabelledText row{std::move(parts[0]), std::move(parts[1]), std::move(parts[2]), std::move(parts[3]), {}};
    row.more.assign(std::make_move_iterator(parts.begin() + 4), std::make_move_iterator(parts.end()));
    file.rows.push_back(std::move(row));
  }
  return file;
}

}  // namespace earshot::text
