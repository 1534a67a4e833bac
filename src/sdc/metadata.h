// SPDX-License-Identifier: Apache-2.0
// What a device answers to WS-Transfer Get and WS-MetadataExchange GetMetadata: what it is and which services it has
// where. Sources: DPWS 1.1, sections 4.1 to 4.3; IEEE 11073-20701, section 6.
#pragma once

#include <string>
#include <vector>

#include "sdc/soap.h"

namespace cordon::sdc {

constexpr std::size_t hosted_max = 32;  // services of one device; four or five are usual

/// Hosted is one service: where it answers and its port types ("{namespace}GetService").
struct Hosted {
  std::vector<std::string> urls;
  std::vector<std::string> types;
  std::string id;
  /// offers asks for a port type by its local name.
  bool offers(std::string_view port_type) const;
  friend bool operator==(const Hosted&, const Hosted&) = default;
};

/// Metadata: any text may be empty (a device that leaves its manufacturer out is still a bed). `other` keeps foreign
/// sections.
struct Metadata {
  std::string manufacturer;
  std::string manufacturer_url;
  std::string model;
  std::string model_number;
  std::string model_url;
  std::string presentation_url;
  std::string friendly_name;
  std::string firmware;
  std::string serial_number;
  std::string host;                     // the device's stable address
  std::vector<std::string> host_types;  // "{namespace}local"
  std::vector<Hosted> hosted;
  std::vector<Element> other;

  /// hosting gives the first service with a port type, or null.
  const Hosted* hosting(std::string_view port_type) const;
  friend bool operator==(const Metadata&, const Metadata&) = default;
};

/// read_metadata gives nothing where the body is no mex:Metadata.
std::optional<Metadata> read_metadata(const Element& body);
Element metadata_element(const Metadata& metadata);

/// get_metadata_element is the body of a GetMetadata; a Transfer Get has none.
Element get_metadata_element();

}  // namespace cordon::sdc
