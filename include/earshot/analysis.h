// What a text says, as far as Earshot can tell. Whole numbers only, so that every machine agrees.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace earshot {

enum class Language : std::uint8_t { unknown, en, zh, mixed };

enum class Sentiment : std::uint8_t { unknown, negative, neutral, positive };

// What feedback is about: which department's problem. `none` stands for no issue, or none of these.
enum class IssueType : std::uint8_t {
  none,
  delivery,
  order_error,
  quality,
  authenticity,
  service,
  price,
  billing,
  refund,
  account,
  app,
  technical,
};
inline constexpr int kIssueTypes = 12;

// Which property of a product, a place or a service a text speaks of.
enum class Aspect : std::uint8_t {
  food,
  portion,
  menu,
  packaging,
  delivery,
  service,
  staff,
  price,
  quality,
  fit,
  appearance,
  comfort,
  battery,
  screen,
  sound,
  performance,
  usability,
  connection,
  place,
  ambience,
  hygiene,
  content,
  power,
  fuel,
  handling,
  interior,
  exterior,
  space,
  safety,
  equipment,
};
inline constexpr int kAspects = 30;

// Why a text is urgent.
enum class UrgencyCause : std::uint8_t {
  none,
  safety,
  fraud,
  legal,
  outage,
  deadline,
  repeated_contact,
  long_wait,
  operator_word
};
inline constexpr int kUrgencyCauses = 9;

// What a text says of an aspect, and how sure that is.
struct AspectScore {
  Aspect aspect = Aspect::food;
  Sentiment polarity = Sentiment::unknown;
  std::uint16_t permille = 0;
  bool operator==(const AspectScore&) const = default;
};

// One clause of a text that says more than one thing.
struct Clause {
  std::uint32_t from = 0;  // bytes of the text
  std::uint32_t to = 0;
  std::uint16_t negative_permille = 0;
  std::uint16_t positive_permille = 0;
  bool operator==(const Clause&) const = default;
};

// The bytes [from, to) of the text that speak for a label, and how strongly.
struct Evidence {
  std::string label;  // `neg`, `pos`, `complaint`, an issue type, `aspect:food`, `leave`, `ask`, `suggest`, a cause of
                      // urgency, …
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::int32_t weight_milli = 0;
  bool operator==(const Evidence&) const = default;
};

struct IssueScore {
  IssueType type = IssueType::none;
  std::uint16_t permille = 0;
  bool operator==(const IssueScore&) const = default;
};

struct Analysis {
  Language language = Language::unknown;
  Sentiment sentiment = Sentiment::unknown;
  std::uint16_t negative_permille = 0;  // calibrated; the three add up to 1000, or are all 0 when nothing can be said
  std::uint16_t neutral_permille = 0;
  std::uint16_t positive_permille = 0;
  bool complaint = false;                // needs action: a problem is told, whatever the tone
  bool courtesy = false;                 // only thanks or a greeting: neither a contact nor a reason to reopen a case
  std::vector<IssueScore> issues;        // those found, likeliest first; never `none`
  std::vector<AspectScore> aspects;      // by place in the text, each at most twice: once well, once badly spoken of
  std::uint16_t leave_permille = 0;      // says that they will leave, or ask to
  std::uint16_t complaint_permille = 0;  // below 50 these are 0
  std::uint16_t ask_permille = 0;
  std::uint16_t suggest_permille = 0;
  std::uint8_t urgency = 0;  // 0, 1, 2
  UrgencyCause urgency_cause = UrgencyCause::none;
  std::vector<UrgencyCause> alarms;  // every cause that the text names, in the order of UrgencyCause
  std::vector<Evidence> evidence;    // strongest first, at most kEvidenceMax
  std::string model;                 // version of the model that said so

  // For those who ask about one text; not part of events.
  std::array<std::uint16_t, kIssueTypes> issue_permille{};  // of every issue type, also of those not found
  bool agent_fault = false;     // an agent's text that a customer should not have to read: "not my department"
  std::vector<Clause> clauses;  // with the evidence, of a text of several clauses
  bool operator==(const Analysis&) const = default;
};

inline constexpr std::size_t kEvidenceMax = 16;

}  // namespace earshot
