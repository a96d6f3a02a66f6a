#include "base/stable_bytes.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace earshot {
namespace {

Error cannot_read(const std::string& path, const char* why) {
  return {errno == ENOENT ? ErrorKind::NotFound : ErrorKind::Unavailable, "cannot read " + path + ": " + why};
}

}  // namespace

Result<StableBytes> StableBytes::map(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return cannot_read(path, std::strerror(errno));
  struct stat facts {};
  if (::fstat(file, &facts) != 0 || !S_ISREG(facts.st_mode) || facts.st_size == 0) {
    ::close(file);
    return Error{ErrorKind::Unavailable, "cannot read " + path + ": it is no ordinary file, or it is empty"};
  }
  const auto size = static_cast<std::size_t>(facts.st_size);
  void* const data = ::mmap(nullptr, size, PROT_READ, MAP_SHARED | MAP_POPULATE, file, 0);
  const int failure = errno;
  ::close(file);
  if (data == MAP_FAILED) return cannot_read(path, std::strerror(failure));
  StableBytes bytes;
  bytes.data_ = static_cast<const char*>(data);
  bytes.size_ = size;
  return bytes;
}

StableBytes StableBytes::copy(std::string_view from) {
  StableBytes bytes;
  bytes.own_ = std::make_unique<char[]>(from.size());
  std::memcpy(bytes.own_.get(), from.data(), from.size());
  bytes.data_ = bytes.own_.get();
  bytes.size_ = from.size();
  return bytes;
}

StableBytes::StableBytes(StableBytes&& other) noexcept
    : own_(std::move(other.own_)), data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

StableBytes& StableBytes::operator=(StableBytes&& other) noexcept {
  std::swap(own_, other.own_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

StableBytes::~StableBytes() {
  if (own_ == nullptr && data_ != nullptr) ::munmap(const_cast<char*>(data_), size_);
}

}  // namespace earshot
