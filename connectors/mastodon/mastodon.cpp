#include "mastodon/mastodon.h"

#include "mastodon/statuses.h"
#include "mastodon/stream.h"
#include "support/readers.h"
#include "support/text.h"

namespace earshot {
namespace {

// Of files: server-sent events whose data is one line, frames and pages, one a line.
class Lines final : public LineReader {
 public:
  Lines(const mastodon::Choice& choice, const Origin& origin, Findings& findings)
      : LineReader(mastodon::kName, origin, findings), statuses_(choice, origin, findings) {}

 private:
  void line(std::string_view bytes, std::int64_t number) override {
    const std::string where = "line " + std::to_string(number);
    if (bytes.starts_with(':')) return;  // keeps a connection alive
    if (bytes.starts_with("event:")) {
      event_ = trim(bytes.substr(6));
    } else if (bytes.starts_with("data:")) {
      statuses_.take(event_, trim(bytes.substr(5)), where);
      event_.clear();
    } else if (bytes.starts_with('[')) {
      if (!statuses_.take_page(bytes, where))
        reporter_.refuse({DeadLetterReason::not_json, "a page that is no list"}, bytes, where);
    } else {
      statuses_.take_frame(bytes, where);
    }
  }

  mastodon::Statuses statuses_;
  std::string event_;
};

class Mastodon final : public Connector {
 public:
  explicit Mastodon(mastodon::Choice choice) : choice_(std::move(choice)) {}
  std::string_view name() const override { return mastodon::kName; }
  std::unique_ptr<Reader> open(const Origin& origin, Findings& findings) const override {
    return std::make_unique<Lines>(choice_, origin, findings);
  }
  std::unique_ptr<Listener> listen(const Origin& origin, Findings& findings) const override {
    if (choice_.settings.server.empty()) return nullptr;
    return std::make_unique<mastodon::MastodonStream>(choice_, origin, findings);
  }

 private:
  mastodon::Choice choice_;
};

}  // namespace

Result<std::unique_ptr<Connector>> make_mastodon(const MastodonSettings& settings) {
  if (std::string refusal = mastodon::refusal_of(settings); !refusal.empty())
    return Error{ErrorKind::Invalid, std::move(refusal)};
  mastodon::Choice choice{settings, std::nullopt};
  for (const std::string& keyword : settings.keywords) {
    if (trim(keyword).empty())
      return Error{ErrorKind::Invalid, "keywords: holds an empty word, which every status would match"};
  }
  if (!settings.keywords.empty()) {
    auto keywords = Phrases::of(settings.keywords);
    if (!keywords) return std::move(keywords.error()).in("keywords");
    choice.keywords = std::move(*keywords);
  }
  for (const std::string& account : settings.accounts) {
    if (account.find('@') == std::string::npos || account.starts_with('@')) {
      return Error{ErrorKind::Invalid, "accounts: " + account + " is not written as in acme@mastodon.example"};
    }
  }
  return std::make_unique<Mastodon>(std::move(choice));
}

}  // namespace earshot
