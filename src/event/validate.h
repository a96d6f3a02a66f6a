// What an Input must hold beyond its types: the block of its kind, an identity key, values on their scales.
#pragma once

#include <optional>

#include "event/codec.h"

namespace earshot {

inline constexpr std::size_t kKeysMax = 64;              // of one person
inline constexpr std::size_t kKeyBytesMax = 512;         // of one `kind:value`
inline constexpr std::size_t kShortTextBytesMax = 1024;  // of a channel, product, thread, id, …

// Nothing when the input is acceptable.
std::optional<DecodeFailure> refuse(const Input& input);

// The envelope of an event from outside: id and source must be there and of sane length.
std::optional<DecodeFailure> refuse_envelope(const Event& event);

}  // namespace earshot
