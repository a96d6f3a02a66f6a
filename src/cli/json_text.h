// Writing JSON by hand: strings, and numbers per mille.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace earshot::cli {

// Appends `text` as a JSON string. Bytes that are no UTF-8 become U+FFFD.
void append_json_string(std::string_view text, std::string& out);

// Appends 0.873 for 873.
void append_permille(std::uint32_t permille, std::string& out);

}  // namespace earshot::cli
