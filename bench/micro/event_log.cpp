// How fast the embedded log takes events when nothing is folded: each event of 600 bytes goes into three topics, is
// polled from two of them, and writes two values of state. The ceiling of everything that is built on it.
//
//     event_log_bench [--events N] [--customers N] [--batch N] [--codec plain|lz4] [--state-wal] [--dir DIR]
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/random.h"
#include "event_log/embedded.h"
#include "state_store/rocks.h"

namespace earshot {
namespace {

struct Options {
  long events = 1'000'000;
  std::uint64_t customers = 100'000;
  std::size_t batch = 20'000;  // events between two commits at most; a commit comes earlier when the engine is idle
  Codec codec = Codec::lz4;
  bool state_wal = false;
  std::filesystem::path directory = std::filesystem::temp_directory_path() / "earshot-bench";
};

Options parse(int count, char** words) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    const char* value = i + 1 < count ? words[i + 1] : "";
    if (word == "--state-wal") {
      options.state_wal = true;
      continue;
    }
    ++i;
    if (word == "--events")
      options.events = std::atol(value);
    else if (word == "--customers")
      options.customers = std::strtoull(value, nullptr, 10);
    else if (word == "--batch")
      options.batch = std::strtoull(value, nullptr, 10);
    else if (word == "--codec")
      options.codec = std::strcmp(value, "lz4") == 0 ? Codec::lz4 : Codec::plain;
    else if (word == "--dir")
      options.directory = value;
    else
      std::fprintf(stderr, "unknown option %s\n", word.c_str());
  }
  return options;
}

// About 600 bytes that look like an event: fixed names, numbers, and words of a vocabulary of 5,000.
std::string event_text(Random& random) {
  static const std::vector<std::string> kWords = [] {
    Random letters(7);
    std::vector<std::string> words(5000);
    for (std::string& word : words) {
      for (std::uint64_t i = 2 + letters.below(9); i > 0; --i)
        word.push_back(static_cast<char>('a' + letters.below(26)));
    }
    return words;
  }();
  std::string text =
      R"({"specversion":"1.0","id":"gp:)" + std::to_string(random.next()) +
      R"(","source":"/acme/google-play/com.acme.app","type":"earshot.feedback.review.v1",)" +
      R"("time":"2026-11-20T08:15:30Z","recordedtime":"2026-11-20T08:15:31Z","tenant":"acme","data":{"channel":)" +
      R"("google_play","person":{"keys":["google_play:)" + std::to_string(random.next()) + R"("]},"content":{"text":")";
  while (text.size() < 540) text.append(kWords[random.below(kWords.size())]).append(" ");
  return text + R"("},"rating":{"value":1,"min":1,"max":5},"product":"app"}})";
}

long counter(const char* file, const std::string& name) {
  std::ifstream lines(file);
  std::string word;
  while (lines >> word) {
    if (word != name + ":") continue;
    long value = 0;
    lines >> value;
    return value;
  }
  return 0;
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Run {
  EventLog& log;
  const Options& options;
  Random random{1};
  std::vector<std::string> texts{};
  long emitted = 0;
  long commits = 0;
  Offset folded[2] = {0, 0};
  std::vector<StateWrite> state{};

  void step(std::size_t room) {
    for (std::size_t i = 0; i < room && emitted < options.events; ++i, ++emitted) {
      const std::string key = "customer:" + std::to_string(random.below(options.customers));
      log.emit({0, 0}, {from_millis(emitted), key, texts[static_cast<std::size_t>(emitted) % texts.size()]});
    }
    for (std::uint8_t topic = 0; topic < 2; ++topic) {
      auto polled = log.poll({topic, 0}, folded[topic], 1000);
      if (!polled) std::abort();
      for (const StoredRecord& record : *polled) {
        folded[topic] = record.offset + 1;
        log.emit({static_cast<std::uint8_t>(topic + 1), 0},
                 {record.time, std::string(record.key), std::string(record.value)});
        state.push_back({std::string(topic == 0 ? "0001/intake/" : "0001/customer/") + std::string(record.key),
                         std::string(record.value.substr(0, 120))});
      }
    }
  }

  void commit() {
    log.commit({{{{0, 0}, folded[0]}, {{1, 0}, folded[1]}}, std::exchange(state, {}), [](const Result<void>& done) {
                  if (!done) std::fprintf(stderr, "%s\n", done.error().message.c_str());
                }});
    ++commits;
  }
};

int bench(const Options& options) {
  std::filesystem::remove_all(options.directory);
  RocksStore::Settings state_settings;
  state_settings.write_ahead_log = options.state_wal;
  auto state = RocksStore::open(options.directory / "state", state_settings);
  if (!state) return 1;
  EmbeddedLog::Settings settings;
  settings.topics = {{"feedback", 1}, {"activity", 1}, {"measures", 1}};
  settings.store.codec = options.codec;
  auto opened = EmbeddedLog::open(options.directory / "log", **state, settings);
  if (!opened) return 1;

  Run run{**opened, options};
  for (int i = 0; i < 20'000; ++i) run.texts.push_back(event_text(run.random));
  std::size_t bytes = 0;
  for (const std::string& text : run.texts) bytes += text.size();
  const double received = static_cast<double>(bytes) / 20'000.0 * static_cast<double>(options.events);

  const auto start = std::chrono::steady_clock::now();
  const double cpu = cpu_seconds();
  const long written_before = counter("/proc/self/io", "write_bytes");
  while (run.folded[1] < options.events) {
    run.step(500);
    if ((*opened)->idle() || run.state.size() >= 2 * options.batch) run.commit();
  }
  run.commit();
  const double caller = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  opened->reset();
  state->reset();
  const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::size_t on_disk = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(options.directory)) {
    if (file.is_regular_file()) on_disk += file.file_size();
  }
  const double events = static_cast<double>(options.events);
  std::printf(
      "events/s %.0f  (until closed %.0f)  commits %ld  cpu s per million %.2f  bytes written per byte received %.2f  "
      "bytes kept per byte received %.2f  peak MiB %ld\n",
      events / caller, events / wall, run.commits, (cpu_seconds() - cpu) * 1e6 / events,
      static_cast<double>(counter("/proc/self/io", "write_bytes") - written_before) / received,
      static_cast<double>(on_disk) / received, counter("/proc/self/status", "VmHWM") / 1024);
  std::filesystem::remove_all(options.directory);
  return 0;
}

}  // namespace
}  // namespace earshot

int main(int count, char** words) { return earshot::bench(earshot::parse(count, words)); }
