// Somebody reads a text on the page of the real program and says what the analysis of it should have been: with the
// keyboard alone, in both languages, on a phone.
#include <gtest/gtest.h>

#include "browser/browser.h"
#include "support/earshot_process.h"

namespace earshot::test {
namespace {

constexpr const char* kEntry = "#timeline .entry.said";

class RelabelPage : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!Browser::is_there()) GTEST_SKIP() << "there is no Chromium; scripts/setup test installs it";
    service_ = std::make_unique<RunningEarshot>(RunningEarshot::Settings{.data = scratch_.path() / "data"});
    ASSERT_TRUE(service_->runs());
    ASSERT_EQ(service_
                  ->post("/v1/events", review_json({R"(r\"-1)", "customer:U-0008"}),
                         {{"Content-Type", "application/cloudevents+json"}})
                  .status,
              200);
  }

  void open(Browser& browser) {
    browser.go(service_->url() + "/#/customers/customer%3AU-0008");
    ASSERT_TRUE(browser.wait_until("document.querySelector('#timeline .entry.said')"));
  }
  static void ask(Browser& browser) {
    browser.tab_to("#timeline [data-focus^='correct']");
    browser.press("Enter");
    ASSERT_TRUE(browser.wait_until("document.querySelector('#asking').open"));
  }

  Json cases() {
    return Json::parse(service_->get("/v1/customers/customer%3AU-0008").body, nullptr, false).at("cases");
  }
  Json row() {
    const Json customer = Json::parse(service_->get("/v1/customers/customer%3AU-0008").body, nullptr, false);
    for (const Json& one : customer.at("timeline")) {
      if (one.contains("id")) return one;
    }
    return {};
  }

  Scratch scratch_;
  std::unique_ptr<RunningEarshot> service_;
};

TEST_F(RelabelPage, AnAnalysisIsCorrectedWithTheKeyboard) {
  Browser browser;
  open(browser);
  EXPECT_NE(browser.text_of(kEntry).find("unhappy"), std::string::npos);
  ask(browser);
  EXPECT_EQ(browser.value_of("document.activeElement.value"), "neg") << "it begins at what was said";
  EXPECT_NE(browser.text_of("#asking .note").find("never arrived"), std::string::npos) << "the text stands there";
  EXPECT_EQ(browser.value_of("document.querySelector('#asking [value=delivery]').checked"), true)
      << "and what the model said of it";
  EXPECT_EQ(layout_faults(browser), "");
  browser.keep_screenshot("relabel");
  browser.press("ArrowDown");
  browser.tab_to("#asking [value=delivery]");
  browser.press(" ");
  browser.tab_to("#asking [value=refund]");
  browser.press(" ");
  browser.tab_to("#asking [value=yes]");
  browser.press(" ");
  const std::string id = cases().at(0).at("case");
  EXPECT_EQ(browser.value_of("document.querySelector('#asking [value=\"\"]').checked"), true)
      << "a case is corrected only if somebody wants it";
  browser.tab_to("#asking [value='']");
  browser.press("ArrowDown");
  EXPECT_EQ(browser.value_of("document.activeElement.value"), id);
  browser.tab_to("#asking [list=handles]");
  browser.type("nobody-1");
  browser.press("Enter");
  browser.wait_until("document.querySelector('#asking .trouble').innerText.includes('Nobody of this handle')");
  EXPECT_EQ(browser.value_of("document.querySelector('#asking [value=refund]').checked"), true)
      << "what was filled in is kept";
  browser.value_of("document.querySelector('#asking [list=handles]').select()");
  browser.type("agent-7");
  browser.press("Enter");
  browser.wait_until("document.querySelector('#told').innerText.startsWith('Kept.')");
  ASSERT_TRUE(
      browser.wait_until("document.querySelector('#timeline .entry.said').innerText.includes('corrected by agent-7')"));
  const std::string entry = browser.text_of(kEntry);
  EXPECT_NE(entry.find("neutral"), std::string::npos) << entry;
  EXPECT_NE(entry.find("refund"), std::string::npos) << entry;
  for (const char* gone : {"unhappy", "delivery"}) EXPECT_EQ(entry.find(gone), std::string::npos) << entry;
  EXPECT_EQ(browser.value_of("document.activeElement.dataset.focus"), "correct /acme/shop r\"-1")
      << "the focus is where it was";
  EXPECT_EQ(cases().at(0).at("issues"), Json::parse(R"(["service","refund"])")) << cases();
  browser.keep_screenshot("relabelled");
  EXPECT_EQ(browser.complaints(), std::vector<std::string>());

  // What was said stands in the log, and a page that is opened later shows it.
  ASSERT_EQ(service_->end().exit_code, 0);
  const std::string rows = run_on(scratch_.path() / "data", {"export-labels"}).out;
  EXPECT_NE(rows.find("neu\ten\tweb\tThe parcel never arrived and nobody answers\tservice|refund\t1\t0\n"),
            std::string::npos)
      << rows;
  service_ = std::make_unique<RunningEarshot>(RunningEarshot::Settings{.data = scratch_.path() / "data"});
  ASSERT_TRUE(service_->runs());
  EXPECT_EQ(row().value("corrected_by", ""), "agent-7");
  open(browser);
  EXPECT_NE(browser.text_of(kEntry).find("corrected by agent-7"), std::string::npos);
}

TEST_F(RelabelPage, NothingIsSaidWhenTheDialogIsLeft) {
  Browser browser;
  open(browser);
  ask(browser);
  browser.press("ArrowDown");
  browser.press("Escape");
  ASSERT_TRUE(browser.wait_until("!document.querySelector('#asking').open"));
  EXPECT_EQ(browser.value_of("document.activeElement.dataset.focus.startsWith('correct')"), true);
  EXPECT_NE(browser.text_of(kEntry).find("unhappy"), std::string::npos);
  EXPECT_FALSE(row().contains("corrected_by"));
}

TEST_F(RelabelPage, FitsAPhoneInBothLanguages) {
  Browser browser;
  for (const char* language : {"en-GB", "zh-CN"}) {
    for (const auto& [width, height] : {std::pair{390, 844}, {320, 568}}) {
      const std::string name = std::string(language).substr(0, 2) + "-" + std::to_string(width);
      SCOPED_TRACE(name);
      browser.resize({width, height, width == 320, language});
      browser.go("about:blank");
      open(browser);
      EXPECT_EQ(layout_faults(browser), "");
      ask(browser);
      EXPECT_EQ(layout_faults(browser), "");
      EXPECT_EQ(browser.value_of("[...document.querySelectorAll('#asking label, #asking button')].filter((one) => "
                                 "one.getBoundingClientRect().right > innerWidth || one.scrollWidth > "
                                 "one.clientWidth).map((one) => one.innerText).join()"),
                "");
      EXPECT_EQ(browser.text_of("#asking h2"),
                std::string(language) == "zh-CN" ? "这段话表达了什么?" : "What does this text say?");
      browser.keep_screenshot("relabel-" + name);
      browser.tab_to("#asking [type='submit']");
      EXPECT_EQ(browser.value_of("document.activeElement.getBoundingClientRect().bottom <= innerHeight"), true)
          << "it is scrolled to";
    }
  }
  EXPECT_EQ(browser.complaints(), std::vector<std::string>());
}

}  // namespace
}  // namespace earshot::test
