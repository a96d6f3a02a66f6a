#include "telemetry/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iterator>

namespace earshot {
namespace {

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

ProcessMetrics::ProcessMetrics(Metrics& metrics, std::filesystem::path data)
    : metrics_(metrics), data_(std::move(data)) {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  metrics_.set(Metric::started, {}, std::chrono::duration<double>(since_1970).count());
}

void ProcessMetrics::read() {
  if (rusage usage{}; ::getrusage(RUSAGE_SELF, &usage) == 0) {
    const double now = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
    if (now >= cpu_seconds_) metrics_.add(Metric::cpu, {}, now - cpu_seconds_);
    cpu_seconds_ = std::max(now, cpu_seconds_);
  }
  std::size_t pages = 0;
  std::size_t resident = 0;
  if (std::ifstream("/proc/self/statm") >> pages >> resident) {
    metrics_.set(Metric::memory, {}, static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE)));
  }
  std::error_code error;
  const std::filesystem::directory_iterator files("/proc/self/fd", error);
  if (!error)
    metrics_.set(Metric::open_files, {},
                 static_cast<double>(std::distance(begin(files), end(files)) - 1));  // one reads the folder
  if (rlimit limit{}; ::getrlimit(RLIMIT_NOFILE, &limit) == 0)
    metrics_.set(Metric::open_files_max, {}, static_cast<double>(limit.rlim_cur));
  const auto space = std::filesystem::space(data_, error);
  if (error) return;
  metrics_.set(Metric::disk_free, {}, static_cast<double>(space.available));
  metrics_.set(Metric::disk_size, {}, static_cast<double>(space.capacity));
}

}  // namespace earshot
