// CloudEvents in binary mode: attributes in `ce-` headers, percent-encoded; data as the body.
#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "support/dead_letters.h"

namespace earshot::cloudevents {

// The content type in lower case without its parameters; empty when there is none.
std::string media_type(const Headers& headers);

// The same event in structured mode. JSON bodies become `data`, others `data_base64`.
tl::expected<std::string, Refusal> structured_from_binary(const Headers& headers, std::string_view body);

}  // namespace earshot::cloudevents
