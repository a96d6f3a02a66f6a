// What the page says when there is nothing, when it may not, and what it does while somebody points at it.
#include <gtest/gtest.h>

#include "browser/browser.h"
#include "console/files.h"
#include "integration/api/running_api.h"

namespace earshot::api {
namespace {

using test::Browser;

class States : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!Browser::is_there()) GTEST_SKIP() << "there is no Chromium; scripts/setup test installs it";
  }
  static void go(Browser& browser, const RunningApi& running) {
    browser.go("http://127.0.0.1:" + std::to_string(running.port()) + "/");
  }
};

TEST_F(States, NothingSaysWhatWillBeThere) {
  RunningApi running({}, console_files());
  Browser browser;
  go(browser, running);
  browser.wait_until(
      "document.body.matches('.filled') && document.querySelector('#cases-empty').innerText.length > 20");
  for (const char* list : {"#cases-empty", "#alerts-empty", "#signals-empty", "#issues-empty"})
    EXPECT_GT(browser.text_of(list).size(), 20u) << list;
  browser.keep_screenshot("nothing");
}

// What comes first on the stream is not all there is.
TEST_F(States, NoCountIsShownBeforeAllThatStandsIsThere) {
  RunningApi running({}, console_files());
  running.publish(Topic::cases, 0, some_case(1));
  Browser browser;
  go(browser, running);
  const std::string first = "document.querySelector('#kpis .value').innerText";
  browser.wait_until("document.body.matches('.filled') && " + first + " === '1'");
  browser.value_of("document.body.classList.remove('filled'); document.querySelector('#language').click()");
  browser.wait_until(first + " === '–'");
  EXPECT_EQ(browser.text_of("#cases-count"), "");
  EXPECT_EQ(browser.text_of("#alerts-empty"), "加载中");
  EXPECT_EQ(browser.text_of("#cases-choice [data-choice=all]"), "全部");
  browser.value_of("document.body.classList.add('filled'); document.querySelector('#language').click()");
  browser.wait_until(first + " === '1'");
  EXPECT_GT(browser.text_of("#alerts-empty").size(), 20u);
}

TEST_F(States, ATokenIsAskedForAndKeptForTheTab) {
  Api::Settings settings;
  settings.access.tokens = {{"reader-0123456789", "acme", Role::read}};
  RunningApi running(settings, console_files());
  running.publish(Topic::cases, 0, some_case(1));
  Browser browser;
  go(browser, running);
  browser.wait_until("!document.querySelector('#sign-in').hidden && document.activeElement.id === 'token'");
  browser.keep_screenshot("sign-in");
  browser.type("wrong-0123456789");
  browser.press("Enter");
  browser.wait_until("document.querySelector('#sign-in-told').innerText.includes('not known')");
  browser.value_of("document.querySelector('#token').select()");
  browser.type("reader-0123456789");
  browser.press("Enter");
  browser.wait_until(
      "document.querySelector('#sign-in').hidden && document.querySelectorAll('#cases tr').length === 1");
  go(browser, running);
  browser.wait_until("document.querySelectorAll('#cases tr').length === 1");
  browser.value_of("localStorage.setItem('me', 'agent-7'); dispatchEvent(new Event('me'))");
  browser.wait_until("document.querySelector('#cases [data-focus=take]')");
  browser.value_of("document.querySelector('#cases [data-focus=take]').click()");
  browser.wait_until("document.querySelector('#asking .trouble')?.innerText.includes('may only read')");
}

TEST_F(States, RowsKeepTheirPlaceWhileSomebodyIsAmongThem) {
  RunningApi running({}, console_files());
  for (std::uint64_t id = 2; id <= 4; ++id) running.publish(Topic::cases, 0, some_case(id));
  Browser browser;
  go(browser, running);
  browser.wait_until("document.querySelectorAll('#cases tr').length === 3");
  browser.tab_to("#cases tr:nth-child(2) [data-focus='case']");
  browser.value_of("window.row = document.activeElement.closest('tr'); window.top0 = row.getBoundingClientRect().top");
  CaseChanged sooner = some_case(1);
  sooner.first_reply_due = from_millis(1'779'000'000'000);
  running.publish(Topic::cases, 1, sooner);
  browser.wait_until("document.querySelector('#cases-held').innerText === '1 new'");
  EXPECT_EQ(browser.value_of("document.activeElement.closest('tr') === row"), true) << "it is the same row";
  EXPECT_EQ(browser.value_of("row.getBoundingClientRect().top - top0"), 0) << "at the same place";
  running.publish(Topic::cases, 0, some_case(3, CaseStep::replied, CaseState::open));
  browser.wait_until("document.querySelector('#cases').innerText.includes('open')");
  EXPECT_EQ(browser.value_of("document.activeElement.dataset.focus"), "case") << "a row that changes keeps the focus";
  browser.value_of("document.activeElement.blur()");
  browser.wait_until(
      "document.querySelectorAll('#cases tr').length === 4 && document.querySelector('#cases-held').hidden");
}

}  // namespace
}  // namespace earshot::api
