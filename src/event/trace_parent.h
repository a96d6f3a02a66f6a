// The `traceparent` of the W3C Trace Context: 00-<32 hex digits>-<16 hex digits>-<2 hex digits>. What is none is
// dropped, as the specification asks, and costs nothing else.
#pragma once

#include <string_view>

namespace earshot {

bool is_trace_parent(std::string_view text);

}  // namespace earshot
