#include "sinks/addresses.h"

#include <gtest/gtest.h>

namespace earshot {
namespace {

TEST(Addresses, ThatOnlyThisNetworkReachesArePrivate) {
  for (const char* address : {"127.0.0.1",
                              "127.255.255.254",
                              "10.0.0.1",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.168.1.1",
                              "169.254.169.254",
                              "100.64.0.1",
                              "0.0.0.0",
                              "224.0.0.1",
                              "255.255.255.255",
                              "198.19.255.255",
                              "::",
                              "::1",
                              "fe80::1",
                              "fd00::1",
                              "ff02::1",
                              "::ffff:127.0.0.1",
                              "::ffff:10.1.2.3",
                              "::127.0.0.1",
                              "64:ff9b::7f00:1",
                              "2002:7f00:1::",
                              "2002:a00:1::",
                              "2001:0:1::1"}) {
    EXPECT_TRUE(is_private_address(address)) << address;
  }
}

TEST(Addresses, OfTheInternetAreNot) {
  for (const char* address :
       {"1.1.1.1", "9.255.255.255", "11.0.0.0", "126.255.255.255", "128.0.0.0", "172.15.255.255", "172.32.0.0",
        "192.167.255.255", "192.169.0.0", "100.63.255.255", "100.128.0.0", "198.17.255.255", "198.20.0.0",
        "223.255.255.255", "2606:4700::1111", "2a00:1450::1", "::ffff:1.1.1.1", "64:ff9b::101:101", "2002:101:101::"}) {
    EXPECT_FALSE(is_private_address(address)) << address;
  }
}

TEST(Addresses, WhatIsNoAddressIsNotTrusted) {
  for (const char* text : {"", "localhost", "1.2.3", "0x7f000001", "2130706433"})
    EXPECT_TRUE(is_private_address(text)) << text;
}

}  // namespace
}  // namespace earshot
