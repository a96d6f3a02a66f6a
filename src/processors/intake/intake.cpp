#include "processors/intake/intake.h"

#include <algorithm>

#include "base/hash.h"
#include "event/codec.h"
#include "event/names.h"
#include "event/validate.h"
#include "processors/control.h"
#include "processors/intake/known_key.h"
#include "processors/intake/seen.h"
#include "processors/intake/similarity.h"
#include "state/intake.pb.h"

namespace earshot {
namespace {

std::string kind_of(std::string_view key) { return std::string(key.substr(0, key.find(':'))); }

bool is_trusted(const Person& person, std::string_view key) {
  return key.starts_with("customer:") ||
         std::find(person.verified.begin(), person.verified.end(), key) != person.verified.end();
}

// What the customer wrote themselves; an agent's words are kept but never scored as the customer's.
template <class Said>
bool speaks_for_customer(const Said& said) {
  return !said.message || (said.message->direction == Direction::inbound && said.message->by == Author::customer);
}

// An invitation and its answer may come under different keys, and so in different partitions; what belongs to one
// survey is counted in one place all the same. These shards stand beside those of the partitions, which are far fewer
// than 32,768.
constexpr std::uint16_t kSurveyShards = 8;
std::uint16_t shard_of(const Survey& survey) {
  return static_cast<std::uint16_t>(0x8000 + fingerprint(survey.id).low % kSurveyShards);
}

bool is_by_hand(const Input& input) { return input.kind == InputKind::linked || input.kind == InputKind::unlinked; }
bool has_text(const Input& input) { return !input.content.text.empty() || !input.content.title.empty(); }

class Intake final : public Processor {
 public:
  Intake(IntakeSettings settings, Analyse analyse, ApplySettings apply_settings)
      : settings_(std::move(settings)), analyse_(std::move(analyse)), apply_settings_(std::move(apply_settings)) {}

  std::string_view name() const override { return "intake"; }
  Topic input() const override { return Topic::feedback; }
  std::int32_t version() const override { return 1; }

  void apply(const Event& event, Step& step) override {
    if (keep_control(event, step)) return;
    if (const auto* input = std::get_if<Input>(&event.body)) return take(event, *input, step);
    if (const auto* letter = std::get_if<DeadLetter>(&event.body)) return pass_on(event, *letter, step);
    if (const auto* mended = std::get_if<DeadLetterMended>(&event.body)) return mend(event, *mended, step);
    if (const auto* reached = std::get_if<ConnectorReached>(&event.body)) return keep(*reached, step);
    if (const auto* assigned = std::get_if<IdentityAssigned>(&event.body)) return assign(*assigned, step);
  }

  void fire(const Timer&, Step&) override {}  // it sets none

 private:
  void take(const Event& event, const Input& input, Step& step) {
    const bool imported = is_importing(step);
    switch (SeenEvents::check(event, imported || event.imported, step)) {
      case Seen::repeat: return;
      case Seen::conflict:
        step.tell_apart(SeenEvents::content_of(event));
        return refused(event, DeadLetterReason::conflict, "an event of this source and id was taken with other content",
                       step);
      case Seen::fresh: break;
    }
    if (const auto failure = refuse(input)) return refused(event, failure->reason, failure->detail, step);
    std::vector<KeyHash> keys;
    for (const std::string& key : input.person.keys) keys.push_back(hash_key(settings_.secret, key));
    tell_pairs(input, keys, step);
    if (is_by_hand(input)) return;
    record(event, input, keys.front(), imported, step);
  }

  // Tells identity which keys stood together, once, and again when trust is new: each with the first one; and when that
  // one is not trusted, those that are with the first of them, for it is the record key that stands first and not the
  // best known.
  void tell_pairs(const Input& input, const std::vector<KeyHash>& keys, Step& step) const {
    const auto trusts = [&](std::size_t i) { return is_trusted(input.person, input.person.keys[i]); };
    for (std::size_t i = 1; i < keys.size(); ++i) tell_pair(input, keys, {0, i, trusts(0) && trusts(i)}, step);
    if (is_by_hand(input) || trusts(0)) return;
    std::size_t anchor = 1;
    while (anchor < keys.size() && !trusts(anchor)) ++anchor;
    for (std::size_t i = anchor + 1; i < keys.size(); ++i) {
      if (trusts(i)) tell_pair(input, keys, {anchor, i, true}, step);
    }
  }

  struct PlacesOfPair {
    std::size_t first = 0;
    std::size_t second = 0;
    bool trusted = false;
  };
  static void tell_pair(const Input& input, const std::vector<KeyHash>& keys, PlacesOfPair pair, Step& step) {
    const KeyHash first = keys[pair.first];
    const KeyHash second = keys[pair.second];
    if (first == second) return;
    const bool by_hand = is_by_hand(input);
    const bool trusted = by_hand || pair.trusted;
    const std::string name = "pair/" + (pair.first == 0 ? "" : first.hex() + "/") + second.hex();
    const auto* known = step.find<state::KnownPair>(name);
    if (!by_hand && known != nullptr && (known->trusted() || !trusted)) return;
    if (!by_hand) step.edit<state::KnownPair>(name).set_trusted(trusted);
    KeysPaired paired{first,
                      second,
                      kind_of(input.person.keys[pair.first]),
                      kind_of(input.person.keys[pair.second]),
                      trusted,
                      input.kind == InputKind::unlinked,
                      input.channel,
                      ""};
    step.emit(Topic::identity, tenant_key(step.tenant()), std::move(paired), step.now());
  }

  void record(const Event& event, const Input& input, KeyHash facet, bool imported, Step& step) {
    ActivityRecorded activity;
    activity.kind = input.kind;
    activity.customer = customer_of(facet, step);
    activity.facet = facet;
    activity.place = step.offset();
    activity.at = event.time;
    activity.channel = input.channel;
    activity.imported = imported;
    activity.product = input.product;
    read_text(input, activity, step);
    activity.rating = input.rating;
    activity.survey = input.survey;
    activity.message = input.message;
    activity.order = input.order;
    activity.payment = input.payment;
    activity.usage = input.usage;
    activity.subscription = input.subscription;
    activity.region = input.region;
    activity.thread = input.thread;
    activity.reach = input.reach;
    measure(event, activity, step);
    const CustomerId customer = activity.customer;
    step.emit(Topic::activity, record_key(step.tenant(), customer), std::move(activity), event.time);
  }

  void read_text(const Input& input, ActivityRecorded& activity, Step& step) const {
    activity.has_text = has_text(input);
    const auto text = text_to_read(input);
    if (!text || !analyse_) return;
    activity.analysis = analyse_(*text, input.content.language);
    if (apply_settings_) {
      if (const auto kept = kept_config(step, "text"))
        apply_settings_(input, *text, kept->settings, activity.analysis, activity.product);
    }
    // Only what the event holds on the wire, so that who reads it now and who reads it later see the same.
    activity.analysis.evidence.clear();
    activity.analysis.clauses.clear();
    activity.analysis.issue_permille.fill(0);
    activity.similarity = simhash(*text);
  }

  void measure(const Event& event, const ActivityRecorded& activity, Step& step) const {
    MeasureTaken measure;
    switch (activity.kind) {
      case InputKind::survey_invited: measure.kind = MeasureKind::survey_invited; break;
      case InputKind::survey_answered: measure.kind = MeasureKind::survey_answer; break;
      case InputKind::review:
      case InputKind::mention:
      case InputKind::message:
      case InputKind::call: measure.kind = MeasureKind::feedback; break;
      default: return;
    }
    if (!speaks_for_customer(activity)) return;
    measure.at = event.time;
    measure.item = event.source + "/" + event.id;
    measure.input = activity.kind;
    measure.channel = activity.channel;
    measure.product = activity.product;
    measure.region = activity.region;
    measure.sentiment = activity.analysis.sentiment;
    measure.complaint = activity.analysis.complaint;
    for (const IssueScore& issue : activity.analysis.issues) measure.issues.push_back(issue.type);
    measure.survey = activity.survey;
    const std::uint16_t shard = measure.survey ? shard_of(*measure.survey) : step.partition();
    step.emit(Topic::measures, measure_key(step.tenant(), shard), std::move(measure), event.time);
  }

  static void pass_on(const Event& event, const DeadLetter& letter, Step& step) {
    if (SeenEvents::check(event, event.imported || is_importing(step), step) != Seen::fresh) return;
    emit_dead_letter(letter, event.time, step);
  }

  void refused(const Event& event, DeadLetterReason reason, const std::string& detail, Step& step) const {
    const std::string bytes = encode(event);
    DeadLetter letter;
    letter.reason = reason;
    letter.detail = detail;
    letter.place = std::string(name_of(Topic::feedback)) + "/" + std::to_string(step.partition()) + "@" +
                   std::to_string(step.offset());
    letter.bytes = bytes.substr(0, kDeadLetterBytesMax);
    letter.length = static_cast<std::int64_t>(bytes.size());
    letter.sha256 = sha256_hex(bytes);
    emit_dead_letter(std::move(letter), event.time, step);
  }

  static void emit_dead_letter(DeadLetter letter, Timestamp at, Step& step) {
    MeasureTaken measure;
    measure.kind = MeasureKind::dead_letter;
    measure.at = step.now();
    measure.item = letter.sha256 + "/" + letter.place;
    measure.outcome = name_of(letter.reason);
    step.emit(Topic::measures, measure_key(step.tenant(), step.partition()), std::move(measure), at);
    step.emit(Topic::dead_letters, tenant_key(step.tenant()), std::move(letter), at);
  }

  // The first one counts: of two people who mend a letter one did it.
  static void mend(const Event& event, const DeadLetterMended& mended, Step& step) {
    const std::string name = mended_name(mended.letter);
    if (step.find<state::MendedLetter>(name) != nullptr) return;
    auto& value = step.edit<state::MendedLetter>(name);
    value.set_actor(mended.actor);
    value.set_at_ms(to_millis(event.time));
    value.set_edited(mended.edited);
    step.emit(Topic::dead_letters, tenant_key(step.tenant()), mended, event.time);
  }

  static void keep(const ConnectorReached& reached, Step& step) {
    auto& value = step.edit<state::SourceReached>(kReachedName);
    value.set_cursor(reached.cursor);
    value.set_heard_ms(to_millis(reached.heard));
  }

  // Until identity says otherwise a key is a customer of its own.
  static CustomerId customer_of(KeyHash key, Step& step) {
    const auto* known = step.find<state::KnownKey>(kKnownKey);
    if (known == nullptr || known->epoch() == 0) return {key.high, key.low};
    return {known->customer_high(), known->customer_low()};
  }

  static void assign(const IdentityAssigned& assigned, Step& step) {
    const auto* known = step.find<state::KnownKey>(kKnownKey);
    if (known != nullptr && known->epoch() >= assigned.epoch) return;
    if (known != nullptr) {  // something may have been heard under the key
      const CustomerId before = customer_of(assigned.key, step);
      if (before != assigned.customer) {
        step.emit(Topic::activity, record_key(step.tenant(), before),
                  FacetReassigned{assigned.key, before, assigned.customer, assigned.epoch}, step.now());
      }
    }
    auto& value = step.edit<state::KnownKey>(kKnownKey);
    value.set_customer_high(assigned.customer.high);
    value.set_customer_low(assigned.customer.low);
    value.set_epoch(assigned.epoch);
  }

  IntakeSettings settings_;
  Analyse analyse_;
  ApplySettings apply_settings_;
};

}  // namespace

std::unique_ptr<Processor> make_intake(IntakeSettings settings, Analyse analyse, ApplySettings apply_settings) {
  return std::make_unique<Intake>(std::move(settings), std::move(analyse), std::move(apply_settings));
}

std::optional<std::string> text_to_read(const Input& input) {
  if (!has_text(input) || !speaks_for_customer(input)) return std::nullopt;
  return input.content.title.empty() ? input.content.text : input.content.title + "\n" + input.content.text;
}

std::string feedback_key(std::string_view secret, std::string_view tenant, const Input& input) {
  return record_key(tenant, hash_key(secret, input.person.keys.empty() ? std::string_view{}
                                                                       : std::string_view(input.person.keys.front())));
}

// Few keys, because what is kept for a key is kept for ever.
std::string feedback_key(std::string_view tenant, const DeadLetter& letter) {
  return record_key(tenant, Fingerprint{0, fingerprint(letter.sha256 + letter.place).low % 1024});
}

std::string mended_key(std::string_view tenant, std::string_view letter) {
  return record_key(tenant, Fingerprint{1, fingerprint(letter).low % 1024});
}

std::string reached_key(std::string_view tenant, std::string_view connector) {
  return record_key(tenant, Fingerprint{2, fingerprint(connector).low});
}

Result<ConnectorReached> read_reached(std::string_view connector, std::string_view stored) {
  state::SourceReached value;
  if (!value.ParseFromArray(stored.data(), static_cast<int>(stored.size())))
    return Error{ErrorKind::Corrupt, "what is kept of how far a source has come is not readable"};
  return ConnectorReached{std::string(connector), value.cursor(), from_millis(value.heard_ms())};
}

std::string mended_name(std::string_view letter) { return "mended/" + std::string(letter); }

bool is_mended(const DeadLetterMended& mended, std::string_view record_key, ValueView& values) {
  return values.find(record_key, mended_name(mended.letter), &HeldValue<state::MendedLetter>::decode) != nullptr;
}

Result<LetterMended> read_mended(std::string_view stored) {
  state::MendedLetter value;
  if (!value.ParseFromArray(stored.data(), static_cast<int>(stored.size())))
    return Error{ErrorKind::Corrupt, "what is kept of a mended letter is not readable"};
  return LetterMended{value.actor(), from_millis(value.at_ms()), value.edited()};
}

}  // namespace earshot
