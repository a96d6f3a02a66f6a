// Reads pages of Google Play's review list (`reviews[]`, `tokenPagination`). Fetching them is not done here.
#pragma once

#include <memory>
#include <string>

#include "earshot/connector.h"

namespace earshot {

struct GooglePlaySettings {
  std::string package;  // of the app, `com.acme.app`; part of `source` and the product of each review
  bool operator==(const GooglePlaySettings&) const = default;
};

template <class F>
void fields(F& f, GooglePlaySettings& v) {
  f.required("package", v.package);
}

Result<std::unique_ptr<Connector>> make_google_play(const GooglePlaySettings& settings);

}  // namespace earshot
