// The trace context of a record: Kafka's clients and tracers look for it in the header `traceparent`, a CloudEvent in
// structured mode has it as an attribute. We write both. What others write to an input with the header alone is read as
// if it had the attribute, so that every engine and every replay finds it in the value.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace earshot::kafka {

inline constexpr const char* kTraceHeader = "traceparent";

// The attribute, of an event as we write it; empty when it has none.
std::string_view trace_of(std::string_view value);

// Whether the value was written by somebody else and has no such attribute: then its header is to be looked at.
bool may_need_trace(std::string_view value);

// The value with the attribute of the header; nothing when that is no trace context or the value no object.
std::optional<std::string> with_trace(std::string_view value, std::string_view header);

}  // namespace earshot::kafka
