#include "mastodon/statuses.h"

#include <algorithm>
#include <array>

#include "base/url.h"
#include "support/html.h"
#include "support/text.h"

namespace earshot::mastodon {
namespace {

constexpr std::string_view kSource = "/mastodon";
constexpr std::size_t kKnownMax = 50'000;
constexpr std::size_t kPageMax = 1000;
// Events of a stream that say nothing of a customer.
constexpr std::array<std::string_view, 6> kOfNoInterest{"filters_changed",     "conversation",
                                                        "announcement",        "announcement.reaction",
                                                        "announcement.delete", "encrypted_message"};

Refusal invalid(std::string detail) { return {DeadLetterReason::invalid_event, std::move(detail)}; }

bool is_id(std::string_view text) { return !text.empty() && text.size() <= 64 && is_clean(text); }

std::string host_of(std::string_view url) {
  const auto parsed = parse_url(url);
  return parsed ? to_lower(parsed->host) : std::string();
}

// `user@host`, in lower case; an account of the server itself is named without one.
std::string address_of(std::string_view account, std::string_view url) {
  std::string address = to_lower(account);
  if (address.find('@') != std::string::npos) return address;
  const std::string host = host_of(url);
  return address.empty() || host.empty() ? std::string() : address + "@" + host;
}

}  // namespace

bool is_newer(std::string_view id, std::string_view than) {
  return id.size() != than.size() ? id.size() > than.size() : id > than;
}

void Statuses::take(std::string_view event, std::string_view data, std::string_view where) {
  if (event == "update") return take_status(data, false, where);
  if (event == "status.update") return take_status(data, true, where);
  if (event == "delete") return take_deletion(trim(data), data, where);
  if (event == "notification") return take_notification(data, where);
  if (std::find(kOfNoInterest.begin(), kOfNoInterest.end(), event) != kOfNoInterest.end()) return reporter_.skipped();
  reporter_.refuse({DeadLetterReason::unknown_type, "an event of no known kind"}, data, where);
}

void Statuses::take_frame(std::string_view bytes, std::string_view where) {
  const auto frame = parse_object(document_, bytes);
  if (!frame) return reporter_.refuse({DeadLetterReason::not_json, frame.error()}, bytes, where);
  if (const auto error = text_at(*frame, "error")) {
    return reporter_.refuse({DeadLetterReason::connector, "the server says: " + std::string(*error)}, bytes, where);
  }
  const auto event = text_at(*frame, "event");
  if (!event) return reporter_.refuse(invalid("event is missing"), bytes, where);
  const std::string kind(*event), payload(text_at(*frame, "payload").value_or(""));
  take(kind, payload, where);
}

bool Statuses::take_page(std::string_view bytes, std::string_view where) {
  oldest_of_page_.clear();
  const auto items = split_json_array(bytes, kPageMax);
  if (!items) return false;
  for (const std::string_view item : *items) take_status(item, false, where);
  return true;
}

void Statuses::look_at_page(std::string_view bytes) {
  const auto items = split_json_array(bytes, kPageMax);
  if (!items) return;
  for (const std::string_view item : *items) {
    const auto status = parse_object(document_, item);
    const std::string_view id = status ? text_at(*status, "id").value_or("") : std::string_view();
    if (is_id(id) && is_newer(id, newest_)) newest_ = id;
  }
}

void Statuses::take_status(std::string_view bytes, bool is_edit, std::string_view where) {
  const auto status = parse_object(document_, bytes);
  if (!status) return reporter_.refuse({DeadLetterReason::not_json, status.error()}, bytes, where);
  settle(read_status(*status, is_edit), bytes, where);
}

// Of the account that listens: what mentions it.
void Statuses::take_notification(std::string_view bytes, std::string_view where) {
  const auto notification = parse_object(document_, bytes);
  if (!notification) return reporter_.refuse({DeadLetterReason::not_json, notification.error()}, bytes, where);
  const auto status = object_at(*notification, "status");
  if (text_at(*notification, "type") != "mention" || !status) return reporter_.skipped();
  settle(read_status(*status, false), bytes, where);
}

// It names nothing but the id of the server; of what was not kept, nothing is known.
void Statuses::take_deletion(std::string_view id, std::string_view bytes, std::string_view where) {
  if (!is_id(id)) return reporter_.refuse(invalid("a deletion without an id"), bytes, where);
  const auto known = known_.find(std::string(id));
  if (known == known_.end()) return reporter_.skipped();
  Event event;
  event.id = "deleted:" + known->second.uri;
  event.source = kSource;
  event.time = now_;
  Input input;
  input.kind = InputKind::deleted;
  input.channel = kName;
  input.person.keys = {known->second.key};
  input.target = Target{std::string(kSource), known->second.uri};
  event.body = std::move(input);
  reporter_.accept(std::move(event), bytes, where);
}

void Statuses::settle(Read read, std::string_view bytes, std::string_view where) {
  if (!read) return reporter_.refuse(std::move(read.error()), bytes, where);
  if (!*read) return reporter_.skipped();
  reporter_.accept(std::move(**read), bytes, where);
}

Statuses::Read Statuses::read_status(simdjson::dom::object status, bool is_edit) {
  const std::string id(text_at(status, "id").value_or(""));
  if (!is_id(id)) return tl::unexpected(invalid("id is missing, or no text"));
  if (!is_edit && is_newer(id, newest_)) newest_ = id;
  if (oldest_of_page_.empty() || is_newer(oldest_of_page_, id)) oldest_of_page_ = id;
  if (object_at(status, "reblog")) return std::optional<Event>();  // somebody else's words
  const std::string_view visibility = text_at(status, "visibility").value_or("");
  if (visibility != "public" && visibility != "unlisted" && !choice_.settings.private_posts)
    return std::optional<Event>();
  const auto account = object_at(status, "account");
  if (!account) return tl::unexpected(invalid("account is missing"));
  const std::string_view account_url = text_at(*account, "url").value_or("");
  const std::string address = address_of(text_at(*account, "acct").value_or(""), account_url);
  if (address.empty() || address.size() > 512 || !is_clean(address))
    return tl::unexpected(invalid("account.acct or account.url is missing"));
  const std::string_view uri = text_at(status, "uri").value_or("");
  if (uri.empty() || uri.size() > 900 || !is_clean(uri)) return tl::unexpected(invalid("uri is missing"));
  const auto created = parse_rfc3339(text_at(status, "created_at").value_or(""));
  const auto edited = parse_rfc3339(text_at(status, "edited_at").value_or(""));
  if (!created || (is_edit && !edited))
    return tl::unexpected(Refusal{DeadLetterReason::bad_time, "created_at or edited_at is missing or no time"});

  Event event;
  event.id = uri;
  event.source = kSource;
  event.time = is_edit ? *edited : *created;
  Input input;
  input.kind = is_edit ? InputKind::edited : InputKind::mention;
  if (is_edit) {
    input.target = Target{std::string(kSource), event.id};
    event.id += "@" + format_rfc3339(*edited);
  }
  input.channel = kName;
  input.person.keys = {"mastodon:" + address};
  input.content.title = trim(text_at(status, "spoiler_text").value_or(""));
  input.content.text = html_to_text(text_at(status, "content").value_or(""));
  input.content.language = text_at(status, "language").value_or("");
  if (input.content.text.empty() || !is_chosen(status, input.content.title + "\n" + input.content.text))
    return std::optional<Event>();
  input.thread = uri;
  input.url = text_at(status, "url").value_or("");
  event.body = std::move(input);
  remember(id, event);
  return event;
}

bool Statuses::is_chosen(simdjson::dom::object status, std::string_view text) const {
  const MastodonSettings& settings = choice_.settings;
  if (settings.keywords.empty() && settings.accounts.empty()) return true;
  if (choice_.keywords && choice_.keywords->stand_in(text)) return true;
  const auto mentions = array_at(status, "mentions");
  if (!mentions) return false;
  const simdjson::dom::array list = *mentions;
  for (const simdjson::dom::element element : list) {
    simdjson::dom::object mention;
    if (element.get(mention) != simdjson::SUCCESS) continue;
    const std::string address = address_of(text_at(mention, "acct").value_or(""), text_at(mention, "url").value_or(""));
    const auto is_it = [&](const std::string& wanted) { return to_lower(wanted) == address; };
    if (std::any_of(settings.accounts.begin(), settings.accounts.end(), is_it)) return true;
  }
  return false;
}

void Statuses::remember(const std::string& id, const Event& event) {
  const auto& input = std::get<Input>(event.body);
  const std::string uri = input.target ? input.target->id : event.id;
  if (!known_.emplace(id, Known{uri, input.person.keys.front()}).second) return;
  known_in_order_.push_back(id);
  if (known_in_order_.size() <= kKnownMax) return;
  known_.erase(known_in_order_.front());
  known_in_order_.pop_front();
}

}  // namespace earshot::mastodon
