// When sources could not be heard, as the API and the command line tell it: plain structs like those of answers.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "earshot/event.h"
#include "event/fields.h"

namespace earshot::api {

// When a source could not be heard.
struct GapRow {
  std::string connector;
  std::vector<std::string> channels;  // of its events; empty: the one that is named like it
  Timestamp from{};
  std::optional<Timestamp> to;  // absent: it still lasts
  bool operator==(const GapRow&) const = default;
};
template <class F>
void fields(F& f, GapRow& v) {
  f.required("connector", v.connector);
  f.optional("channels", v.channels);
  f.required("from", v.from);
  f.optional("to", v.to);
}

}  // namespace earshot::api
