// A headless Chromium that a test uses like a person: keys, clicks, a window of some size. It is driven through the
// DevTools protocol over two pipes, so there is no port and no library between.
//
// Nothing here sleeps: wait_until asks the page at each of its frames. One thread. The browser is killed when the
// object or the test goes.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "support/scratch.h"

namespace earshot::test {

using Json = nlohmann::json;

struct Window {
  int width = 1280;
  int height = 800;
  bool is_dark = false;
  std::string language = "en-GB";  // what the browser says it prefers
};

class Browser {
 public:
  static bool is_there();

  // One tab. Whatever goes wrong in the page is kept among its complaints.
  explicit Browser(const Window& window = {});
  ~Browser();
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;

  void resize(const Window& window);
  void go(const std::string& url);
  void go_offline(bool is_offline);

  // The value of a JavaScript expression; a promise is waited for. An exception fails the test.
  Json value_of(const std::string& expression);
  std::string text_of(const std::string& selector);

  // Until the expression is true. False, and a failed test, when it never becomes so.
  bool wait_until(const std::string& expression);

  // `Tab`, `Enter`, `Escape`, `ArrowDown`, `/`, a space.
  void press(const std::string& key);
  void type(const std::string& text);

  // Tab after Tab until what has the focus fits the selector. False when it never does.
  bool tab_to(const std::string& selector);

  // What a person sees now, in build/<preset>/screenshots.
  void keep_screenshot(const std::string& name);

  // Errors, dialogs and what the security policy stopped, since the last call.
  std::vector<std::string> complaints();

 private:
  Json call(const std::string& method, Json params = Json::object());
  Json read_message();
  void hear(const Json& message);

  Scratch profile_;
  pid_t child_ = -1;
  int to_browser_ = -1;
  int from_browser_ = -1;
  std::string in_;
  std::string session_;
  int last_ = 0;
  std::vector<std::string> complaints_;
};

// What is wrong with the layout, in a line each: something is wider than the window, or sticks out of its panel.
std::string layout_faults(Browser& browser);

}  // namespace earshot::test
