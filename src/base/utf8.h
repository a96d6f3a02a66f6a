// UTF-8 at the borders: is it valid, and how to cut it without tearing a character.
#pragma once

#include <string_view>

namespace earshot {

bool is_valid_utf8(std::string_view bytes);

// The longest prefix of at most `bytes_max` bytes that does not end inside a character.
std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max);

}  // namespace earshot
