// What the benchmarks share: a made-up load, how it is fed in, and what the kernel says of this process.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

#include "base/random.h"
#include "earshot/event.h"
#include "pipeline/live.h"

namespace earshot::bench {

struct Load {
  std::int64_t events = 0;
  std::int64_t customers = 0;
  bool in_turn = false;  // customers come one after the other, so that all of them are there; otherwise by chance
};

// About 600 bytes on the wire, of which 200 are text in English, Chinese or both. One in ten is a review, with the
// stars of a shop that is well liked (one in eight unhappy); the rest are orders with a note.
Event make_event(Random& random, std::int64_t number, std::int64_t customer, Timestamp at);

// One CloudEvent a line. Gives the bytes written. Done beforehand, so that making events up is not measured.
std::int64_t write_load(const std::filesystem::path& file, const Load& load, Timestamp at);

// Reads the file as a sender's bytes: decoded by the connector on this thread, offered in hundreds, as fast as they are
// taken. Returns when everything is durable; the number of events that were accepted.
Result<std::int64_t> feed(Live& live, const std::filesystem::path& file);

// Of this process and its threads.
double cpu_seconds();
double peak_megabytes();
double resident_megabytes(int process);
std::int64_t written_bytes();  // handed to the disk, also what was overwritten or removed since
std::int64_t bytes_in(const std::filesystem::path& directory);

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - from_).count(); }
  double cpu() const { return cpu_seconds() - cpu_from_; }

 private:
  std::chrono::steady_clock::time_point from_ = std::chrono::steady_clock::now();
  double cpu_from_ = cpu_seconds();
};

}  // namespace earshot::bench
