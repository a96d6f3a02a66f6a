// HTML as it comes from outside, as plain text: paragraphs and line breaks stay, everything else of the markup goes,
// entities are what they stand for. Nothing is trusted and nothing fails; one pass, linear, whatever the bytes.
#pragma once

#include <string>
#include <string_view>

namespace earshot {

std::string html_to_text(std::string_view html);

}  // namespace earshot
