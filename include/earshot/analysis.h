// What a text says, as far as Earshot can tell. Whole numbers only, so that every machine agrees.
#pragma once

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

// Why a text is urgent.
enum class UrgencyCause : std::uint8_t { none, safety, fraud, legal, outage, deadline, repeated_contact, long_wait };

// The bytes [from, to) of the text that speak for a label, and how strongly.
struct Evidence {
  std::string label;  // `neg`, `pos`, an issue type, `leave`, `urgent`
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
  bool complaint = false;           // needs action: a problem is told, whatever the tone
  bool courtesy = false;            // only thanks or a greeting: neither a contact nor a reason to reopen a case
  std::vector<IssueScore> issues;   // those found, likeliest first; never `none`
  std::uint16_t leave_permille = 0;  // says that they will leave, or ask to
  std::uint8_t urgency = 0;          // 0, 1, 2
  UrgencyCause urgency_cause = UrgencyCause::none;
  std::vector<Evidence> evidence;  // strongest first, at most kEvidenceMax
  std::string model;               // version of the model that said so
  bool operator==(const Analysis&) const = default;
};

inline constexpr std::size_t kEvidenceMax = 6;

}  // namespace earshot
