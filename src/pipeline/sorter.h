// Sorts any number of byte strings by time in bounded memory: runs that do not fit are written to a temporary file and
// merged. Equal times keep the order in which they came.
#pragma once

#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "earshot/result.h"
#include "earshot/time.h"

namespace earshot {

class TimeSorter {
 public:
  // Runs go to files in `directory` that have no name, so that they end with the process however it ends.
  TimeSorter(std::filesystem::path directory, std::size_t bytes_max)
      : directory_(std::move(directory)), bytes_max_(bytes_max) {}
  ~TimeSorter();
  TimeSorter(const TimeSorter&) = delete;
  TimeSorter& operator=(const TimeSorter&) = delete;

  Result<void> add(Timestamp time, std::string bytes);
  std::size_t count() const { return count_; }

  // Gives everything in order; stops at the first error `visit` gives. Once.
  Result<void> drain(const std::function<Result<void>(Timestamp time, const std::string& bytes)>& visit);

 private:
  struct Item {
    Timestamp time{};
    std::uint64_t sequence = 0;
    std::string bytes;
  };
  struct Run {
    std::filesystem::path path;
    std::FILE* file = nullptr;
    Item head;
    bool has_head = false;
  };

  static bool before(const Item& a, const Item& b) {
    return a.time != b.time ? a.time < b.time : a.sequence < b.sequence;
  }
  Result<void> spill();
  Result<void> advance(Run& run);

  std::filesystem::path directory_;
  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::size_t count_ = 0;
  std::vector<Item> items_;
  std::vector<Run> runs_;
};

}  // namespace earshot
