#include "processors/desk/desk.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/hash.h"
#include "processors/control.h"
#include "processors/desk/case_book.h"
#include "processors/desk/case_moves.h"
#include "processors/desk/commands.h"
#include "processors/desk/conversation.h"
#include "processors/desk/deadlines.h"
#include "processors/desk/openings.h"
#include "processors/desk/outreach.h"
#include "processors/desk/ownership.h"
#include "processors/desk/proposals.h"

namespace earshot {
namespace desk {
namespace {

constexpr std::string_view kCaseTimer = "case/";

// Names an event among the events of a customer, and as what opened a case.
std::string opening_of(const Event& event) { return event.source + '\0' + event.id; }

// Nothing is dated after now: the clock of a source may run ahead.
template <class Said>
Said not_later_than(Said said, Timestamp now) {
  said.at = std::min(said.at, now);
  return said;
}

class Desk final : public Processor {
 public:
  std::string_view name() const override { return "desk"; }
  Topic input() const override { return Topic::desk; }
  std::int32_t version() const override { return 1; }

  void apply(const Event& event, Step& step) override {
    if (const auto* changed = std::get_if<ConfigChanged>(&event.body)) return on_config(event, *changed, step);
    if (const auto* began = std::get_if<ImportBegan>(&event.body)) return on_import(*began, step);
    if (const auto* gap = std::get_if<ConnectorGap>(&event.body)) return on_gap(*gap, step);
    CaseBook book(step, rules_of(step), pinned_);
    const std::string opening = opening_of(event);
    const std::uint64_t number = fingerprint(opening).low;
    if (const auto* request = std::get_if<CaseRequested>(&event.body)) {
      const auto take = request->origin == CaseOrigin::silence ? &on_silence : &on_request;
      take(book, number, not_later_than(*request, step.now()), opening);
    } else if (const auto* message = std::get_if<MessageForwarded>(&event.body)) {
      on_message(book, number, not_later_than(*message, step.now()), opening);
    } else if (const auto* command = std::get_if<Command>(&event.body)) {
      on_command(book, event, *command);
    } else if (const auto* proposed = std::get_if<IdentityProposed>(&event.body)) {
      on_proposal(book, event, *proposed);
    } else if (const auto* reassigned = std::get_if<FacetReassigned>(&event.body)) {
      on_reassigned(book, *reassigned);
    }
    book.finish();
  }

  void fire(const Timer& timer, Step& step) override {
    CaseBook book(step, rules_of(step), pinned_);
    if (forget_requests(book, timer.name)) return;
    if (begin_day(book, timer)) return book.finish();
    EARSHOT_CHECK(timer.name.starts_with(kCaseTimer), "desk sets timers for cases, answers and days only");
    const auto id = CaseId::parse(std::string_view(timer.name).substr(kCaseTimer.size()));
    const state::Case* known = id ? book.find_case(*id) : nullptr;
    if (known == nullptr || known->armed_ms() != to_millis(timer.due)) return;  // an older one: another is armed
    state::Case& one = book.edit_case(*id);
    one.set_armed_ms(0);
    // A deadline that a change moves into the past is armed again for a minute that has fired already.
    step.tell_apart(one.arms());
    run_due(book, one, timer.due);
    book.finish();
  }

 private:
  struct InForce {
    std::string text;
    Rulebook rules;
  };

  // Decoded settings of the step's tenant; those in state are the truth.
  const Rulebook& rules_of(Step& step) {
    const auto* config = step.find<state::DeskConfig>("settings");
    const std::string& text = config == nullptr ? kNoSettings : config->settings();
    auto known = in_force_.find(step.tenant());
    if (known == in_force_.end() || known->second.text != text) {
      auto settings = read_desk_settings(text);
      EARSHOT_CHECK(settings.has_value(), "settings were valid when they were stored");
      known =
          in_force_.insert_or_assign(std::string(step.tenant()), InForce{text, Rulebook(std::move(*settings))}).first;
    }
    return known->second.rules;
  }

  // The configuration is checked before it is appended. Should one come that is not valid, work goes on under the old
  // one.
  void on_config(const Event& event, const ConfigChanged& changed, Step& step) {
    if (changed.section == "silence") keep_control(event, step);  // how many cases a day (outreach.h)
    if (changed.section != "desk") return;
    const auto* config = step.find<state::DeskConfig>("settings");
    if (config != nullptr && !replaces(changed, {config->version(), config->settings()})) return;
    if (const auto settings = read_desk_settings(changed.settings); !settings)
      return refuse_config(changed, settings.error(), step);
    const DeskSettings before = rules_of(step).settings();
    state::DeskConfig& kept = step.edit<state::DeskConfig>("settings");
    kept.set_version(changed.version);
    kept.set_settings(changed.settings);
    CaseBook book(step, rules_of(step), pinned_);
    for (const std::string& handle : people_of(before)) {
      if (!is_known_person(book.settings(), handle)) hand_on(book, handle, HandOn::everything, book.now());
    }
    for (const DepartmentSettings& department : book.settings().departments)
      offer_queue(book, department.name, book.now());
    book.finish();
  }

  void refuse_config(const ConfigChanged& changed, const Error& error, Step& step) {
    AlertRaised raised;
    raised.title = "version " + std::to_string(changed.version) + " of the desk's settings is refused";
    raised.reasons = {error.message};
    CaseBook(step, rules_of(step), pinned_).alert("settings", std::move(raised), step.now());
  }

  static std::set<std::string> people_of(const DeskSettings& settings) {
    std::set<std::string> people;
    for (const AgentSettings& agent : settings.agents) people.insert(agent.handle);
    for (const DepartmentSettings& department : settings.departments) {
      people.insert({department.liaison, department.deputy, department.supervisor});
    }
    return people;
  }

  static void on_import(const ImportBegan& began, Step& step) {
    const auto* import = step.find<state::DeskImport>("import");
    if (import != nullptr && import->until_ms() >= to_millis(began.until)) return;
    step.edit<state::DeskImport>("import").set_until_ms(to_millis(began.until));
  }

  // Every partition hears of it; one speaks.
  void on_gap(const ConnectorGap& gap, Step& step) {
    if (step.partition() != 0) return;
    const std::string name = "gap/" + gap.connector;
    const auto* known = step.find<state::DeskGap>(name);
    const bool is_known = known != nullptr && known->from_ms() == to_millis(gap.from);
    if (is_known ? known->to_ms() == to_millis(gap.to) : gap.caught_up) return;  // nobody was told that it had begun
    auto& value = step.edit<state::DeskGap>(name);
    value.set_from_ms(to_millis(gap.from));
    value.set_to_ms(to_millis(gap.to));
    const bool lasts = gap.to >= kNever;
    AlertRaised raised;
    raised.severity = gap.caught_up ? Severity::info : lasts ? Severity::critical : Severity::warning;
    raised.title = "source " + gap.connector +
                   (lasts ? " cannot be heard since " + format_rfc3339(gap.from)
                          : " could not be heard from " + format_rfc3339(gap.from) + " to " + format_rfc3339(gap.to));
    raised.reasons = {gap.reason, gap.caught_up
                                      ? "all that was said there meanwhile has come after all"
                                      : "the silence of customers who are active there does not count meanwhile"};
    CaseBook(step, rules_of(step), pinned_).alert("source/" + gap.connector, std::move(raised), step.now());
  }

  inline static const std::string kNoSettings = "{}";
  std::map<std::string, InForce, std::less<>> in_force_;  // by tenant
  PinnedCalendars pinned_;
};

}  // namespace
}  // namespace desk

std::unique_ptr<Processor> make_desk() { return std::make_unique<desk::Desk>(); }

}  // namespace earshot
