// Fingerprints and digests. XXH3 where speed counts and nobody gains by a collision; SHA-256 and HMAC where somebody
// might.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "earshot/ids.h"

namespace earshot {

// XXH3, 128 bits. The same on every machine.
Fingerprint fingerprint(std::string_view bytes);

// Kafka's murmur2 of a record key: choose a partition with `(murmur2(key) & 0x7fffffff) % partitions`.
std::uint32_t murmur2(std::string_view bytes);

// 32 raw bytes.
std::string hmac_sha256(std::string_view key, std::string_view message);
// 20 raw bytes. Only to verify what others still sign with it.
std::string hmac_sha1(std::string_view key, std::string_view message);

// The identity key `kind:value` under the tenant's secret; with an empty secret the hash is unkeyed (plain SHA-256).
KeyHash hash_key(std::string_view secret, std::string_view kind_and_value);

// Incremental SHA-256. Not for several threads at once.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void add(std::string_view bytes);
  std::string hex();  // 64 digits; ends the computation
 private:
  void* context_;
};

std::string sha256_hex(std::string_view bytes);

// Takes the same time wherever the texts first differ.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace earshot
