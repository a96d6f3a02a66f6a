// Listens to one stream of a Mastodon server.
//
// A stream has no memory: what was said while nobody listened is fetched from the timeline of the same name, page after
// page from the newest status that was seen, before the open stream is read. So nothing lies between the two. Streams
// that have no timeline (`direct`, `user:notification`) cannot be caught up; nor can edits and deletions.
#pragma once

#include "earshot/listener.h"
#include "mastodon/statuses.h"

namespace earshot::mastodon {

class MastodonStream final : public Listener {
 public:
  static constexpr int kPagesMax = 250;  // of 40 statuses: what lies further back is missed

  MastodonStream(const Choice& choice, const Origin& origin, Findings& findings)
      : settings_(choice.settings), statuses_(choice, origin, findings) {}

  Opening opening(std::string_view cursor, Timestamp now) override;
  std::optional<Opening> page() override;
  void take_page(int status, std::string_view body) override;
  void hear(const StreamMessage& message, Timestamp now) override;
  Continuity continuity() const override { return continuity_; }
  std::string cursor() const override { return statuses_.newest(); }

 private:
  Opening with_token(std::string url) const;

  const MastodonSettings& settings_;
  Statuses statuses_;
  Continuity continuity_ = Continuity::unknown;
  bool is_first_ = false;  // nothing was ever seen: only where to begin is asked for
  int pages_ = 0;
};

// Why the settings name no stream; nothing when they do, or none at all.
std::string refusal_of(const MastodonSettings& settings);

}  // namespace earshot::mastodon
