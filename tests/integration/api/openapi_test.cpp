// The OpenAPI document against the running API: every operation is called, every answer must be as the document says,
// and document and code list the same routes.
#include <map>
#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "api/openapi.h"
#include "integration/api/running_api.h"
#include "support/http_client.h"

namespace earshot::api {
namespace {

using Json = nlohmann::json;
using test::HttpAnswer;
using test::HttpClient;

const Json& document() {
  static const Json parsed = Json::parse(openapi_document());
  return parsed;
}

// What is wrong with `value`, held against a schema of the document; empty when nothing is.
std::string complaints(const Json& schema, const Json& value) {
  Json whole = {{"allOf", Json::array({schema})}, {"components", document()["components"]}};
  valijson::Schema parsed;
  valijson::SchemaParser parser;
  parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(whole), parsed);
  valijson::Validator validator;
  valijson::ValidationResults results;
  if (validator.validate(parsed, valijson::adapters::NlohmannJsonAdapter(value), &results)) return "";
  std::string text;
  for (valijson::ValidationResults::Error error; results.popError(error);) {
    for (const std::string& part : error.context) text += part;
    text += ": " + error.description + "\n";
  }
  return text;
}

Json resolved(const Json& node) {
  if (!node.contains("$ref")) return node;
  return document().at(Json::json_pointer(node["$ref"].get<std::string>().substr(1)));
}

TEST(OpenApi, WhoeverNeedsATokenMayAskTooOften) {
  for (const auto& [path, operations] : document()["paths"].items()) {
    for (const auto& [method, operation] : operations.items()) {
      if (!operation["responses"].contains("401")) continue;
      EXPECT_TRUE(operation["responses"].contains("429")) << method << " " << path;
    }
  }
}

struct Asked {
  std::string method;
  std::string pattern;
  std::string target;
  int status = 200;
  std::string body;
  std::map<std::string, std::string> headers;
};

void expect_documented(const Asked& asked, const HttpAnswer& answer) {
  ASSERT_EQ(answer.status, asked.status) << answer.body;
  std::string method = asked.method;
  for (char& c : method) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const Json& operation = document()["paths"].at(asked.pattern).at(method);
  const std::string status = std::to_string(answer.status);
  ASSERT_TRUE(operation["responses"].contains(status)) << "the document does not know this status";
  const Json response = resolved(operation["responses"][status]);
  const std::string type = answer.headers.at("content-type").substr(0, answer.headers.at("content-type").find(';'));
  ASSERT_TRUE(response["content"].contains(type)) << "the document does not know this content type: " << type;
  if (!type.ends_with("json")) return;
  EXPECT_EQ(complaints(response["content"][type]["schema"], Json::parse(answer.body)), "") << answer.body;
}

const std::string kCase = CaseId{0, 1}.hex();
const std::string kNoCase = CaseId{0, 404}.hex();

std::string action(const std::string& what, const std::string& actor = "agent-7") {
  return R"({"action":")" + what + R"(","actor":")" + actor + R"("})";
}

std::string label(const std::string& actor) {
  return Json{{"actor", actor}, {"source", "/acme/shop"}, {"id", "r-1"}, {"sentiment", "neg"}, {"issues", {"delivery"}}}
      .dump();
}
std::string decision(const std::string& what, const std::string& about) {
  return R"({"action":")" + what + R"(","actor":"agent-7",)" + about + "}";
}
std::string gap(const std::string& from, const std::string& to) {
  const Json data{{"connector", "shop"}, {"from", from}, {"to", to}, {"reason", "it answers 500"}};
  return Json{{"specversion", "1.0"},
              {"id", "gap-1"},
              {"source", "/test"},
              {"type", "earshot.connector.gap.v1"},
              {"data", data}}
      .dump();
}

std::string settings(const std::string& section, const std::string& text, int version = 0) {
  return Json{{"specversion", "1.0"},
              {"id", section},
              {"source", "/test"},
              {"type", "earshot.config.changed.v1"},
              {"data", {{"section", section}, {"version", version}, {"settings", text}}}}
      .dump();
}

std::string mend(const std::string& payload) { return Json{{"actor", "agent-7"}, {"payload", payload}}.dump(); }

std::vector<Asked> everything_that_can_be_asked() {
  const std::map<std::string, std::string> structured = {{"Content-Type", "application/cloudevents+json"}};
  const std::map<std::string, std::string> batched = {{"Content-Type", "application/cloudevents-batch+json"}};
  const std::map<std::string, std::string> json = {{"Content-Type", "application/json"}};
  const std::map<std::string, std::string> is_signed = {{"Content-Type", "application/json"},
                                                        {"X-Signature", "secret"}};
  const std::map<std::string, std::string> foreign = {{"Host", "rebound.example"}};
  const std::string actions = "/v1/cases/{id}/actions";
  const std::string hooks = "/hooks/{connector}/{tenant}";
  const std::string state = "/v1/state/{topic}/{key}/{name}";
  const std::string decisions = "/v1/identity/decisions";
  const std::string mending = "/v1/dead-letters/{id}/mend";
  const std::string labels = "/v1/labels";
  const std::string resending = "/v1/deliveries/resend";
  return {
      {"GET", "/", "/", 200},
      {"GET", "/healthz", "/healthz", 200},
      {"GET", "/readyz", "/readyz", 200},
      {"GET", "/metrics", "/metrics", 200},
      {"GET", "/metrics", "/metrics", 403, "", foreign},
      {"GET", "/openapi.json", "/openapi.json", 200},
      {"GET", "/console/{file}", "/console/page.js", 200},
      {"GET", "/console/{file}", "/console/none.js", 404},
      {"GET", "/v1/customers", "/v1/customers", 200},
      {"GET", "/v1/customers", "/v1/customers?risk=act", 200},
      {"GET", "/v1/customers", "/v1/customers?risk=lost", 400},
      {"GET", "/v1/customers", "/v1/customers?search=12", 200},
      {"GET", "/v1/customers", "/v1/customers?search=12&risk=act", 400},
      {"GET", "/v1/customers/{key}", "/v1/customers/customer%3A12", 200},
      {"GET", "/v1/customers/{key}/forecast", "/v1/customers/customer%3A12/forecast", 200},
      {"GET", "/v1/customers/{key}/forecast", "/v1/customers/customer%3A404/forecast", 404},
      {"GET", "/v1/customers/{key}", "/v1/customers/customer%3A404", 404},
      {"GET", "/v1/customers/{key}", "/v1/customers/nobody", 404},
      {"GET", "/v1/customers/{key}", "/v1/customers/customer%3A12?limit=5", 400},
      {"GET", "/v1/gaps", "/v1/gaps", 200},
      {"GET", "/v1/gaps", "/v1/gaps?limit=5", 400},
      {"GET", "/v1/cases", "/v1/cases", 200},
      {"GET", "/v1/cases", "/v1/cases?unresolved=true&owner=agent-7&department=delivery&limit=1", 200},
      {"GET", "/v1/cases", "/v1/cases?state=lost", 400},
      {"GET", "/v1/cases", "/v1/cases?limit=0", 400},
      {"GET", "/v1/cases", "/v1/cases?limit=1001", 400},
      {"GET", "/v1/cases", "/v1/cases?cursor=x", 400},
      {"GET", "/v1/cases", "/v1/cases?onwer=agent-7", 400},
      {"GET", "/v1/cases", "/v1/cases", 403, "", foreign},
      {"GET", "/v1/cases/{id}", "/v1/cases/" + kCase, 200},
      {"GET", "/v1/cases/{id}", "/v1/cases/" + kNoCase, 404},
      {"GET", "/v1/cases/{id}", "/v1/cases/1", 404},
      {"POST", actions, "/v1/cases/" + kCase + "/actions", 200, action("take"), json},
      {"POST", actions, "/v1/cases/" + kCase + "/actions", 400, action("dance"), json},
      {"POST", actions, "/v1/cases/" + kCase + "/actions", 400, action("open_case"), json},
      {"POST", actions, "/v1/cases/" + kCase + "/actions", 400, action("take", ""), json},
      {"POST", actions, "/v1/cases/" + kCase + "/actions", 400, R"({"action":"take","actor":"agent-7","agnet":"x"})",
       json},
      {"POST", actions, "/v1/cases/" + kCase + "/actions", 400, std::string(10'000, '['), json},
      {"POST", actions, "/v1/cases/" + kCase + "/actions", 403, action("take", "user-1"), json},
      {"POST", actions, "/v1/cases/" + kNoCase + "/actions", 404, action("take"), json},
      {"POST", actions, "/v1/cases/" + kCase + "/actions", 409, action("report"), json},
      {"POST", actions, "/v1/cases/" + kCase + "/actions", 415, action("take"), {{"Content-Type", "text/plain"}}},
      {"POST", labels, labels, 200, label("agent-7"), json},
      {"POST", labels, labels, 400, label(""), json},
      {"POST", labels, labels, 400, R"({"actor":"agent-7"})", json},
      {"POST", labels, labels, 403, label("user-1"), json},
      {"POST", labels, labels, 415, label("agent-7"), {{"Content-Type", "text/plain"}}},
      {"GET", "/v1/identity/proposals", "/v1/identity/proposals?open=true&limit=5", 200},
      {"GET", "/v1/identity/proposals", "/v1/identity/proposals?cursor=x", 400},
      {"GET", "/v1/identity/keys/{key}", "/v1/identity/keys/customer%3A12", 200},
      {"GET", "/v1/identity/keys/{key}", "/v1/identity/keys/nobody", 404},
      {"POST", decisions, decisions, 200, decision("link", R"("keys":["customer:12","email:user-12@example.com"])"),
       json},
      {"POST", decisions, decisions, 200, decision("accept", R"("proposal":"p")"), json},
      {"POST", decisions, decisions, 400, decision("link", R"("keys":["customer:12"])"), json},
      {"POST", decisions, decisions, 400, decision("link", R"("keys":["customer:12","nobody"])"), json},
      {"POST", decisions, decisions, 400, decision("refuse", R"("proposal":"")"), json},
      {"POST", decisions, decisions, 400, decision("take", R"("proposal":"p")"), json},
      {"POST", decisions, decisions, 415, decision("accept", R"("proposal":"p")"), {{"Content-Type", "text/plain"}}},
      {"GET", "/v1/signals", "/v1/signals", 200},
      {"GET", "/v1/signals", "/v1/signals?kind=silent&cleared=true", 200},
      {"GET", "/v1/signals", "/v1/signals?cleared=perhaps", 400},
      {"GET", "/v1/signals", "/v1/signals?customer=12", 400},
      {"GET", "/v1/signals", "/v1/signals?customer=customer%3A12", 200},
      {"GET", "/v1/alerts", "/v1/alerts", 200},
      {"GET", "/v1/kpis", "/v1/kpis", 200},
      {"GET", "/v1/kpis", "/v1/kpis?kpi=csat&history=true", 200},
      {"GET", "/v1/dead-letters", "/v1/dead-letters", 200},
      {"GET", "/v1/dead-letters", "/v1/dead-letters?reason=bored", 400},
      {"GET", "/v1/dead-letters/{id}", "/v1/dead-letters/published-1", 200},
      {"GET", "/v1/dead-letters/{id}", "/v1/dead-letters/none", 404},
      {"GET", "/v1/dead-letters", "/v1/dead-letters?open=true", 200},
      {"POST", mending, "/v1/dead-letters/published-1/mend", 200, mend(review("mended")), json},
      {"POST", mending, "/v1/dead-letters/published-1/mend", 409, mend(review("mended")), json},
      {"POST", mending, "/v1/dead-letters/published-1/mend", 400, mend("{}"), json},
      {"POST", mending, "/v1/dead-letters/published-1/mend", 400, R"({"actor":""})", json},
      {"POST", mending, "/v1/dead-letters/published-1/mend", 400, R"({"actor":"agent-7","connector":"nobody"})", json},
      {"POST", mending, "/v1/dead-letters/none/mend", 404, mend("{}"), json},
      {"POST", mending, "/v1/dead-letters/published-1/mend", 415, mend("{}"), {{"Content-Type", "text/plain"}}},
      {"GET", "/v1/deliveries", "/v1/deliveries", 200},
      {"GET", "/v1/deliveries", "/v1/deliveries?sink=chat&state=parked&limit=1", 200},
      {"GET", "/v1/deliveries", "/v1/deliveries?state=lost", 400},
      {"GET", "/v1/deliveries", "/v1/deliveries?cursor=x", 400},
      {"GET", "/v1/deliveries/{id}", "/v1/deliveries/digest-1", 200},
      {"GET", "/v1/deliveries/{id}", "/v1/deliveries/none", 404},
      {"POST", resending, resending, 200, R"({"actor":"agent-7","sink":"chat"})", json},
      {"POST", resending, resending, 400, R"({"actor":"agent-7"})", json},
      {"POST", resending, resending, 400, R"({"actor":"","sink":"chat"})", json},
      {"POST", resending, resending, 404, R"({"actor":"agent-7","sink":"none"})", json},
      {"POST", resending, resending, 415, R"({"actor":"agent-7","sink":"chat"})", {{"Content-Type", "text/plain"}}},
      {"GET", state, "/v1/state/earshot.activity/acme%2Fhere/seen", 200},
      {"GET", state, "/v1/state/earshot.activity/acme%2Fnobody/seen", 200},
      {"GET", state, "/v1/state/earshot.activity/acme%2Felsewhere/seen", 503},
      {"GET", state, "/v1/state/earshot.activity/other%2Fhere/seen", 403},
      {"GET", state, "/v1/state/earshot.nothing/acme%2Fhere/seen", 404},
      {"POST", "/v1/events", "/v1/events", 200, review("a"), structured},
      {"POST", "/v1/events", "/v1/events", 200, "[" + review("b") + ",{}," + review("a") + "]", batched},
      {"POST", "/v1/events", "/v1/events", 400, "{}", structured},
      {"POST", "/v1/events", "/v1/events", 400, "{\"a\":", structured},
      {"POST", "/v1/events", "/v1/events", 400, std::string(10'000, '['), structured},
      {"POST", "/v1/events", "/v1/events", 415, review("c"), {{"Content-Type", "text/plain"}}},
      {"POST", "/v1/control", "/v1/control", 200, gap("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"), json},
      {"POST", "/v1/control", "/v1/control", 200, gap("2026-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z"), structured},
      {"POST", "/v1/control", "/v1/control", 400, gap("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z"), json},
      {"POST", "/v1/control", "/v1/control", 400, review("steers nobody"), json},
      {"POST", "/v1/control", "/v1/control", 200, settings("silence", R"({"horizon_days":90})"), json},
      {"POST", "/v1/control", "/v1/control", 400, settings("silence", R"({"horizon_days":90})", 5), json},
      {"POST", "/v1/control", "/v1/control", 400, settings("silence", R"({"horizon_days":1})"), json},
      {"POST", "/v1/control", "/v1/control", 400, settings("sinks", "{}"), json},
      {"POST", "/v1/control", "/v1/control", 400, settings("text", R"({"ignore":["refused"]})"), json},
      {"GET", "/v1/config", "/v1/config", 200},
      {"GET", "/v1/config", "/v1/config?tenant=other", 200},
      {"GET", "/v1/config", "/v1/config?section=text", 400},
      {"POST", "/v1/control", "/v1/control", 400, "{", json},
      {"POST",
       "/v1/control",
       "/v1/control",
       415,
       gap("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
       {{"Content-Type", "text/plain"}}},
      {"POST", hooks, "/hooks/hook_of_test/acme", 200, review("d"), is_signed},
      {"POST", hooks, "/hooks/hook_of_test/acme", 200, "{}", is_signed},
      {"POST", hooks, "/hooks/hook_of_test/acme", 403, review("d"), json},
      {"POST", hooks, "/hooks/none/acme", 404, review("d"), is_signed},
      {"POST", hooks, "/hooks/hook_of_test/other", 404, review("d"), is_signed},
      {"GET", "/v1/stream", "/v1/stream", 200},
      {"GET", "/v1/stream", "/v1/stream", 400, "", {{"Last-Event-ID", "x"}}},
      {"GET", "/v1/alerts/stream", "/v1/alerts/stream", 200},
      {"GET", "/v1/alerts/stream", "/v1/alerts/stream", 400, "", {{"Last-Event-ID", "7-9-1"}}},
  };
}

void publish_some(RunningApi& running) {
  running.publish(Topic::dead_letters, 0, some_letter());
  running.publish(Topic::cases, 0, some_case(1));
  running.publish(Topic::cases, 1, some_case(2));
  running.publish(Topic::cases, 0, some_case(1, CaseStep::replied, CaseState::open));
  running.publish(Topic::signals, 0, some_signal("one"));
  running.publish(Topic::alerts, 1, some_alert("a customer is angry"));
  running.publish(Topic::kpis, 0, some_kpi("csat", 20'000));
  running.hear_of_customer("customer:12");
}

TEST(OpenApi, EveryOperationAnswersAsTheDocumentSays) {
  RunningApi running;
  publish_some(running);
  std::set<std::string> asked_for;
  for (const Asked& asked : everything_that_can_be_asked()) {
    SCOPED_TRACE(asked.method + " " + asked.target + " " + asked.body.substr(0, 80));
    HttpClient client(running.port());
    expect_documented(asked, client.ask(asked.method, asked.target, asked.body, asked.headers));
    asked_for.insert(asked.method + " " + asked.pattern);
  }
  for (const Route& route : running.api().routes()) {
    EXPECT_TRUE(asked_for.contains(std::string(route.method) + " " + std::string(route.pattern)))
        << route.pattern << " was not asked";
  }
}

TEST(OpenApi, WhenNothingCanBeTakenEveryWriterIsToldToComeBack) {
  RunningApi running;
  running.door = RunningApi::Door::full;
  const std::map<std::string, std::string> headers = {{"Content-Type", "application/json"}, {"X-Signature", "secret"}};
  const std::vector<Asked> all = {
      {"POST", "/v1/events", "/v1/events", 503, review("a"), headers},
      {"POST", "/v1/events", "/v1/events", 503, "{}", headers},
      {"POST", "/hooks/{connector}/{tenant}", "/hooks/hook_of_test/acme", 503, review("a"), headers},
      {"POST", "/v1/cases/{id}/actions", "/v1/cases/" + kCase + "/actions", 503, action("take"), headers},
      {"GET", "/readyz", "/readyz", 503},
  };
  for (const Asked& asked : all) {
    SCOPED_TRACE(asked.target);
    HttpClient client(running.port());
    const HttpAnswer answer = client.ask(asked.method, asked.target, asked.body, asked.headers);
    expect_documented(asked, answer);
    EXPECT_TRUE(answer.headers.contains("retry-after"));
  }
}

TEST(OpenApi, WithTokensTheDocumentKnowsTheRefusals) {
  Api::Settings settings;
  settings.access.tokens = {{"reader-0123456789", "acme", Role::read}};
  RunningApi running(settings);
  const std::map<std::string, std::string> reader = {{"Authorization", "Bearer reader-0123456789"},
                                                     {"Content-Type", "application/json"}};
  for (const Route& route : running.api().routes()) {
    SCOPED_TRACE(route.pattern);
    const std::string method(route.method);
    std::string target(route.pattern);
    if (const auto open = target.find("{id}"); open != std::string::npos) target.replace(open, 4, kCase);
    if (const auto open = target.find("{key}"); open != std::string::npos) target.replace(open, 5, kCase);
    const Json& operation = document()["paths"][std::string(route.pattern)][method == "GET" ? "get" : "post"];
    EXPECT_EQ(operation.contains("security"), route.role == Role::open) << "the document says who needs a token";
    if (route.role == Role::open) continue;
    expect_documented({method, std::string(route.pattern), target, 401},
                      HttpClient(running.port()).ask(method, target, ""));
    if (route.role == Role::read) continue;
    expect_documented({method, std::string(route.pattern), target, 403},
                      HttpClient(running.port()).ask(method, target, "", reader));
  }
}

TEST(OpenApi, DocumentAndCodeListTheSameRoutes) {
  RunningApi running;
  std::set<std::string> in_code;
  for (const Route& route : running.api().routes())
    in_code.insert(std::string(route.method) + " " + std::string(route.pattern));
  std::set<std::string> in_document;
  for (const auto& [path, operations] : document()["paths"].items()) {
    for (const auto& [method, operation] : operations.items()) {
      std::string upper = method;
      for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      in_document.insert(upper + " " + path);
    }
  }
  EXPECT_EQ(in_code, in_document);
}

TEST(OpenApi, AnActionThatTheDocumentAllowsIsOneThatTheCodeReads) {
  const Json& schema = document()["components"]["schemas"]["Action"];
  for (const Json& kind : schema["properties"]["action"]["enum"]) {
    SCOPED_TRACE(kind);
    RunningApi running;
    const Json body = {{"action", kind},       {"actor", "agent-7"}, {"text", "sorry"},
                       {"issues", {"refund"}}, {"priority", "high"}, {"into", kNoCase}};
    EXPECT_EQ(complaints(schema, body), "");
    const int status = HttpClient(running.port()).post("/v1/cases/" + kCase + "/actions", body.dump()).status;
    EXPECT_EQ(status, kind == "report" ? 409 : 200);
  }
}

TEST(OpenApi, TheValidatorFindsAnAnswerThatIsWrong) {
  const Json schema = {{"$ref", "#/components/schemas/Delivery"}};
  EXPECT_EQ(complaints(schema, Json::parse(R"({"accepted":1,"duplicate":0,"rejected":[]})")), "");
  for (const char* wrong : {R"({"accepted":1,"duplicate":0})", R"({"accepted":"1","duplicate":0,"rejected":[]})",
                            R"({"accepted":1,"duplicate":0,"rejected":[],"more":1})",
                            R"({"accepted":1,"duplicate":0,"rejected":[{"index":0,"reason":"bored","detail":""}]})"}) {
    EXPECT_NE(complaints(schema, Json::parse(wrong)), "") << wrong;
  }
}

}  // namespace
}  // namespace earshot::api
