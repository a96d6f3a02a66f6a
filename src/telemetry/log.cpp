#include "telemetry/log.h"

#include <mutex>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace earshot {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

// Bytes below a blank, DEL, quotes and backslashes, as escapes: a line stays one line. C1 controls and the line
// separators of Unicode (E2 80 A8, E2 80 A9) break lines in some terminals too.
void append_escaped(std::string& out, std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
    const auto third = i + 2 < text.size() ? static_cast<unsigned char>(text[i + 2]) : 0;
    if (byte == '\n') {
      out += "\\n";
    } else if (byte == '\t') {
      out += "\\t";
    } else if (byte == '\\' || byte == '"') {
      out += '\\';
      out += static_cast<char>(byte);
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\x";
      out += kHexDigits[byte >> 4];
      out += kHexDigits[byte & 15];
    } else if (byte == 0xc2 && next >= 0x80 && next < 0xa0) {
      out += "\\u00";
      out += kHexDigits[next >> 4];
      out += kHexDigits[next & 15];
      i += 1;
    } else if (byte == 0xe2 && next == 0x80 && (third == 0xa8 || third == 0xa9)) {
      out += third == 0xa8 ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      out += static_cast<char>(byte);
    }
  }
}

bool needs_quotes(std::string_view value) {
  return value.empty() || value.find_first_of(" =\"") != std::string_view::npos;
}

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return spdlog::level::debug;
    case LogLevel::info: return spdlog::level::info;
    case LogLevel::warn: return spdlog::level::warn;
    case LogLevel::error: return spdlog::level::err;
    case LogLevel::off: break;
  }
  return spdlog::level::off;
}

// The level's name in five columns, so that sentences begin below each other.
std::string_view padded_name(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return "DEBUG";
    case LogLevel::info: return "INFO ";
    case LogLevel::warn: return "WARN ";
    case LogLevel::error: return "ERROR";
    case LogLevel::off: break;
  }
  return "     ";
}

}  // namespace

std::string log_line(std::string_view sentence, LogFields fields) {
  std::string line;
  append_escaped(line, sentence);
  for (const LogField& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    const bool quoted = needs_quotes(field.value);
    if (quoted) line += '"';
    append_escaped(line, field.value);
    if (quoted) line += '"';
  }
  return line;
}

struct Log::Output {
  Write write;  // nothing: standard error
  std::mutex writing;
  std::shared_ptr<spdlog::logger> logger;  // shared by spdlog's own interface; the only owner is this
};

Log::Log(LogLevel lowest) : lowest_(lowest), output_(std::make_unique<Output>()) {
  // spdlog may throw while it opens a sink; a program without log lines still works.
  try {
    auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
    output_->logger = std::make_shared<spdlog::logger>("earshot", std::move(sink));
    output_->logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %v", spdlog::pattern_time_type::utc);
    output_->logger->set_level(spdlog::level::trace);
    output_->logger->flush_on(spdlog::level::warn);
  } catch (const spdlog::spdlog_ex&) {
    output_->logger.reset();
  }
}

Log::Log(LogLevel lowest, Write write) : lowest_(lowest), output_(std::make_unique<Output>()) {
  output_->write = std::move(write);
}

Log::~Log() = default;

void Log::line(LogLevel level, std::string_view sentence, LogFields fields) {
  if (!writes(level) || level == LogLevel::off) return;
  const std::string text = log_line(sentence, fields);
  if (output_->write) {
    const std::lock_guard lock(output_->writing);
    output_->write(level, text);
    return;
  }
  if (output_->logger) output_->logger->log(to_spdlog(level), "{} {}", padded_name(level), text);
}

void RepeatedProblem::happened(std::string_view detail) {
  const std::uint64_t times = times_.fetch_add(1, std::memory_order_relaxed) + 1;
  std::uint64_t power = 1;
  while (power < times) power *= 10;
  if (power != times) return;
  log_.warn(sentence_, {{"detail", detail}, {"times", times}});
}

}  // namespace earshot
