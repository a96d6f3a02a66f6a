#include "mastodon/stream.h"

#include <algorithm>
#include <array>

#include "base/url.h"

namespace earshot::mastodon {
namespace {

struct StreamKind {
  std::string_view name;
  std::string_view path;      // below /api/v1/streaming/
  std::string_view timeline;  // below /api/v1/timelines/; empty: it has none
};
constexpr std::array<StreamKind, 7> kStreams{{{"hashtag", "hashtag", "tag/"},
                                              {"public", "public", "public"},
                                              {"public:local", "public/local", "public?local=true"},
                                              {"user", "user", "home"},
                                              {"user:notification", "user/notification", ""},
                                              {"list", "list", "list/"},
                                              {"direct", "direct", ""}}};

const StreamKind* find_stream(std::string_view name) {
  const auto found =
      std::find_if(kStreams.begin(), kStreams.end(), [&](const StreamKind& one) { return one.name == name; });
  return found == kStreams.end() ? nullptr : &*found;
}

std::string base_of(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace

std::string refusal_of(const MastodonSettings& settings) {
  if (settings.server.empty()) return settings.streaming.empty() ? "" : "streaming: stands without a server";
  const auto server = parse_url(settings.server);
  if (!server || server->is_websocket()) return "server: is no address, as in https://mastodon.example";
  if (!settings.streaming.empty() && !parse_url(settings.streaming))
    return "streaming: is no address, as in wss://streaming.mastodon.example";
  if (find_stream(settings.stream) == nullptr) {
    std::string message = "stream: is none of";
    for (const StreamKind& one : kStreams) message += " " + std::string(one.name);
    return message;
  }
  if (settings.stream == "hashtag" && settings.tag.empty()) return "tag: is missing; which hashtag is to be heard?";
  if (settings.tag.starts_with('#')) return "tag: is written without #";
  if (settings.stream == "list" && settings.list.empty()) return "list: is missing; which list is to be heard?";
  if (settings.secrets.size() > 1) return "secret_env: names more than one token";
  return "";
}

Opening MastodonStream::with_token(std::string url) const {
  Opening opening{std::move(url), {}, settings_.ca_file, settings_.allow_private_addresses};
  if (!settings_.secrets.empty()) opening.headers.emplace_back("Authorization", "Bearer " + settings_.secrets.front());
  return opening;
}

Opening MastodonStream::opening(std::string_view cursor, Timestamp) {
  const StreamKind& kind = *find_stream(settings_.stream);
  is_first_ = cursor.empty();
  pages_ = 0;
  statuses_.begin_at(cursor);
  continuity_ = kind.timeline.empty() ? Continuity::broken : Continuity::unknown;
  std::string url = base_of(settings_.streaming.empty() ? settings_.server : settings_.streaming) + "/api/v1/streaming";
  if (url.starts_with("ws")) {
    url = with_parameter(std::move(url), "stream", kind.name);
  } else {
    url.append("/").append(kind.path);
  }
  if (kind.name == "hashtag") url = with_parameter(std::move(url), "tag", settings_.tag);
  if (kind.name == "list") url = with_parameter(std::move(url), "list", settings_.list);
  return with_token(std::move(url));
}

std::optional<Opening> MastodonStream::page() {
  if (continuity_ != Continuity::unknown) return std::nullopt;
  const StreamKind& kind = *find_stream(settings_.stream);
  std::string url = base_of(settings_.server) + "/api/v1/timelines/" + std::string(kind.timeline);
  if (kind.name == "hashtag") url += percent_encoded(settings_.tag);
  if (kind.name == "list") url += percent_encoded(settings_.list);
  url = with_parameter(std::move(url), "limit", is_first_ ? "1" : "40");
  if (!is_first_) url = with_parameter(std::move(url), "min_id", statuses_.newest());
  return with_token(std::move(url));
}

// Pages come oldest first, each of them newest first.
void MastodonStream::take_page(int status, std::string_view body) {
  const std::string before = statuses_.newest();
  if (status != 200) {
    continuity_ = Continuity::broken;
  } else if (is_first_) {
    statuses_.look_at_page(body);
    if (statuses_.newest().empty()) statuses_.begin_at("0");  // nothing was ever said there
    continuity_ = Continuity::whole;
  } else if (!statuses_.take_page(body, "")) {
    continuity_ = Continuity::broken;
  } else if (statuses_.oldest_of_page().empty()) {
    continuity_ = Continuity::whole;
  } else if (!is_newer(statuses_.oldest_of_page(), before) || ++pages_ == kPagesMax) {
    continuity_ = Continuity::broken;  // it does not give what lies behind a status, or it is too much
  }
}

void MastodonStream::hear(const StreamMessage& message, Timestamp now) {
  statuses_.set_now(now);
  if (message.event.empty()) return statuses_.take_frame(message.data, "");
  statuses_.take(message.event, message.data, "");
}

}  // namespace earshot::mastodon
