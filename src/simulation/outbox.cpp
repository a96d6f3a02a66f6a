#include "simulation/outbox.h"

#include "base/hash.h"
#include "base/hex.h"
#include "event/codec.h"

namespace earshot::simulation {
namespace {

using namespace std::chrono;

constexpr std::size_t kReviewsPerPage = 10;
constexpr double kTwice = 0.004;
constexpr double kCutFirst = 0.002;  // a delivery broke off, and is made again whole
constexpr double kDamagedPage = 0.03;
constexpr double kDamagedRow = 0.04;
constexpr double kDamagedAnswer = 0.01;
constexpr double kDamagedFrame = 0.01;

// The next moment that is a multiple of `step` (from the epoch, `offset` later).
Timestamp next_multiple(Timestamp at, Millis step, Millis offset = Millis{0}) {
  const auto since = at.time_since_epoch() - offset;
  return Timestamp{(since / step + 1) * step + offset};
}

const Headers& structured() {
  static const Headers headers{{"content-type", "application/cloudevents+json; charset=utf-8"}};
  return headers;
}

}  // namespace

Outbox::Outbox(const Settings& settings, Schedule& schedule)
    : settings_(settings), schedule_(schedule), random_(settings.seed * 0x2545f4914f6cdd1dull + 11) {
  schedule_.at(settings_.start, kNobody, [this](Timestamp) { plan_noise(); });
}

void Outbox::deliver(Delivery delivery) {
  Payload payload{schedule_.now(), std::move(delivery.connector), std::move(delivery.headers),
                  std::move(delivery.body)};
  if (random_.chance(kTwice) && !delivery.is_damaged) {
    schedule_.at(payload.at + Millis{random_.between(30'000, 1'200'000)}, kNobody,
                 [this, again = payload](Timestamp now) mutable {
                   again.at = now;
                   payloads_.push_back(std::move(again));
                 });
  }
  payloads_.push_back(std::move(payload));
}

void Outbox::send_now(const Event& event) {
  std::string body = encode(event);
  if (random_.chance(kCutFirst)) {
    const auto length = static_cast<std::size_t>(random_.between(20, static_cast<std::int64_t>(body.size()) - 2));
    payloads_.push_back({schedule_.now(), "cloudevents", structured(), body.substr(0, length)});
    ++damaged_items_;
  }
  deliver({"cloudevents", structured(), std::move(body)});
}

void Outbox::send_in_batch(const Event& event) {
  if (batch_.empty())
    schedule_.at(next_multiple(schedule_.now(), minutes{15}), kNobody, [this](Timestamp) { send_batch(); });
  batch_.push_back(encode(event));
}

void Outbox::send_batch() {
  std::string body = "[";
  for (const std::string& event : batch_) {
    if (body.size() > 1) body += ",\n";
    body += event;
  }
  batch_.clear();
  deliver({"cloudevents", {{"content-type", "application/cloudevents-batch+json"}}, body + "]"});
}

void Outbox::send(const StoreReview& review) {
  if (reviews_.empty())
    schedule_.at(next_multiple(schedule_.now(), hours{6}), kNobody, [this](Timestamp) { send_reviews(); });
  reviews_.push_back(review);
}

bool Outbox::damage_page(std::vector<StoreReview>& page) {
  if (!random_.chance(kDamagedPage)) return false;
  StoreReview damaged = page.front();
  damaged.id = "gp:damaged-" + std::to_string(damaged_items_);
  damaged.stars = 9;
  damaged.reply.clear();
  page.push_back(std::move(damaged));
  ++damaged_items_;
  return true;
}

void Outbox::send_reviews() {
  for (std::size_t from = 0; from < reviews_.size(); from += kReviewsPerPage) {
    const std::size_t to = std::min(from + kReviewsPerPage, reviews_.size());
    std::vector<StoreReview> page(reviews_.begin() + static_cast<std::ptrdiff_t>(from),
                                  reviews_.begin() + static_cast<std::ptrdiff_t>(to));
    const bool is_damaged = damage_page(page);
    deliver({"google_play", {}, google_play_page(page, to < reviews_.size()), is_damaged});
  }
  reviews_.clear();
}

void Outbox::send(const FormAnswer& answer) {
  FormAnswer sent = answer;
  const bool is_damaged = random_.chance(kDamagedAnswer);
  if (is_damaged) {
    sent.score = 99;
    ++damaged_items_;
  }
  std::string body = typeform_response(sent);
  Headers headers{{"content-type", "application/json"}};
  if (!settings_.typeform_secret.empty())
    headers["typeform-signature"] = "sha256=" + to_base64(hmac_sha256(settings_.typeform_secret, body));
  deliver({"typeform", std::move(headers), std::move(body), is_damaged});
}

void Outbox::send(const Post& post, PostChange change) {
  const Timestamp now = schedule_.now();
  std::string body;
  for (std::int64_t i = random_.between(1, 4); i > 0; --i) body += jetstream_noise(random_, now);
  body += jetstream_post(random_, post, change, now);
  const bool is_damaged = random_.chance(kDamagedFrame);
  if (is_damaged) {
    body += R"({"did":"did:plc:)"
            "\n";
    ++damaged_items_;
  }
  for (std::int64_t i = random_.between(1, 4); i > 0; --i) body += jetstream_noise(random_, now);
  deliver({"bluesky", {}, std::move(body), is_damaged});
}

// The stream goes on also when nobody speaks of the company.
void Outbox::plan_noise() {
  std::string body;
  for (std::int64_t i = random_.between(2, 8); i > 0; --i) body += jetstream_noise(random_, schedule_.now());
  deliver({"bluesky", {}, std::move(body)});
  schedule_.at(schedule_.now() + hours{8} + Millis{random_.between(0, 7'200'000)}, kNobody,
               [this](Timestamp) { plan_noise(); });
}

void Outbox::send(const MarketOrder& order) {
  const Millis at_night = hours{18} + minutes{10};  // ten past two in the morning in Shanghai
  if (orders_.empty())
    schedule_.at(next_multiple(schedule_.now(), days{1}, at_night), kNobody, [this](Timestamp) { send_export(); });
  orders_.push_back(order);
}

void Outbox::send_export() {
  std::string csv = market_export(orders_);
  orders_.clear();
  const bool is_damaged = random_.chance(kDamagedRow);
  if (is_damaged) {
    csv += "MKT-broken-" + std::to_string(damaged_items_) + ",U-0000,\"10.00\",CNY,no time,paid,none\r\n";
    ++damaged_items_;
  }
  deliver({"csv", {}, std::move(csv), is_damaged});
}

}  // namespace earshot::simulation
