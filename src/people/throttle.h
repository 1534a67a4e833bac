// SPDX-License-Identifier: Apache-2.0
// Throttle: after wrong attempts the next one has to wait, longer each time, and never for ever. Pure; time is handed
// in.
//
// Three counts, so that an attacker cannot keep the engineer on call out by guessing at their name:
//   the address     what one machine (IPv6: one /64) tried, at whatever names: up to 15 minutes
//   the account     what strangers' addresses tried at one name: up to a minute, and only for strangers' addresses
//   both together   what was tried at one name from an address where that person has signed in before: up to 30 s;
//                   the other two do not count there
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/time.h"

namespace cordon::people {

constexpr std::uint32_t failures_free = 4;  // mistyped a few times: no wait
constexpr Micros wait_address_max = std::chrono::minutes(15);
constexpr Micros wait_account_max = std::chrono::minutes(1);
constexpr Micros wait_known_max = std::chrono::seconds(30);
constexpr Micros failures_forgotten = std::chrono::hours(1);  // after the last one
constexpr std::size_t throttle_keys_max = 8192;               // the one silent for longest gives way

class Throttle {
 public:
  struct Attempt {
    std::string name;
    std::string address;
    bool known = false;  // this person has signed in from there before
    WallTime at;
  };

  /// wait tells how long this attempt has to wait still; zero: it may be judged now.
  Micros wait(const Attempt& attempt) const;
  void failed(const Attempt& attempt);
  void succeeded(const Attempt& attempt);
  std::size_t size() const { return counts_.size(); }

 private:
  struct Count {
    std::uint32_t failures = 0;
    WallTime last;
  };
  Micros wait_of(const std::string& key, Micros most, WallTime now) const;
  void fail(const std::string& key, WallTime now);

  std::map<std::string, Count> counts_;
};

/// network_of gives an IPv4 address itself and of an IPv6 address its /64, which one machine has whole.
std::string network_of(const std::string& address);

}  // namespace cordon::people
