// The page as files of the program: no build step, nothing loaded from anywhere else.
#pragma once

#include <string_view>
#include <vector>

#include "api/api.h"

namespace earshot {

// All of them, as the API serves them. They live as long as the program.
std::vector<api::StaticFile> console_files();

// Embedded at build time.
namespace console {
std::string_view page_html();
std::string_view mark_svg();
std::string_view look_css();
std::string_view page_css();
std::string_view customer_css();
std::string_view actions_js();
std::string_view customer_js();
std::string_view deaf_js();
std::string_view dom_js();
std::string_view facts_js();
std::string_view forecast_js();
std::string_view known_js();
std::string_view live_js();
std::string_view me_js();
std::string_view page_js();
std::string_view relabel_js();
std::string_view search_js();
std::string_view show_js();
std::string_view timeline_js();
std::string_view today_js();
std::string_view words_js();
}  // namespace console

}  // namespace earshot
