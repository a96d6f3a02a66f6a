#include "base/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <xxhash.h>

#include "base/hex.h"
#include "earshot/check.h"

namespace earshot {
namespace {

const unsigned char* raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

std::uint64_t big_endian(const unsigned char* bytes) {
  std::uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = value << 8 | bytes[i];
  return value;
}

class Sha256Context {
 public:
  Sha256Context() : algorithm_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {
    EARSHOT_CHECK(algorithm_ != nullptr && context_ != nullptr, "SHA-256 is not available");
  }
  ~Sha256Context() {
    EVP_MD_CTX_free(context_);
    EVP_MD_free(algorithm_);
  }
  Sha256Context(const Sha256Context&) = delete;
  Sha256Context& operator=(const Sha256Context&) = delete;

  void digest(std::string_view bytes, unsigned char* to) {
    const bool done = EVP_DigestInit_ex2(context_, algorithm_, nullptr) == 1 &&
                      EVP_DigestUpdate(context_, bytes.data(), bytes.size()) == 1 &&
                      EVP_DigestFinal_ex(context_, to, nullptr) == 1;
    EARSHOT_CHECK(done, "SHA-256 is not available");
  }

 private:
  EVP_MD* algorithm_;
  EVP_MD_CTX* context_;
};

}  // namespace

Fingerprint fingerprint(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.high64, hash.low64};
}

std::uint32_t murmur2(std::string_view bytes) {
  constexpr std::uint32_t m = 0x5bd1e995;
  auto h = 0x9747b28cu ^ static_cast<std::uint32_t>(bytes.size());
  const unsigned char* data = raw(bytes);
  std::size_t left = bytes.size();
  for (; left >= 4; left -= 4, data += 4) {
    auto k = static_cast<std::uint32_t>(data[0]) | static_cast<std::uint32_t>(data[1]) << 8 |
             static_cast<std::uint32_t>(data[2]) << 16 | static_cast<std::uint32_t>(data[3]) << 24;
    k *= m;
    k ^= k >> 24;
    k *= m;
    h *= m;
    h ^= k;
  }
  if (left >= 3) h ^= static_cast<std::uint32_t>(data[2]) << 16;
  if (left >= 2) h ^= static_cast<std::uint32_t>(data[1]) << 8;
  if (left >= 1) {
    h ^= data[0];
    h *= m;
  }
  h ^= h >> 13;
  h *= m;
  h ^= h >> 15;
  return h;
}

std::string hmac_sha256(std::string_view key, std::string_view message) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  const auto* done =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), raw(message), message.size(), digest, &size);
  EARSHOT_CHECK(done != nullptr && size == 32, "HMAC-SHA256 is not available");
  return {reinterpret_cast<char*>(digest), size};
}

std::string hmac_sha1(std::string_view key, std::string_view message) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  const auto* done =
      HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), raw(message), message.size(), digest, &size);
  EARSHOT_CHECK(done != nullptr && size == 20, "HMAC-SHA1 is not available");
  return {reinterpret_cast<char*>(digest), size};
}

KeyHash hash_key(std::string_view secret, std::string_view kind_and_value) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  if (secret.empty()) {
    // Kept for each thread: SHA256() looks the algorithm up and allocates anew for every key, which takes longer than
    // the hash.
    thread_local Sha256Context context;
    context.digest(kind_and_value, digest);
    return {big_endian(digest), big_endian(digest + 8)};
  }
  const std::string mac = hmac_sha256(secret, kind_and_value);
  return {big_endian(raw(mac)), big_endian(raw(mac) + 8)};
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  EARSHOT_CHECK(EVP_DigestInit_ex(static_cast<EVP_MD_CTX*>(context_), EVP_sha256(), nullptr) == 1,
                "SHA-256 is not available");
}

Sha256::~Sha256() { EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(context_)); }

void Sha256::add(std::string_view bytes) {
  EVP_DigestUpdate(static_cast<EVP_MD_CTX*>(context_), bytes.data(), bytes.size());
}

std::string Sha256::hex() {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  unsigned int size = 0;
  EVP_DigestFinal_ex(static_cast<EVP_MD_CTX*>(context_), digest, &size);
  return to_hex({reinterpret_cast<char*>(digest), size});
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 hash;
  hash.add(bytes);
  return hash.hex();
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace earshot
