// Finding a customer as a person names them: with a whole key, half of one, or a name.
#include <algorithm>

#include "api/newest_first.h"
#include "api/queries.h"
#include "event/codec.h"

namespace earshot::api {

namespace {

// Kinds that a person leaves out when they type a key.
constexpr std::string_view kKinds[] = {"customer:", "email:", "phone:"};

// Only ASCII has letters of two sizes that a key or handle would be typed in.
std::string lower(std::string_view text) {
  std::string small(text);
  for (char& c : small) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return small;
}

std::vector<std::string> keys_meant_by(std::string_view text) {
  if (text.find(':') != std::string_view::npos || CustomerId::parse(text)) return {std::string(text)};
  std::vector<std::string> keys;
  for (const std::string_view kind : kKinds) keys.push_back(std::string(kind) + std::string(text));
  return keys;
}

}  // namespace

Result<Page<CustomerRow>> Queries::find_customers(const PageRequest& request, std::string_view text) const {
  Page<CustomerRow> page;
  std::set<CustomerId> seen;
  for (const std::string& key : keys_meant_by(text)) {
    const auto id = owner_of(request.tenant, key);
    if (!id || seen.contains(*id)) continue;
    auto row = standing(request.tenant, *id);
    if (!row || page.items.size() == request.limit) continue;
    seen.insert(*id);
    page.items.push_back(std::move(*row));
  }
  if (!page.items.empty() || CustomerId::parse(text)) return page;  // who names one customer means no other

  const std::string wanted = lower(text);
  EventDecoder decoder;
  TopicEnd end = end_of(log_, topics_, Topic::customers);
  visit_newest_first(log_, end, [&](const FoundRecord& record) {
    const auto event = decoder.decode(record.value);
    const auto* changed =
        event && event->tenant == request.tenant ? std::get_if<CustomerChanged>(&event->body) : nullptr;
    if (changed == nullptr || !seen.insert(changed->customer).second) return true;
    if (seen.size() > kSearchedMax) {
      end.missing.push_back("customers that changed before the newest " + std::to_string(kSearchedMax));
      return false;
    }
    CustomerRow row{event->time, *changed, "", ""};
    complete(request.tenant, row);
    if (lower(row.key).find(wanted) == std::string::npos && lower(row.name).find(wanted) == std::string::npos)
      return true;
    page.items.push_back(std::move(row));
    return page.items.size() < request.limit;
  });
  page.missing = std::move(end.missing);
  return page;
}

}  // namespace earshot::api
