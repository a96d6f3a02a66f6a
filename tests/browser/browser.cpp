#include "browser/browser.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>

#include <gtest/gtest.h>

#include "support/program.h"

namespace earshot::test {

namespace {

constexpr int kPatienceMilliseconds = 60'000;  // then the browser has died, or never will
constexpr int kTabsMax = 200;
const char* const kPrograms[] = {"/usr/bin/chromium", "/usr/bin/chromium-browser"};

std::string program() {
  for (const char* path : kPrograms) {
    if (::access(path, X_OK) == 0) return path;
  }
  return "";
}

std::string from_base64(const std::string& text) {
  std::string bytes;
  unsigned held = 0;
  int bits = 0;
  for (const char c : text) {
    const auto at = std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/").find(c);
    if (at == std::string_view::npos) break;
    held = held << 6 | static_cast<unsigned>(at);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(held >> bits & 0xff);
  }
  return bytes;
}

struct Key {
  std::string code;
  int number;
  std::string text;
};
const std::map<std::string, Key>& keys() {
  static const std::map<std::string, Key> all = {
      {"Tab", {"Tab", 9, ""}},          {"Enter", {"Enter", 13, "\r"}},
      {"Escape", {"Escape", 27, ""}},   {"ArrowDown", {"ArrowDown", 40, ""}},
      {"ArrowUp", {"ArrowUp", 38, ""}}, {"/", {"Slash", 191, "/"}},
      {" ", {"Space", 32, " "}},
  };
  return all;
}

// Before any script of the page: what its security policy stops is told.
constexpr const char* kWatch =
    "addEventListener('securitypolicyviolation', (event) => console.error('policy: ' + event.violatedDirective + ' ' + "
    "event.sample));";

}  // namespace

bool Browser::is_there() { return !program().empty(); }

Browser::Browser(const Window& window) {
  int to[2];
  int from[2];
  if (::pipe2(to, O_CLOEXEC) != 0 || ::pipe2(from, O_CLOEXEC) != 0) {
    ADD_FAILURE() << "no pipe";
    return;
  }
  const std::string path = program();
  const std::string profile = "--user-data-dir=" + profile_.path().string();
  child_ = ::fork();
  if (child_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::setpgid(0, 0);
    const int read_end = ::fcntl(to[0], F_DUPFD, 10);  // out of the way: the browser wants 3 and 4
    const int write_end = ::fcntl(from[1], F_DUPFD, 10);
    ::dup2(read_end, 3);
    ::dup2(write_end, 4);
    const int nowhere = ::open("/dev/null", O_RDWR);
    ::dup2(nowhere, STDOUT_FILENO);
    ::dup2(nowhere, STDERR_FILENO);
    ::execl(path.c_str(), path.c_str(), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
            "--hide-scrollbars", "--disable-dev-shm-usage", "--remote-debugging-pipe", profile.c_str(), "about:blank",
            nullptr);
    ::_exit(127);
  }
  ::close(to[0]);
  ::close(from[1]);
  to_browser_ = to[1];
  from_browser_ = from[0];
  const Json target = call("Target.createTarget", {{"url", "about:blank"}});
  session_ = call("Target.attachToTarget", {{"targetId", target.value("targetId", "")}, {"flatten", true}})
                 .value("sessionId", "");
  for (const char* domain : {"Page.enable", "Runtime.enable", "Network.enable"}) call(domain);
  call("Page.addScriptToEvaluateOnNewDocument", {{"source", kWatch}});
  resize(window);
}

Browser::~Browser() {
  ::close(to_browser_);
  ::close(from_browser_);
  if (child_ <= 0) return;
  ::kill(-child_, SIGKILL);  // its own group: the browser's other processes are in it
  ::waitpid(child_, nullptr, 0);
}

void Browser::resize(const Window& window) {
  call("Emulation.setDeviceMetricsOverride",
       {{"width", window.width}, {"height", window.height}, {"deviceScaleFactor", 1}, {"mobile", window.width < 500}});
  call("Emulation.setEmulatedMedia",
       {{"features", {{{"name", "prefers-color-scheme"}, {"value", window.is_dark ? "dark" : "light"}}}}});
  call("Network.setUserAgentOverride", {{"userAgent", "Chromium of a test"}, {"acceptLanguage", window.language}});
}

void Browser::go(const std::string& url) {
  call("Page.navigate", {{"url", url}});
  wait_until("document.readyState === 'complete'");
}

void Browser::go_offline(bool is_offline) {
  call("Network.emulateNetworkConditions",
       {{"offline", is_offline}, {"latency", 0}, {"downloadThroughput", -1}, {"uploadThroughput", -1}});
}

Json Browser::value_of(const std::string& expression) {
  const Json answer =
      call("Runtime.evaluate",
           {{"expression", expression}, {"awaitPromise", true}, {"returnByValue", true}, {"userGesture", true}});
  if (answer.contains("exceptionDetails")) {
    ADD_FAILURE() << expression << "\n" << answer["exceptionDetails"].dump();
    return nullptr;
  }
  const Json result = answer.value("result", Json::object());
  return result.contains("value") ? result["value"] : Json(nullptr);
}

std::string Browser::text_of(const std::string& selector) {
  const Json text = value_of("document.querySelector(" + Json(selector).dump() + ")?.innerText");
  return text.is_string() ? text.get<std::string>() : "";
}

bool Browser::wait_until(const std::string& expression) {
  const Json came = value_of(
      "new Promise((done) => { const from = Date.now(); const look = () => { let is = false; try { is = Boolean(" +
      expression + "); } catch {} if (is || Date.now() - from > " + std::to_string(kPatienceMilliseconds / 2) +
      ") done(is); else requestAnimationFrame(look); }; look(); })");
  if (came == true) return true;
  ADD_FAILURE() << "never came: " << expression << "\n" << text_of("body").substr(0, 2000);
  return false;
}

void Browser::press(const std::string& key) {
  const Key& pressed = keys().at(key);
  Json down = {{"type", pressed.text.empty() ? "rawKeyDown" : "keyDown"},
               {"key", key},
               {"code", pressed.code},
               {"windowsVirtualKeyCode", pressed.number}};
  if (!pressed.text.empty()) down["text"] = pressed.text;
  call("Input.dispatchKeyEvent", down);
  call("Input.dispatchKeyEvent",
       {{"type", "keyUp"}, {"key", key}, {"code", pressed.code}, {"windowsVirtualKeyCode", pressed.number}});
}

void Browser::type(const std::string& text) { call("Input.insertText", {{"text", text}}); }

bool Browser::tab_to(const std::string& selector) {
  for (int i = 0; i < kTabsMax; ++i) {
    if (value_of("document.activeElement?.matches(" + Json(selector).dump() + ") ?? false") == true) return true;
    press("Tab");
  }
  ADD_FAILURE() << "the Tab key does not lead to " << selector;
  return false;
}

void Browser::keep_screenshot(const std::string& name) {
  const std::filesystem::path folder = std::filesystem::path(EARSHOT_BINARY_DIR) / "screenshots";
  std::filesystem::create_directories(folder);
  const std::string bytes = from_base64(call("Page.captureScreenshot", {{"format", "png"}}).value("data", ""));
  EXPECT_GT(bytes.size(), 1000u) << name;
  std::ofstream(folder / (name + ".png"), std::ios::binary) << bytes;
}

std::vector<std::string> Browser::complaints() {
  value_of("1");  // what came before it has been heard then
  return std::exchange(complaints_, {});
}

Json Browser::call(const std::string& method, Json params) {
  const int id = ++last_;
  Json message = {{"id", id}, {"method", method}, {"params", std::move(params)}};
  if (!session_.empty()) message["sessionId"] = session_;
  const std::string bytes = message.dump(-1, ' ', true) + '\0';
  for (std::size_t sent = 0; sent < bytes.size();) {
    const ssize_t size = ::write(to_browser_, bytes.data() + sent, bytes.size() - sent);
    if (size <= 0) {
      ADD_FAILURE() << "the browser has gone";
      return Json::object();
    }
    sent += static_cast<std::size_t>(size);
  }
  while (true) {
    const Json answer = read_message();
    if (answer.is_null()) return Json::object();
    if (answer.value("id", 0) != id) {
      hear(answer);
      continue;
    }
    if (answer.contains("error")) ADD_FAILURE() << method << ": " << answer["error"].dump();
    return answer.value("result", Json::object());
  }
}

Json Browser::read_message() {
  std::size_t end = 0;
  while ((end = in_.find('\0')) == std::string::npos) {
    pollfd one{from_browser_, POLLIN, 0};
    char bytes[64 * 1024];
    const ssize_t size = ::poll(&one, 1, kPatienceMilliseconds) == 1 ? ::read(from_browser_, bytes, sizeof bytes) : 0;
    if (size <= 0) {
      ADD_FAILURE() << "the browser says nothing any more";
      return nullptr;
    }
    in_.append(bytes, static_cast<std::size_t>(size));
  }
  Json message = Json::parse(in_.substr(0, end));
  in_.erase(0, end + 1);
  return message;
}

void Browser::hear(const Json& message) {
  const std::string method = message.value("method", "");
  const Json params = message.value("params", Json::object());
  if (method == "Runtime.exceptionThrown") complaints_.push_back(params.dump());
  if (method == "Runtime.consoleAPICalled" && params.value("type", "") == "error")
    complaints_.push_back(params["args"].dump());
  if (method != "Page.javascriptDialogOpening") return;
  complaints_.push_back("dialog: " + params.value("message", ""));
  const Json close = {{"id", ++last_},
                      {"method", "Page.handleJavaScriptDialog"},
                      {"params", {{"accept", true}}},
                      {"sessionId", session_}};
  const std::string bytes = close.dump() + '\0';
  (void)!::write(to_browser_, bytes.data(), bytes.size());  // its answer is passed over
}

std::string layout_faults(Browser& browser) {
  const Json faults = browser.value_of(R"js((() => {
    const faults = [];
    if (document.documentElement.scrollWidth > innerWidth) faults.push(`the page is ${document.documentElement.scrollWidth} wide in a window of ${innerWidth}`);
    const name = (node) => `${node.tagName} ${node.id || node.className} ${node.textContent.slice(0, 40)}`;
    for (const panel of document.querySelectorAll('.panel, .bar, #kpis, dialog[open]')) {
      const outer = panel.getBoundingClientRect();
      if (outer.width === 0) continue;
      if (panel.closest('#today') && panel.matches('.panel') && outer.height < 110) faults.push(`is pressed flat: ${name(panel)}`);
      if (outer.left < -1 || outer.right > innerWidth + 1) faults.push(`sticks out of the window: ${name(panel)}`);
      for (const node of panel.querySelectorAll('li, tr, td, p, dt, dd, h2, h3, svg, button, ul, ol, form')) {
        const inner = node.getBoundingClientRect();
        if (node.closest('.unseen, thead') || inner.width === 0) continue;
        if (inner.bottom > outer.bottom + 1 && !node.closest('.scroll, #issues, #search-box, dialog')) faults.push(`hangs out of its panel: ${name(node)}`);
        if (inner.left < outer.left - 1 || inner.right > outer.right + 1) faults.push(`sticks out of its panel: ${name(node)}`);
      }
    }
    return faults.slice(0, 10).join('\n');
  })())js");
  return faults.is_string() ? faults.get<std::string>() : "the page could not be asked";
}

}  // namespace earshot::test
