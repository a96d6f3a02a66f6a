#include "event_log/kafka_trace.h"

#include <algorithm>

namespace earshot::kafka {

namespace {

constexpr std::size_t kTraceBytes = 55;

// Quotation marks within strings are escaped, so these are members and nothing else.
constexpr std::string_view kData = R"("data":)";
constexpr std::string_view kRecorded = R"("recordedtime":)";
constexpr std::string_view kTrace = R"("traceparent":)";

bool looks_like_trace(std::string_view text) {
  const auto is_of_it = [](char c) { return c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text.size() == kTraceBytes && std::all_of(text.begin(), text.end(), is_of_it);
}

std::string_view before_data(std::string_view value) { return value.substr(0, value.find(kData)); }

}  // namespace

std::string_view trace_of(std::string_view value) {
  const std::string_view envelope = before_data(value);
  const std::size_t at = envelope.find(kTrace);
  if (at == std::string_view::npos) return {};
  const std::string_view trace = envelope.substr(at + kTrace.size()).substr(1, kTraceBytes);
  return looks_like_trace(trace) ? trace : std::string_view();
}

bool may_need_trace(std::string_view value) {
  return before_data(value).find(kRecorded) == std::string_view::npos && value.find(kTrace) == std::string_view::npos;
}

std::optional<std::string> with_trace(std::string_view value, std::string_view header) {
  if (!looks_like_trace(header)) return std::nullopt;
  const std::size_t brace = value.find_last_not_of(" \t\r\n");
  if (brace == std::string_view::npos || value[brace] != '}') return std::nullopt;
  std::string with(value.substr(0, brace));
  with.append(",").append(kTrace).append("\"").append(header).append("\"}");
  return with;
}

}  // namespace earshot::kafka
