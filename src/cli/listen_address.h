// Where the service listens, and how many it can listen to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "earshot/result.h"

namespace earshot::cli {

struct ListenAddress {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;  // 0: any free one
};

// `127.0.0.1:8080`, `[::1]:8080`.
Result<ListenAddress> parse_address(std::string_view text);

// `http://…` for other processes: who listens on every address is found by the name of the machine.
std::string address_for_others(const std::string& address, std::uint16_t port);

// No more than `wanted`, and as many as descriptors are left for; the machine gives us all that it allows.
std::size_t connections_max(std::size_t wanted);

}  // namespace earshot::cli
