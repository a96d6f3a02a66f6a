#include "support/mapping.h"

#include <algorithm>
#include <map>

#include "base/utf8.h"
#include "base/zone.h"
#include "event/names.h"
#include "support/text.h"

namespace earshot {

// Settings with every template parsed, by the template's own text: equal texts are equal templates.
struct Mapping::Plan {
  MappingSettings settings;
  std::map<std::string, Template, std::less<>> templates;
  std::vector<std::string> required_fields;
  Zone zone;
};

namespace {

// A value, or why the item has none.
template <class T>
using OrRefusal = tl::expected<T, Refusal>;

tl::unexpected<Refusal> refuse(DeadLetterReason reason, std::string detail) {
  return tl::unexpected(Refusal{reason, std::move(detail)});
}
std::string quoted(std::string_view value) { return "'" + std::string(utf8_prefix(value, 64)) + "'"; }
tl::unexpected<Refusal> wrong(std::string_view what, std::string_view value, std::string_view why) {
  return refuse(DeadLetterReason::invalid_event, std::string(what) + " " + quoted(value) + " " + std::string(why));
}

const std::string* translate(const std::vector<Translation>& table, std::string_view from) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const Translation& one) { return one.from == from; });
  return found == table.end() ? nullptr : &found->to;
}

std::string translated_or_same(const std::vector<Translation>& table, std::string value) {
  const std::string* to = translate(table, value);
  return to != nullptr ? *to : value;
}

// Every template of the settings, with the name of its setting for messages.
std::vector<std::pair<std::string_view, std::string>> all_templates(const MappingSettings& s) {
  std::vector<std::pair<std::string_view, std::string>> all{{"source", s.source},    {"id", s.id},
                                                            {"kind", s.kind},        {"channel", s.channel},
                                                            {"person_name", s.name}, {"title", s.title},
                                                            {"text", s.text},        {"language", s.language},
                                                            {"product", s.product},  {"region", s.region},
                                                            {"thread", s.thread},    {"touchpoint", s.touchpoint},
                                                            {"url", s.url},          {"in_reply_to", s.in_reply_to},
                                                            {"reach", s.reach},      {"time.value", s.time.value}};
  for (const KeySettings& key : s.keys) all.emplace_back("keys.value", key.value);
  for (const Condition& condition : s.where) all.emplace_back("where.value", condition.value);
  if (s.rating) all.emplace_back("rating.value", s.rating->value);
  if (s.survey) {
    for (const std::string& text : {s.survey->id, s.survey->family, s.survey->score}) all.emplace_back("survey", text);
  }
  if (s.message) {
    for (const std::string& text : {s.message->direction, s.message->by, s.message->agent, s.message->visibility}) {
      all.emplace_back("message", text);
    }
  }
  for (const auto& money : {s.order, s.payment}) {
    if (!money) continue;
    for (const std::string& text : {money->id, money->amount, money->currency, money->status})
      all.emplace_back("order or payment", text);
  }
  if (s.usage) {
    for (const std::string& text : {s.usage->what, s.usage->count}) all.emplace_back("usage", text);
  }
  if (s.subscription) {
    for (const std::string& text : {s.subscription->plan, s.subscription->status})
      all.emplace_back("subscription", text);
  }
  return all;
}

Result<void> check_kinds(const MappingSettings& s) {
  std::vector<std::string> kinds;
  for (const Translation& one : s.kinds) kinds.push_back(one.to);
  if (kinds.empty() && s.kind.find('{') == std::string::npos) kinds.push_back(s.kind);
  for (const std::string& kind : kinds) {
    if (kind != "skip" && !parse_name<InputKind>(kind))
      return Error{ErrorKind::Invalid, "kind: " + kind + " is not a kind of input"};
  }
  return {};
}

// Maps one item; the parts of an event in the order of its members.
class ItemMapping {
 public:
  ItemMapping(const MappingSettings& settings, const std::map<std::string, Template, std::less<>>& templates,
              const Zone& zone, const ItemFields& item, std::int64_t row)
      : s_(settings), templates_(templates), zone_(zone), item_(item), row_(row) {}

  Mapped map() {
    for (const Condition& condition : s_.where) {
      if (!meets(condition)) return SkippedItem{};
    }
    Event event;
    Input input;
    auto kind = this->kind();
    if (!kind) return std::move(kind.error());
    if (!*kind) return SkippedItem{};
    input.kind = **kind;
    auto time = this->time();
    if (!time) return std::move(time.error());
    event.time = *time;
    event.id = fill(s_.id);
    event.source = fill(s_.source);
    map_texts(input);
    map_person(input.person);
    if (auto done = map_blocks(input); !done) return std::move(done.error());
    event.body = std::move(input);
    return event;
  }

 private:
  std::string fill(const std::string& text) const {
    const auto found = templates_.find(text);
    return found == templates_.end() ? std::string() : found->second.fill(item_);
  }

  bool meets(const Condition& condition) const {
    const std::string value = fill(condition.value);
    const auto holds = [&](const std::vector<std::string>& list) {
      return std::find(list.begin(), list.end(), value) != list.end();
    };
    return (condition.in.empty() || holds(condition.in)) && !holds(condition.not_in);
  }

  OrRefusal<std::optional<InputKind>> kind() const {
    std::string word = fill(s_.kind);
    if (!s_.kinds.empty()) {
      const std::string* to = translate(s_.kinds, word);
      if (to == nullptr)
        return refuse(DeadLetterReason::unknown_type, "kind " + quoted(word) + " is not among kinds of the mapping");
      word = *to;
    }
    if (word == "skip") return std::optional<InputKind>();
    const auto kind = parse_name<InputKind>(word);
    if (!kind) return refuse(DeadLetterReason::unknown_type, "kind " + quoted(word) + " is not a kind of input");
    return kind;
  }

  OrRefusal<Timestamp> time() const {
    const std::string text = fill(s_.time.value);
    for (const std::string& format : s_.time.formats) {
      if (const auto at = parse_time(text, format)) {
        const Timestamp moved = *at + std::chrono::seconds(s_.time.row_seconds * row_);
        if (moved <= kNever) return moved;
      }
    }
    return refuse(DeadLetterReason::bad_time, "time " + quoted(text) + " follows none of the formats");
  }

  std::optional<Timestamp> parse_time(const std::string& text, const std::string& format) const {
    if (format == "rfc3339") return parse_rfc3339(text);
    if (!format.starts_with("unix_")) return zone_.parse(text, format);
    auto number = parse_decimal(text, format == "unix_s" ? 3 : 0);
    if (!number || *number < 0) return std::nullopt;
    if (format == "unix_us") *number /= 1000;
    const Timestamp at = from_millis(*number);
    return at <= kNever ? std::optional(at) : std::nullopt;
  }

  void map_texts(Input& input) const {
    input.channel = fill(s_.channel);
    input.content.title = fill(s_.title);
    input.content.text = fill(s_.text);
    for (const std::string& phrase : s_.no_text) {
      if (input.content.text == phrase) input.content.text.clear();
    }
    input.content.language = fill(s_.language);
    input.product = fill(s_.product);
    input.region = fill(s_.region);
    input.touchpoint = fill(s_.touchpoint);
    input.thread = fill(s_.thread);
    input.in_reply_to = fill(s_.in_reply_to);
    input.url = fill(s_.url);
  }

  void map_person(Person& person) const {
    person.name = fill(s_.name);
    for (const KeySettings& key : s_.keys) {
      const std::string value = fill(key.value);
      if (value.empty()) continue;
      const std::string whole = key.kind + ":" + value;
      if (std::find(person.keys.begin(), person.keys.end(), whole) != person.keys.end()) continue;
      person.keys.push_back(whole);
      if (key.verified) person.verified.push_back(whole);
    }
  }

  OrRefusal<void> map_blocks(Input& input) const {
    if (auto done = map_rating(input); !done) return done;
    if (auto done = map_survey(input); !done) return done;
    if (auto done = map_message(input); !done) return done;
    if (auto done = map_money(input); !done) return done;
    if (auto done = map_usage_and_subscription(input); !done) return done;
    const std::string reach = fill(s_.reach);
    if (reach.empty()) return {};
    const auto people = parse_integer(reach);
    if (!people) return wrong("reach", reach, "is not a whole number");
    input.reach = *people;
    return {};
  }

  OrRefusal<void> map_rating(Input& input) const {
    if (!s_.rating) return {};
    const std::string value = translated_or_same(s_.rating->words, fill(s_.rating->value));
    if (value.empty()) return {};
    const auto stars = parse_stars(value);
    if (!stars) return wrong("rating", value, "is not a number or stars");
    input.rating = Rating{*stars, s_.rating->min * 1000, s_.rating->max * 1000};
    return {};
  }

  OrRefusal<void> map_survey(Input& input) const {
    if (!s_.survey || (input.kind != InputKind::survey_answered && input.kind != InputKind::survey_invited)) return {};
    Survey survey;
    survey.id = fill(s_.survey->id);
    const std::string family = fill(s_.survey->family);
    const auto known = parse_name<SurveyFamily>(family);
    if (!known) return wrong("survey.family", family, "is not nps, csat or ces");
    survey.family = *known;
    survey.min = s_.survey->min;
    survey.max = s_.survey->max;
    if (const std::string score = fill(s_.survey->score); !score.empty()) {
      survey.score = parse_integer(score);
      if (!survey.score) return wrong("survey.score", score, "is not a whole number");
    }
    input.survey = std::move(survey);
    return {};
  }

  OrRefusal<void> map_message(Input& input) const {
    if (!s_.message || (input.kind != InputKind::message && input.kind != InputKind::call)) return {};
    const std::string direction = fill(s_.message->direction), by = fill(s_.message->by),
                      visibility = fill(s_.message->visibility);
    const auto known_direction = parse_name<Direction>(direction);
    const auto known_author = parse_name<Author>(by);
    const auto known_visibility = parse_name<Visibility>(visibility);
    if (!known_direction) return wrong("message.direction", direction, "is not inbound or outbound");
    if (!known_author) return wrong("message.by", by, "is not customer, agent or bot");
    if (!known_visibility) return wrong("message.visibility", visibility, "is not public or internal");
    input.message = Message{*known_direction, *known_author, fill(s_.message->agent), *known_visibility};
    return {};
  }

  OrRefusal<std::int64_t> amount(const MoneySettings& money, const std::string& currency) const {
    const std::string text = fill(money.amount);
    const auto value = parse_money(text, currency, money.decimal_mark.front());
    if (!value) return wrong("amount", text, "is not an amount of " + currency);
    return *value;
  }

  OrRefusal<void> map_money(Input& input) const {
    const bool returned = input.kind == InputKind::returned;
    if (s_.order && (input.kind == InputKind::order || returned)) {
      const std::string currency = fill(s_.order->currency);
      auto value = amount(*s_.order, currency);
      if (!value) return tl::unexpected(std::move(value.error()));
      input.order = Order{fill(s_.order->id), returned && *value < 0 ? -*value : *value, currency};
    }
    if (s_.payment && input.kind == InputKind::payment) {
      const std::string currency = fill(s_.payment->currency);
      auto value = amount(*s_.payment, currency);
      if (!value) return tl::unexpected(std::move(value.error()));
      const std::string status = translated_or_same(s_.payment->status_words, fill(s_.payment->status));
      const auto known = parse_name<PaymentStatus>(status);
      if (!known) return wrong("payment.status", status, "is not succeeded, failed, refunded or disputed");
      input.payment = Payment{fill(s_.payment->id), *value, currency, *known};
    }
    return {};
  }

  OrRefusal<void> map_usage_and_subscription(Input& input) const {
    if (s_.usage && input.kind == InputKind::usage) {
      const std::string count = fill(s_.usage->count);
      const auto times = parse_integer(count);
      if (!times) return wrong("usage.count", count, "is not a whole number");
      input.usage = Usage{fill(s_.usage->what), *times};
    }
    if (s_.subscription && input.kind == InputKind::subscription) {
      const std::string status = translated_or_same(s_.subscription->status_words, fill(s_.subscription->status));
      const auto known = parse_name<SubscriptionStatus>(status);
      if (!known)
        return wrong("subscription.status", status, "is not active, trial, past_due, cancelling or cancelled");
      input.subscription = Subscription{fill(s_.subscription->plan), *known, std::nullopt};
    }
    return {};
  }

  const MappingSettings& s_;
  const std::map<std::string, Template, std::less<>>& templates_;
  const Zone& zone_;
  const ItemFields& item_;
  std::int64_t row_;
};

}  // namespace

Result<Mapping> Mapping::make(std::string_view connector, const MappingSettings& settings) {
  auto zone = Zone::load(settings.time.zone);
  if (!zone) return std::move(zone.error()).in("time.zone");
  auto plan = std::make_shared<Plan>(Plan{settings, {}, {}, std::move(*zone)});
  MappingSettings& s = plan->settings;
  if (s.source.empty()) s.source = "/" + std::string(connector) + "/{@file}";
  if (s.id.empty()) s.id = "{@hash}";
  if (s.keys.empty()) return Error{ErrorKind::Invalid, "keys: is empty; say which field names the customer"};
  for (const auto& money : {s.order, s.payment}) {
    if (money && money->decimal_mark != "." && money->decimal_mark != ",")
      return Error{ErrorKind::Invalid, "decimal_mark: is neither . nor ,"};
  }
  if (auto good = check_kinds(s); !good) return std::move(good.error());
  for (const auto& [setting, text] : all_templates(s)) {
    if (text.empty() || plan->templates.contains(text)) continue;
    auto parsed = Template::parse(text);
    if (!parsed) return std::move(parsed.error()).in(setting);
    for (std::string& name : parsed->required_fields()) {
      if (std::find(plan->required_fields.begin(), plan->required_fields.end(), name) == plan->required_fields.end()) {
        plan->required_fields.push_back(std::move(name));
      }
    }
    plan->templates.emplace(text, std::move(*parsed));
  }
  return Mapping(std::move(plan));
}

const std::vector<std::string>& Mapping::required_fields() const { return plan_->required_fields; }

bool Mapping::needs_hash() const {
  return std::find(plan_->required_fields.begin(), plan_->required_fields.end(), "@hash") !=
         plan_->required_fields.end();
}

Mapped Mapping::apply(const ItemFields& item, std::int64_t row) const {
  return ItemMapping(plan_->settings, plan_->templates, plan_->zone, item, row).map();
}

}  // namespace earshot
