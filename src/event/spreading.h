// SPDX-License-Identifier: Apache-2.0
// The one table of ports by which ransomware goes from machine to machine. What a plan weighs as spreading
// (estate/harm.h), what the bridge blocks (enforce/nft_client.h) and where a sensor looks whether a cut host goes on
// (observe) are made from it. Source: CERT-FR and CISA advisories on lateral movement (MITRE ATT&CK T1021).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace cordon::event {

struct SpreadingPort {
  std::uint16_t port;
  std::string_view what;
};

/// spreading_tcp are the fixed ones. Not UDP 137 and 138: they carry names and announcements, neither files nor remote
/// control, and an old care application may find its server by them.
constexpr std::array<SpreadingPort, 7> spreading_tcp{{{22, "SSH"},
                                                      {135, "RPC"},
                                                      {139, "NetBIOS"},
                                                      {445, "SMB"},
                                                      {3389, "RDP"},
                                                      {5985, "WinRM"},
                                                      {5986, "WinRM over TLS"}}};
/// spreading_udp: RDP takes UDP beside TCP where it can.
constexpr std::array<SpreadingPort, 1> spreading_udp{{{3389, "RDP"}}};
/// The ports that the endpoint mapper (135) gives out to remote service and task creation: those of RFC 6335 6.
constexpr std::uint16_t spreading_given_out_first = 49152;
constexpr std::uint16_t spreading_given_out_last = 65535;

constexpr bool is_spreading_tcp(std::uint16_t port) {
  return std::ranges::find(spreading_tcp, port, &SpreadingPort::port) != spreading_tcp.end();
}
constexpr bool is_spreading_udp(std::uint16_t port) {
  return std::ranges::find(spreading_udp, port, &SpreadingPort::port) != spreading_udp.end();
}
/// is_given_out: only the first segment of a connection to such a port is blocked (docs/decisions/0008).
constexpr bool is_given_out(std::uint16_t port) {
  return port >= spreading_given_out_first && port <= spreading_given_out_last;
}

}  // namespace cordon::event
