#include "bluesky/frames.h"

#include <algorithm>

#include "bluesky/filter.h"
#include "support/text.h"

namespace earshot::bluesky {
namespace {

constexpr std::string_view kSource = "/bluesky";
constexpr std::string_view kPosts = "app.bsky.feed.post";
// createdAt is the clock of whoever posted. Within this of the server's time it is believed.
constexpr std::chrono::hours kBelievedBehind{24};
constexpr std::chrono::minutes kBelievedAhead{5};

Refusal invalid(std::string detail) { return {DeadLetterReason::invalid_event, std::move(detail)}; }

// What both versions of the protocol say about one change of a repository.
struct Commit {
  std::string_view did;
  Timestamp at{};  // the server's
  std::string_view operation;
  std::string_view collection;
  std::string_view rkey;
  std::string_view version;  // cid, or rev
  std::optional<simdjson::dom::object> record;

  std::string uri() const {
    return "at://" + std::string(did) + "/" + std::string(collection) + "/" + std::string(rkey);
  }
};

bool is_did(std::string_view text) {
  return text.starts_with("did:") && text.size() > 8 && text.size() <= 256 && is_clean(text);
}

class Body {
 public:
  explicit Body(const Filter& filter) : filter_(filter) {}

  using Read = FrameReader::Read;

  Read read_v1(simdjson::dom::object frame, Timestamp& at) const {
    const std::string_view kind = text_at(frame, "kind").value_or("");
    const std::string_view did = text_at(frame, "did").value_or("");
    if (!is_did(did)) return tl::unexpected(invalid("did is missing"));
    const auto micros = integer_at(frame, "time_us");
    if (!micros || *micros <= 0 || *micros / 1000 > to_millis(kNever)) {
      return tl::unexpected(Refusal{DeadLetterReason::bad_time, "time_us is missing or absurd"});
    }
    at = from_millis(*micros / 1000);
    if (kind == "identity") return std::optional<Event>();  // a display name links nothing
    if (kind == "account") return read_account(object_at(frame, "account"), did, at);
    if (kind != "commit") return tl::unexpected(Refusal{DeadLetterReason::unknown_type, "a frame of no known kind"});
    const auto commit = object_at(frame, "commit");
    if (!commit) return tl::unexpected(invalid("commit is missing"));
    return read_commit(*commit, did, at);
  }

  Read read_v2(simdjson::dom::object frame, Timestamp& when) const {
    if (text_at(frame, "$type") == "error") {
      return tl::unexpected(Refusal{DeadLetterReason::connector, "the server ended the stream: " +
                                                                     std::string(text_at(frame, "error").value_or("")) +
                                                                     "; posts may be missing"});
    }
    const auto payload = object_at(frame, "payload");
    if (!payload) return tl::unexpected(invalid("payload is missing"));
    const std::string_view type = text_at(*payload, "$type").value_or("");
    const std::string_view kind = type.substr(std::min(type.find('#'), type.size()));
    if (kind == "#info" || kind == "#sync" || kind == "#identity") return std::optional<Event>();
    if (kind != "#commit" && kind != "#account")
      return tl::unexpected(Refusal{DeadLetterReason::unknown_type, "a frame of no known kind"});
    const std::string_view did = text_at(*payload, "did").value_or("");
    if (!is_did(did)) return tl::unexpected(invalid("did is missing"));
    const auto at = parse_rfc3339(text_at(*payload, "time").value_or(""));
    if (!at) return tl::unexpected(Refusal{DeadLetterReason::bad_time, "time is missing or no time"});
    when = *at;
    return kind == "#account" ? read_account(payload, did, *at) : read_commit(*payload, did, *at);
  }

 private:
  static Event base(std::string_view did, std::string id, Timestamp at, InputKind kind) {
    Event event;
    event.id = std::move(id);
    event.source = kSource;
    event.time = at;
    Input input;
    input.kind = kind;
    input.channel = kName;
    input.person.keys = {"bsky:" + std::string(did)};
    event.body = std::move(input);
    return event;
  }

  // Who deletes an account wants all of its posts gone.
  static Read read_account(std::optional<simdjson::dom::object> account, std::string_view did, Timestamp at) {
    if (!account) return tl::unexpected(invalid("account is missing"));
    if (bool_at(*account, "active").value_or(true) || text_at(*account, "status") != "deleted")
      return std::optional<Event>();
    const std::string uri = "at://" + std::string(did);
    Event event = base(did, "deleted:" + uri, at, InputKind::deleted);
    std::get<Input>(event.body).target = Target{std::string(kSource), uri};
    return event;
  }

  Read read_commit(simdjson::dom::object object, std::string_view did, Timestamp at) const {
    Commit commit{did,
                  at,
                  text_at(object, "operation").value_or(""),
                  text_at(object, "collection").value_or(""),
                  text_at(object, "rkey").value_or(""),
                  text_at(object, "cid").value_or(text_at(object, "rev").value_or("")),
                  object_at(object, "record")};
    if (commit.collection.empty()) return tl::unexpected(invalid("commit.collection is missing"));
    if (commit.collection != kPosts) return std::optional<Event>();  // likes, follows, reposts
    if (commit.rkey.empty() || commit.rkey.size() > 512 || !is_clean(commit.rkey))
      return tl::unexpected(invalid("commit.rkey is missing"));
    if (commit.operation == "delete") {
      Event event = base(did, "deleted:" + commit.uri(), at, InputKind::deleted);
      std::get<Input>(event.body).target = Target{std::string(kSource), commit.uri()};
      return event;
    }
    if (commit.operation != "create" && commit.operation != "update")
      return tl::unexpected(invalid("commit.operation is none we know"));
    if (!commit.record) return tl::unexpected(invalid("commit.record is missing"));
    return read_post(commit, *commit.record);
  }

  Read read_post(const Commit& commit, simdjson::dom::object record) const {
    const auto text = text_at(record, "text");
    if (!text) return tl::unexpected(invalid("record.text is missing"));
    if (trim(*text).empty() || !filter_.takes(record, *text)) return std::optional<Event>();

    const auto created = parse_rfc3339(text_at(record, "createdAt").value_or(""));
    const bool is_believed =
        created && *created >= commit.at - kBelievedBehind && *created <= commit.at + kBelievedAhead;
    const bool is_edit = commit.operation == "update";
    Event event = base(commit.did, commit.uri(), is_believed ? *created : commit.at, InputKind::mention);
    Input& input = std::get<Input>(event.body);
    if (is_edit) {
      input.kind = InputKind::edited;
      input.target = Target{std::string(kSource), event.id};
      event.id += "@" + std::string(commit.version);
    }
    input.content.text = trim(*text);
    if (const auto languages = array_at(record, "langs"); languages && languages->size() > 0) {
      std::string_view first;
      if (languages->at(0).get(first) == simdjson::SUCCESS) input.content.language = first;
    }
    input.thread = commit.uri();
    if (const auto reply = object_at(record, "reply")) {
      const auto uri_of = [&](std::string_view name) {
        const auto post = object_at(*reply, name);
        return std::string(post ? text_at(*post, "uri").value_or("") : "");
      };
      input.in_reply_to = uri_of("parent");
      if (std::string root = uri_of("root"); !root.empty()) input.thread = std::move(root);
    }
    input.url = "https://bsky.app/profile/" + std::string(commit.did) + "/post/" + std::string(commit.rkey);
    return event;
  }

  const Filter& filter_;
};

}  // namespace

FrameReader::Read FrameReader::read(std::string_view bytes, Timestamp& at) {
  auto frame = parse_object(document_, bytes);
  if (!frame) return tl::unexpected(Refusal{DeadLetterReason::not_json, std::move(frame.error())});
  const Body body(filter_);
  return text_at(*frame, "$type") ? body.read_v2(*frame, at) : body.read_v1(*frame, at);
}

}  // namespace earshot::bluesky
