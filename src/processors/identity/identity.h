// "Who is who?" Decides which identity keys are one customer.
//
// The customer of a key is a function of the set of links, never of their order:
//   - a strong id (the tenant's own, `customer:`) is a customer by itself;
//   - other keys that are linked to each other form a group. A group that touches one strong id belongs to it; one that
//     touches none is a customer named after its smallest key; one that touches two belongs to neither, and a person is
//     asked;
//   - two strong ids are joined only when a person says so; the customer is then named after the smallest of them; a
//     group of more than kKeysPerCustomer keys falls apart into single ones, and a strong id keeps none of its groups
//     when there are more keys in them than that;
//   - a key with more than kClaimsPerKey links and vetoes is shared (a shop's own address, a test account): it links
//     nothing;
//   - an unlink is a standing veto against that link; what a person says of two keys counts more than all evidence and
//     every veto, and the newest word of theirs most.
// Only trusted pairs link. A display name is no key and links nothing. These bounds also bound the work for one pair.
#pragma once

#include <memory>
#include <string>

#include "earshot/processor.h"

namespace earshot {

inline constexpr std::size_t kKeysPerCustomer = 64;
inline constexpr int kClaimsPerKey = 128;

std::unique_ptr<Processor> make_identity();

// Where state::IdentityKey and state::LinkEvidence stand, under the tenant.
inline std::string identity_key_name(KeyHash key) { return "key/" + key.hex(); }
std::string evidence_name(KeyHash first, KeyHash second);

}  // namespace earshot
