// The page as files of the program: no build step, nothing loaded from anywhere else.
#pragma once

#include <string_view>
#include <vector>

#include "api/api.h"

namespace earshot {

// Embedded at build time, in the order of the list in files.cpp.
std::string_view page_html();
std::string_view page_css();
std::string_view page_js();
std::string_view live_js();
std::string_view view_js();

// All of them, as the API serves them. They live as long as the program.
std::vector<api::StaticFile> console_files();

}  // namespace earshot
