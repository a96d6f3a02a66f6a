// Reads frames of Bluesky's Jetstream, version 1 and 2, one a line. Listening to the server is not done here.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "earshot/connector.h"

namespace earshot {

struct BlueskySettings {
  std::vector<std::string> keywords;  // a post is kept when its text or a link holds one of them, in either case
  std::vector<std::string> accounts;  // or when it mentions one of these accounts (`did:plc:…`). Both empty: all posts are kept
  bool operator==(const BlueskySettings&) const = default;
};

template <class F> void fields(F& f, BlueskySettings& v) { f.optional("keywords", v.keywords); f.optional("accounts", v.accounts); }

Result<std::unique_ptr<Connector>> make_bluesky(const BlueskySettings& settings);

}  // namespace earshot
