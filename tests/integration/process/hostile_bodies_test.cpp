// Bodies that no honest sender would send, to the real service: each costs a dead letter or a 4xx, and the next good
// event is taken.
#include <gtest/gtest.h>

#include "base/hash.h"
#include "base/hex.h"
#include "hostile.h"
#include "support/scratch.h"

namespace earshot::test {
namespace {

constexpr std::string_view kSecret = "typeform-secret-1";

class HostileBodies : public ::testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(scratch_.path() / "earshot.yaml") << R"(connectors:
  - {name: typeform, secret_env: EARSHOT_TEST_SECRET}
  - {name: google_play, package: com.acme.app}
  - {name: bluesky}
)";
    service_ = std::make_unique<RunningEarshot>(
        RunningEarshot::Settings{.data = scratch_.path() / "data",
                                 .words = {"--config", (scratch_.path() / "earshot.yaml").string()},
                                 .environment = {{"EARSHOT_TEST_SECRET", std::string(kSecret)}}});
    ASSERT_TRUE(service_->runs()) << service_->process().err();
  }

  void expect_goes_on() {
    const std::string id = "good-" + std::to_string(++good_);
    const HttpAnswer answer = service_->post("/v1/events", review_json({.id = id, .key = "customer:GOOD"}));
    ASSERT_EQ(answer.status, 200) << answer.body;
    ASSERT_NE(answer.body.find(R"("accepted":1)"), std::string::npos) << answer.body;
  }

  void TearDown() override {
    if (!service_->runs()) return;
    expect_goes_on();
    const HttpAnswer customer = service_->get("/v1/customers/customer:GOOD");
    EXPECT_NE(customer.body.find("\"feedback_count\":" + std::to_string(good_)), std::string::npos) << customer.body;
    EXPECT_LT(service_->process().peak_kibibytes(), kPeakKibibytesMax);
    const Outcome outcome = service_->end();
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    const Outcome replayed = run_on(scratch_.path() / "data", {"replay", "--check"});
    EXPECT_EQ(replayed.exit_code, 0) << replayed.out << replayed.err;
  }

  HttpAnswer post_as(const std::string& type, std::string_view body) {
    return service_->post("/v1/events", body, {{"Content-Type", type}});
  }
  HttpAnswer post_signed(std::string_view body) {
    const std::string signature = "sha256=" + to_base64(hmac_sha256(kSecret, body));
    return service_->post("/hooks/typeform/acme", body, {{"Typeform-Signature", signature}});
  }

  void expect_harmless(const Hostile& hostile) {
    for (const char* type : {"application/json", "application/cloudevents+json", "application/cloudevents-batch+json",
                             "application/x-ndjson", "text/plain"}) {
      const HttpAnswer answer = post_as(type, hostile.bytes);
      // Of NDJSON and of lists nothing may be left to take, which is no fault.
      const bool is_empty = answer.status == 200 && answer.body.find(R"("accepted":0)") != std::string::npos;
      EXPECT_TRUE(answer.status / 100 == 4 || is_empty) << type << ": " << answer.status << " " << answer.body;
    }
    EXPECT_EQ(post_signed(hostile.bytes).status, 200) << "a sender that is told 4xx would try for ever";
    for (const char* hook : {"typeform", "google_play", "bluesky", "nobody"}) {
      const HttpAnswer answer = service_->post("/hooks/" + std::string(hook) + "/acme", hostile.bytes);
      EXPECT_EQ(answer.status / 100, 4) << hook << ": " << answer.status << " " << answer.body;
    }
  }

  Scratch scratch_;
  std::unique_ptr<RunningEarshot> service_;
  int good_ = 0;
};

TEST_F(HostileBodies, OfOurOwnSetAreHarmless) {
  for (const Hostile& hostile : own_hostile_set()) {
    SCOPED_TRACE(hostile.name);
    expect_harmless(hostile);
    expect_goes_on();
    if (HasFatalFailure()) return;
  }
}

TEST_F(HostileBodies, OfTheSharedSetAreHarmless) {
  const auto all = shared_hostile_set();
  if (all.empty()) GTEST_SKIP() << "no shared hostile samples";
  for (const Hostile& hostile : all) {
    SCOPED_TRACE(hostile.name);
    expect_harmless(hostile);
    expect_goes_on();
    if (HasFatalFailure()) return;
  }
}

TEST_F(HostileBodies, AGoodPayloadCutAnywhereIsRefused) {
  const std::string whole = review_json({.id = "cut", .key = "customer:CUT", .text = "送餐太慢"});
  HttpClient client(service_->port());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const HttpAnswer answer = client.post("/v1/events", std::string_view(whole).substr(0, size));
    ASSERT_EQ(answer.status, 400) << size << answer.body;
  }
  EXPECT_EQ(client.post("/v1/events", whole).status, 200);
  EXPECT_EQ(client.get("/v1/customers/customer:CUT").status, 200);
}

TEST_F(HostileBodies, MillionsOfItemsInOneBodyAreRefusedAsAWhole) {
  const std::size_t room = (std::size_t{8} << 20) - 16;
  EXPECT_EQ(post_as("application/x-ndjson", repeated("x\n", static_cast<int>(room / 2))).status, 413);
  EXPECT_EQ(post_as("application/json", "[" + repeated("0,", static_cast<int>(room / 2)) + "0]").status, 400);
  EXPECT_EQ(post_as("application/json", "{" + repeated("\"a\":0,", static_cast<int>(room / 6)) + "\"a\":0}").status,
            400);
  EXPECT_EQ(post_signed(repeated("[", static_cast<int>(room))).status, 200);
}

}  // namespace
}  // namespace earshot::test
