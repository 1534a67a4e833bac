// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
#include "grammar/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace cordon::grammar {

namespace {

constexpr std::size_t ip_text_bytes_max = INET6_ADDRSTRLEN - 1;

std::optional<std::uint8_t> hex_pair(std::string_view text) {
  std::uint8_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t max) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value > max) return std::nullopt;
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  return value;
}

std::string Mac::text() const {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t byte : bytes) {
    if (!out.empty()) out += ':';
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
  }
  return out;
}

std::optional<Mac> Mac::parse(std::string_view text) {
  if (text.size() != 17) return std::nullopt;
  Mac out;
  for (std::size_t i = 0; i < 6; ++i) {
    if (i > 0 && text[i * 3 - 1] != ':') return std::nullopt;
    const auto byte = hex_pair(text.substr(i * 3, 2));
    if (!byte) return std::nullopt;
    out.bytes[i] = *byte;
  }
  return out;
}

bool Mac::one_station() const {
  return *this != Mac{} && (bytes[0] & 1U) == 0;
}

std::string Ip::text() const {
  std::array<char, INET6_ADDRSTRLEN> out{};
  ::inet_ntop(v6 ? AF_INET6 : AF_INET, bytes.data(), out.data(), out.size());
  return out.data();
}

std::optional<Ip> Ip::parse(std::string_view text) {
  if (text.empty() || text.size() > ip_text_bytes_max || text.find('\0') != std::string_view::npos) return std::nullopt;
  Ip out;
  out.v6 = text.find(':') != std::string_view::npos;
  if (::inet_pton(out.v6 ? AF_INET6 : AF_INET, std::string(text).c_str(), out.bytes.data()) != 1) return std::nullopt;
  return out;
}

bool Ip::one_station() const {
  if (!v6) return bytes[0] != 0 && bytes[0] != 127 && bytes[0] < 224;
  if (bytes[0] == 0xff) return false;
  const bool ten_zeros = std::all_of(bytes.begin(), bytes.begin() + 10, [](std::uint8_t b) { return b == 0; });
  if (!ten_zeros) return true;
  if (bytes[10] == 0xff && bytes[11] == 0xff) return false;                                            // mapped IPv4
  return !std::all_of(bytes.begin() + 10, bytes.begin() + 15, [](std::uint8_t b) { return b == 0; });  // ::, ::1
}

std::string PortRange::text() const {
  return first == last ? std::to_string(first) : std::to_string(first) + '-' + std::to_string(last);
}

std::optional<PortRange> PortRange::parse(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto first = parse_number(text.substr(0, dash), 65535);
  const auto last = dash == std::string_view::npos ? first : parse_number(text.substr(dash + 1), 65535);
  if (!first || !last || *first == 0 || *last < *first) return std::nullopt;
  return PortRange{static_cast<std::uint16_t>(*first), static_cast<std::uint16_t>(*last)};
}

std::string CareFlow::text() const {
  return server.text() + '@' + std::to_string(port);
}

std::optional<CareFlow> CareFlow::parse(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos) return std::nullopt;
  const auto server = Ip::parse(text.substr(0, at));
  const auto port = parse_number(text.substr(at + 1), 65535);
  if (!server || !port || *port == 0) return std::nullopt;
  return CareFlow{*server, static_cast<std::uint16_t>(*port)};
}

std::string Prefix::text() const {
  return address.text() + '/' + std::to_string(bits);
}

std::optional<Prefix> Prefix::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto address = Ip::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  const auto bits = parse_number(text.substr(slash + 1), address->v6 ? 128 : 32);
  if (!bits || *bits == 0) return std::nullopt;
  for (std::uint64_t bit = *bits; bit < address->bytes.size() * 8; ++bit) {
    if ((address->bytes[bit / 8] & 0x80U >> bit % 8) != 0) return std::nullopt;
  }
  return Prefix{*address, static_cast<std::uint8_t>(*bits)};
}

std::string Flow::text() const {
  return client.text() + '>' + CareFlow{server, port}.text();
}

std::optional<Flow> Flow::parse(std::string_view text) {
  const std::size_t arrow = text.find('>');
  if (arrow == std::string_view::npos) return std::nullopt;
  const auto client = Ip::parse(text.substr(0, arrow));
  const auto server = CareFlow::parse(text.substr(arrow + 1));
  if (!client || !server || client->v6 != server->server.v6) return std::nullopt;
  return Flow{*client, server->server, server->port};
}

std::string Border::text() const {
  return from.text() + '>' + to.text();
}

std::optional<Border> Border::parse(std::string_view text) {
  const std::size_t arrow = text.find('>');
  if (arrow == std::string_view::npos) return std::nullopt;
  const auto from = Prefix::parse(text.substr(0, arrow));
  const auto to = Prefix::parse(text.substr(arrow + 1));
  if (!from || !to || from->address.v6 != to->address.v6) return std::nullopt;
  return Border{*from, *to};
}

}  // namespace cordon::grammar
