#include "typeform/typeform.h"

#include <algorithm>

#include "base/utf8.h"
#include "signatures/signatures.h"
#include "support/json.h"
#include "support/readers.h"
#include "support/text.h"

namespace earshot {
namespace {

constexpr std::string_view kName = "typeform";
constexpr std::size_t kScalesMax = 100;  // of one form
constexpr std::size_t kTextBytesMax =
    16 * 1024;  // of all the texts of a response, so that an event stays within its limit

Refusal invalid(std::string detail) { return {DeadLetterReason::invalid_event, std::move(detail)}; }

// The question that an answer belongs to, also inside a group of questions.
std::optional<simdjson::dom::object> find_question(simdjson::dom::object holder, std::string_view id) {
  const auto questions = array_at(holder, "fields");
  if (!questions) return std::nullopt;
  const simdjson::dom::array list = *questions;
  for (const simdjson::dom::element element : list) {
    simdjson::dom::object question;
    if (element.get(question) != simdjson::SUCCESS) continue;
    if (text_at(question, "id") == id) return question;
    if (const auto properties = object_at(question, "properties")) {
      if (auto inner = find_question(*properties, id)) return inner;
    }
  }
  return std::nullopt;
}

struct Scale {
  SurveyFamily family = SurveyFamily::csat;
  std::int64_t min = 1;
  std::int64_t max = 5;
};

bool is_scale(std::string_view type) { return type == "nps" || type == "opinion_scale" || type == "rating"; }

class Response final : public PayloadReader {
 public:
  Response(const TypeformSettings& settings, const Origin& origin, Findings& findings)
      : PayloadReader(kName, origin, findings), settings_(settings) {}

 private:
  void payload(std::string_view bytes) override {
    auto body = parse_object(document_, bytes);
    if (!body) return reporter_.refuse({DeadLetterReason::not_json, std::move(body.error())}, bytes, "");
    const std::string_view type = text_at(*body, "event_type").value_or("");
    is_partial_ = type == "form_response_partial";
    if (type != "form_response" && !is_partial_) {
      return reporter_.refuse({DeadLetterReason::unknown_type, "event_type is not form_response"}, bytes, "");
    }
    const auto response = object_at(*body, "form_response");
    if (!response) return reporter_.refuse(invalid("form_response is missing"), bytes, "");
    if (is_partial_ && !settings_.partial_responses) return reporter_.skipped();
    auto events = read_response(*response);
    if (!events) return reporter_.refuse(std::move(events.error()), bytes, "");
    if (events->empty()) return reporter_.skipped();
    for (Event& event : *events) reporter_.accept(std::move(event), bytes, "");
  }

  tl::expected<std::vector<Event>, Refusal> read_response(simdjson::dom::object response) {
    const auto token = text_at(response, "token");
    if (!token || token->empty() || !is_clean(*token)) return tl::unexpected(invalid("form_response.token is missing"));
    const auto form = text_at(response, "form_id");
    if (!form || form->empty() || !is_clean(*form)) return tl::unexpected(invalid("form_response.form_id is missing"));
    const auto at = parse_rfc3339(text_at(response, is_partial_ ? "landed_at" : "submitted_at").value_or(""));
    if (!at)
      return tl::unexpected(Refusal{DeadLetterReason::bad_time, "form_response.submitted_at is missing or no time"});

    Event event;
    event.id = std::string(*token) + (is_partial_ ? ":partial" : "");
    event.source = "/typeform/" + std::string(*form);
    event.time = *at;
    Input input;
    input.kind = InputKind::survey_answered;
    input.channel = kName;
    input.touchpoint = *form;
    Survey survey;
    survey.id = event.id;
    read_hidden(response, input, survey);
    auto scores = read_scores(response);
    if (!scores) return tl::unexpected(std::move(scores.error()));
    read_texts_and_keys(response, input);
    if (input.person.keys.empty()) add_key(input, "typeform:" + event.id);
    return make_events(event, input, survey, *scores);
  }

  void read_hidden(simdjson::dom::object response, Input& input, Survey& survey) const {
    const auto hidden = object_at(response, "hidden");
    if (!hidden) return;
    simdjson::dom::element value;
    for (const std::string& name : settings_.customer_fields) {
      if (hidden->at_key(name).get(value) != simdjson::SUCCESS) continue;
      const auto text = scalar_text(value);
      if (text && !trim(*text).empty()) add_key(input, "customer:" + std::string(trim(*text)));
    }
    if (const auto id = text_at(*hidden, settings_.survey_field); id && !trim(*id).empty()) survey.id = trim(*id);
    if (const auto id = text_at(*hidden, settings_.case_field)) survey.case_id = CaseId::parse(trim(*id));
  }

  static void add_key(Input& input, std::string key) {
    auto& keys = input.person.keys;
    if (is_clean(key) && std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(std::move(key));
  }

  struct Scored {
    std::string ref;
    Scale scale;
    std::int64_t score = 0;
  };

  tl::expected<std::vector<Scored>, Refusal> read_scores(simdjson::dom::object response) const {
    std::vector<Scored> scores;
    const auto answers = array_at(response, "answers");
    if (!answers || is_partial_) return scores;
    const simdjson::dom::array list = *answers;
    for (const simdjson::dom::element element : list) {
      simdjson::dom::object answer;
      if (element.get(answer) != simdjson::SUCCESS) return tl::unexpected(invalid("an answer is not an object"));
      const auto field = object_at(answer, "field");
      if (!field || !is_scale(text_at(*field, "type").value_or(""))) continue;
      auto scale = scale_of(response, *field);
      if (!scale) return tl::unexpected(std::move(scale.error()));
      const auto score = integer_at(answer, "number");
      if (!score) return tl::unexpected(invalid("the answer to a scale is not a whole number"));
      if (scores.size() >= kScalesMax) return tl::unexpected(invalid("more than 100 answers to scales"));
      scores.push_back({std::string(text_at(*field, "ref").value_or("")), *scale, *score});
    }
    return scores;
  }

  // One event for each score, the first with the texts; without any one event without a score.
  std::vector<Event> make_events(const Event& base, const Input& input, const Survey& survey,
                                 const std::vector<Scored>& scores) const {
    std::vector<Event> events;
    if (scores.empty()) {
      if (is_partial_ && input.content.text.empty()) return events;
      const Scale unknown;  // of no meaning without a score
      Input answered = input;
      answered.survey =
          Survey{survey.id, unknown.family, std::nullopt, unknown.min, unknown.max, survey.case_id, std::nullopt};
      events.push_back(base);
      events.back().body = std::move(answered);
    }
    for (const Scored& one : scores) {
      Event event = base;
      Input answered = input;
      answered.survey =
          Survey{survey.id, one.scale.family, one.score, one.scale.min, one.scale.max, survey.case_id, std::nullopt};
      if (!events.empty()) {
        event.id += ":" + one.ref;
        answered.survey->id += ":" + one.ref;
        answered.content = {};
      }
      event.body = std::move(answered);
      events.push_back(std::move(event));
    }
    return events;
  }

  // The scale comes from the definition of the question, never from the value seen.
  tl::expected<Scale, Refusal> scale_of(simdjson::dom::object response, simdjson::dom::object field) const {
    const std::string_view type = text_at(field, "type").value_or("");
    const std::string_view ref = text_at(field, "ref").value_or("");
    Scale scale;
    if (type == "nps") {
      scale = {SurveyFamily::nps, 0, 10};
    } else {
      const auto definition = object_at(response, "definition");
      const auto question = definition ? find_question(*definition, text_at(field, "id").value_or("")) : std::nullopt;
      const auto properties = question ? object_at(*question, "properties") : std::nullopt;
      const auto steps = properties ? integer_at(*properties, "steps") : std::nullopt;
      if (!steps || *steps < 2 || *steps > 100)
        return tl::unexpected(invalid("the definition does not say how many steps a scale has"));
      scale.min = type == "rating" || bool_at(*properties, "start_at_one").value_or(false) ? 1 : 0;
      scale.max = *steps - 1 + scale.min;
      scale.family = scale.min == 0 && scale.max == 10 ? SurveyFamily::nps : SurveyFamily::csat;
    }
    for (const QuestionFamily& known : settings_.families) {
      if (known.ref == ref) scale.family = known.family;
    }
    return scale;
  }

  // Answers of types we do not know are passed over.
  static void read_texts_and_keys(simdjson::dom::object response, Input& input) {
    const auto answers = array_at(response, "answers");
    if (!answers) return;
    const simdjson::dom::array list = *answers;
    std::string email, phone;
    for (const simdjson::dom::element element : list) {
      simdjson::dom::object answer;
      if (element.get(answer) != simdjson::SUCCESS) continue;
      const std::string_view type = text_at(answer, "type").value_or("");
      if (type == "text") append_text(input.content.text, text_at(answer, "text").value_or(""));
      if (type == "email") email = to_lower(trim(text_at(answer, "email").value_or("")));
      if (type == "phone_number") phone = trim(text_at(answer, "phone_number").value_or(""));
      if (type == "choice" || type == "choices") {
        if (const auto chosen = object_at(answer, type))
          append_text(input.content.text, text_at(*chosen, "other").value_or(""));
      }
    }
    // Typed in by whoever answered: not verified.
    if (email.find('@') != std::string::npos) add_key(input, "email:" + email);
    if (phone.size() > 3) add_key(input, "phone:" + phone);
  }

  static void append_text(std::string& all, std::string_view text) {
    text = utf8_prefix(trim(text), kTextBytesMax - std::min(all.size(), kTextBytesMax));
    if (text.empty()) return;
    if (!all.empty()) all += '\n';
    all += text;
  }

  TypeformSettings settings_;
  JsonDocument document_;
  bool is_partial_ = false;
};

class Typeform final : public Connector {
 public:
  explicit Typeform(TypeformSettings settings) : settings_(std::move(settings)) {}
  std::string_view name() const override { return kName; }
  std::unique_ptr<Reader> open(const Origin& origin, Findings& findings) const override {
    return std::make_unique<Response>(settings_, origin, findings);
  }
  Result<void> verify(const SignedRequest& request) const override {
    return verify_signature(*find_signature_scheme(kName), settings_.secrets, request);
  }

 private:
  TypeformSettings settings_;
};

}  // namespace

Result<std::unique_ptr<Connector>> make_typeform(const TypeformSettings& settings) {
  if (!settings.secrets.empty()) {
    if (auto good = check_secrets(*find_signature_scheme(kName), settings.secrets); !good)
      return std::move(good.error());
  }
  return std::make_unique<Typeform>(settings);
}

}  // namespace earshot
