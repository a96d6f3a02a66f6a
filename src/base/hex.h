// Bytes as text: hex and base64 (RFC 4648).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace earshot {

std::string to_hex(std::string_view bytes);
std::optional<std::string> from_hex(std::string_view text);  // either case

std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);  // padded, standard alphabet

}  // namespace earshot
