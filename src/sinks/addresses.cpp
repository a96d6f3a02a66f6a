#include "sinks/addresses.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <string>

namespace earshot {

namespace {

struct Range4 {
  std::uint32_t address;
  int bits;
};

constexpr std::uint32_t ip(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

constexpr std::array<Range4, 14> kPrivate4{{
    {ip(0, 0, 0, 0), 8},        // this network
    {ip(10, 0, 0, 0), 8},       // private
    {ip(100, 64, 0, 0), 10},    // shared by carriers
    {ip(127, 0, 0, 0), 8},      // loopback
    {ip(169, 254, 0, 0), 16},   // link-local, metadata services
    {ip(172, 16, 0, 0), 12},    // private
    {ip(192, 0, 0, 0), 24},     // protocol assignments
    {ip(192, 0, 2, 0), 24},     // documentation
    {ip(192, 168, 0, 0), 16},   // private
    {ip(198, 18, 0, 0), 15},    // benchmarks
    {ip(198, 51, 100, 0), 24},  // documentation
    {ip(203, 0, 113, 0), 24},   // documentation
    {ip(224, 0, 0, 0), 4},      // multicast
    {ip(240, 0, 0, 0), 4},      // reserved, broadcast
}};

bool is_private4(std::uint32_t address) {
  for (const Range4& range : kPrivate4) {
    if ((address ^ range.address) >> (32 - range.bits) == 0) return true;
  }
  return false;
}

std::uint32_t ipv4_inside(const unsigned char* bytes) { return ip(bytes[0], bytes[1], bytes[2], bytes[3]); }

bool is_private6(const unsigned char (&bytes)[16]) {
  static constexpr unsigned char kZero[12] = {};
  static constexpr unsigned char kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  static constexpr unsigned char kNat64[12] = {0, 0x64, 0xff, 0x9b};
  if (std::memcmp(bytes, kZero, 12) == 0) return true;  // ::, ::1 and the old embedding of IPv4
  if (std::memcmp(bytes, kMapped, 12) == 0 || std::memcmp(bytes, kNat64, 12) == 0)
    return is_private4(ipv4_inside(bytes + 12));
  if (bytes[0] == 0x20 && bytes[1] == 0x02) return is_private4(ipv4_inside(bytes + 2));  // 6to4
  if (std::memcmp(bytes, "\x20\x01\x00\x00", 4) == 0) return true;                       // Teredo
  return (bytes[0] & 0xe0) != 0x20;  // only 2000::/3 is reached over the Internet
}

}  // namespace

bool is_private_address(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in four{};
    std::memcpy(&four, &address, sizeof four);
    return is_private4(ntohl(four.sin_addr.s_addr));
  }
  if (address.sa_family == AF_INET6) {
    return is_private6(reinterpret_cast<const sockaddr_in6&>(address).sin6_addr.s6_addr);
  }
  return true;
}

bool is_private_address(std::string_view number) {
  const std::string text(number);
  in_addr four{};
  if (::inet_pton(AF_INET, text.c_str(), &four) == 1) return is_private4(ntohl(four.s_addr));
  in6_addr six{};
  if (::inet_pton(AF_INET6, text.c_str(), &six) == 1) return is_private6(six.s6_addr);
  return true;
}

}  // namespace earshot
