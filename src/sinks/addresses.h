// Which addresses an outgoing request may reach.
//
// A webhook's target is set by a user, so it could name the machine itself, a neighbour behind the firewall or a
// cloud's metadata service. What counts is the address that is really connected to, after the name was resolved.
#pragma once

#include <sys/socket.h>

#include <string_view>

namespace earshot {

// Loopback, private, link-local, shared, reserved or multicast, also when written inside an IPv6 address; and anything
// that is neither IPv4 nor IPv6.
bool is_private_address(const sockaddr& address);
bool is_private_address(std::string_view number);  // `10.0.0.1`, `fe80::1`; true for what is no address

}  // namespace earshot
