#include "event/names.h"

namespace earshot {

std::string is_none_of(std::span<const std::string_view> words) {
  std::string said = "is none of";
  std::string_view between = " ";
  for (const std::string_view word : words) {
    said.append(between).append(word);
    between = ", ";
  }
  return said;
}

}  // namespace earshot
