// Words we know without training: what is dangerous, what is a goodbye, what a late parcel is called. They give weak
// labels to the trainer, features to the model, and the few decisions that must not depend on weights (leaving,
// urgency, courtesy). One pass over the normalised text finds all of them (Aho-Corasick), however many there are.
//
// The text form, kept as models/lexicon.txt and carried inside the model:
//
//     [delivery]                  a class; below it its entries, separated by spaces
//     still_waiting late* 没送到   `_` is a space, a final `*` leaves the end of a word open
//     = leave 950 gap 6 : never buy again
//                                 a rule: one hit of each class, in this order, at most `gap` signs apart and within
//                                 one sentence, means `leave` with 950 per mille
//
// ASCII entries match whole words only. Const after parsing; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "earshot/analysis.h"
#include "earshot/result.h"
#include "text/normalise.h"

namespace earshot::text {

struct Hit {
  std::uint16_t word_class = 0;
  bool negated = false;    // "not good"; only for positive and negative
  std::uint32_t from = 0;  // bytes of the normalised text
  std::uint32_t to = 0;
};

// What a rule says. Issue types are `issue` with the type beside it.
enum class Meaning : std::uint8_t {
  leave,
  not_leave,
  courtesy,
  urgent,
  issue,
  complaint,
  not_complaint,
  ask,
  suggest,
  agent_fault
};

struct Finding {
  Meaning meaning = Meaning::leave;
  UrgencyCause cause = UrgencyCause::none;  // for urgent
  IssueType issue = IssueType::none;        // for issue
  std::uint16_t permille = 0;
  std::uint32_t from = 0;
  std::uint32_t to = 0;
};

// The classes that the code itself asks for. Others are only material for rules.
enum KnownClass : std::uint16_t { kPositive, kNegative, kNegator, kContrast, kCourtesy, kFiller, kIssueFirst };
inline constexpr std::uint16_t kIssueTopicFirst = kIssueFirst + kIssueTypes;   // `delivery_topic` and so on
inline constexpr std::uint16_t kAspectFirst = kIssueTopicFirst + kIssueTypes;  // `aspect_food` and so on
inline constexpr std::uint16_t kBrand = kAspectFirst + kAspects;               // names, which say nothing by themselves
inline constexpr std::uint16_t kPerson = kBrand + 1;
inline constexpr std::uint16_t kKnownClasses = kPerson + 1;

class Lexicon {
 public:
  static Result<Lexicon> parse(std::string_view text, const Simplified& simplified);

  // Of plain phrases without rules; classes from kKnownClasses on.
  struct Phrase {
    std::string text;
    std::uint16_t word_class = 0;
  };
  static Result<Lexicon> of(const std::vector<Phrase>& phrases, const Simplified& simplified);

  // Appends what stands in the text, by place. A sentiment word inside a longer one does not count.
  void find(std::string_view normalised, std::vector<Hit>& hits) const;

  // What the rules make of the hits.
  void judge(std::string_view normalised, const std::vector<Hit>& hits, std::vector<Finding>& findings) const;

  std::size_t entries() const { return entries_.size(); }

 private:
  struct Entry {
    std::uint16_t word_class = 0;
    bool whole_start = false;  // must begin, or end, at the edge of a word
    bool whole_end = false;
    std::uint32_t size = 0;
  };
  struct Node {
    std::uint32_t suffix = 0;  // the longest proper suffix that is a node with entries
    std::uint32_t first_entry = 0;
    std::uint32_t entries = 0;
  };
  struct Rule {
    Finding finding;
    std::vector<std::uint16_t> classes;
    std::uint32_t gap = 8;
  };

  static Entry entry_of(const std::string& plain, std::uint16_t word_class, bool is_open);
  Result<void> add_rule(std::string_view line);
  std::uint16_t class_id(std::string_view name);
  void build(std::vector<std::pair<std::string, Entry>> words);
  void add_start(std::string_view word);
  bool may_start(std::string_view text, std::uint32_t at) const;
  bool match(const Rule& rule, std::size_t part, std::size_t first_hit, std::string_view text,
             const std::vector<Hit>& hits, Finding& finding) const;

  std::vector<std::string> class_names_;
  std::vector<Entry> entries_;
  std::vector<Rule> rules_;
  std::vector<Node> nodes_;
  std::vector<std::uint16_t> next_;  // node × byte class
  std::vector<std::uint8_t> byte_class_;
  std::vector<std::uint8_t> begins_;   // by first byte: how many bytes of a text must be looked at, one bit each
  std::vector<std::uint64_t> starts_;  // hashes of the first bytes of entries
  std::uint32_t byte_classes_ = 1;
};

// Whether [from, to) crosses the end of a sentence.
bool crosses_sentence(std::string_view text, std::uint32_t from, std::uint32_t to);

std::string_view name_of(IssueType type);
std::string_view name_of(Aspect aspect);
std::string_view name_of(UrgencyCause cause);

}  // namespace earshot::text
