#include "cli/state_view.h"

#include "base/hash.h"
#include "pipeline/state_keys.h"

namespace earshot::cli {

api::StateView state_view(const StateStore& store, int partitions, std::string secret) {
  api::StateView view;
  view.secret = std::move(secret);
  view.read = [&store, partitions](Topic input, std::string_view record_key, std::string_view name) {
    const auto partition = (murmur2(record_key) & 0x7fffffff) % static_cast<std::uint32_t>(partitions);
    return store.get(value_key({index_of(input), static_cast<std::uint16_t>(partition)}, record_key, name));
  };
  return view;
}

}  // namespace earshot::cli
