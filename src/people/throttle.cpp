// SPDX-License-Identifier: Apache-2.0
#include "people/throttle.h"

#include <algorithm>

#include "base/address.h"

namespace cordon::people {
namespace {

std::string address_key(const Throttle::Attempt& a) {
  return "a " + network_of(a.address);
}
std::string account_key(const Throttle::Attempt& a) {
  return "n " + a.name;
}
std::string both_key(const Throttle::Attempt& a) {
  return "b " + network_of(a.address) + " " + a.name;
}

}  // namespace

std::string network_of(const std::string& address) {
  auto parsed = IpAddress::parse(address);
  if (!parsed || !parsed->v6) return address;
  std::fill(parsed->bytes.begin() + 8, parsed->bytes.end(), std::uint8_t{0});
  return parsed->text() + "/64";
}

Micros Throttle::wait_of(const std::string& key, Micros most, WallTime now) const {
  const auto found = counts_.find(key);
  if (found == counts_.end() || found->second.failures < failures_free) return Micros(0);
  if (now - found->second.last >= failures_forgotten) return Micros(0);
  const std::uint32_t doublings = std::min(found->second.failures - failures_free, 20U);
  const Micros whole = std::min<Micros>(std::chrono::seconds(1) * (std::int64_t{1} << doublings), most);
  // A clock that was set back must not make anybody wait longer than `most`.
  return std::clamp<Micros>(found->second.last + whole - now, Micros(0), most);
}

Micros Throttle::wait(const Attempt& a) const {
  if (a.known) return wait_of(both_key(a), wait_known_max, a.at);
  return std::max(wait_of(address_key(a), wait_address_max, a.at), wait_of(account_key(a), wait_account_max, a.at));
}

void Throttle::fail(const std::string& key, WallTime now) {
  if (!counts_.contains(key) && counts_.size() >= throttle_keys_max) {
    counts_.erase(std::ranges::min_element(counts_, {}, [](const auto& c) { return c.second.last; }));
  }
  Count& count = counts_[key];
  if (now - count.last >= failures_forgotten) count.failures = 0;
  ++count.failures;
  count.last = now;
}

void Throttle::failed(const Attempt& a) {
  if (a.known) {
    fail(both_key(a), a.at);
    return;
  }
  fail(address_key(a), a.at);
  fail(account_key(a), a.at);
}

void Throttle::succeeded(const Attempt& a) {
  counts_.erase(both_key(a));
  counts_.erase(address_key(a));
  if (a.known) return;
  // Only this attempt is taken back: strangers are guessing at the account still.
  const auto account = counts_.find(account_key(a));
  if (account != counts_.end() && --account->second.failures == 0) counts_.erase(account);
}

}  // namespace cordon::people
