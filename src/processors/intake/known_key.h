// The value that intake keeps for every identity key: state::KnownKey under this name.
#pragma once

#include <string_view>

namespace earshot {

inline constexpr std::string_view kKnownKey = "key";

}  // namespace earshot
