// SPDX-License-Identifier: Apache-2.0
#include "base/address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace cordon {

namespace {

constexpr std::size_t ip_text_max = 45;  // INET6_ADDRSTRLEN without the terminator

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string Mac::text() const {
  return fmt::format("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", bytes[0], bytes[1], bytes[2], bytes[3], bytes[4],
                     bytes[5]);
}

bool Mac::shared_by_routers() const {
  struct Range {
    std::uint64_t first;
    std::uint64_t last;
  };
  static constexpr std::array<Range, 5> ranges{{{0x00005e000100, 0x00005e0002ff},    // VRRP, IPv4 and IPv6
                                                {0x00000c07ac00, 0x00000c07acff},    // HSRP
                                                {0x00000c9ff000, 0x00000c9fffff},    // HSRP version 2
                                                {0x000573a00000, 0x000573a00fff},    // HSRP for IPv6
                                                {0x0007b4000000, 0x0007b403ffff}}};  // GLBP
  std::uint64_t number = 0;
  for (const std::uint8_t byte : bytes) number = number << 8U | byte;
  return std::ranges::any_of(ranges, [&](const Range& r) { return number >= r.first && number <= r.last; });
}

Result<Mac> Mac::parse(std::string_view text) {
  if (text.size() != 17) return fail(ErrorCode::malformed, "MAC address");
  Mac mac;
  for (std::size_t i = 0; i < 6; ++i) {
    const int high = hex_value(text[i * 3]);
    const int low = hex_value(text[i * 3 + 1]);
    const bool separated = i == 5 || text[i * 3 + 2] == ':' || text[i * 3 + 2] == '-';
    if (high < 0 || low < 0 || !separated) return fail(ErrorCode::malformed, "MAC address", i * 3);
    mac.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return mac;
}

IpAddress IpAddress::from_v4(std::span<const std::uint8_t, 4> in) {
  IpAddress a;
  std::copy(in.begin(), in.end(), a.bytes.begin());
  return a;
}

bool IpAddress::one_station() const {
  if (!v6) return bytes[0] != 0 && bytes[0] != 127 && bytes[0] < 224;
  if (bytes[0] == 0xff) return false;
  const bool is_low = std::all_of(bytes.begin(), bytes.begin() + 10, [](std::uint8_t b) { return b == 0; });
  if (!is_low) return true;
  if (bytes[10] == 0xff && bytes[11] == 0xff) return false;  // mapped IPv4
  return !std::all_of(bytes.begin() + 10, bytes.begin() + 15, [](std::uint8_t b) { return b == 0; });
}

IpAddress IpAddress::from_v6(std::span<const std::uint8_t, 16> in) {
  IpAddress a;
  a.v6 = true;
  std::copy(in.begin(), in.end(), a.bytes.begin());
  return a;
}

Result<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.empty() || text.size() > ip_text_max) return fail(ErrorCode::malformed, "IP address");
  const std::string terminated(text);
  IpAddress a;
  if (inet_pton(AF_INET, terminated.c_str(), a.bytes.data()) == 1) return a;
  a.v6 = true;
  if (inet_pton(AF_INET6, terminated.c_str(), a.bytes.data()) == 1) return a;
  return fail(ErrorCode::malformed, "IP address");
}

std::string IpAddress::text() const {
  char out[ip_text_max + 1] = {};
  inet_ntop(v6 ? AF_INET6 : AF_INET, bytes.data(), out, sizeof out);
  return out;
}

std::size_t hash_bytes(std::span<const std::uint8_t> in) noexcept {
  std::uint64_t h = 0xcbf29ce484222325ULL;  // FNV-1a, then a finaliser; tables keyed by it are bounded
  for (const std::uint8_t b : in) h = (h ^ b) * 0x100000001b3ULL;
  h ^= h >> 32;
  return h * 0x9e3779b97f4a7c15ULL;
}

}  // namespace cordon
