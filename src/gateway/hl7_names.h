// SPDX-License-Identifier: Apache-2.0
// What things are called that an HL7 message speaks of: devices, channels, codes. Names that are compared later are
// never cut so that two become one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "event/bedside.h"
#include "hl7/report.h"

namespace cordon::gateway {

constexpr std::size_t hl7_handle_bytes_max = 64;

/// Hl7Name is how a message calls the device that it is about.
struct Hl7Name {
  std::string sender;   // "hl7:" and who sends
  bool unique = false;  // the sender's name is one that no other sender has (an EUI-64)
  std::string own;      // what the device states of itself (OBX-18; the address in PV1-3 of Mindray PDS), if it does
  bool alone = false;   // the sender is the device itself
  std::string model;    // the sender's name, where it is no feed's
  std::string place;    // PV1-3
  /// by_own and by_place are names of devices; each wants its part.
  std::string by_own() const;
  std::string by_place() const { return at(sender, place); }
  /// by_both names a device whose own name is another bed's.
  std::string by_both() const { return at(by_own(), place); }
  /// at names what is called so at one of several beds.
  static std::string at(const std::string& who, const std::string& place);
};

/// Hl7Stated is what a device was heard to state, which not every message of it repeats.
struct Hl7Stated {
  std::string place;   // PV1-3
  std::string serial;  // OBX-18
};

/// hl7_name reads it. address: of the connection; it stands for a sender that states no name, or that of a feed (DEC,
/// WFM), which is another for the waves of one bed than for its numerics.
Hl7Name hl7_name(const hl7::Report& report, const std::string& address);

/// hl7_text makes foreign text fit to be shown.
std::string hl7_text(std::string_view foreign);
/// hl7_key makes foreign text fit to be compared: what is too long ends in its hash.
std::string hl7_key(std::string_view foreign, std::size_t bytes_max);
/// has_number tells whether a code has a number of its own: private terms have none, or 0.
bool has_number(const hl7::Code& code);
/// code_key gives what tells a code from others: its number, else its name.
std::string code_key(const hl7::Code& code);
/// mdc_number gives a code of IEEE 11073-10101 (partition × 65536 + term); 0 for one of another system.
std::uint32_t mdc_number(const hl7::Code& code);
/// mdc_label gives the few letters that monitors write beside the number; empty where nobody here knows.
std::string_view mdc_label(std::uint32_t code);
/// hl7_label gives the few letters that monitors write beside the number, else the device's own name for it.
std::string hl7_label(const hl7::Code& code);
/// hl7_channel: a unit that nobody knows stands in the label, as the device writes it.
event::Channel hl7_channel(const hl7::Code& code, const hl7::Containment& containment, const hl7::Unit& unit);

}  // namespace cordon::gateway
