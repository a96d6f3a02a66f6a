#include "console/files.h"

namespace earshot {

std::vector<api::StaticFile> console_files() {
  constexpr std::string_view kHtml = "text/html; charset=utf-8";
  constexpr std::string_view kStyle = "text/css; charset=utf-8";
  constexpr std::string_view kScript = "text/javascript; charset=utf-8";
  return {
      {"/", kHtml, console::page_html()},
      {"/console/mark.svg", "image/svg+xml", console::mark_svg()},
      {"/console/look.css", kStyle, console::look_css()},
      {"/console/page.css", kStyle, console::page_css()},
      {"/console/customer.css", kStyle, console::customer_css()},
      {"/console/actions.js", kScript, console::actions_js()},
      {"/console/customer.js", kScript, console::customer_js()},
      {"/console/deaf.js", kScript, console::deaf_js()},
      {"/console/dom.js", kScript, console::dom_js()},
      {"/console/facts.js", kScript, console::facts_js()},
      {"/console/forecast.js", kScript, console::forecast_js()},
      {"/console/known.js", kScript, console::known_js()},
      {"/console/live.js", kScript, console::live_js()},
      {"/console/me.js", kScript, console::me_js()},
      {"/console/page.js", kScript, console::page_js()},
      {"/console/relabel.js", kScript, console::relabel_js()},
      {"/console/search.js", kScript, console::search_js()},
      {"/console/show.js", kScript, console::show_js()},
      {"/console/timeline.js", kScript, console::timeline_js()},
      {"/console/today.js", kScript, console::today_js()},
      {"/console/words.js", kScript, console::words_js()},
  };
}

}  // namespace earshot
