#include "bluesky/bluesky.h"

#include <algorithm>

#include "base/url.h"
#include "bluesky/filter.h"
#include "bluesky/frames.h"
#include "bluesky/jetstream.h"
#include "support/readers.h"
#include "support/text.h"

namespace earshot {
namespace {

class Frames final : public LineReader {
 public:
  Frames(const bluesky::Filter& filter, const Origin& origin, Findings& findings)
      : LineReader(bluesky::kName, origin, findings), frames_(filter) {}

 private:
  void line(std::string_view bytes, std::int64_t number) override {
    const std::string where = "line " + std::to_string(number);
    Timestamp at{};
    auto event = frames_.read(bytes, at);
    if (!event) return reporter_.refuse(std::move(event.error()), bytes, where);
    if (!*event) return reporter_.skipped();
    reporter_.accept(std::move(**event), bytes, where);
  }

  bluesky::FrameReader frames_;
};

class Bluesky final : public Connector {
 public:
  Bluesky(BlueskySettings settings, bluesky::Filter filter)
      : settings_(std::move(settings)), filter_(std::move(filter)) {}
  std::string_view name() const override { return bluesky::kName; }
  std::unique_ptr<Reader> open(const Origin& origin, Findings& findings) const override {
    return std::make_unique<Frames>(filter_, origin, findings);
  }
  std::unique_ptr<Listener> listen(const Origin& origin, Findings& findings) const override {
    if (settings_.url.empty()) return nullptr;
    return std::make_unique<bluesky::Jetstream>(settings_, filter_, origin, findings);
  }

 private:
  BlueskySettings settings_;
  bluesky::Filter filter_;
};

}  // namespace

Result<std::unique_ptr<Connector>> make_bluesky(const BlueskySettings& settings) {
  for (const std::string& keyword : settings.keywords) {
    if (trim(keyword).empty())
      return Error{ErrorKind::Invalid, "keywords: holds an empty word, which every post would match"};
  }
  for (const std::string& account : settings.accounts) {
    if (account.empty())
      return Error{ErrorKind::Invalid, "accounts: holds an empty one; an account looks like did:plc:…"};
  }
  if (!settings.url.empty()) {
    const auto url = parse_url(settings.url);
    if (!url || !url->is_websocket())
      return Error{ErrorKind::Invalid, "url: is none of a WebSocket, as in wss://jetstream.example/subscribe"};
  }
  auto filter = bluesky::Filter::of(settings);
  if (!filter) return std::move(filter.error());
  return std::make_unique<Bluesky>(settings, std::move(*filter));
}

}  // namespace earshot
