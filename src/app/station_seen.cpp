// SPDX-License-Identifier: Apache-2.0
#include "app/station_seen.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "event/bedside_json.h"

namespace cordon::app {

using nlohmann::json;

namespace {

constexpr std::size_t token_bytes = crypto_generichash_BYTES_MIN;

std::string token_of(const SeenKey& key, const json& facts) {
  const std::string text = facts.dump(-1, ' ', false, json::error_handler_t::replace);
  std::array<std::uint8_t, token_bytes> hash{};
  const std::vector<std::uint8_t> in(text.begin(), text.end());
  crypto_generichash(hash.data(), hash.size(), in.data(), in.size(), key.data(), key.size());
  std::array<char, 2 * token_bytes + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  return hex.data();
}

bool differs(const std::string& said, const std::string& now) {
  return !said.empty() && said != now;
}

}  // namespace

std::string Seen::of_device(const bedside::Station& station, const std::string& name) const {
  const auto device = station.state().devices.find(name);
  if (device == station.state().devices.end()) return token_of(key_, {name});
  const bedside::Link* link = station.link_of(name);
  const event::DeviceIdentity& identity = link == nullptr ? device->second.identity : link->heard.identity;
  const event::PatientOffer patient = link == nullptr ? event::PatientOffer{} : link->heard.patient;
  return token_of(key_, {name, event::word(identity.protocol), identity.address, identity.maker, identity.model,
                         identity.serial, identity.bed_label, device->second.bed, event::to_json_value(patient)});
}

std::string Seen::of_bed(const bedside::Station& station, const std::string& name) const {
  const auto bed = station.state().beds.find(name);
  const auto patient = bed == station.state().beds.end() ? event::PatientOffer{} : bed->second.patient;
  return token_of(key_, {name, event::to_json_value(patient)});
}

void Seen::add(const bedside::Station& station, json& view) const {
  for (json& device : view["devices"]) device["seen"] = of_device(station, device["device"].get<std::string>());
  for (json& bed : view["beds"]) bed["seen"] = of_bed(station, bed["bed"].get<std::string>());
}

bool Seen::changed(const bedside::Station& station, const event::BedsideInput& wish) const {
  if (const auto* assigned = std::get_if<event::DeviceAssigned>(&wish)) {
    return differs(assigned->seen, of_device(station, assigned->device)) ||
           differs(assigned->bed_seen, of_bed(station, assigned->bed));
  }
  if (const auto* limit = std::get_if<event::LimitSet>(&wish)) return differs(limit->seen, of_bed(station, limit->bed));
  const auto* placed = std::get_if<event::PatientPlaced>(&wish);
  return placed != nullptr && differs(placed->seen, of_bed(station, placed->bed));
}

}  // namespace cordon::app
