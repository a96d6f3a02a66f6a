#include "simulation/payloads.h"

#include "event/json_writer.h"
#include "simulation/phrases.h"

namespace earshot::simulation {
namespace {

constexpr std::chrono::hours kShanghai{8};

// JSON in the order in which it is written.
class Json {
 public:
  Json& raw(std::string_view text) {
    out_ += text;
    return *this;
  }
  Json& text(std::string_view value) {
    append_json_string(out_, value);
    return *this;
  }
  Json& number(std::int64_t value) {
    out_ += std::to_string(value);
    return *this;
  }
  Json& time(Timestamp at) { return text(format_rfc3339(at)); }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

std::int64_t whole_seconds(Timestamp at) { return to_millis(at) / 1000; }

// Sortable base 32, as the network's own names.
std::string base32(std::uint64_t value, int width) {
  std::string text(static_cast<std::size_t>(width), '2');
  for (int i = width - 1; i >= 0; --i) {
    text[static_cast<std::size_t>(i)] = "234567abcdefghijklmnopqrstuvwxyz"[value & 31];
    value >>= 5;
  }
  return text;
}

struct Question {
  std::string_view form;
  std::string_view title;
  std::string_view definition;  // of the scale
  std::string_view ref;
  std::string_view type;
};

Question question_of(Form form) {
  switch (form) {
    case Form::nps:
      return {
          "acmeNps1", "How likely are you to recommend Acme?",
          R"({"id":"q1","ref":"nps","type":"opinion_scale","title":"您有多大可能推荐我们?","properties":{"steps":11,"start_at_one":false}})",
          "nps", "opinion_scale"};
    case Form::csat:
      return {
          "acmeCsat", "How happy are you with your order?",
          R"({"id":"q1","ref":"csat","type":"rating","title":"您对这次购物满意吗?","properties":{"steps":5,"shape":"star"}})",
          "csat", "rating"};
    case Form::ces:
      return {
          "acmeCes1", "How easy was it to get help?",
          R"({"id":"q1","ref":"effort","type":"opinion_scale","title":"解决问题容易吗?","properties":{"steps":7,"start_at_one":true}})",
          "effort", "opinion_scale"};
  }
  return {};
}

void append_review(Json& json, const StoreReview& review) {
  json.raw(R"({"reviewId":)").text(review.id).raw(R"(,"authorName":)").text(review.author);
  json.raw(R"(,"comments":[{"userComment":{"text":)").text("\t" + review.text);
  json.raw(R"(,"lastModified":{"seconds":")").number(whole_seconds(review.at));
  json.raw(R"(","nanos":)").number(to_millis(review.at) % 1000 * 1'000'000);
  json.raw(R"(},"starRating":)").number(review.stars).raw(R"(,"reviewerLanguage":)").text(review.language);
  json.raw(R"(,"androidOsVersion":34,"appVersionName":"5.2.0","thumbsUpCount":0,"thumbsDownCount":0}})");
  if (!review.reply.empty()) {
    json.raw(R"(,{"developerComment":{"text":)").text(review.reply);
    json.raw(R"(,"lastModified":{"seconds":")").number(whole_seconds(review.replied_at)).raw(R"("}}})");
  }
  json.raw("]}");
}

Json frame(std::string_view did, Timestamp at, std::int64_t micros) {
  Json json;
  json.raw(R"({"did":)").text(did).raw(R"(,"time_us":)").number(to_millis(at) * 1000 + micros);
  return json;
}

Json commit(Random& random, const Post& post, std::string_view operation, std::string_view collection, Timestamp at) {
  Json json = frame(post.did, at, random.between(0, 999));
  json.raw(R"(,"kind":"commit","commit":{"rev":)")
      .text(base32(random.next(), 13))
      .raw(R"(,"operation":)")
      .text(operation);
  json.raw(R"(,"collection":)").text(collection).raw(R"(,"rkey":)").text(post.rkey);
  return json;
}

std::string finish_with_cid(Random& random, Json json) {
  json.raw(R"(,"cid":)").text("bafyrei" + base32(random.next(), 13) + base32(random.next(), 13)).raw("}}\n");
  return json.take();
}

}  // namespace

std::string google_play_page(const std::vector<StoreReview>& reviews, bool has_next) {
  Json json;
  json.raw(R"({"reviews":[)");
  for (std::size_t i = 0; i < reviews.size(); ++i) {
    if (i > 0) json.raw(",");
    append_review(json, reviews[i]);
  }
  json.raw("]");
  if (has_next) json.raw(R"(,"tokenPagination":{"nextPageToken":"CAUQAA=="})");
  return json.raw("}").take();
}

std::string typeform_response(const FormAnswer& answer) {
  const Question question = question_of(answer.form);
  Json json;
  json.raw(R"({"event_id":)")
      .text("01HT" + answer.token)
      .raw(R"(,"event_type":"form_response","form_response":{"form_id":)")
      .text(question.form);
  json.raw(R"(,"token":)").text(answer.token).raw(R"(,"landed_at":)").time(answer.at - std::chrono::seconds{70});
  json.raw(R"(,"submitted_at":)").time(answer.at).raw(R"(,"hidden":{)");
  if (!answer.customer.empty()) json.raw(R"("user_id":)").text(answer.customer);
  if (!answer.survey.empty())
    json.raw(answer.customer.empty() ? R"("survey_id":)" : R"(,"survey_id":)").text(answer.survey);
  json.raw(R"(},"definition":{"id":)")
      .text(question.form)
      .raw(R"(,"title":)")
      .text(question.title)
      .raw(R"(,"fields":[)")
      .raw(question.definition);
  json.raw(
      R"(,{"id":"q2","ref":"why","type":"long_text","title":"原因?","properties":{}},{"id":"q3","ref":"mail","type":"email","title":"Email","properties":{}}]})");
  json.raw(R"(,"answers":[{"type":"number","number":)").number(answer.score);
  json.raw(R"(,"field":{"id":"q1","ref":)").text(question.ref).raw(R"(,"type":)").text(question.type).raw("}}");
  if (!answer.text.empty()) {
    json.raw(R"(,{"type":"text","text":)")
        .text(answer.text)
        .raw(R"(,"field":{"id":"q2","ref":"why","type":"long_text"}})");
  }
  if (!answer.email.empty()) {
    json.raw(R"(,{"type":"email","email":)")
        .text(answer.email)
        .raw(R"(,"field":{"id":"q3","ref":"mail","type":"email"}})");
  }
  return json.raw("]}}").take();
}

std::string jetstream_post(Random& random, const Post& post, PostChange change, Timestamp at) {
  if (change == PostChange::remove) return commit(random, post, "delete", "app.bsky.feed.post", at).raw("}}\n").take();
  Json json = commit(random, post, change == PostChange::create ? "create" : "update", "app.bsky.feed.post", at);
  json.raw(R"(,"record":{"$type":"app.bsky.feed.post","createdAt":)").time(post.at);
  json.raw(R"(,"langs":[)").text(post.language).raw(R"(],"text":)").text(post.text).raw("}");
  return finish_with_cid(random, std::move(json));
}

std::string jetstream_noise(Random& random, Timestamp at) {
  Post post;
  post.did = did_of(random);
  post.rkey = rkey_of(at, random);
  post.at = at;
  switch (random.below(5)) {
    case 0: {
      const bool is_english = random.chance(0.5);
      post.language = is_english ? "en" : "zh";
      post.text = sentence(random, Theme::small_talk, is_english ? Tongue::english : Tongue::chinese, {});
      return jetstream_post(random, post, PostChange::create, at);
    }
    case 1: {
      Json json = frame(post.did, at, random.between(0, 999));
      json.raw(R"(,"kind":"identity","identity":{"did":)")
          .text(post.did)
          .raw(R"(,"handle":"user-)")
          .number(random.between(1000, 9999));
      return json.raw(R"(.example.com","seq":)")
          .number(to_millis(at) / 7)
          .raw(R"(,"time":)")
          .time(at)
          .raw("}}\n")
          .take();
    }
    default: {
      const bool is_like = random.chance(0.7);
      const std::string_view collection = is_like ? "app.bsky.feed.like" : "app.bsky.graph.follow";
      Json json = commit(random, post, "create", collection, at);
      json.raw(R"(,"record":{"$type":)").text(collection).raw(R"(,"createdAt":)").time(at).raw(R"(,"subject":)");
      if (is_like) {
        json.raw(R"({"cid":"bafyreilike","uri":)")
            .text("at://" + did_of(random) + "/app.bsky.feed.post/" + rkey_of(at, random))
            .raw("}}");
      } else {
        json.text(did_of(random)).raw("}");
      }
      return finish_with_cid(random, std::move(json));
    }
  }
}

std::string did_of(Random& random) { return "did:plc:" + base32(random.next(), 12) + base32(random.next(), 12); }

std::string rkey_of(Timestamp at, Random& random) {
  return base32(static_cast<std::uint64_t>(to_millis(at)) * 1000 << 10 | random.below(1 << 20), 13);
}

std::string grouped_amount(std::int64_t minor_units) {
  std::string whole = std::to_string(minor_units / 100);
  for (std::size_t at = whole.size(); at > 3; at -= 3) whole.insert(at - 3, ",");
  const std::string cents = std::to_string(minor_units % 100);
  return whole + (cents.size() < 2 ? ".0" : ".") + cents;
}

std::string market_export(const std::vector<MarketOrder>& orders) {
  std::string csv = "\xEF\xBB\xBForder_id,customer,amount,currency,ordered_at,status,product\r\n";
  for (const MarketOrder& order : orders) {
    std::string local = format_rfc3339(std::chrono::floor<std::chrono::seconds>(order.at + kShanghai)).substr(0, 19);
    local[10] = ' ';
    csv += order.id + "," + order.customer + ",\"" + grouped_amount(order.amount) + "\"," + order.currency + "," +
           local + "," + order.status + "," + order.product + "\r\n";
  }
  return csv;
}

}  // namespace earshot::simulation
