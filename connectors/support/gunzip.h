// Inflates gzip on its way to a reader, so that a connector never knows that a file was compressed.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "earshot/connector.h"

namespace earshot {

inline constexpr std::int64_t kInflatedBytesMax = std::int64_t{64} * 1024 * 1024 * 1024;

// Feeds `into` what the bytes inflate to; several members in a row are one stream. The first call that meets damage, an
// end in the middle or more than `inflated_bytes_max` returns the error, and what came before it has been fed.
class Gunzip {
 public:
  explicit Gunzip(Reader& into, std::int64_t inflated_bytes_max = kInflatedBytesMax);
  ~Gunzip();
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  Result<void> feed(std::string_view bytes);
  Result<void> finish();  // also finishes `into`, whatever the outcome

  static bool is_gzip(std::string_view first_bytes) { return first_bytes.starts_with("\x1f\x8b"); }

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
  Reader& into_;
  std::int64_t inflated_bytes_max_;
  std::int64_t inflated_bytes_ = 0;
};

}  // namespace earshot
