// What customers, agents and sources write is text and nothing else. A thousand strings made to break out of it go
// through every field that reaches the page; then no script has run, no markup was made, and the layout stands.
#include <gtest/gtest.h>

#include "base/utf8.h"
#include "browser/browser.h"
#include "console/files.h"
#include "integration/api/running_api.h"
#include "support/random_test.h"

namespace earshot::api {
namespace {

using test::Browser;
using test::Json;
using test::Window;

constexpr std::size_t kStrings = 1000;

// Payloads that say `ran` if they are ever run, wrapped in what could carry them out of a text, an attribute, a script
// or a style.
std::vector<std::string> hostile_strings() {
  const std::string nul(1, '\0');
  const std::vector<std::string> cores = {
      "<script>ran('script')</script>",
      "<img src=x onerror=ran('img')>",
      "<svg onload=ran('svg')><animate onbegin=ran('animate')>",
      "<iframe srcdoc=\"<script>parent.ran('iframe')</script>\">",
      "<details open ontoggle=ran('details')>",
      "<style>*{display:none!important}</style>",
      "<a href=javascript:ran('href')>x</a>",
      "<form action=javascript:ran('form')><button autofocus onfocus=ran('focus')>",
      "<base href=//attacker.example/><link rel=stylesheet href=//attacker.example/x.css>",
      "<math><mtext><table><mglyph><style><!--</style><img src onerror=ran('math')>",
      "javascript:ran('url')",
      "{{constructor.constructor('ran(1)')()}}${ran('template')}",
      "&lt;script&gt;ran('entity')&lt;/script&gt;&#x3c;img src=x onerror=ran('hex')&#x3e;",
      std::string(3000, 'W'),
      "https://shop.example/" + std::string(1500, 'a') + "?q=" + std::string(500, '%'),
      "\u202E\u202Eright to left override\u202D\u2066\u2067 never closed",
      "\u0645\u0631\u062D\u0628\u0627 \u05E9\u05DC\u05D5\u05DD \u200F\u200F 1 < 2",
      "zero\u200B\u200C\u200D\u2060\uFEFFwidth" + std::string(200, ' ') + "\u00AD\u034F",
      "z\u0351\u0363\u036Ba\u0322\u0327\u0337l\u0334\u0335\u0336g\u0321\u034E\u0353o\u0300\u0301\u0302\u0303\u0304"
      "\u0305\u0306\u0307\u0308\u0309",
      "\U0001F468\u200D\U0001F469\u200D\U0001F467\u200D\U0001F466\U0001F1E8\U0001F1F3\U0001F3F4\U000E0067\U000E0062"
      "\U000E007F",
      "nul" + nul + "nul \x01\x02\x08\x1b[31m\x7f\u0085\u2028\u2029\ufffd\ufffe\uffff",
      "\n\n\r\n\t\v\f  many\n\n\n\n\n\n\n\n\n\n\n\n\n\nlines\n",
      "更新之后一直闪退" + std::string(600, '!') + "客服也没人回",
      "__proto__",
      "constructor",
      "toString",
      "hasOwnProperty",
      "undefined",
      "NaN",
      "null",
      "../../../../etc/passwd",
      "%00%2e%2e%2f",
      "#/customers/",
      "case_opened",
      "",
  };
  const std::vector<std::pair<std::string, std::string>> wraps = {{"", ""},
                                                                  {"\"", "\""},
                                                                  {"'", "'"},
                                                                  {"\">", "<\""},
                                                                  {"' x='", "'"},
                                                                  {"</bdi></p></li>", "<bdi>"},
                                                                  {"</title></textarea></script>", ""},
                                                                  {"<!--", "-->"},
                                                                  {"]]>", "<![CDATA["},
                                                                  {"\\\"", "\\"},
                                                                  {"`", "`"},
                                                                  {"*/", "/*"},
                                                                  {"\u202E", ""},
                                                                  {"\u2067", ""},
                                                                  {"data:text/html,", ""},
                                                                  {"\u200B", "\u200B"},
                                                                  {"</style>", ""},
                                                                  {"-", "-"},
                                                                  {"event: alert\ndata: {}\n\n", ""},
                                                                  {"@import '", "'"},
                                                                  {"=cmd|'", "'!A0"},
                                                                  {"1;", "//"},
                                                                  {"\\u003c", "\\u003e"},
                                                                  {"\xC2\xA0", "\xE3\x80\x80"},
                                                                  {"<b>", "</b>"},
                                                                  {"%", "%n%s"},
                                                                  {"\r\nX-Header: ", "\r\n\r\n"},
                                                                  {"on ", " on"},
                                                                  {"priority high: ", ""}};
  std::vector<std::string> all;
  for (const auto& [before, after] : wraps) {
    for (const std::string& core : cores) {
      if (all.size() < kStrings) all.push_back(before + core + after + " #" + std::to_string(all.size()));
    }
  }
  return all;
}

// Short enough for an identity key, and whole characters.
std::string key_of(const std::string& text, std::size_t number) {
  return "customer:" + std::string(utf8_prefix(text, 300)) + std::to_string(number);
}

class Hostile {
 public:
  explicit Hostile(RunningApi& running) : running_(running) {}

  void publish(const std::string& text, std::size_t number) {
    const KeyHash facet = hash_key("", key_of(text, number));
    const CustomerId customer{facet.high, facet.low};
    running_.hear_of_customer(key_of(text, number), {.name = text,
                                                     .text = text,
                                                     .title = text,
                                                     .channel = text,
                                                     .currency = text,
                                                     .signal = text + std::to_string(number)});
    CaseChanged change = some_case(number + 1);
    change.customer = customer;
    change.facet = facet;
    change.department = change.owner = change.liaison = change.actor = change.channel = change.product = change.note =
        change.resolution = text;
    change.reasons = {text, text, text};
    running_.publish(Topic::cases, 0, change);
    SignalChanged signal = some_signal(text + std::to_string(number));
    signal.customer = customer;
    signal.facet = facet;
    signal.reasons = {text, text, text};
    signal.channel = signal.product = signal.clears_on = text;
    running_.publish(Topic::signals, 1, signal);
    AlertRaised alert = some_alert(text);
    alert.case_id = CaseId{0, number + 1};
    alert.customer = customer;
    alert.department = alert.owner = text;
    alert.reasons = {text};
    running_.publish(Topic::alerts, 0, alert);
    KpiReported kpi = some_kpi("feedback", 20'000);
    kpi.dimension = "issue_type=" + text;
    running_.publish(Topic::kpis, 0, kpi);
    kpi.kpi = text;
    running_.publish(Topic::kpis, 0, kpi);
  }

 private:
  RunningApi& running_;
};

// Nothing has run, and nothing of what others wrote became an element.
constexpr const char* kHarm = R"js((() => {
  const harm = [];
  if (window.harm?.length) harm.push(`ran: ${window.harm}`);
  const count = (selector, most) => { if (document.querySelectorAll(selector).length > most) harm.push(`${selector}: ${document.querySelectorAll(selector).length}`); };
  count('bdi *', 0); count('script', 1); count('img', 1); count('iframe, object, embed, base, math, animate, style', 0); count('link', 4); count('form', 3);
  for (const link of document.querySelectorAll('a[href]')) if (!/^#(\/|content$)/.test(link.getAttribute('href'))) harm.push(link.outerHTML);
  for (const node of document.querySelectorAll('*')) for (const { name } of node.attributes) if (name.startsWith('on')) harm.push(`${node.tagName} ${name}`);
  return harm.join('\n');
})())js";

void expect_unharmed(Browser& browser, const char* where) {
  SCOPED_TRACE(where);
  EXPECT_EQ(browser.value_of(kHarm), "");
  EXPECT_EQ(test::layout_faults(browser), "");
  EXPECT_EQ(browser.complaints(), std::vector<std::string>());
}

void open(Browser& browser, const RunningApi& running, const std::string& path = "/") {
  browser.go("about:blank");
  browser.go("http://127.0.0.1:" + std::to_string(running.port()) + path);
  browser.value_of("window.harm = []; window.ran = (what) => harm.push(what); window.alert = ran");
  browser.wait_until("document.body.matches('.filled')");
}

TEST(HostileTexts, StayTextsInEveryFieldOfThePage) {
  if (!Browser::is_there()) GTEST_SKIP() << "there is no Chromium; scripts/setup test installs it";
  const std::vector<std::string> strings = hostile_strings();
  ASSERT_EQ(strings.size(), kStrings);
  Browser browser;
  std::set<std::string> unseen;
  constexpr std::size_t kAtOnce = 50;
  const std::size_t tried = std::min(kStrings, kAtOnce * static_cast<std::size_t>(test::scaled(kStrings / kAtOnce)));
  unseen.insert(strings.begin(), strings.begin() + static_cast<std::ptrdiff_t>(tried));
  for (std::size_t from = 0; from < tried; from += kAtOnce) {
    SCOPED_TRACE("strings from " + std::to_string(from));
    RunningApi running({}, console_files());
    Hostile hostile(running);
    for (std::size_t i = from; i < from + kAtOnce; ++i) {
      hostile.publish(strings[i], i);
    }
    const bool is_phone = from / kAtOnce % 2 == 1;
    browser.resize({.width = is_phone ? 390 : 1280, .language = is_phone ? "zh-CN" : "en-GB"});
    open(browser, running);
    browser.wait_until("document.querySelectorAll('#cases tr').length >= 6");
    if (is_phone)
      browser.value_of(
          "for (const one of document.querySelectorAll('#cases-more, #alerts-more, #signals-more')) one.click()");
    if (!browser.wait_until(
            "['cases', 'alerts', 'signals'].every((id) => document.getElementById(id).children.length === " +
            std::to_string(kAtOnce) + ")"))
      return;
    const Json seen =
        browser.value_of("[...new Set([...document.querySelectorAll('bdi')].map((one) => one.textContent))]");
    for (const Json& text : seen) unseen.erase(text.get<std::string>());
    expect_unharmed(browser, "today");
    if (from < 2 * kAtOnce) browser.keep_screenshot(is_phone ? "hostile-phone" : "hostile");

    for (std::size_t i = from; i < from + kAtOnce; ++i) {
      SCOPED_TRACE("case " + std::to_string(i));
      browser.value_of("location.hash = '#/cases/" + CaseId{0, i + 1}.hex() + "'");
      const std::string text = "?.textContent.endsWith('#" + std::to_string(i) + "')";
      if (!browser.wait_until("document.querySelector('#timeline .entry .text bdi')" + text +
                              " && document.querySelector('.case[data-chosen] dd bdi')" + text +
                              " && document.querySelector('[data-part=why] .reasons bdi')" + text))
        return;
      expect_unharmed(browser, "customer");
      if (i == from + 3 && from < 2 * kAtOnce)
        browser.keep_screenshot(is_phone ? "hostile-customer-phone" : "hostile-customer");
      if (i % 10 != 0) continue;
      browser.value_of("document.querySelector('.case details').open = true");
      browser.wait_until("document.querySelector('.case .steps li')");
      browser.value_of("document.querySelector('.case [data-focus=resolve]').click()");
      expect_unharmed(browser, "a case with its steps and a dialog");
      browser.value_of("document.querySelector('#asking').close()");
    }
    browser.value_of(
        "location.hash = '#/'; const field = document.querySelector('#search-text'); field.value = 'customer:'; "
        "field.dispatchEvent(new Event('input'))");
    browser.wait_until("document.querySelectorAll('#search-found li').length === 8");
    expect_unharmed(browser, "search");
  }
  EXPECT_EQ(unseen.size(), 0u) << "not shown as it was written: " << *unseen.begin();
}

// Whoever corrects the analysis of a text sees it in a dialog, with whatever they say of themselves and whatever the
// server says to that.
TEST(HostileTexts, StayTextsInTheDialogThatCorrectsThem) {
  if (!Browser::is_there()) GTEST_SKIP() << "there is no Chromium; scripts/setup test installs it";
  const std::vector<std::string> strings = hostile_strings();
  Browser browser;
  constexpr std::size_t kAtOnce = 50;
  const std::size_t tried = std::min(kStrings, kAtOnce * static_cast<std::size_t>(test::scaled(kStrings / kAtOnce)));
  for (std::size_t from = 0; from < tried; from += kAtOnce) {
    RunningApi running({}, console_files());
    Hostile hostile(running);
    for (std::size_t i = from; i < from + kAtOnce; ++i) hostile.publish(strings[i], i);
    const bool is_phone = from / kAtOnce % 2 == 1;
    browser.resize({.width = is_phone ? 390 : 1280, .language = is_phone ? "zh-CN" : "en-GB"});
    open(browser, running);
    for (std::size_t i = from; i < from + kAtOnce; ++i) {
      SCOPED_TRACE("string " + std::to_string(i));
      const std::string text = strings[i];
      browser.value_of("location.hash = '#/cases/" + CaseId{0, i + 1}.hex() + "'");
      if (!browser.wait_until("document.querySelector('#timeline .entry .text bdi')?.textContent.endsWith('#" +
                              std::to_string(i) + "')"))
        return;
      browser.value_of("document.querySelector('#timeline [data-focus^=correct]').click()");
      if (!browser.wait_until("document.querySelector('#asking').open")) return;
      EXPECT_EQ(browser.value_of("document.querySelector('#asking .note').textContent"), text + " — " + text);
      if (i % 10 == 0) expect_unharmed(browser, "the dialog");
      if (i == from + 3 && from < 2 * kAtOnce)
        browser.keep_screenshot(is_phone ? "hostile-dialog-phone" : "hostile-dialog");

      const auto say_and_send = [&](const std::string& who) {
        browser.value_of(
            "(() => { const who = document.querySelector('#asking [list=handles]'); who.value = " + Json(who).dump() +
            "; window.said = who.value.trim(); document.querySelector('#asking [value=neu]').click(); "
            "document.querySelector('#asking form').requestSubmit() })()");
      };
      say_and_send(std::string(kRefusedActor) + text);
      if (!browser.wait_until("document.querySelector('#asking .trouble').textContent.endsWith(window.said)")) return;
      EXPECT_EQ(browser.value_of(kHarm), "");
      say_and_send(text);
      if (!browser.wait_until("!document.querySelector('#asking').open && [...document.querySelectorAll('#timeline "
                              ".entry.said .title > bdi.note')].some((one) => /^(corrected by|由) "
                              "/.test(one.textContent) && one.textContent.includes(window.said))"))
        return;
      EXPECT_EQ(browser.value_of(kHarm), "");
      if (i % 10 == 0) expect_unharmed(browser, "corrected");
    }
    EXPECT_EQ(browser.complaints(), std::vector<std::string>());
  }
}

// A page that makes markup of a text is found by the same check, were there no security policy to stop it.
TEST(HostileTexts, AreFoundWhenAPageMakesMarkupOfThem) {
  if (!Browser::is_there()) GTEST_SKIP() << "there is no Chromium; scripts/setup test installs it";
  std::vector<StaticFile> wrong = console_files();
  std::string dom;
  for (StaticFile& file : wrong) {
    if (file.path != "/console/dom.js") continue;
    const std::string good = "return element('bdi', attributes, String(text ?? ''));";
    dom = std::string(file.body);
    ASSERT_NE(dom.find(good), std::string::npos);
    dom.replace(dom.find(good), good.size(),
                "const made = element('bdi', attributes); made.innerHTML = String(text ?? ''); return made;");
    file.body = dom;
  }
  RunningApi running({}, wrong);
  Hostile(running).publish("<img src=x onerror=ran('img')>", 0);
  Browser browser;
  open(browser, running);
  browser.wait_until("document.querySelector('#cases-count').textContent === '1'");
  EXPECT_NE(browser.complaints(), std::vector<std::string>()) << "the policy stops it and says so";
  EXPECT_EQ(browser.value_of(kHarm), "") << "and nothing was made";
  for (const char* harm : {"const made = document.createElement('bdi'); made.append(document.createElement('i')); "
                           "document.body.append(made)",
                           "document.body.append(document.createElement('iframe'))", "ran('something')"}) {
    open(browser, running);
    browser.value_of("(() => { " + std::string(harm) + " })()");
    EXPECT_NE(browser.value_of(kHarm), "") << harm;
  }
  for (const char* fault : {"document.querySelector('#kpis').style.width = '3000px'",
                            "document.querySelector('#alerts-panel').style.cssText = 'min-height: 0; height: 20px'",
                            "document.querySelector('#issues-title').style.marginTop = '4000px'"}) {
    open(browser, running);
    browser.value_of(fault);
    EXPECT_NE(test::layout_faults(browser), "") << fault;
  }
}

}  // namespace
}  // namespace earshot::api
