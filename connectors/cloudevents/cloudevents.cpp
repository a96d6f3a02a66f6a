#include "cloudevents/cloudevents.h"

#include <map>

#include "base/hex.h"
#include "cloudevents/binary_mode.h"
#include "event/codec.h"
#include "event/trace_parent.h"
#include "support/json.h"
#include "support/readers.h"
#include "support/text.h"

namespace earshot {
namespace {

constexpr std::string_view kName = "cloudevents";

using Mappings = std::map<std::string, Mapping, std::less<>>;  // by type

// A foreign event as a mapping sees it.
class ForeignEvent final : public ItemFields {
 public:
  explicit ForeignEvent(simdjson::dom::object envelope) : envelope_(envelope) {}

  // `data` itself, or what data_base64 holds if that is JSON. False when data_base64 is not base64.
  bool open_data() {
    if (envelope_.at_key("data").get(data_) == simdjson::SUCCESS) {
      has_data_ = true;
      return true;
    }
    const auto encoded = text_at(envelope_, "data_base64");
    if (!encoded) return true;
    auto bytes = from_base64(*encoded);
    if (!bytes) return false;
    bytes_ = std::move(*bytes);
    auto root = inner_.parse(bytes_);
    has_data_ = root.has_value();
    if (has_data_) data_ = *root;
    return true;
  }

  std::optional<std::string_view> find(std::string_view name) const override {
    if (name == "@file") return file;
    if (name == "@row") return number;
    if (name == "@hash") return hash;
    simdjson::dom::element found;
    if (name.starts_with('/')) {
      if (!has_data_ || data_.at_pointer(name).get(found) != simdjson::SUCCESS) return std::nullopt;
    } else if (name == "data") {
      if (!has_data_) return bytes_;
      found = data_;
    } else if (envelope_.at_key(name).get(found) != simdjson::SUCCESS) {
      return std::nullopt;
    }
    auto text = scalar_text(found);
    if (!text) return std::nullopt;
    return *texts_.emplace_back(std::make_unique<std::string>(std::move(*text)));
  }

  std::string file;
  std::string number;
  std::string hash;

 private:
  simdjson::dom::object envelope_;
  simdjson::dom::element data_;
  bool has_data_ = false;
  std::string bytes_;
  JsonDocument inner_;
  mutable std::vector<std::unique_ptr<std::string>> texts_;  // what find() has handed out
};

// One event after the other, wherever they come from.
class Items {
 public:
  Items(const Mappings& mappings, Reporter& reporter) : mappings_(mappings), reporter_(reporter) {}

  void item(std::string_view bytes, const std::string& where) {
    ++count_;
    auto decoded = decoder_.decode(bytes);
    if (!decoded && decoded.error().reason == DeadLetterReason::unknown_type)
      return foreign(bytes, where, std::move(decoded.error()));
    if (!decoded) return reporter_.refuse({decoded.error().reason, std::move(decoded.error().detail)}, bytes, where);
    // What processors derive and what steers them is never taken from outside.
    if (!std::holds_alternative<Input>(decoded->body) && !std::holds_alternative<Command>(decoded->body)) {
      return reporter_.refuse(
          {DeadLetterReason::unknown_type, "type " + type_of(decoded->body) + " is not taken from outside"}, bytes,
          where);
    }
    decoded->recorded = {};
    decoded->caused_by.clear();
    decoded->hops = 0;
    decoded->imported = false;
    reporter_.accept(std::move(*decoded), bytes, where);
  }

  // `where` names the whole; items of a batch are counted from 1.
  void items(std::string_view bytes, const std::string& where) {
    const auto parts = split_json_array(bytes, kBatchEventsMax);
    if (!parts)
      return reporter_.refuse({DeadLetterReason::not_json, "not JSON: a batch is one list of events"}, bytes, where);
    if (parts->size() > kBatchEventsMax) {
      return reporter_.refuse(
          {DeadLetterReason::too_large, "a batch of more than " + std::to_string(kBatchEventsMax) + " events"}, bytes,
          where);
    }
    for (std::size_t i = 0; i < parts->size(); ++i) {
      item((*parts)[i], (where.empty() ? "" : where + " ") + "item " + std::to_string(i + 1));
    }
  }

 private:
  void foreign(std::string_view bytes, const std::string& where, DecodeFailure unknown) {
    auto envelope = parse_object(document_, bytes);
    const auto mapping = envelope ? mappings_.find(text_at(*envelope, "type").value_or("")) : mappings_.end();
    if (mapping == mappings_.end()) {
      return reporter_.refuse({unknown.reason, unknown.detail + " and no mapping of the configuration takes it"}, bytes,
                              where);
    }
    ForeignEvent event(*envelope);
    if (!event.open_data())
      return reporter_.refuse({DeadLetterReason::invalid_event, "data_base64 is not base64"}, bytes, where);
    event.file = reporter_.origin().name;
    event.number = std::to_string(count_);
    if (mapping->second.needs_hash()) event.hash = fingerprint(bytes).hex();
    Mapped mapped = mapping->second.apply(event, count_);
    if (Event* made = std::get_if<Event>(&mapped)) {
      if (const auto trace = text_at(*envelope, "traceparent"); trace && is_trace_parent(*trace))
        made->trace_parent = *trace;
      return reporter_.accept(std::move(*made), bytes, where);
    }
    if (Refusal* refusal = std::get_if<Refusal>(&mapped)) return reporter_.refuse(std::move(*refusal), bytes, where);
    reporter_.skipped();
  }

  const Mappings& mappings_;
  Reporter& reporter_;
  EventDecoder decoder_;
  JsonDocument document_;
  std::int64_t count_ = 0;
};

class LinesReader final : public LineReader {
 public:
  LinesReader(const Mappings& mappings, const Origin& origin, Findings& findings)
      : LineReader(kName, origin, findings), items_(mappings, reporter_) {}

 private:
  void line(std::string_view line, std::int64_t number) override {
    const std::string_view text = trim(line);
    const std::string where = "line " + std::to_string(number);
    if (text.empty()) return;
    if (text.starts_with('[')) return items_.items(text, where);
    items_.item(text, where);
  }
  Items items_;
};

enum class Body { structured, batched, binary, by_first_character };

class RequestReader final : public PayloadReader {
 public:
  RequestReader(const Mappings& mappings, Body body, Headers headers, const Origin& origin, Findings& findings)
      : PayloadReader(kName, origin, findings),
        items_(mappings, reporter_),
        body_(body),
        headers_(std::move(headers)) {}

 private:
  void payload(std::string_view bytes) override {
    const bool looks_like_list = trim(bytes).starts_with('[');
    if (body_ == Body::batched || (body_ == Body::by_first_character && looks_like_list))
      return items_.items(bytes, "");
    if (body_ != Body::binary) return items_.item(bytes, "");
    auto structured = cloudevents::structured_from_binary(headers_, bytes);
    if (!structured) return reporter_.refuse(std::move(structured.error()), bytes, "");
    items_.item(*structured, "");
  }

  Items items_;
  Body body_;
  Headers headers_;
};

class CloudEvents final : public Connector {
 public:
  explicit CloudEvents(Mappings mappings) : mappings_(std::move(mappings)) {}
  std::string_view name() const override { return kName; }

  std::unique_ptr<Reader> open(const Origin& origin, Findings& findings) const override {
    return std::make_unique<LinesReader>(mappings_, origin, findings);
  }

  Result<std::unique_ptr<Reader>> open_request(const Origin& origin, const Headers& headers,
                                               Findings& findings) const override {
    const std::string type = cloudevents::media_type(headers);
    const auto reader = [&](Body body) {
      return std::make_unique<RequestReader>(mappings_, body, headers, origin, findings);
    };
    if (type == "application/cloudevents+json") return reader(Body::structured);
    if (type == "application/cloudevents-batch+json") return reader(Body::batched);
    if (type == "application/x-ndjson" || type == "application/jsonl") return open(origin, findings);
    if (headers.contains("ce-specversion")) return reader(Body::binary);
    if (type == "application/json") return reader(Body::by_first_character);
    return Error{ErrorKind::Invalid, "content type '" + type +
                                         "' is not taken; send application/cloudevents+json, "
                                         "application/cloudevents-batch+json, or ce- headers"};
  }

 private:
  Mappings mappings_;
};

}  // namespace

Result<std::unique_ptr<Connector>> make_cloudevents(const CloudEventsSettings& settings) {
  Mappings mappings;
  for (const ForeignType& foreign : settings.types) {
    if (foreign.type.empty() || foreign.type.starts_with("earshot.")) {
      return Error{ErrorKind::Invalid, "types: '" + foreign.type + "' cannot be mapped; name a type of somebody else"};
    }
    MappingSettings map = foreign.map;
    if (map.id.empty()) map.id = "{id}";
    if (map.source.empty()) map.source = "{source}";
    auto mapping = Mapping::make(kName, map);
    if (!mapping) return std::move(mapping.error()).in("types: " + foreign.type);
    if (!mappings.emplace(foreign.type, std::move(*mapping)).second) {
      return Error{ErrorKind::Invalid, "types: " + foreign.type + " stands twice"};
    }
  }
  return std::make_unique<CloudEvents>(std::move(mappings));
}

}  // namespace earshot
