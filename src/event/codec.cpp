#include "event/codec.h"

#include <algorithm>
#include <array>
#include <functional>
#include <unordered_map>

#include "earshot/check.h"
#include "event/content.h"
#include "event/fields.h"
#include "event/json_reader.h"
#include "event/json_writer.h"
#include "event/trace_parent.h"
#include "event/upgrade.h"

namespace earshot {
namespace {

constexpr std::string_view kVersion = ".v1";

std::string_view area_of(InputKind kind) {
  if (kind <= InputKind::deleted) return "feedback";
  return kind <= InputKind::subscription ? "activity" : "identity";
}

// The middle of the type name: without prefix and version.
template <class Body>
void append_stem(std::string& type, const Body& body) {
  const auto append = [&](auto... parts) { (type.append(parts), ...); };
  if constexpr (std::is_same_v<Body, Input>) return append(area_of(body.kind), ".", name_of(body.kind));
  if constexpr (std::is_same_v<Body, KeysPaired>) return append("identity.paired");
  if constexpr (std::is_same_v<Body, IdentityAssigned>) return append("identity.assigned");
  if constexpr (std::is_same_v<Body, FacetReassigned>) return append("facet.reassigned");
  if constexpr (std::is_same_v<Body, FacetMoved>) return append("facet.moved");
  if constexpr (std::is_same_v<Body, IdentityProposed>) return append("identity.proposed");
  if constexpr (std::is_same_v<Body, ActivityRecorded>) return append("activity.recorded");
  if constexpr (std::is_same_v<Body, SignalChanged>) return append(body.raised ? "signal.raised" : "signal.cleared");
  if constexpr (std::is_same_v<Body, CustomerChanged>) return append("customer.changed");
  if constexpr (std::is_same_v<Body, CaseRequested>) return append("case.requested");
  if constexpr (std::is_same_v<Body, MessageForwarded>) return append("message.forwarded");
  if constexpr (std::is_same_v<Body, Command>) return append("command.", name_of(body.kind));
  if constexpr (std::is_same_v<Body, CommandAnswered>) return append("command.answered");
  if constexpr (std::is_same_v<Body, CaseChanged>) return append("case.", name_of(body.step));
  if constexpr (std::is_same_v<Body, AlertRaised>) return append("alert.raised");
  if constexpr (std::is_same_v<Body, MeasureTaken>) return append("measure.taken");
  if constexpr (std::is_same_v<Body, MeasuresSummed>) return append("measure.summed");
  if constexpr (std::is_same_v<Body, KpiReported>) return append("kpi.reported");
  if constexpr (std::is_same_v<Body, DeadLetter>) return append("dead_letter.received");
  if constexpr (std::is_same_v<Body, DeadLetterMended>) return append("dead_letter.mended");
  if constexpr (std::is_same_v<Body, ClockTicked>) return append("clock.ticked");
  if constexpr (std::is_same_v<Body, ConfigChanged>) return append("config.changed");
  if constexpr (std::is_same_v<Body, ImportBegan>) return append("import.began");
  if constexpr (std::is_same_v<Body, ConnectorGap>) return append("connector.gap");
  if constexpr (std::is_same_v<Body, ConnectorReached>) return append("connector.reached");
  if constexpr (std::is_same_v<Body, ChurnModelFitted>) return append("churn_model.fitted");
}

const std::unordered_map<std::string, EventBody>& bodies_by_type() {
  static const auto* by_type = [] {
    auto* map = new std::unordered_map<std::string, EventBody>;
    for (EventBody& body : event_bodies()) map->emplace(type_of(body), body);
    return map;
  }();
  return *by_type;
}

tl::unexpected<DecodeFailure> failure(DeadLetterReason reason, std::string detail) {
  return tl::unexpected(DecodeFailure{reason, std::move(detail)});
}

// The attributes of the envelope, walked like any struct.
struct Envelope {
  Event& event;
  std::string specversion;
  std::string type;
};

constexpr std::string_view kData = "data";
constexpr std::array<std::string_view, 12> kAttributes = {"specversion", "id",           "source",      "type",
                                                          "time",        "recordedtime", "tenant",      "causedby",
                                                          "hops",        "imported",     "traceparent", kData};

template <class F>
void fields(F& f, Envelope& v) {
  f.required("specversion", v.specversion);
  f.required("id", v.event.id);
  f.required("source", v.event.source);
  f.required("type", v.type);
  f.optional("time", v.event.time);
  f.optional("recordedtime", v.event.recorded);
  f.optional("tenant", v.event.tenant);
  f.optional("causedby", v.event.caused_by);
  f.optional("hops", v.event.hops);
  f.optional("imported", v.event.imported);
  f.optional("traceparent", v.event.trace_parent);
}

}  // namespace

std::string type_of(const EventBody& body) {
  std::string type;
  type.reserve(64);
  type.append("earshot.");
  std::visit([&](const auto& b) { append_stem(type, b); }, body);
  type.append(kVersion);
  return type;
}

std::vector<EventBody> event_bodies() {
  std::vector<EventBody> bodies;
  for (int i = 0; i < kInputKinds; ++i) bodies.push_back(Input{.kind = static_cast<InputKind>(i)});
  bodies.insert(bodies.end(), {KeysPaired{}, IdentityAssigned{}, FacetReassigned{}, FacetMoved{}, IdentityProposed{},
                               ActivityRecorded{}, SignalChanged{.raised = true}, SignalChanged{.raised = false},
                               CustomerChanged{}, CaseRequested{}, MessageForwarded{}});
  for (int i = 0; i < kCommandKinds; ++i) bodies.push_back(Command{.kind = static_cast<CommandKind>(i)});
  bodies.push_back(CommandAnswered{});
  for (int i = 0; i < kCaseSteps; ++i) bodies.push_back(CaseChanged{.step = static_cast<CaseStep>(i)});
  bodies.insert(bodies.end(), {AlertRaised{}, MeasureTaken{}, MeasuresSummed{}, KpiReported{}, DeadLetter{},
                               DeadLetterMended{}, ClockTicked{}, ConfigChanged{}, ImportBegan{}, ConnectorGap{},
                               ConnectorReached{}, ChurnModelFitted{}});
  return bodies;
}

std::vector<std::string> event_types() {
  std::vector<std::string> types;
  for (const EventBody& body : event_bodies()) types.push_back(type_of(body));
  return types;
}

namespace {

constexpr auto kAsWritten = JsonReader::Order::as_written;

// An event of this version with its members in the order of encode(), and at most a few plain attributes of others
// behind them; false when it is anything else.
bool read_as_written(simdjson::dom::object object, Event& event) {
  Envelope envelope{event, {}, {}};
  JsonReader around(object, JsonReader::UnknownKeys::ignore, kAsWritten);
  if (!around.object(envelope) || envelope.specversion != "1.0") return false;
  simdjson::dom::element data;
  simdjson::dom::object members;
  if (!around.find(kData, data) || !around.is_whole_before_others(kAttributes) ||
      data.get(members) != simdjson::SUCCESS)
    return false;
  const auto known = bodies_by_type().find(envelope.type);
  if (known == bodies_by_type().end()) return false;
  event.body = known->second;
  JsonReader reader(members, JsonReader::UnknownKeys::ignore, kAsWritten);
  return std::visit([&](auto& body) { return reader.object(body); }, event.body) && reader.is_whole();
}

tl::expected<Event, DecodeFailure> read_in_any_order(simdjson::dom::object object,
                                                     std::span<const EventUpgrade> upgrades, JsonDocument& upgraded) {
  Event event;
  Envelope envelope{event, {}, {}};
  if (auto read = JsonReader(object, JsonReader::UnknownKeys::ignore).object(envelope); !read) {
    return failure(DeadLetterReason::invalid_event, read.error().message);
  }
  if (envelope.specversion != "1.0") return failure(DeadLetterReason::invalid_event, "specversion is not 1.0");
  simdjson::dom::object data;
  const bool has_data = object.at_key(kData).get(data) == simdjson::SUCCESS;
  auto known = bodies_by_type().find(envelope.type);
  while (known == bodies_by_type().end() && has_data) {
    const auto upgrade =
        std::find_if(upgrades.begin(), upgrades.end(), [&](const EventUpgrade& u) { return u.from == envelope.type; });
    if (upgrade == upgrades.end()) break;
    const std::string text = upgrade->data(data);
    auto newer = upgraded.parse(text);
    EARSHOT_CHECK(newer && newer->get(data) == simdjson::SUCCESS, "an upgrade gives an object");
    envelope.type = upgrade->to;
    known = bodies_by_type().find(envelope.type);
  }
  if (known == bodies_by_type().end())
    return failure(DeadLetterReason::unknown_type, "type " + envelope.type + " is not known to this build");
  if (!has_data) return failure(DeadLetterReason::invalid_event, "data is not an object");
  event.body = known->second;
  auto read = std::visit([&](auto& body) { return JsonReader(data, JsonReader::UnknownKeys::ignore).object(body); },
                         event.body);
  if (!read) return failure(DeadLetterReason::invalid_event, "data." + read.error().message);
  return event;
}

std::string encode(const Event& around, const EventBody& event_body) {
  thread_local std::string out;  // what is given back has no room to spare: many wait for their commit
  out.assign(1, '{');
  JsonWriter writer(out);
  Envelope envelope{const_cast<Event&>(around), "1.0", type_of(event_body)};
  fields(writer, envelope);
  writer.key(kData);
  std::visit([&](const auto& body) { JsonWriter(out).object(body); }, event_body);
  out += '}';
  return out;
}

}  // namespace

std::string encode(const Event& event) { return encode(event, event.body); }

std::string encode_content(const EventBody& body) { return encode(Event{}, body); }

struct EventDecoder::Buffers {
  JsonDocument document;
  JsonDocument upgraded;
};

EventDecoder::EventDecoder() : EventDecoder(event_upgrades()) {}
EventDecoder::EventDecoder(std::span<const EventUpgrade> upgrades)
    : buffers_(std::make_unique<Buffers>()), upgrades_(upgrades) {}
EventDecoder::~EventDecoder() = default;
EventDecoder::EventDecoder(EventDecoder&&) noexcept = default;
EventDecoder& EventDecoder::operator=(EventDecoder&&) noexcept = default;

// As it was written by us first: that is one pass, and finds nearly every event. What it cannot read is read in any
// order, and only then can a key stand twice.
tl::expected<Event, DecodeFailure> EventDecoder::decode(std::string_view bytes) {
  auto root = buffers_->document.parse_loosely(bytes);
  if (!root) return failure(DeadLetterReason::not_json, root.error().message);
  simdjson::dom::object object;
  const bool is_object = root->get(object) == simdjson::SUCCESS;
  Event event;
  if (!is_object || !read_as_written(object, event)) {
    if (auto unique = look_for_duplicate_keys(*root); !unique)
      return failure(DeadLetterReason::not_json, unique.error().message);
    if (!is_object) return failure(DeadLetterReason::invalid_event, "not a JSON object");
    auto read = read_in_any_order(object, upgrades_, buffers_->upgraded);
    if (!read) return read;
    event = std::move(*read);
  }
  if (!is_trace_parent(event.trace_parent)) event.trace_parent.clear();
  return event;
}

Event event_of(DeadLetter letter, std::string tenant) {
  Event event;
  event.id = letter.sha256 + " " + letter.place.substr(0, 512);
  event.source = "/earshot/dead-letters";
  event.tenant = std::move(tenant);
  event.body = std::move(letter);
  return event;
}

Event event_of(DeadLetterMended mended, std::string tenant, Timestamp at) {
  Event event;
  event.id = mended.letter + " mended";
  event.source = "/earshot/dead-letters";
  event.tenant = std::move(tenant);
  event.time = at;
  event.body = std::move(mended);
  return event;
}

}  // namespace earshot
