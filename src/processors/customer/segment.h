// Which part of a tenant's customers somebody belongs to, by rules of the tenant: who uses an app every day and who
// orders a sofa every other year do not share a curve, so each part may have a silence model of its own.
//
// The first rule counts all of whose conditions hold. What it looks at are facts that add up over the keys of a
// customer in any order, so the same keys give the same segment however they came together.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "earshot/result.h"

namespace earshot {

struct SegmentRule {
  std::string name;
  std::vector<std::string> channels;  // active on one of them
  std::vector<std::string> regions;   // where they were heard last: this one, or a part of it (`CN` has `CN-31`)
  std::vector<std::string> plans;     // of their newest contract
  std::optional<bool> contract;       // whether a contract is in force
  bool operator==(const SegmentRule&) const = default;
};

template <class F>
void fields(F& f, SegmentRule& v) {
  f.required("name", v.name);
  f.optional("channels", v.channels);
  f.optional("regions", v.regions);
  f.optional("plans", v.plans);
  f.optional("contract", v.contract);
}

inline constexpr std::size_t kSegmentsMax = 32;
inline constexpr std::size_t kSegmentNameBytesMax = 64;

Result<void> validate(const std::vector<SegmentRule>& rules);

// The facts. What is added points into what it was taken from, which must stay.
class Traits {
 public:
  void add_channel(std::string_view channel) { channels_.push_back(channel); }
  void add_region(std::string_view region, std::int64_t at_ms);  // of two of one moment the greater one by name counts
  void add_contract(std::string_view plan, bool in_force, std::int64_t at_ms);

  bool meet(const SegmentRule& rule) const;

 private:
  std::vector<std::string_view> channels_;
  std::string_view region_;
  std::int64_t region_ms_ = 0;
  std::string_view plan_;
  bool has_contract_ = false;
  std::int64_t contract_ms_ = 0;
};

// Its name; empty when no rule holds.
std::string_view segment_of(const std::vector<SegmentRule>& rules, const Traits& traits);

}  // namespace earshot
