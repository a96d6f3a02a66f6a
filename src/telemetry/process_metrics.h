// What this process takes of its machine: CPU, memory, open files, the disk of its data. Read from the system when
// asked.
//
// One thread at a time.
#pragma once

#include <filesystem>

#include "telemetry/metrics.h"

namespace earshot {

class ProcessMetrics {
 public:
  // `data`: a folder on the disk that matters.
  ProcessMetrics(Metrics& metrics, std::filesystem::path data);

  // Brings them up to date. What the system does not tell keeps its value.
  void read();

 private:
  Metrics& metrics_;
  std::filesystem::path data_;
  double cpu_seconds_ = 0;  // counted so far
};

}  // namespace earshot
