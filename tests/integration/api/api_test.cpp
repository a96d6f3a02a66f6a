// What the document cannot say: that deliveries, streams, commands and lists do the right thing.
#include <gtest/gtest.h>

#include "integration/api/running_api.h"
#include "support/http_client.h"

namespace earshot::api {
namespace {

using test::HttpAnswer;
using test::HttpClient;

const std::map<std::string, std::string> kBatch = {{"Content-Type", "application/cloudevents-batch+json"}};

TEST(Delivery, SaysWhichItemsWereNotTakenAndKeepsThem) {
  RunningApi running;
  HttpClient client(running.port());
  const std::string body = "[" + review("a") + R"(,{"specversion":"1.0"},)" + review("b") + "," + review("a") + "]";
  const HttpAnswer answer = client.ask("POST", "/v1/events", body, kBatch);
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.body.starts_with(R"({"accepted":2,"duplicate":1,"rejected":[{"index":1,"reason":"invalid_event")"))
      << answer.body;
  ASSERT_EQ(running.letters().size(), 1u);
  EXPECT_EQ(running.events().at(0).tenant, "acme");
}

TEST(Delivery, TakesBinaryModeToo) {
  RunningApi running;
  const HttpAnswer answer =
      HttpClient(running.port())
          .post("/v1/events",
                R"({"channel":"web","person":{"keys":["customer:1"]},"rating":{"value":1,"min":1,"max":5}})",
                {{"ce-specversion", "1.0"},
                 {"ce-id", "a"},
                 {"ce-source", "/acme/shop"},
                 {"ce-type", "earshot.feedback.review.v1"},
                 {"ce-time", "2026-11-20T08:15:30Z"}});
  EXPECT_EQ(answer.body, R"({"accepted":1,"duplicate":0,"rejected":[]})");
}

TEST(Delivery, ALargeBatchIsTakenWhole) {
  RunningApi running;
  std::string body = "[";
  for (int i = 0; i < 2000; ++i) body += (i == 0 ? "" : ",") + review(std::to_string(i));
  const HttpAnswer answer = HttpClient(running.port()).ask("POST", "/v1/events", body + "]", kBatch);
  EXPECT_EQ(answer.body, R"({"accepted":2000,"duplicate":0,"rejected":[]})");
}

TEST(Delivery, ATokenWritesForItsOwnTenantOnly) {
  Api::Settings settings;
  settings.access.tokens = {{"writer-0123456789", "acme", Role::act}};
  RunningApi running(settings);
  std::string of_another = review("b");
  of_another.insert(1, R"("tenant":"other",)");
  auto headers = kBatch;
  headers["Authorization"] = "Bearer writer-0123456789";
  const HttpAnswer answer =
      HttpClient(running.port()).ask("POST", "/v1/events", "[" + review("a") + "," + of_another + "]", headers);
  EXPECT_TRUE(answer.body.starts_with(R"({"accepted":1,"duplicate":0,"rejected":[{"index":1,)")) << answer.body;
}

TEST(Delivery, TheTraceOfARequestGoesWithEventsThatBringNone) {
  const std::string of_request = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const std::string of_event = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const auto event = [](const std::string& id, const std::string& attribute) {
    return R"({"specversion":"1.0","id":")" + id + R"(","source":"/x","type":"earshot.feedback.review.v1",)" +
           attribute +
           R"("data":{"channel":"web","person":{"keys":["customer:1"]},"rating":{"value":1,"min":1,"max":5}}})";
  };
  RunningApi running;
  HttpClient client(running.port());
  const std::string batch = "[" + event("a", "") + "," + event("b", R"("traceparent":")" + of_event + R"(",)") + "]";
  ASSERT_EQ(client
                .post("/v1/events", batch,
                      {{"traceparent", of_request}, {"Content-Type", "application/cloudevents-batch+json"}})
                .status,
            200);
  ASSERT_EQ(client.post("/v1/events", event("c", ""), {{"traceparent", "none"}}).status, 200);
  ASSERT_EQ(client
                .post("/v1/cases/" + CaseId{0, 5}.hex() + "/actions", R"({"action":"take","actor":"agent-7"})",
                      {{"Content-Type", "application/json"}, {"traceparent", of_request}})
                .status,
            200);
  std::vector<std::string> found;
  for (const Event& one : running.events()) found.push_back(one.trace_parent);
  EXPECT_EQ(found, (std::vector<std::string>{of_request, of_event, "", of_request}));
}

TEST(Delivery, NobodyMayForgeWhatEarshotDerives) {
  RunningApi running;
  const std::string forged =
      R"({"specversion":"1.0","id":"a","source":"/x","type":"earshot.alert.raised.v1","tenant":"acme",)"
      R"("data":{"severity":"critical","title":"forged"}})";
  EXPECT_EQ(HttpClient(running.port()).post("/v1/events", forged).status, 400);
  EXPECT_TRUE(running.events().empty());
}

std::string settings(const std::string& section, const std::string& text) {
  return R"({"specversion":"1.0","id":"1","source":"/ops","type":"earshot.config.changed.v1","data":{"section":")" +
         section + R"(","version":0,"settings":")" + text + R"("}})";
}

TEST(Settings, AreTakenFromAdministratorsOfTheirOwnTenantAndRecordedWhole) {
  Api::Settings api;
  api.access.tokens = {{"reader-0123456789", "acme", Role::read},
                       {"agents-0123456789", "acme", Role::act},
                       {"admins-0123456789", "acme", Role::admin}};
  RunningApi running(api);
  const auto headers = [](const std::string& token) {
    return std::map<std::string, std::string>{{"Authorization", "Bearer " + token},
                                              {"Content-Type", "application/json"}};
  };
  HttpClient client(running.port());
  const std::string given = settings("silence", R"({\"horizon_days\":90})");
  for (const char* token : {"reader-0123456789", "agents-0123456789"})
    EXPECT_EQ(client.post("/v1/control", given, headers(token)).status, 403) << token;
  const HttpAnswer foreign = client.post("/v1/control?tenant=other", given, headers("admins-0123456789"));
  EXPECT_EQ(foreign.status, 403);
  EXPECT_NE(foreign.body.find("other_tenant"), std::string::npos) << foreign.body;
  EXPECT_EQ(client.get("/v1/config?tenant=other", headers("reader-0123456789")).status, 400);
  EXPECT_EQ(client.get("/v1/config?tenant=acme", headers("reader-0123456789")).status, 200);
  EXPECT_TRUE(running.events().empty());

  const HttpAnswer taken = client.post("/v1/control?tenant=acme", given, headers("admins-0123456789"));
  ASSERT_EQ(taken.status, 200) << taken.body;
  EXPECT_NE(taken.body.find("\"recorded\":"), std::string::npos) << taken.body;
  ASSERT_EQ(running.events().size(), 1u);
  const auto changed = std::get<ConfigChanged>(running.events()[0].body);
  EXPECT_EQ(running.events()[0].tenant, "acme");
  EXPECT_EQ(changed.version, 0) << "the pump gives it";
  for (const char* part : {R"("horizon_days":90)", R"("late_days":7)"})
    EXPECT_NE(changed.settings.find(part), std::string::npos) << changed.settings;
  const HttpAnswer again = client.post("/v1/control", given, headers("admins-0123456789"));
  EXPECT_NE(again.body.find("\"duplicate\":1"), std::string::npos) << again.body;
  EXPECT_EQ(again.body.find("recorded"), std::string::npos) << again.body;
}

TEST(Settings, ThatAreWrongAreRefusedByTheirKeyWithTheRemedy) {
  RunningApi running;
  HttpClient client(running.port());
  for (const auto& [section, text, complaint] : std::vector<std::array<std::string, 3>>{
           {"silense", "{}", "did you mean silence?"},
           {"silence", R"({\"horizon_day\":90})", "silence.horizon_day is not a known key; did you mean horizon_days?"},
           {"desk", R"({\"departments\":[{\"name\":\"a\"}]})", "department a has no liaison"},
           {"text", R"({\"ignore\":[\"refused\"]})", "these words cannot be looked for"}}) {
    const HttpAnswer answer =
        client.post("/v1/control", settings(section, text), {{"Content-Type", "application/json"}});
    EXPECT_EQ(answer.status, 400) << section;
    EXPECT_NE(answer.body.find(complaint), std::string::npos) << answer.body;
  }
  EXPECT_TRUE(running.events().empty());
}

TEST(Actions, BecomeACommandAndWaitForTheAnswer) {
  RunningApi running;
  HttpClient client(running.port());
  const std::string path = "/v1/cases/" + CaseId{0, 5}.hex() + "/actions";
  const HttpAnswer answer = client.post(path, R"({"action":"reply","actor":"agent-7","text":"sorry","request":"r-1"})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body,
            R"({"request":"r-1","accepted":true,"message":"done","case":"00000000000000000000000000000005"})");
  const auto command = std::get<Command>(running.events().at(0).body);
  EXPECT_EQ(command.kind, CommandKind::reply);
  EXPECT_EQ(command.text, "sorry");
  EXPECT_EQ(running.events().at(0).id, "r-1");
}

TEST(Actions, ThatTakeLongerAreAnsweredWithTheirName) {
  Api::Settings settings;
  settings.answer_wait = std::chrono::milliseconds(20);
  settings.server.tick_interval = std::chrono::milliseconds(5);
  RunningApi running(settings);
  running.desk_answers = false;
  HttpClient client(running.port());
  const HttpAnswer answer = client.post("/v1/cases/" + CaseId{0, 5}.hex() + "/actions",
                                        R"({"action":"take","actor":"agent-7","request":"r-1"})");
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(answer.body, R"({"request":"r-1"})");
}

TEST(Actions, AnAnswerForAnotherTenantIsNotTaken) {
  RunningApi running;
  running.desk_answers = false;
  HttpClient client(running.port());
  const std::string body = R"({"action":"take","actor":"agent-7","request":"r-1"})";
  ASSERT_TRUE(client.send("POST /v1/cases/" + CaseId{0, 5}.hex() +
                          "/actions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
                          "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body));
  while (running.events().empty()) std::this_thread::yield();
  running.publish(Topic::cases, 1, CommandAnswered{"r-1", false, "wrong_state", "another tenant's", {}}, "other");
  running.publish(Topic::cases, 0, CommandAnswered{"r-1", true, "", "mine", {}});
  EXPECT_EQ(client.read_answer().body, R"({"request":"r-1","accepted":true,"message":"mine"})");
}

// The id line of a server-sent event.
std::string id_of(const std::string& event) {
  const std::size_t from = event.find("id: ") + 4;
  return event.substr(from, event.find('\n', from) - from);
}

// An event stream after its greeting.
struct Listening {
  Listening(std::uint16_t port, const std::string& path, const std::string& last_id = "") : client(port) {
    std::map<std::string, std::string> headers;
    if (!last_id.empty()) headers["Last-Event-ID"] = last_id;
    EXPECT_EQ(client.get(path, headers).status, 200);
    client.read_until("\n\n");
  }
  std::string next() { return client.read_until("\n\n"); }
  HttpClient client;
};

TEST(Streams, CarryWhatIsNewToEverybodyOfTheTenant) {
  RunningApi running;
  running.publish(Topic::alerts, 0, some_alert("before"));
  Listening all(running.port(), "/v1/stream");
  Listening alerts(running.port(), "/v1/alerts/stream");
  Listening others(running.port(), "/v1/alerts/stream?tenant=other");
  running.publish(Topic::cases, 0, some_case(1));
  running.publish(Topic::cases, 0, CommandAnswered{"r-1", true, "", "", {}});
  running.publish(Topic::alerts, 1, some_alert("for acme"));
  running.publish(Topic::alerts, 0, some_alert("for other"), "other");
  EXPECT_NE(all.next().find("event: case\ndata: {\"event\":\"published-2\""), std::string::npos);
  EXPECT_NE(all.next().find("event: alert\n"), std::string::npos);
  EXPECT_NE(alerts.next().find("for acme"), std::string::npos);
  EXPECT_NE(others.next().find("for other"), std::string::npos);
}

TEST(Streams, GoOnWhereTheyWereCutOffWhileMoreHappens) {
  RunningApi running;
  const auto publish = [&running](int from, int to) {
    for (int i = from; i < to; ++i) {
      running.publish(Topic::alerts, static_cast<std::uint16_t>(i % kPartitions), some_alert("a" + std::to_string(i)));
    }
  };
  std::string last;
  {
    Listening first(running.port(), "/v1/alerts/stream");
    publish(0, 3);
    for (int i = 0; i < 2; ++i) last = id_of(first.next());
  }
  publish(3, 1000);
  Listening live(running.port(), "/v1/alerts/stream");
  Listening second(running.port(), "/v1/alerts/stream", last);
  std::thread publishing([&publish] { publish(1000, 3000); });
  std::set<std::string> titles;
  for (int i = 2; i < 3000; ++i) {
    const std::string event = second.next();
    const std::size_t from = event.find("\"title\":\"") + 9;
    EXPECT_TRUE(titles.insert(event.substr(from, event.find('"', from) - from)).second) << "twice: " << event;
  }
  publishing.join();
  EXPECT_EQ(titles.size(), 2998u);
  running.publish(Topic::alerts, 0, some_alert("live again"));
  EXPECT_NE(second.next().find("live again"), std::string::npos);
}

TEST(Streams, HeartbeatsShowThatTheOtherEndIsThere) {
  Api::Settings settings;
  settings.heartbeat = std::chrono::milliseconds(5);
  settings.server.tick_interval = std::chrono::milliseconds(5);
  RunningApi running(settings);
  Listening stream(running.port(), "/v1/stream");
  EXPECT_EQ(stream.next(), ": still here\n\n");
}

TEST(Streams, ManyListenersGetEveryEventOnce) {
  RunningApi running;
  std::vector<std::unique_ptr<Listening>> listeners;
  for (int i = 0; i < 100; ++i) listeners.push_back(std::make_unique<Listening>(running.port(), "/v1/stream"));
  for (int i = 0; i < 20; ++i) running.publish(Topic::signals, 0, some_signal("s" + std::to_string(i)));
  for (const auto& listener : listeners) {
    for (int i = 0; i < 20; ++i)
      EXPECT_NE(listener->next().find("\"signal\":\"s" + std::to_string(i) + "\""), std::string::npos);
  }
}

}  // namespace
}  // namespace earshot::api
