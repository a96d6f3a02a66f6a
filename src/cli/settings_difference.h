// How settings differ from others, key by key, for people.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "earshot/result.h"

namespace earshot::cli {

// Lines such as `horizon_days: 182, now 90`; of a list what is gone and what is new, a line each and indented. Both are
// JSON objects. Empty: they say the same.
Result<std::vector<std::string>> settings_difference(std::string_view before, std::string_view after);

}  // namespace earshot::cli
