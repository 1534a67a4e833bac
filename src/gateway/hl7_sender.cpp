// SPDX-License-Identifier: Apache-2.0
#include "gateway/hl7_sender.h"

#include <algorithm>
#include <utility>

namespace cordon::gateway {

namespace {

constexpr std::chrono::seconds lives_for{5};  // a connection that said something so lately is not dead

bool is_bare(const Hl7Name& name) {
  return name.own.empty() && name.place.empty();
}

/// differ: what one of them does not say speaks for nothing.
bool differ(const std::string& a, const std::string& b) {
  return !a.empty() && !b.empty() && a != b;
}

}  // namespace

/// recall completes the name of a message of Mindray PDS by what its connection said before; false where that was
/// several beds.
bool Hl7Sender::recall(const hl7::Report& report, std::uint64_t connection, Hl7Name& name) {
  if (report.dialect != hl7::Dialect::mindray_pds) return true;
  const bool bare = is_bare(name);
  const auto spoken = spoken_.find(connection);
  if (spoken == spoken_.end()) {
    if (!bare) spoken_[connection].name = name;
    return true;
  }
  Hl7Name& before = spoken->second.name;
  if (differ(before.own, name.own) || differ(before.place, name.place)) {
    spoken->second = {name, true};
    return true;
  }
  if (name.own.empty()) {
    name.own = before.own;
    name.alone = before.alone;
  }
  if (name.place.empty()) name.place = before.place;
  before = name;
  return !bare || !spoken->second.several;
}

/// forget keeps what has to be known when the device is connected anew. Of many that went a period gives way to what
/// is known of alarms: it is learned again within five messages.
void Hl7Sender::forget(Devices::iterator device) {
  Hl7Memory memory = device->second.link.memory();
  const std::string name = device->first;
  devices_.erase(device);
  std::size_t conditions = memory.conditions.size();
  for (const auto& [other, of_it] : remembered_) conditions += of_it.conditions.size();
  if (conditions > hl7_conditions_remembered_max) memory.conditions = {};
  const bool has_alarms = memory.conditions.size() > 0;
  if (!has_alarms && !memory.observed.is_judged()) return;
  if (remembered_.size() >= hl7_devices_remembered_max) {
    const auto quiet = std::ranges::find_if(remembered_, [](const auto& r) { return r.second.conditions.size() == 0; });
    if (!has_alarms || quiet == remembered_.end()) return;
    remembered_.erase(quiet);
  }
  remembered_.insert_or_assign(name, std::move(memory));
}

void Hl7Sender::give_up(const std::string& device, WallTime at, const char* why, Hl7Place& out) {
  const auto found = devices_.find(device);
  if (found == devices_.end()) return;
  out.before.emplace_back(event::DeviceGone{at, found->second.link.link(), why});
  forget(found);
}

/// by_own names a device by what it states of itself. What states no bed beside a name that is of several is of the one
/// that was heard over this connection.
std::string Hl7Sender::by_own(const Hl7Name& name, std::uint64_t connection, Hl7Place& out) const {
  std::string device = known_->own_name(name, address_);
  if (!name.place.empty() || !known_->is_several(device)) return device;
  const auto here = [&](const auto& entry) {
    const Device& d = entry.second;
    return d.connections.contains(connection) && d.sender == name.sender && d.own == name.own;
  };
  if (std::ranges::count_if(devices_, here) == 1) return std::ranges::find_if(devices_, here)->first;
  out.refusal = Hl7Place::Refusal::ambiguous;
  return device;
}

/// by_place names a device by its bed, or by the one that names itself and this bed: the one that a person placed, else
/// the only one that speaks.
std::string Hl7Sender::by_place(const Hl7Name& name) const {
  if (auto placed = known_->placed_at(name, address_)) return *placed;
  const auto here = [&](const auto& entry) {
    return !entry.second.own.empty() && entry.second.place == name.place && entry.second.sender == name.sender;
  };
  if (std::ranges::count_if(devices_, here) != 1) return name.by_place();
  return std::ranges::find_if(devices_, here)->first;
}

/// of_alarm has an alarm told at a bed: where it began, else by a device that a person placed for what it says of its
/// bed, if `device` is at none.
std::string Hl7Sender::of_alarm(const hl7::Report& report, const Hl7Name& name, std::string device) {
  for (auto& [other, d] : devices_) {
    const bool same_bed = d.sender == name.sender && d.place == name.place;
    if (same_bed && known_->is_placed(other) && d.link.told_of(report)) return other;
  }
  if (known_->is_placed(device)) return device;
  return known_->placed_at(name, address_).value_or(std::move(device));
}

/// take_over: what was heard of this bed before a device stated a name there is of that one, unless two of them stand
/// there or a person placed it.
void Hl7Sender::take_over(const Hl7Name& name, const std::string& device, WallTime at, Hl7Place& out) {
  const std::string bed = name.by_place();
  const bool another = std::ranges::any_of(devices_, [&](const auto& entry) {
    const Device& d = entry.second;
    return d.sender == name.sender && d.place == name.place && !d.own.empty() && d.own != name.own;
  });
  if (bed != device && !another && !known_->is_placed(bed)) give_up(bed, at, "the device states its name now", out);
}

/// held_by_another: two that state no name behind one address would be one.
bool Hl7Sender::held_by_another(const std::string& device, std::uint64_t connection, WallTime at) const {
  const auto found = devices_.find(device);
  return found != devices_.end() && !found->second.connections.contains(connection) &&
         at - found->second.heard < lives_for;
}

Hl7Sender::Devices::iterator Hl7Sender::make(const std::string& device, WallTime at,
                                             const std::function<std::uint64_t()>& new_link) {
  const auto found = devices_.find(device);
  if (found != devices_.end() || devices_.size() >= devices_max_) return found;
  const std::uint64_t number = new_link();
  if (number == 0) return found;
  auto remembered = remembered_.extract(device);
  std::optional<Hl7Memory> before;
  if (!remembered.empty()) before = std::move(remembered.mapped());
  Hl7Link link(number, device, reading_, std::move(before), known_->stated(device, address_));
  return devices_.try_emplace(device, Device{std::move(link), {}, {}, {}, {}, at}).first;
}

Hl7Place Hl7Sender::place(const hl7::Report& report, std::uint64_t connection, WallTime at,
                          const std::function<std::uint64_t()>& new_link) {
  Hl7Place out;
  Hl7Name name = hl7_name(report, address_);
  const bool heartbeat = report.kind == hl7::Kind::heartbeat;
  if (heartbeat && is_bare(name)) {
    out.link = itself(connection);
    if (out.link == nullptr) out.refusal = Hl7Place::Refusal::nobody;
    return out;
  }
  std::string device = name.sender;
  const bool recalled = recall(report, connection, name);
  if (recalled && !name.own.empty()) {
    device = by_own(name, connection, out);
  } else if (recalled && !name.place.empty()) {
    device = by_place(name);
  } else if (recalled && report.dialect == hl7::Dialect::mindray_pds && known_->is_several(device)) {
    out.refusal = Hl7Place::Refusal::nobody;  // it says where it stands before long
  } else if (!recalled || (!name.unique && held_by_another(device, connection, at))) {
    out.refusal = Hl7Place::Refusal::ambiguous;
  }
  if (heartbeat && out.refusal == Hl7Place::Refusal::ambiguous) out.refusal = Hl7Place::Refusal::nobody;
  if (out.refusal != Hl7Place::Refusal::none) return out;
  const std::string stated = device;
  const bool may_stand_elsewhere = report.kind == hl7::Kind::alarm && report.dialect == hl7::Dialect::ihe;
  if (may_stand_elsewhere && !name.place.empty()) device = of_alarm(report, name, device);
  const bool has_own = !name.own.empty() && device == stated;
  if (has_own && !name.place.empty()) take_over(name, device, at, out);
  // A monitor that has stated its bed meanwhile is not the nameless one any more.
  const auto nameless = devices_.find(name.sender);
  if (report.dialect == hl7::Dialect::mindray_pds && device != name.sender && nameless != devices_.end() &&
      nameless->second.own.empty() && nameless->second.connections.contains(connection)) {
    give_up(name.sender, at, "the monitor states its bed now", out);
  }
  const auto found = make(device, at, new_link);
  if (found == devices_.end()) {
    out.refusal = Hl7Place::Refusal::crowded;
    return out;
  }
  Device& which = found->second;
  which.sender = name.sender;
  if (is_bare(name) && !name.unique) which.connections.clear();  // it has changed hands
  if (has_own) which.own = name.own;
  if (!name.place.empty()) which.place = name.place;
  which.connections.insert(connection);
  which.heard = at;
  const bool has_serial = has_own && report.dialect == hl7::Dialect::ihe && device != name.by_place();
  known_->note(device, address_, {name.place, has_serial ? hl7_text(name.own) : std::string()});
  out.link = &which.link;
  out.own = &which.messages;
  return out;
}

std::vector<Hl7Link*> Hl7Sender::links_of(std::uint64_t connection) {
  std::vector<Hl7Link*> out;
  for (auto& [name, device] : devices_) {
    if (device.connections.contains(connection)) out.push_back(&device.link);
  }
  return out;
}

Hl7Link* Hl7Sender::itself(std::uint64_t connection) {
  if (links_of(connection).size() != 1) return nullptr;
  const auto only =
      std::ranges::find_if(devices_, [&](const auto& entry) { return entry.second.connections.contains(connection); });
  // A connection of Mindray PDS leads to one monitor, where it states that monitor's address and no other.
  const auto spoken = spoken_.find(connection);
  const bool of_pds = spoken != spoken_.end() && !spoken->second.several && !spoken->second.name.own.empty();
  return only->first == only->second.sender || of_pds ? &only->second.link : nullptr;
}

std::vector<event::BedsideInput> Hl7Sender::leave(std::uint64_t connection, WallTime at, const std::string& why) {
  std::vector<event::BedsideInput> out;
  spoken_.erase(connection);
  for (auto device = devices_.begin(); device != devices_.end();) {
    const auto next = std::next(device);
    if (device->second.connections.erase(connection) != 0 && device->second.connections.empty()) {
      out.emplace_back(event::DeviceGone{at, device->second.link.link(), why});
      forget(device);
    }
    device = next;
  }
  return out;
}

}  // namespace cordon::gateway
