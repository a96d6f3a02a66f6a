// Reads what Mastodon's streaming API says: server-sent events, frames of a WebSocket (one a line) and pages of
// statuses, from files or live from a server.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "earshot/connector.h"

namespace earshot {

struct MastodonSettings {
  std::vector<std::string> keywords;  // a status is kept when its text holds one of them, in either case
  std::vector<std::string>
      accounts;                // or when it mentions one of these (`acme@mastodon.example`). Both empty: all are kept
  bool private_posts = false;  // those for followers and direct ones too; whose account it is must agree to it
  std::string server;          // to be listened to, as in https://mastodon.example; empty: none
  std::string streaming;  // where it streams, if elsewhere; wss:// for a WebSocket, https:// for server-sent events
  std::string stream = "hashtag";    // or `public`, `public:local`, `user`, `user:notification`, `list`, `direct`
  std::string tag;                   // of `hashtag`
  std::string list;                  // of `list`: its id
  std::vector<std::string> secrets;  // the access token
  std::string ca_file;               // see Opening
  bool allow_private_addresses = false;
  bool operator==(const MastodonSettings&) const = default;
};

template <class F>
void fields(F& f, MastodonSettings& v) {
  f.optional("keywords", v.keywords);
  f.optional("accounts", v.accounts);
  f.optional("private_posts", v.private_posts);
  f.optional("server", v.server);
  f.optional("streaming", v.streaming);
  f.optional("stream", v.stream);
  f.optional("tag", v.tag);
  f.optional("list", v.list);
  f.optional("secrets", v.secrets);
  f.optional("ca_file", v.ca_file);
  f.optional("allow_private_addresses", v.allow_private_addresses);
}

Result<std::unique_ptr<Connector>> make_mastodon(const MastodonSettings& settings);

}  // namespace earshot
