// Log lines for the operator: a sentence, then `key=value`, one line each, on standard error.
//
//     2026-11-20T08:15:30.120Z WARN  survey answers went to dead letters connector=nps_survey dead=3 of=250
//
// Lines are for people: INFO on start, stop and change, nothing per event. What customers wrote never enters a line.
// Whatever a value holds, it stays on its line and cannot pretend to be another key: control characters, quotes and
// backslashes are escaped, and values with blanks or `=` are quoted.
//
// A Log is made by main and handed down. Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

namespace earshot {

enum class LogLevel : std::uint8_t { debug, info, warn, error, off };

struct LogField {
  template <class Number>
  requires std::is_arithmetic_v<Number> LogField(std::string_view name, Number number)
      : key(name), value(as_text(number)) {}
  LogField(std::string_view name, std::string_view text) : key(name), value(text) {}

  std::string key;
  std::string value;

 private:
  template <class Number>
  static std::string as_text(Number number) {
    if constexpr (std::is_same_v<Number, bool>) {
      return number ? "true" : "false";
    } else {
      return std::to_string(number);
    }
  }
};

using LogFields = std::initializer_list<LogField>;

// The sentence and its fields on one line, without time and level.
std::string log_line(std::string_view sentence, LogFields fields);

class Log {
 public:
  // Where lines go instead of standard error; called by one thread at a time. For tests.
  using Write = std::function<void(LogLevel, std::string_view line)>;

  explicit Log(LogLevel lowest = LogLevel::info);
  Log(LogLevel lowest, Write write);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void set_lowest(LogLevel lowest) { lowest_.store(lowest, std::memory_order_relaxed); }
  bool writes(LogLevel level) const { return level >= lowest_.load(std::memory_order_relaxed); }

  void debug(std::string_view sentence, LogFields fields = {}) { line(LogLevel::debug, sentence, fields); }
  void info(std::string_view sentence, LogFields fields = {}) { line(LogLevel::info, sentence, fields); }
  void warn(std::string_view sentence, LogFields fields = {}) { line(LogLevel::warn, sentence, fields); }
  void error(std::string_view sentence, LogFields fields = {}) { line(LogLevel::error, sentence, fields); }

 private:
  void line(LogLevel level, std::string_view sentence, LogFields fields);

  struct Output;
  std::atomic<LogLevel> lowest_;
  std::unique_ptr<Output> output_;
};

// A problem that may come thousands of times: reported at once, then counted and reported at 10, 100, 1,000 … times.
// One object per problem. Any thread.
class RepeatedProblem {
 public:
  RepeatedProblem(Log& log, std::string sentence) : log_(log), sentence_(std::move(sentence)) {}

  void happened(std::string_view detail);
  std::uint64_t times() const { return times_.load(std::memory_order_relaxed); }

 private:
  Log& log_;
  std::string sentence_;
  std::atomic<std::uint64_t> times_{0};
};

}  // namespace earshot
