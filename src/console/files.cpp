#include "console/files.h"

namespace earshot {

std::vector<api::StaticFile> console_files() {
  return {
      {"/", "text/html; charset=utf-8", page_html()},
      {"/console/page.css", "text/css; charset=utf-8", page_css()},
      {"/console/page.js", "text/javascript; charset=utf-8", page_js()},
      {"/console/live.js", "text/javascript; charset=utf-8", live_js()},
      {"/console/view.js", "text/javascript; charset=utf-8", view_js()},
  };
}

}  // namespace earshot
