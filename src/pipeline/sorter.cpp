#include "pipeline/sorter.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace earshot {
namespace {

constexpr std::size_t kItemBytes = sizeof(std::int64_t) * 2 + sizeof(std::string);

Error io_error(const std::filesystem::path& path) {
  return {ErrorKind::Unavailable, "cannot use the temporary file " + path.string() + ": " + std::strerror(errno)};
}

}  // namespace

TimeSorter::~TimeSorter() {
  for (Run& run : runs_) {
    if (run.file != nullptr) std::fclose(run.file);
  }
}

Result<void> TimeSorter::add(Timestamp time, std::string bytes) {
  bytes_ += bytes.size() + kItemBytes;
  items_.push_back({time, count_++, std::move(bytes)});
  if (bytes_ < bytes_max_) return {};
  return spill();
}

Result<void> TimeSorter::spill() {
  std::sort(items_.begin(), items_.end(), before);
  Run run;
  run.path = directory_ / ("import-" + std::to_string(::getpid()) + ".run");
  run.file = std::fopen(run.path.c_str(), "w+bx");
  if (run.file == nullptr) return io_error(run.path);
  std::error_code ignored;  // a temporary file that stays is only untidy
  std::filesystem::remove(run.path, ignored);
  runs_.push_back(run);
  for (const Item& item : items_) {
    const std::int64_t numbers[3] = {to_millis(item.time), static_cast<std::int64_t>(item.sequence),
                                     static_cast<std::int64_t>(item.bytes.size())};
    if (std::fwrite(numbers, sizeof numbers, 1, run.file) != 1 ||
        (!item.bytes.empty() && std::fwrite(item.bytes.data(), item.bytes.size(), 1, run.file) != 1)) {
      return io_error(run.path);
    }
  }
  if (std::fflush(run.file) != 0)
    return io_error(run.path);  // read back, a run that was cut short would only look shorter
  items_.clear();
  bytes_ = 0;
  return {};
}

Result<void> TimeSorter::advance(Run& run) {
  std::int64_t numbers[3];
  run.has_head = std::fread(numbers, sizeof numbers, 1, run.file) == 1;
  if (!run.has_head) {
    if (std::ferror(run.file) != 0) return io_error(run.path);
    return {};
  }
  run.head.time = from_millis(numbers[0]);
  run.head.sequence = static_cast<std::uint64_t>(numbers[1]);
  run.head.bytes.resize(static_cast<std::size_t>(numbers[2]));
  if (numbers[2] > 0 && std::fread(run.head.bytes.data(), run.head.bytes.size(), 1, run.file) != 1)
    return io_error(run.path);
  return {};
}

Result<void> TimeSorter::drain(const std::function<Result<void>(Timestamp, const std::string&)>& visit) {
  std::sort(items_.begin(), items_.end(), before);
  for (Run& run : runs_) {
    std::rewind(run.file);
    if (auto advanced = advance(run); !advanced) return advanced;
  }
  std::size_t next = 0;
  while (true) {
    Run* first = nullptr;
    for (Run& run : runs_) {
      if (run.has_head && (first == nullptr || before(run.head, first->head))) first = &run;
    }
    const bool from_memory = next < items_.size() && (first == nullptr || before(items_[next], first->head));
    if (from_memory) {
      if (auto visited = visit(items_[next].time, items_[next].bytes); !visited) return visited;
      ++next;
    } else if (first != nullptr) {
      if (auto visited = visit(first->head.time, first->head.bytes); !visited) return visited;
      if (auto advanced = advance(*first); !advanced) return advanced;
    } else {
      return {};
    }
  }
}

}  // namespace earshot
