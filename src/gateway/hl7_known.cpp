// SPDX-License-Identifier: Apache-2.0
#include "gateway/hl7_known.h"

#include <algorithm>
#include <utility>

namespace cordon::gateway {

Hl7Known::Hl7Known(const std::vector<KnownDevice>& known, BedOf bed_of) : bed_of_(std::move(bed_of)) {
  for (const KnownDevice& device : known) {
    if (device.identity.protocol != event::Protocol::hl7) continue;
    if (!device.confirmed.device.empty()) note(device.confirmed);
    note(device.identity);
  }
}

std::string Hl7Known::own_name(const Hl7Name& name, const std::string& address) const {
  std::string own = name.by_own();
  if (name.place.empty()) return own;
  std::string both = name.by_both();
  if (devices_.contains(both)) return both;
  const std::string place = stated(own, address).place;
  return place.empty() || place == name.place ? own : both;
}

bool Hl7Known::is_several(const std::string& own) const {
  return std::ranges::any_of(devices_, [&](const auto& entry) {
    return std::ranges::any_of(entry.second.places,
                               [&](const auto& place) { return entry.first == Hl7Name::at(own, place.second); });
  });
}

Hl7Stated Hl7Known::stated(const std::string& device, const std::string& address) const {
  const auto found = devices_.find(device);
  if (found == devices_.end()) return {};
  const auto place = found->second.places.find(address);
  return {place == found->second.places.end() ? std::string() : place->second, found->second.serial};
}

std::optional<std::string> Hl7Known::placed_at(const Hl7Name& name, const std::string& address) const {
  if (std::string itself = name.by_place(); is_placed(itself)) return itself;
  const std::string of_sender = name.sender + "/";
  std::optional<std::string> out;
  std::string bed;
  std::uint64_t order = 0;
  for (const auto& [device, known] : devices_) {
    const auto place = known.places.find(address);
    if (place == known.places.end() || place->second != name.place) continue;
    if (device != name.sender && !device.starts_with(of_sender)) continue;
    const std::string stands = bed_of_(device);
    if (stands.empty()) continue;
    if (out && stands != bed) return std::nullopt;
    if (out && known.order > order) continue;
    out = device;
    bed = stands;
    order = known.order;
  }
  return out;
}

void Hl7Known::note(const event::DeviceIdentity& identity) {
  note(identity.device, identity.address, {identity.place, identity.serial});
}

void Hl7Known::note(const std::string& device, const std::string& address, const Hl7Stated& stated) {
  if (!devices_.contains(device)) make_room();
  Device& known = devices_[device];
  if (known.order == 0) known.order = ++order_;
  if (!stated.place.empty() && known.places.size() < hl7_addresses_known_max) {
    known.places.try_emplace(address, stated.place);
  }
  if (known.serial.empty()) known.serial = stated.serial;
}

void Hl7Known::make_room() {
  if (devices_.size() < hl7_known_max) return;
  const auto first = std::ranges::min_element(
      devices_, {}, [&](const auto& entry) { return std::pair(is_placed(entry.first), entry.second.order); });
  devices_.erase(first);
}

}  // namespace cordon::gateway
