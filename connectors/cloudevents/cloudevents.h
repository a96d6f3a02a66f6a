// Reads CloudEvents 1.0: files of one event a line, and requests in structured, batched and binary mode. The same code
// stands behind all of them. Types of `earshot.*` are taken as they are, others by a mapping of the configuration.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "support/mapping.h"

namespace earshot {

// How events of one foreign type become ours. Fields are attributes by name (`{subject}`) and members of `data` by JSON
// pointer (`{/user/id}`); `{data}` is the whole of it when it is a text. `id` and `source` default to the event's own.
struct ForeignType {
  std::string type;
  MappingSettings map;
  bool operator==(const ForeignType&) const = default;
};

struct CloudEventsSettings {
  std::vector<ForeignType> types;
  bool operator==(const CloudEventsSettings&) const = default;
};

template <class F>
void fields(F& f, ForeignType& v) {
  f.required("type", v.type);
  f.required("map", v.map);
}
template <class F>
void fields(F& f, CloudEventsSettings& v) {
  f.optional("types", v.types);
}

inline constexpr std::size_t kBatchEventsMax = 10'000;  // of one batch; a longer one is one dead letter

Result<std::unique_ptr<Connector>> make_cloudevents(const CloudEventsSettings& settings);

}  // namespace earshot
