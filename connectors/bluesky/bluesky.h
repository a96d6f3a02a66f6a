// Reads frames of Bluesky's Jetstream, version 1 and 2: one a line from files, or live from a server.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "earshot/connector.h"

namespace earshot {

struct BlueskySettings {
  std::vector<std::string> keywords;  // a post is kept when its text or a link holds one of them, in either case
  std::vector<std::string>
      accounts;         // or when it mentions one of these accounts (`did:plc:…`). Both empty: all posts are kept
  std::string url;      // of a Jetstream to be listened to, without parameters; empty: none
  std::string ca_file;  // see Opening
  bool allow_private_addresses = false;
  bool operator==(const BlueskySettings&) const = default;
};

template <class F>
void fields(F& f, BlueskySettings& v) {
  f.optional("keywords", v.keywords);
  f.optional("accounts", v.accounts);
  f.optional("url", v.url);
  f.optional("ca_file", v.ca_file);
  f.optional("allow_private_addresses", v.allow_private_addresses);
}

Result<std::unique_ptr<Connector>> make_bluesky(const BlueskySettings& settings);

}  // namespace earshot
