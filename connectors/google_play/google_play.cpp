#include "google_play/google_play.h"

#include "support/json.h"
#include "support/readers.h"
#include "support/text.h"

namespace earshot {
namespace {

constexpr std::string_view kName = "google_play";
constexpr std::size_t kReviewsMax = 10'000;  // of a page; Google sends at most 100

tl::unexpected<Refusal> invalid(std::string detail) {
  return tl::unexpected(Refusal{DeadLetterReason::invalid_event, std::move(detail)});
}

// `{"seconds": "1767139200", "nanos": 125000000}`
std::optional<Timestamp> read_time(simdjson::dom::object comment) {
  const auto modified = object_at(comment, "lastModified");
  const auto seconds = modified ? integer_at(*modified, "seconds") : std::nullopt;
  if (!seconds || *seconds <= 0 || *seconds > to_millis(kNever) / 1000) return std::nullopt;
  const std::int64_t nanos = integer_at(*modified, "nanos").value_or(0);
  if (nanos < 0 || nanos >= 1'000'000'000) return std::nullopt;
  return from_millis(*seconds * 1000 + nanos / 1'000'000);
}

class Page final : public PayloadReader {
 public:
  Page(const GooglePlaySettings& settings, const Origin& origin, Findings& findings)
      : PayloadReader(kName, origin, findings),
        package_(settings.package),
        source_("/google-play/" + settings.package) {}

 private:
  void payload(std::string_view bytes) override {
    auto page = parse_object(document_, bytes);
    if (!page) return reporter_.refuse({DeadLetterReason::not_json, std::move(page.error())}, bytes, "");
    if (const auto error = object_at(*page, "error")) return refuse_error(*error, bytes);
    simdjson::dom::element member;
    if (page->at_key("reviews").get(member) != simdjson::SUCCESS) return empty_page(*page, bytes);
    const auto reviews = array_at(*page, "reviews");
    if (!reviews) return reporter_.refuse({DeadLetterReason::invalid_event, "reviews is not a list"}, bytes, "");
    const simdjson::dom::array list = *reviews;
    if (list.size() > kReviewsMax)
      return reporter_.refuse({DeadLetterReason::too_large, "a page of more than 10000 reviews"}, bytes, "");
    int number = 0;
    for (const simdjson::dom::element item : list) review(item, "review " + std::to_string(++number));
  }

  // An app without new reviews gives `{}`, or a page that only points to the next one.
  void empty_page(simdjson::dom::object page, std::string_view bytes) {
    for (const auto& [key, value] : page) {
      if (key != "tokenPagination" && key != "pageInfo") {
        return reporter_.refuse({DeadLetterReason::invalid_event, "reviews is missing; not a page of reviews"}, bytes,
                                "");
      }
    }
  }

  void refuse_error(simdjson::dom::object error, std::string_view bytes) {
    std::string detail = "Google Play answered with an error instead of reviews";
    if (const auto code = integer_at(error, "code")) detail += " " + std::to_string(*code);
    for (const char* name : {"status", "message"}) {
      if (const auto text = text_at(error, name)) detail += ": " + std::string(*text);
    }
    reporter_.refuse({DeadLetterReason::connector, std::move(detail)}, bytes, "");
  }

  void review(simdjson::dom::element item, const std::string& where) {
    const std::string bytes = simdjson::minify(item);
    simdjson::dom::object review;
    if (item.get(review) != simdjson::SUCCESS)
      return reporter_.refuse({DeadLetterReason::invalid_event, "a review is not an object"}, bytes, where);
    const auto id = text_at(review, "reviewId");
    if (!id || id->empty() || !is_clean(*id))
      return reporter_.refuse({DeadLetterReason::invalid_event, "reviewId is missing"}, bytes, where);
    const auto comments = array_at(review, "comments");
    if (!comments || comments->size() == 0)
      return reporter_.refuse({DeadLetterReason::invalid_event, "comments is empty or missing"}, bytes, where);
    const simdjson::dom::array list = *comments;
    for (const simdjson::dom::element element : list) {
      simdjson::dom::object comment;
      tl::expected<Event, Refusal> event = invalid("a comment is not an object");
      if (element.get(comment) == simdjson::SUCCESS) event = read_comment(review, *id, comment);
      if (event) {
        reporter_.accept(std::move(*event), bytes, where);
      } else {
        reporter_.refuse(std::move(event.error()), bytes, where);
      }
    }
  }

  tl::expected<Event, Refusal> read_comment(simdjson::dom::object review, std::string_view id,
                                            simdjson::dom::object comment) {
    if (const auto user = object_at(comment, "userComment")) return user_comment(review, id, *user);
    if (const auto developer = object_at(comment, "developerComment")) return developer_comment(id, *developer);
    return invalid("a comment is neither userComment nor developerComment");
  }

  // What both kinds of comment share. An edit keeps the review's id, so the time of the change is part of ours.
  Event base(std::string_view id, std::string_view kind, Timestamp at) const {
    Event event;
    event.id = std::string(id) + ":" + std::string(kind) + std::to_string(to_millis(at));
    event.source = source_;
    event.time = at;
    Input input;
    input.channel = kName;
    input.person.keys = {"google_play:" + std::string(id)};
    input.product = package_;
    input.touchpoint = "app";
    input.thread = id;
    event.body = std::move(input);
    return event;
  }

  tl::expected<Event, Refusal> user_comment(simdjson::dom::object review, std::string_view id,
                                            simdjson::dom::object comment) const {
    const auto at = read_time(comment);
    if (!at)
      return tl::unexpected(Refusal{DeadLetterReason::bad_time, "userComment.lastModified is missing or absurd"});
    Event event = base(id, "", *at);
    Input& input = std::get<Input>(event.body);
    input.kind = InputKind::review;
    input.person.name = text_at(review, "authorName").value_or("");
    input.content.language = text_at(comment, "reviewerLanguage").value_or("");
    const auto stars = integer_at(comment, "starRating");
    if (!stars) return invalid("userComment.starRating is missing");
    if (*stars < 1 || *stars > 5) return invalid("userComment.starRating is not within 1 and 5");
    input.rating = Rating{*stars * 1000, 1000, 5000};

    // When a translation was asked for, what the customer wrote is in originalText. Title and body are joined by a tab.
    const auto original = text_at(comment, "originalText");
    const std::string_view text = original && !original->empty() ? *original : text_at(comment, "text").value_or("");
    const std::size_t tab = text.find('\t');
    if (tab != std::string_view::npos) input.content.title = trim(text.substr(0, tab));
    input.content.text = trim(tab == std::string_view::npos ? text : text.substr(tab + 1));
    return event;
  }

  tl::expected<Event, Refusal> developer_comment(std::string_view id, simdjson::dom::object comment) const {
    const auto at = read_time(comment);
    if (!at)
      return tl::unexpected(Refusal{DeadLetterReason::bad_time, "developerComment.lastModified is missing or absurd"});
    Event event = base(id, "reply:", *at);
    Input& input = std::get<Input>(event.body);
    input.kind = InputKind::message;
    input.message = Message{Direction::outbound, Author::agent, "", Visibility::everyone};
    input.content.text = trim(text_at(comment, "text").value_or(""));
    input.in_reply_to = id;
    return event;
  }

  std::string package_;
  std::string source_;
  JsonDocument document_;
};

class GooglePlay final : public Connector {
 public:
  explicit GooglePlay(GooglePlaySettings settings) : settings_(std::move(settings)) {}
  std::string_view name() const override { return kName; }
  std::unique_ptr<Reader> open(const Origin& origin, Findings& findings) const override {
    return std::make_unique<Page>(settings_, origin, findings);
  }

 private:
  GooglePlaySettings settings_;
};

}  // namespace

Result<std::unique_ptr<Connector>> make_google_play(const GooglePlaySettings& settings) {
  if (settings.package.empty() || !is_clean(settings.package)) {
    return Error{ErrorKind::Invalid, "package: is empty; give the name of the app, such as com.acme.app"};
  }
  return std::make_unique<GooglePlay>(settings);
}

}  // namespace earshot
