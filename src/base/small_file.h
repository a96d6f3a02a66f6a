// Small files that are replaced as a whole: a reader, also one after a crash, sees the old content or the new one,
// never a part. For places and lists of sinks, not for data.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "earshot/result.h"

namespace earshot {

// NotFound when there is none.
Result<std::string> read_small_file(const std::filesystem::path& path);

// Durable when it returns.
Result<void> replace_small_file(const std::filesystem::path& path, std::string_view content);

}  // namespace earshot
