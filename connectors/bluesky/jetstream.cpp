#include "bluesky/jetstream.h"

#include <algorithm>
#include <charconv>

#include "base/url.h"
#include "support/text.h"

namespace earshot::bluesky {
namespace {

constexpr std::string_view kPosts = "app.bsky.feed.post";

bool is_second_version(const std::string& url) { return url.find("subscribeEvents") != std::string::npos; }

}  // namespace

std::optional<Timestamp> time_in_front(std::string_view frame) {
  constexpr std::string_view kFirst = R"({"did":"did:)", kTime = R"(","time_us":)",
                             kSecond = R"({"$type":"message","payload":{"$type":")", kText = R"("time":")";
  std::string_view front = frame.substr(0, 320);
  if (front.starts_with(kFirst)) {
    front.remove_prefix(std::min(front.size(), front.find('"', kFirst.size())));
    if (!front.starts_with(kTime)) return std::nullopt;
    front.remove_prefix(kTime.size());
    std::int64_t micros = 0;
    const auto [end, fault] = std::from_chars(front.data(), front.data() + front.size(), micros);
    if (fault != std::errc() || end == front.data() + front.size() || *end != ',' || micros <= 0 ||
        micros / 1000 > to_millis(kNever))
      return std::nullopt;
    return from_millis(micros / 1000);
  }
  if (!front.starts_with(kSecond)) return std::nullopt;
  const std::size_t at = front.find(kText);
  if (at == std::string_view::npos || front.find('\\') < at || front.find(R"("record":)") < at) return std::nullopt;
  front.remove_prefix(at + kText.size());
  const std::size_t end = front.find('"');
  return end == std::string_view::npos ? std::nullopt : parse_rfc3339(front.substr(0, end));
}

Opening Jetstream::opening(std::string_view cursor, Timestamp) {
  std::string url =
      with_parameter(settings_.url, is_second_version(settings_.url) ? "collections" : "wantedCollections", kPosts);
  const auto micros = parse_integer(cursor);
  newest_ = micros ? from_millis(*micros / 1000) : Timestamp{};
  continuity_ = micros ? Continuity::unknown : Continuity::broken;
  heard_from_ = {};
  if (micros) url = with_parameter(std::move(url), "cursor", std::to_string(to_millis(newest_ - kOverlap) * 1000));
  return {std::move(url), {}, settings_.ca_file, settings_.allow_private_addresses};
}

// Version 2 says that it no longer has what lies behind a cursor.
bool Jetstream::refuses_cursor(int status, std::string_view body) const {
  return status == 400 && body.find("CursorTooOld") != std::string_view::npos;
}

void Jetstream::hear(const StreamMessage& message, Timestamp now) {
  std::optional<Timestamp> front;
  if (!filter_.may_matter(message.data)) front = time_in_front(message.data);
  if (front) return note(*front, now);
  if (message.data.size() > kLineBytesMax) {
    return reporter_.refuse(
        {DeadLetterReason::too_large, "a frame is longer than " + std::to_string(kLineBytesMax) + " bytes"},
        message.data, "");
  }
  Timestamp at{};
  auto event = frames_.read(message.data, at);
  if (!event) {
    reporter_.refuse(std::move(event.error()), message.data, "");
  } else if (*event) {
    reporter_.accept(std::move(**event), message.data, "");
  }
  note(at, now);
}

void Jetstream::note(Timestamp at, Timestamp now) {
  if (at == kEarliest || at > now + kBelievedAhead) return;
  if (continuity_ == Continuity::unknown) {
    continuity_ = at <= newest_ + kOverlap ? Continuity::whole : Continuity::broken;
    heard_from_ = at;
  }
  newest_ = std::max(newest_, at);
}

std::string Jetstream::cursor() const {
  return newest_ > kEarliest ? std::to_string(to_millis(newest_) * 1000) : std::string();
}

}  // namespace earshot::bluesky
