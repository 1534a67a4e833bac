// SPDX-License-Identifier: Apache-2.0
// WS-Discovery 1.1: how a device says that it is there, and what its scopes tell of the bed. The datagrams (UDP 3702,
// group 239.255.255.250) are io's. Sources: WS-Discovery 1.1; IEEE 11073-20701, 9.4 (scopes of contexts).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sdc/soap.h"

namespace cordon::sdc {

constexpr std::size_t scopes_max = 64;   // of one device; four are usual
constexpr std::size_t matches_max = 64;  // of one answer; one is usual

/// Location is what a device says about where it stands: an offer, which people confirm.
struct Location {
  std::string facility;
  std::string building;
  std::string floor;
  std::string point_of_care;
  std::string room;
  std::string bed;
  bool empty() const;
  friend bool operator==(const Location&, const Location&) = default;
};

/// Device is one endpoint as discovery knows it.
struct Device {
  std::string address;              // stable: "urn:uuid:…"
  std::vector<std::string> types;   // "{namespace}local"
  std::vector<std::string> scopes;  // URIs
  std::vector<std::string> urls;    // where it answers, best first
  std::uint64_t metadata_version = 0;
  friend bool operator==(const Device&, const Device&) = default;
};

/// AppSequence orders a device's messages: an instance that grows means that it was started again.
struct AppSequence {
  std::uint64_t instance = 0;
  std::uint64_t number = 0;
  friend bool operator==(const AppSequence&, const AppSequence&) = default;
};

enum class DiscoveryKind : std::uint8_t { hello, bye, probe, probe_matches, resolve, resolve_matches };

/// Discovery is one of the six messages. A probe has the types and scopes it asks for in one device, a resolve its
/// address.
struct Discovery {
  DiscoveryKind kind = DiscoveryKind::probe;
  std::vector<Device> devices;
  std::optional<AppSequence> sequence;
  friend bool operator==(const Discovery&, const Discovery&) = default;
};

/// read_discovery gives nothing where the envelope carries none of the six.
std::optional<Discovery> read_discovery(const Envelope& envelope);
/// discovery_envelope prints one; relates_to only for the two answers.
Envelope discovery_envelope(const Discovery& discovery, std::string_view message_id, std::string_view relates_to = {});

/// medical_types are the two types of an SDC device; is_medical asks by local name, so that a namespace's year loses no
/// bed.
std::vector<std::string> medical_types();
bool is_medical(const Device& device);

/// location_of gives the first location among scopes ("sdc.ctxt.loc:/…?fac=…&poc=…&bed=…"), percent-decoded.
std::optional<Location> location_of(const std::vector<std::string>& scopes);
/// location_scope is its inverse.
std::string location_scope(const Location& location);

}  // namespace cordon::sdc
