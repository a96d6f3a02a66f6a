#include "cli/state_view.h"

#include <algorithm>

#include "base/hash.h"
#include "pipeline/state_keys.h"

namespace earshot::cli {
namespace {

TopicPartition task_of(Topic input, std::string_view record_key, int partitions) {
  const auto partition = (murmur2(record_key) & 0x7fffffff) % static_cast<std::uint32_t>(partitions);
  return {index_of(input), static_cast<std::uint16_t>(partition)};
}

const StateHeld* owner_of(const std::vector<StateHeld>& held, TopicPartition task) {
  const auto found = std::find_if(held.begin(), held.end(), [&](const StateHeld& one) { return one.log.owns(task); });
  return found == held.end() ? nullptr : &*found;
}

}  // namespace

api::StateView state_view(const StateStore& store, int partitions, std::string secret) {
  api::StateView view;
  view.secret = std::move(secret);
  view.read = [&store, partitions](Topic input, std::string_view record_key, std::string_view name) {
    return store.get(value_key(task_of(input, record_key, partitions), record_key, name));
  };
  return view;
}

// What is left on this disk of a task that is another's may be old.
api::ReadState state_here(std::vector<StateHeld> held, int partitions) {
  return [held = std::move(held), partitions](Topic input, std::string_view record_key,
                                              std::string_view name) -> Result<std::optional<std::string>> {
    const TopicPartition task = task_of(input, record_key, partitions);
    if (const StateHeld* owner = owner_of(held, task)) return owner->store.get(value_key(task, record_key, name));
    return Error{ErrorKind::Unavailable, "partition " + std::to_string(task.partition) + " of " +
                                             std::string(name_of(input)) + " is another process's"};
  };
}

api::StateView state_view(std::vector<StateHeld> held, Peers& peers, int partitions, std::string secret) {
  api::StateView view;
  view.secret = std::move(secret);
  view.read = [held = std::move(held), &peers, partitions](
                  Topic input, std::string_view record_key,
                  std::string_view name) -> Result<std::optional<std::string>> {
    const TopicPartition task = task_of(input, record_key, partitions);
    if (const StateHeld* owner = owner_of(held, task)) return owner->store.get(value_key(task, record_key, name));
    const auto address = held.front().log.address_of(task);
    if (!address) return address.error();
    if (address->empty()) {
      return Error{ErrorKind::Unavailable, "no process has said yet that it has partition " +
                                               std::to_string(task.partition) + " of " + std::string(name_of(input)) +
                                               "; is an earshot run --only processors there?"};
    }
    return peers.ask(*address, {input, record_key, name});
  };
  return view;
}

}  // namespace earshot::cli
