// What Mastodon says, one event of its stream or one page of a timeline at a time.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "mastodon/mastodon.h"
#include "support/dead_letters.h"
#include "support/json.h"
#include "support/phrases.h"

namespace earshot::mastodon {

inline constexpr std::string_view kName = "mastodon";

// Ids are no numbers: of two the longer one is newer, else the one that comes later in the alphabet.
bool is_newer(std::string_view id, std::string_view than);

// Which statuses are kept. Const after it was made; any thread.
struct Choice {
  MastodonSettings settings;
  std::optional<Phrases> keywords;
};

class Statuses {
 public:
  Statuses(const Choice& choice, const Origin& origin, Findings& findings)
      : choice_(choice), reporter_(kName, origin, findings), now_(origin.received) {}

  void set_now(Timestamp now) { now_ = now; }  // of what does not say when it happened

  // A server-sent event.
  void take(std::string_view event, std::string_view data, std::string_view where);
  // A frame of a WebSocket, with an event inside.
  void take_frame(std::string_view bytes, std::string_view where);
  // An array of statuses. False when it is none.
  bool take_page(std::string_view bytes, std::string_view where);
  // Only what stands newest in it.
  void look_at_page(std::string_view bytes);

  // Of the statuses that were seen, kept or not.
  const std::string& newest() const { return newest_; }
  const std::string& oldest_of_page() const { return oldest_of_page_; }  // empty: the page had none
  void begin_at(std::string_view id) { newest_ = id; }

 private:
  using Read = tl::expected<std::optional<Event>, Refusal>;  // nothing: of no interest

  void take_status(std::string_view bytes, bool is_edit, std::string_view where);
  void take_notification(std::string_view bytes, std::string_view where);
  void take_deletion(std::string_view id, std::string_view bytes, std::string_view where);
  void settle(Read read, std::string_view bytes, std::string_view where);
  Read read_status(simdjson::dom::object status, bool is_edit);
  bool is_chosen(simdjson::dom::object status, std::string_view text) const;
  void remember(const std::string& id, const Event& event);

  struct Known {
    std::string uri;
    std::string key;
  };

  const Choice& choice_;
  Reporter reporter_;
  JsonDocument document_;
  Timestamp now_;
  std::string newest_, oldest_of_page_;
  std::unordered_map<std::string, Known> known_;  // a deletion names only an id
  std::deque<std::string> known_in_order_;
};

}  // namespace earshot::mastodon
