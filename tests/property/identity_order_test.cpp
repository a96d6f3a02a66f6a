// The result does not depend on the order in which links and events arrive: the same events, links, vetoes and
// decisions of people, delivered in any order to the whole pipeline, end in the same customers, cases and KPIs. And
// what is linked and unlinked again ends as if it had never been linked.
//
// Each key complains once, of a matter of its own: whether two complaints of one matter share a case depends on which
// was heard first, as it does for people. Signals are counted when they are raised, so their KPIs are left out.
#include <gtest/gtest.h>

#include "base/hash.h"
#include "event/codec.h"
#include "event/fields.h"
#include "event/json_writer.h"
#include "event/names.h"
#include "pipeline/digest.h"
#include "pipeline/state_keys.h"
#include "processors/customer/timeline.h"
#include "processors/desk/settings.h"
#include "property/simulation/engine.h"
#include "state/customer.pb.h"
#include "state/desk.pb.h"
#include "support/random_test.h"

namespace earshot::test {
namespace {

constexpr Timestamp kLater = kSimulationBegins + std::chrono::days{365};
constexpr int kPartitions = 4;

Event event_at(Timestamp at, std::string id, EventBody body) {
  Event event;
  event.id = std::move(id);
  event.source = "/acme/shop";
  event.tenant = kSimulatedTenant;
  event.time = at;
  event.body = std::move(body);
  return event;
}

// What was said and done, in no order yet.
class Script {
 public:
  explicit Script(Random& random) : random_(random), people_(static_cast<int>(random.between(1, 3))) {
    for (int person = 0; person < people_; ++person) {
      for (const std::string& key : keys_of(person)) {
        if (random_.chance(0.8)) speak(key);
      }
    }
    for (std::int64_t left = random_.between(1, 8); left > 0; --left) link();
  }

  const std::vector<Event>& events() const { return events_; }

  // Two keys that a person links, and unlinks later.
  std::vector<Event> linked_for_a_while() {
    const auto [first, second] = two_keys();
    return {decision(CommandKind::link, first, second, kLater - std::chrono::hours{2}),
            decision(CommandKind::unlink, first, second, kLater - std::chrono::hours{1})};
  }

 private:
  static std::vector<std::string> keys_of(int person) {
    const std::string n = std::to_string(person);
    return {"customer:c" + n, "email:user-" + n + "@example.com", "chat:u" + n};
  }
  std::string any_key() {
    const auto keys = keys_of(static_cast<int>(random_.below(static_cast<std::uint64_t>(people_))));
    return keys[random_.below(keys.size())];
  }
  std::pair<std::string, std::string> two_keys() {
    const std::string first = any_key();
    std::string second = first;
    while (second == first) second = any_key();
    return {first, second};
  }
  std::string next_id() { return "e" + std::to_string(++ids_); }
  // Half of it so new that it still counts in the KPIs.
  Timestamp any_time() {
    if (random_.chance(0.5)) return kLater - std::chrono::minutes{random_.between(1, 24 * 60)};
    return kSimulationBegins + std::chrono::minutes{random_.between(0, 300 * 24 * 60)};
  }

  void speak(const std::string& key) {
    Input input;
    input.channel = key.substr(0, key.find(':'));
    input.person.keys = {key};
    const auto add = [&](InputKind kind, auto fill) {
      Input one = input;
      one.kind = kind;
      fill(one);
      events_.push_back(event_at(any_time(), next_id(), std::move(one)));
    };
    if (matters_ < 10 && random_.chance(0.7)) {
      add(InputKind::review, [&](Input& one) {
        one.rating = Rating{1000, 1000, 5000};
        const std::string matter = std::to_string(matters_++);
        for (int word = 0; word < 8; ++word)
          one.content.text +=
              fingerprint(matter + "/" + std::to_string(word)).hex().substr(0, 6) + " ";  // like no other text
        one.content.text += matter;
      });
    }
    for (std::int64_t left = random_.between(0, 5); left > 0; --left) {
      switch (random_.below(4)) {
        case 0:
          add(InputKind::review, [&](Input& one) { one.rating = Rating{1000 * random_.between(3, 5), 1000, 5000}; });
          break;
        case 1:
          add(InputKind::order, [&](Input& one) {
            one.order = Order{one.person.keys[0], random_.between(1, 9), "EUR"};
          });
          break;
        case 2:
          add(InputKind::payment, [&](Input& one) {
            one.payment =
                Payment{"p", 5, "EUR", random_.chance(0.5) ? PaymentStatus::failed : PaymentStatus::succeeded};
          });
          break;
        case 3:
          add(InputKind::survey_answered, [&](Input& one) {
            one.survey = Survey{next_id(), SurveyFamily::nps, random_.between(7, 10), 0, 10, {}, {}};
          });
          break;
      }
    }
  }

  void link() {
    const auto [first, second] = two_keys();
    const double dice = random_.unit();
    if (dice < 0.25)
      return events_.push_back(
          decision(random_.chance(0.6) ? CommandKind::link : CommandKind::unlink, first, second, any_time()));
    Input input;
    input.channel = "crm";
    input.person.keys = {first, second};
    input.kind = dice < 0.4 ? InputKind::unlinked : dice < 0.7 ? InputKind::linked : InputKind::contact;
    if (input.kind == InputKind::contact) input.person.verified = input.person.keys;
    events_.push_back(event_at(any_time(), next_id(), std::move(input)));
  }

  Event decision(CommandKind kind, const std::string& first, const std::string& second, Timestamp at) {
    Command command;
    command.kind = kind;
    command.request = next_id();
    command.actor = "super-1";
    command.keys = {hash_key("", first), hash_key("", second)};
    command.kinds = {first.substr(0, first.find(':')), second.substr(0, second.find(':'))};
    const std::string id = command.request;
    return event_at(at, id, std::move(command));
  }

  Random& random_;
  int people_;
  int ids_ = 0;
  int matters_ = 0;
  std::vector<Event> events_;
};

Analysis analyse_matter(std::string_view text, std::string_view) {
  Analysis said;
  said.sentiment = Sentiment::negative;
  said.negative_permille = 950;
  said.issues.push_back({static_cast<IssueType>(1 + text.back() - '0'), 900});
  return said;
}

// One Earshot in memory that is told everything in one order.
class Told {
 public:
  Told(const std::vector<Event>& events, Random& random, const Tampering& tampering) {
    Engine::Settings settings;
    settings.partitions = kPartitions;
    settings.tampering.processors = [&](std::vector<MakeProcessor>& processors) {
      processors = make_simulated_processors(analyse_matter);
      if (tampering.processors) tampering.processors(processors);
    };
    engine_ = std::make_unique<Engine>(disks_, settings, Fate{}, Engine::Watcher{});
    EXPECT_TRUE(engine_->start().has_value());
    configure();
    Timestamp now = kLater;
    for (const Event& event : events) {
      if (random.chance(0.7)) now += std::chrono::seconds{1};
      deliver(event, now);
      if (random.chance(0.3)) engine_->commit();
    }
    EXPECT_TRUE(engine_->pump().run_before(now + std::chrono::hours{30}).has_value());
    engine_->commit();
  }

  // Everything a person could see that does not say when it was heard.
  std::set<std::string> picture() {
    std::set<std::string> picture;
    each_value(Topic::activity, [&](const std::string& customer, const std::string& name, const std::string& bytes) {
      show_customer(customer, name, bytes, picture);
    });
    each_value(Topic::desk, [&](const std::string&, const std::string& name, const std::string& bytes) {
      if (!name.starts_with("case/")) return;
      state::Case one;
      EXPECT_TRUE(one.ParseFromString(bytes));
      picture.insert("case of " + one.facet() + " with " + one.customer() + " since " +
                     std::to_string(one.opened_ms()) + " in state " + std::to_string(one.state()));
    });
    show_kpis(picture);
    return picture;
  }

  std::string digest() { return state_digest(*disks_.state, kPartitions).value(); }
  std::string replayed() { return replayed_digest(*engine_, kPartitions).value(); }

 private:
  void configure() {
    desk::DeskSettings desk;
    desk.departments = {{"front", "lead-1", "deputy-1", "super-1", {}, "always"}};
    // A silence found late opens no case: which is late depends on when it is heard.
    for (const auto& [section, text] :
         {std::pair("desk", write_json(desk)), std::pair("silence", std::string(R"({"late_days":0})"))}) {
      Event event = event_at(kLater, section, ConfigChanged{section, 1, text});
      event.recorded = kLater;
      engine_->pump().append_everywhere(event);
    }
  }

  void deliver(Event event, Timestamp now) {
    event.recorded = now;
    Pump& pump = engine_->pump();
    EXPECT_TRUE(pump.run_before(now).has_value());
    const auto* input = std::get_if<Input>(&event.body);
    const std::string key = input != nullptr ? feedback_key("", event.tenant, *input) : tenant_key(event.tenant);
    pump.append(input != nullptr ? Topic::feedback : Topic::desk, key, std::move(event));
  }

  template <class Take>
  void each_value(Topic input, const Take& take) {
    for (std::uint16_t partition = 0; partition < kPartitions; ++partition) {
      const std::string prefix = row_prefix({index_of(input), partition}, kValueRow);
      EXPECT_TRUE(disks_.state
                      ->scan(prefix, prefix,
                             [&](std::string_view key, std::string_view value) {
                               key.remove_prefix(prefix.size());
                               const std::size_t end = key.find('\0');
                               take(std::string(key.substr(0, end)), std::string(key.substr(end + 1)),
                                    std::string(value));
                               return true;
                             })
                      .has_value());
    }
  }

  static void show_customer(const std::string& customer, const std::string& name, const std::string& bytes,
                            std::set<std::string>& picture) {
    if (name == "customer") {
      state::Customer kept;
      EXPECT_TRUE(kept.ParseFromString(bytes));
      std::string line = customer + " unhappy " + std::to_string(!kept.negative_signal().empty()) + " at risk " +
                         std::to_string(!kept.at_risk_signal().empty()) + " silent " +
                         std::to_string(kept.silence_level()) + " keys";
      for (const auto& facet : kept.facets()) line += " " + Profile::key_of(facet).hex();
      std::set<std::string> cases;
      for (const auto& one : kept.cases())
        cases.insert(KeyHash{one.facet().high(), one.facet().low()}.hex() + "=" + std::to_string(one.state()));
      for (const std::string& one : cases) line += " case " + one;
      picture.insert(line);
      for (state::Facet facet : kept.facets()) {
        facet.clear_taken();
        facet.clear_place();    // where it stands in the log
        facet.clear_entries();  // steps of cases among them
        picture.insert(customer + " facet " + fingerprint(facet.SerializeAsString()).hex());
      }
    } else if (name.starts_with("timeline/")) {
      state::TimelineEntry entry;
      EXPECT_TRUE(entry.ParseFromString(bytes));
      if (entry.what() >= kCaseEntry) return;  // when a case moved, or was opened, depends on when it was heard
      entry.clear_place();
      picture.insert(customer + " " + name.substr(0, name.rfind('/')) + " " +
                     fingerprint(entry.SerializeAsString()).hex());
    }
  }

  void show_kpis(std::set<std::string>& picture) {
    std::map<std::string, std::string> newest;
    EventDecoder decoder;
    for (std::uint16_t partition = 0; partition < kPartitions; ++partition) {
      EXPECT_TRUE(engine_->log()
                      .read({index_of(Topic::kpis), partition}, 0, 1'000'000,
                            [&](const StoredRecord& record) {
                              auto event = decoder.decode(record.value);
                              auto* kpi = event ? std::get_if<KpiReported>(&event->body) : nullptr;
                              if (kpi == nullptr || kpi->kpi.starts_with("signals") || kpi->kpi == "too_late")
                                return true;
                              const std::string name = kpi->kpi + " " + kpi->dimension + " " +
                                                       format_rfc3339(kpi->from) + " " + format_rfc3339(kpi->to);
                              kpi->revision = 0;
                              if (kpi->kpi == "unanswered")
                                kpi->max.reset();  // how long it was until the report was made
                              kpi->provisional = false;
                              newest[name] = write_json(*kpi);
                              return true;
                            })
                      .has_value());
    }
    for (const auto& [_, json] : newest) picture.insert("kpi " + json);
  }

  Disks disks_;
  std::unique_ptr<Engine> engine_;
};

void shuffle(std::vector<Event>& all, Random& random) {
  for (std::size_t i = all.size(); i > 1; --i) std::swap(all[i - 1], all[random.below(i)]);
}

std::string difference(const std::set<std::string>& one, const std::set<std::string>& other) {
  std::string said;
  for (const std::string& line : one) said += other.contains(line) ? "" : "- " + line + "\n";
  for (const std::string& line : other) said += one.contains(line) ? "" : "+ " + line + "\n";
  return said;
}

// What is wrong in one world; empty when nothing is.
std::string play(std::uint64_t seed, const Tampering& tampering) {
  Random random(seed);
  Script script(random);
  std::vector<Event> events = script.events();
  Told first(events, random, tampering);
  const auto expected = first.picture();
  if (first.digest() != first.replayed()) return "a replay ends otherwise";
  for (int order = 0; order < 2; ++order) {
    shuffle(events, random);
    if (const std::string said = difference(expected, Told(events, random, tampering).picture()); !said.empty())
      return "another order:\n" + said;
  }
  const auto linked = script.linked_for_a_while();
  const auto decided_before = [&](const Event& event) {
    const auto* command = std::get_if<Command>(&event.body);
    const auto& keys = std::get<Command>(linked[0].body).keys;
    return command != nullptr && std::is_permutation(command->keys.begin(), command->keys.end(), keys.begin());
  };
  // The last word is that they are not one: that is no change only if nothing else said that they were.
  const bool is_said = std::any_of(events.begin(), events.end(), [&](const Event& event) {
    const auto* input = std::get_if<Input>(&event.body);
    const auto& keys = std::get<Command>(linked[0].body).keys;
    return decided_before(event) ||
           (input != nullptr && input->person.keys.size() == 2 &&
            ((hash_key("", input->person.keys[0]) == keys[0] && hash_key("", input->person.keys[1]) == keys[1]) ||
             (hash_key("", input->person.keys[0]) == keys[1] && hash_key("", input->person.keys[1]) == keys[0])));
  });
  if (is_said) return "";
  auto more = events;
  more.insert(more.end(), linked.begin(), linked.end());
  if (random.chance(0.5)) shuffle(more, random);
  if (const std::string said = difference(expected, Told(more, random, tampering).picture()); !said.empty())
    return "linked and unlinked:\n" + said;
  return "";
}

TEST(IdentityOrder, OfLinksAndEventsMakesNoDifference) {
  if (std::getenv("EARSHOT_SEED") != nullptr) {
    EXPECT_EQ(play(seed_of_test(1), {}), "");
    return;
  }
  for (std::uint64_t seed = 1; seed <= static_cast<std::uint64_t>(scaled(120)); ++seed) {
    ASSERT_EQ(play(seed, {}), "") << "again: EARSHOT_SEED=" << seed
                                  << " build/release/identity_order_test --gtest_filter=IdentityOrder.*";
  }
}

// ---- faults: each must be found
// ---------------------------------------------------------------------------------------

class InFront : public Processor {
 public:
  explicit InFront(std::unique_ptr<Processor> processor) : processor_(std::move(processor)) {}
  std::string_view name() const override { return processor_->name(); }
  Topic input() const override { return processor_->input(); }
  std::int32_t version() const override { return processor_->version(); }
  void apply(const Event& event, Step& step) override {
    if (!swallows(event, step)) processor_->apply(event, step);
  }
  void fire(const Timer& timer, Step& step) override { processor_->fire(timer, step); }
  virtual bool swallows(const Event& event, Step& step) const = 0;

 protected:
  std::unique_ptr<Processor> processor_;
};

template <class Front>
void expect_found(const char* what) {
  const Tampering tampering{.processors = [](std::vector<MakeProcessor>& processors) {
    for (MakeProcessor& make : processors) make = [make] { return std::make_unique<Front>(make()); };
  }};
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    if (!play(seed, tampering).empty()) return;
  }
  ADD_FAILURE() << what << " was not found";
}

TEST(IdentityOrderFaults, AFacetThatStaysBehindIsFound) {
  struct Stays final : InFront {
    using InFront::InFront;
    bool swallows(const Event& event, Step& step) const override {
      return std::holds_alternative<FacetReassigned>(event.body) && processor_->input() == Topic::activity &&
             step.now() != Timestamp{};
    }
  };
  expect_found<Stays>("a facet that stays behind");
}

TEST(IdentityOrderFaults, AFacetThatIsLostOnTheWayIsFound) {
  struct Lost final : InFront {
    using InFront::InFront;
    bool swallows(const Event& event, Step&) const override { return std::holds_alternative<FacetMoved>(event.body); }
  };
  expect_found<Lost>("a facet that is lost on the way");
}

TEST(IdentityOrderFaults, CasesThatStayBehindAreFound) {
  struct Stays final : InFront {
    using InFront::InFront;
    bool swallows(const Event& event, Step&) const override {
      return std::holds_alternative<FacetReassigned>(event.body) && processor_->input() == Topic::desk;
    }
  };
  expect_found<Stays>("cases that stay behind");
}

TEST(IdentityOrderFaults, APartThatIsCountedTwiceIsFound) {
  struct Twice final : InFront {
    using InFront::InFront;
    bool swallows(const Event& event, Step& step) const override {
      const auto* moved = std::get_if<FacetMoved>(&event.body);
      if (moved == nullptr) return false;
      Event again = event;
      auto& twin = std::get<FacetMoved>(again.body);
      twin.from.low ^= 1;  // so that it does not look like a repeat
      processor_->apply(again, step);
      return false;
    }
  };
  expect_found<Twice>("a part that is counted twice");
}

}  // namespace
}  // namespace earshot::test
