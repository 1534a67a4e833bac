// SPDX-License-Identifier: Apache-2.0
// Hl7Known: the devices that are known by name, of every address, and what each states of itself. What the logbook knew
// at the start is known before the first message, so that a name means the same device in every run.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gateway/gateway.h"
#include "gateway/hl7_names.h"

namespace cordon::gateway {

constexpr std::size_t hl7_known_max = 4096;          // eight times what the station keeps; none at a bed gives way
constexpr std::size_t hl7_addresses_known_max = 16;  // of one device; from any other it is whatever it says

class Hl7Known {
 public:
  using BedOf = std::function<std::string(const std::string& device)>;  // GatewaySink::bed_of
  explicit Hl7Known(
      const std::vector<KnownDevice>& known = {}, BedOf bed_of = [](const std::string&) { return std::string(); });

  /// own_name names a device by what it states of itself. That name is of the bed with which it was first heard from an
  /// address; with any other bed it is another device: the same one, carried there, or a second one of that name.
  /// Nobody can tell. From another address it claims to be that device, and the station tells whether it is believed.
  std::string own_name(const Hl7Name& name, const std::string& address) const;
  /// is_several tells whether devices of several beds have a name.
  bool is_several(const std::string& own) const;
  /// stated gives what a device was heard to state from an address; nothing of one that is not known.
  Hl7Stated stated(const std::string& device, const std::string& address) const;
  bool is_placed(const std::string& device) const { return !bed_of_(device).empty(); }
  /// placed_at gives the device that a person placed for what a sender says of a bed: the one that is called by that
  /// bed, else of those that state themselves beside it the one that was heard first. Nothing where there is none, or
  /// where they stand at several beds of ours.
  std::optional<std::string> placed_at(const Hl7Name& name, const std::string& address) const;
  /// note: a device was heard.
  void note(const std::string& device, const std::string& address, const Hl7Stated& stated);

 private:
  struct Device {
    std::map<std::string, std::string> places;  // PV1-3, by address
    std::string serial;
    std::uint64_t order = 0;  // in which they were first heard
  };
  void note(const event::DeviceIdentity& identity);
  void make_room();

  BedOf bed_of_;
  std::map<std::string, Device> devices_;
  std::uint64_t order_ = 0;
};

}  // namespace cordon::gateway
