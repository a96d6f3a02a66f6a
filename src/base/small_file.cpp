#include "base/small_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

namespace earshot {

namespace {

Error failed(std::string_view what, const std::filesystem::path& path) {
  return {ErrorKind::Unavailable, "cannot " + std::string(what) + " " + path.string() + ": " + std::strerror(errno)};
}

// A file descriptor that is closed whatever happens.
struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

}  // namespace

Result<std::string> read_small_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) return Error{ErrorKind::NotFound, "there is no file " + path.string()};
    return failed("read", path);
  }
  return std::string(std::istreambuf_iterator<char>(file), {});
}

Result<void> replace_small_file(const std::filesystem::path& path, std::string_view content) {
  const std::filesystem::path fresh = path.string() + ".new";
  {
    const Descriptor file{::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
    if (file.number < 0) return failed("write", fresh);
    for (std::string_view rest = content; !rest.empty();) {
      const ssize_t written = ::write(file.number, rest.data(), rest.size());
      if (written < 0) return failed("write", fresh);
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(file.number) != 0) return failed("sync", fresh);
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) return failed("replace", path);
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  const Descriptor directory{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (directory.number < 0 || ::fsync(directory.number) != 0) return failed("sync", folder);
  return {};
}

}  // namespace earshot
