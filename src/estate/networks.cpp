// SPDX-License-Identifier: Apache-2.0
#include "estate/networks.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace cordon::estate {

std::optional<Prefix> parse_prefix(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto address = IpAddress::parse(text.substr(0, slash));
  const std::string_view digits = text.substr(slash + 1);
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (!address || error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  if (bits > (address->v6 ? 128U : 32U)) return std::nullopt;
  const Prefix out{*address, static_cast<std::uint8_t>(bits)};
  if (first_of(out.address, out.bits) != out.address) return std::nullopt;
  return out;
}

std::string text_of(const Prefix& prefix) {
  return fmt::format("{}/{}", prefix.address.text(), prefix.bits);
}

IpAddress first_of(const IpAddress& address, std::uint8_t bits) {
  IpAddress out = address;
  for (std::size_t i = 0; i < out.bytes.size(); ++i) {
    const unsigned kept = bits <= i * 8 ? 0U : std::min<unsigned>(bits - static_cast<unsigned>(i * 8), 8U);
    out.bytes[i] &= static_cast<std::uint8_t>(0xff00U >> kept & 0xffU);
  }
  return out;
}

std::string names_a_whole(const Network& network, const IpAddress& address) {
  constexpr std::uint8_t smallest = 30;  // of two addresses both are machines' (RFC 3021)
  for (const Prefix& prefix : network.prefixes) {
    if (address.v6 || prefix.bits > smallest || !prefix.contains(address)) continue;
    const std::string of = fmt::format("{} ({})", network.name, text_of(prefix));
    if (address == prefix.address) return fmt::format("{} names all of network {}, and no machine", address.text(), of);
    bool all_ones = true;
    for (std::size_t bit = prefix.bits; bit < 32; ++bit) {
      all_ones = all_ones && (address.bytes.at(bit / 8) >> (7 - bit % 8) & 1U) != 0;
    }
    if (all_ones)
      return fmt::format("{} is what every machine of network {} hears, and no machine", address.text(), of);
  }
  return "";
}

bool overlap(const Prefix& a, const Prefix& b) {
  return a.bits <= b.bits ? a.contains(b.address) : b.contains(a.address);
}

NetworkTable::NetworkTable(const std::vector<Network>& networks) {
  for (std::size_t i = 0; i < networks.size(); ++i) {
    for (const Prefix& prefix : networks[i].prefixes) {
      auto length = std::ranges::find_if(
          lengths_, [&](const Length& l) { return l.v6 == prefix.address.v6 && l.bits == prefix.bits; });
      if (length == lengths_.end()) {
        lengths_.push_back({prefix.address.v6, prefix.bits, {}});
        length = lengths_.end() - 1;
      }
      length->networks[prefix.address].push_back({static_cast<std::uint32_t>(i)});
    }
  }
  std::ranges::sort(lengths_, std::greater(), &Length::bits);
}

std::vector<NetworkIndex> NetworkTable::find(const IpAddress& address) const {
  for (const Length& length : lengths_) {
    if (length.v6 != address.v6) continue;
    const auto found = length.networks.find(first_of(address, length.bits));
    if (found != length.networks.end()) return found->second;
  }
  return {};
}

}  // namespace cordon::estate
