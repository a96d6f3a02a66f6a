// The page of the real program, used as a person would: a customer is found, their timeline and forecast are looked at,
// a case is taken and resolved, with the keyboard alone, in both languages, on a phone, in the dark.
#include <chrono>
#include <fstream>

#include <gtest/gtest.h>

#include "browser/browser.h"
#include "earshot/time.h"
#include "support/earshot_process.h"

namespace earshot::test {
namespace {

std::string ago(int days) {
  return format_rfc3339(from_millis(
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count() -
      days * 86'400'000LL));
}

std::string order(int number, int days_ago) {
  return R"({"specversion":"1.0","id":"order-)" + std::to_string(number) +
         R"(","source":"/acme/shop","type":"earshot.activity.order.v1","time":")" + ago(days_ago) +
         R"(","data":{"channel":"shop","person":{"keys":["customer:U-0007"],"name":"user-7"},"order":{"id":"A)" +
         std::to_string(number) + R"(","amount":1990,"currency":"EUR"}}})";
}

class Page : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!Browser::is_there()) GTEST_SKIP() << "there is no Chromium; scripts/setup test installs it";
    const auto file = scratch_.path() / "orders.jsonl";
    std::ofstream orders(file);
    for (int i = 0; i < 12; ++i) orders << order(i, 80 - 5 * i) << "\n";
    orders << review_json({"nice", "customer:U-0007", "Very friendly support, my question was solved in five minutes.",
                           5, ago(40)})
           << "\n";
    orders.close();
    const Outcome imported = run_on(scratch_.path() / "data", {"import", file.string()});
    ASSERT_EQ(imported.exit_code, 0) << imported.err;
    service_ = std::make_unique<RunningEarshot>(RunningEarshot::Settings{.data = scratch_.path() / "data"});
    ASSERT_TRUE(service_->runs());
    say_something("angry", "customer:U-0008");
  }

  void say_something(const std::string& id, const std::string& key) {
    ASSERT_EQ(
        service_->post("/v1/events", review_json({id, key}), {{"Content-Type", "application/cloudevents+json"}}).status,
        200);
  }

  void open(Browser& browser) {
    browser.go(service_->url() + "/");
    browser.wait_until(
        "document.body.matches('.filled') && document.querySelector('#connection').dataset.state === 'live'");
  }
  static void open_dialog(Browser& browser, const std::string& action) {
    browser.tab_to(".case [data-focus='" + action + "']");
    browser.press("Enter");
    browser.wait_until("document.querySelector('#asking').open");
  }

  Scratch scratch_;
  std::unique_ptr<RunningEarshot> service_;
};

TEST_F(Page, ACustomerIsFoundAndTheirForecastAndTimelineShown) {
  Browser browser;
  open(browser);
  browser.press("/");
  browser.type("u-000");
  ASSERT_TRUE(browser.wait_until("document.querySelectorAll('#search-found [role=option]').length === 2"));
  browser.keep_screenshot("search");
  const std::string wanted =
      "document.querySelector('#search-found [aria-selected=true]').innerText.includes('U-0007')";
  for (int i = 0; i < 2 && browser.value_of(wanted) != true; ++i) browser.press("ArrowDown");
  EXPECT_EQ(browser.value_of(wanted), true) << "the arrow keys lead to every customer";
  browser.press("Enter");
  ASSERT_TRUE(browser.wait_until("document.querySelector('#customer h2')?.innerText.includes('U-0007')"));
  EXPECT_EQ(browser.value_of("document.activeElement.tagName"), "H2") << "a reader is told where it is now";
  EXPECT_EQ(browser.value_of("document.querySelectorAll('#forecast .curve').length"), 2)
      << "what was and what is to come";
  EXPECT_EQ(browser.value_of("document.querySelectorAll('#forecast .cross').length"), 2)
      << "where it crosses both levels";
  EXPECT_NE(browser.text_of("#forecast figcaption").find("80 %"), std::string::npos)
      << browser.text_of("#forecast figcaption");
  EXPECT_EQ(browser.value_of("document.querySelectorAll('#timeline .entry').length"), 13);
  EXPECT_EQ(browser.value_of("document.querySelectorAll('#timeline .lanes .dot[data-tone=calm]').length"), 1)
      << "the friendly review";
  browser.keep_screenshot("customer");
  browser.tab_to("#timeline [data-focus='said']");
  browser.press("Enter");
  EXPECT_EQ(browser.value_of("document.querySelectorAll('#timeline .entry').length"), 1);
  EXPECT_EQ(browser.value_of("document.activeElement.dataset.focus"), "said") << "the focus stays where it was";
  browser.press("Escape");
  browser.wait_until("!document.querySelector('#today').hidden");
  EXPECT_EQ(layout_faults(browser), "");
  EXPECT_EQ(browser.complaints(), std::vector<std::string>());
}

TEST_F(Page, NobodyIsFoundAndTheRemedyIsSaid) {
  Browser browser;
  open(browser);
  browser.press("/");
  browser.type("nobody");
  browser.wait_until("document.querySelector('#search-told').innerText.includes('customer:12')");
  browser.press("Escape");
  browser.go(service_->url() + "/#/customers/customer%3Anobody");
  browser.wait_until("document.querySelector('#customer').innerText.includes('Check the key')");
}

TEST_F(Page, ACaseIsTakenAnsweredAndResolvedWithTheKeyboard) {
  Browser browser;
  open(browser);
  ASSERT_TRUE(browser.wait_until("document.querySelectorAll('#cases tr').length === 1"));
  ASSERT_TRUE(browser.wait_until("document.querySelector('#cases .who').innerText === 'U-0008'"));
  const std::string owner = browser.text_of("#cases .owner .title");
  browser.keep_screenshot("today");
  browser.tab_to("#cases [data-focus='case']");
  browser.press("Enter");
  ASSERT_TRUE(browser.wait_until("document.querySelector('.case[data-chosen]')"));

  open_dialog(browser, "take");
  browser.type("nobody-1");
  browser.press("Enter");
  browser.wait_until("document.querySelector('#asking .trouble').innerText.includes('Nobody of this handle')");
  browser.value_of("document.querySelector('#asking input').select()");
  browser.type(owner);
  browser.press("Enter");
  browser.wait_until("document.querySelector('#told').innerText === 'The case is yours.'");
  browser.wait_until("document.querySelector('.case').innerText.includes('open')");
  EXPECT_EQ(browser.text_of("#me"), owner);

  open_dialog(browser, "reply");
  browser.type("We are sorry. It is on its way.");
  browser.tab_to("#asking [type='submit']");
  browser.press("Enter");
  browser.wait_until("document.querySelector('#told').innerText === 'Answered.'");

  open_dialog(browser, "resolve");
  browser.keep_screenshot("resolve");
  browser.type("It has arrived.");
  browser.tab_to("#asking [type='submit']");
  browser.press("Enter");
  browser.wait_until("document.querySelector('#told').innerText === 'Resolved.'");
  browser.wait_until("document.querySelector('.case').innerText.includes('resolved')");
  EXPECT_EQ(browser.value_of("document.querySelectorAll('.case .buttons').length"), 0) << "nothing is left to do";
  browser.keep_screenshot("resolved");
  browser.press("Escape");
  browser.wait_until("document.querySelector('#cases-empty').innerText.includes('No case is open')");
  EXPECT_EQ(browser.complaints(), std::vector<std::string>());
}

TEST_F(Page, SpeaksTheLanguageOfTheBrowserAndSwitches) {
  Browser browser({.language = "zh-CN"});
  open(browser);
  EXPECT_EQ(browser.text_of("#cases-title").substr(0, 12), "未结工单");
  EXPECT_EQ(browser.value_of("document.documentElement.lang"), "zh-CN");
  browser.keep_screenshot("today-zh");
  browser.tab_to("#language");
  browser.press("Enter");
  EXPECT_EQ(browser.text_of("#cases-title").substr(0, 10), "Open cases");
  EXPECT_EQ(browser.value_of("document.activeElement.id"), "language");
  browser.go(service_->url() + "/");
  browser.wait_until("document.querySelector('#cases-title').innerText.startsWith('Open cases')");
}

TEST_F(Page, FitsEveryWindowInLightAndDarkAndBothLanguages) {
  Browser browser;
  for (const char* language : {"en-GB", "zh-CN"}) {
    for (const auto& [width, height] :
         {std::pair{1280, 800}, {1920, 1080}, {1000, 700}, {768, 1024}, {390, 844}, {320, 568}}) {
      for (const bool is_dark : {false, true}) {
        browser.resize({width, height, is_dark, language});
        const std::string name =
            std::to_string(width) + (is_dark ? "-dark-" : "-light-") + std::string(language).substr(0, 2);
        SCOPED_TRACE(name);
        open(browser);
        browser.wait_until("document.querySelectorAll('#cases tr').length === 1");
        EXPECT_EQ(layout_faults(browser), "");
        browser.keep_screenshot("today-" + name);
        browser.go(service_->url() + "/#/customers/customer%3AU-0007");
        browser.wait_until("document.querySelector('#timeline .entry')");
        EXPECT_EQ(layout_faults(browser), "");
        browser.keep_screenshot("customer-" + name);
        browser.go("about:blank");
      }
    }
  }
}

// Everything that can be pressed has a name for those who cannot see it, and every text stands out from its ground.
TEST_F(Page, CanBeReadByEverybody) {
  Browser browser;
  for (const bool is_dark : {false, true}) {
    browser.resize({.is_dark = is_dark});
    for (const char* where : {"/", "/#/customers/customer%3AU-0007"}) {
      SCOPED_TRACE(where);
      browser.go("about:blank");
      browser.go(service_->url() + where);
      browser.wait_until(
          "document.querySelector('#today:not([hidden]) #cases tr') || document.querySelector('#timeline .entry')");
      EXPECT_EQ(
          browser.value_of(
              R"js([...document.querySelectorAll('button, a, input, select')].filter((node) => node.getClientRects().length &&
          !(node.innerText || node.getAttribute('aria-label') || node.labels?.length)).map((node) => node.outerHTML).join('\n'))js"),
          "");
      EXPECT_EQ(browser.value_of(R"js((() => {
        const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
        const channels = (color, ground) => {
          context.fillStyle = ground;
          context.fillRect(0, 0, 1, 1);
          context.fillStyle = color;
          context.fillRect(0, 0, 1, 1);
          return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
        };
        const light = (rgb) => {
          const [r, g, b] = rgb.map((one) => one / 255).map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const faults = [];
        for (const node of document.querySelectorAll('body *')) {
          if (!node.getClientRects().length || node.closest('.unseen, .skip, .over, svg, #told') || ![...node.childNodes].some((one) => one.nodeType === 3 && one.data.trim())) continue;
          const grounds = [];
          for (let at = node; at; at = at.parentElement) grounds.unshift(getComputedStyle(at).backgroundColor);
          let ground = 'white';
          for (const one of grounds) ground = `rgb(${channels(one, ground)})`;
          const [a, b] = [light(channels(getComputedStyle(node).color, ground)), light(channels(ground, ground))];
          const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
          if (contrast < 4.5) faults.push(`${contrast.toFixed(2)} ${node.tagName} ${node.className} ${node.textContent.slice(0, 30)}`);
        }
        return faults.join('\n');
      })())js"),
                "");
    }
  }
}

TEST_F(Page, SaysWhichSourceCannotBeHeardAndSinceWhen) {
  const std::string from = ago(1);
  const auto tell = [&](const std::string& to) {
    const std::string gap =
        R"({"specversion":"1.0","id":"gap","source":"/test","type":"earshot.connector.gap.v1","data":{"connector":"social-eu","from":")" +
        from + R"(","to":")" + to + R"(","reason":"it answers 500","channels":["bluesky"]}})";
    ASSERT_EQ(service_->post("/v1/control", gap, {{"Content-Type", "application/cloudevents+json"}}).status, 200);
  };
  const std::string is_quiet = "document.querySelector('#deaf').hidden";
  Browser browser({.width = 390, .height = 844});
  open(browser);
  EXPECT_TRUE(browser.value_of(is_quiet)) << "all is well";
  tell(format_rfc3339(kNever));
  ASSERT_TRUE(browser.wait_until("!" + is_quiet));
  EXPECT_NE(browser.text_of("#deaf").find("cannot be heard since"), std::string::npos) << browser.text_of("#deaf");
  EXPECT_NE(browser.text_of("#deaf").find("social-eu"), std::string::npos);
  EXPECT_EQ(layout_faults(browser), "");
  browser.keep_screenshot("deaf");
  browser.tab_to("#language");
  browser.press("Enter");
  EXPECT_NE(browser.text_of("#deaf").find("起听不到"), std::string::npos) << browser.text_of("#deaf");
  tell(ago(0));
  ASSERT_TRUE(browser.wait_until("document.querySelector('#deaf').innerText.includes('内容缺失')"));
  EXPECT_EQ(layout_faults(browser), "");
  browser.keep_screenshot("deaf-zh");
}

TEST_F(Page, SaysThatTheConnectionIsLostAndTakesItUpAgain) {
  Browser browser;
  open(browser);
  browser.value_of("document.querySelector('#cases-panel').dataset.same = 'yes'");
  browser.go_offline(true);
  service_->end();
  ASSERT_TRUE(browser.wait_until(
      "document.querySelector('#connection').dataset.state === 'lost' && !document.querySelector('#old').hidden"));
  EXPECT_EQ(layout_faults(browser), "");
  browser.keep_screenshot("lost");
  const std::string address = service_->url().substr(7);
  service_ =
      std::make_unique<RunningEarshot>(RunningEarshot::Settings{.data = scratch_.path() / "data", .listen = address});
  ASSERT_TRUE(service_->runs());
  browser.go_offline(false);
  ASSERT_TRUE(browser.wait_until(
      "document.querySelector('#connection').dataset.state === 'live' && document.querySelector('#old').hidden"));
  say_something("later", "customer:U-0009");
  browser.wait_until("[...document.querySelectorAll('#cases .who')].some((one) => one.innerText === 'U-0009')");
  EXPECT_EQ(browser.text_of("#cases-panel[data-same] #cases-count"), "2") << "the page was not loaded anew";
}

}  // namespace
}  // namespace earshot::test
