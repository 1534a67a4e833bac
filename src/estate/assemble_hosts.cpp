// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <type_traits>

#include "estate/assemble.h"
#include "estate/harm.h"
#include "estate/networks.h"

namespace cordon::estate {

namespace {

constexpr double harm_max = 1e6;  // patient-hours: a large hospital's whole care for a month

bool usable(const IpAddress& address) {
  return address.one_station();
}
bool usable(const Mac& mac) {
  return mac.known() && !mac.multicast();
}
std::string_view what(const IpAddress& /*address*/) {
  return "address";
}
std::string_view what(const Mac& /*mac*/) {
  return "MAC";
}

}  // namespace

void Assembler::hosts() {
  for (const Record& record : each(Kind::host, limits_.hosts)) host(record);
}

void Assembler::host(const Record& record) {
  Host host;
  host.name = record.required(complaints_, "name");
  one_end(record, host.name);
  const auto first = hosts_.declare(host.name, record.place());
  host.role = choice(record, "role", role_words(), Role::workstation, true);
  unit_of(record, host);
  if (first) {
    const Host& other = estate_.hosts[*hosts_.find(host.name)];
    const std::string where = complaints_.where(*first, record.place());
    if (other.unit && host.unit && other.unit != host.unit) {
      record.complain(complaints_, "",
                      fmt::format("host {} is in unit {} at {} and in unit {} here; a host is in one unit", host.name,
                                  estate_.units[other.unit->value].name, where, estate_.units[host.unit->value].name));
    } else {
      record.complain(complaints_, "",
                      fmt::format("the name {} is already that of the host at {}; each belongs to one "
                                  "host",
                                  host.name, where));
    }
  }
  addresses_of(record, "addresses", "10.77.0.11", host.addresses, address_owners_);
  addresses_of(record, "macs", "02:77:00:00:00:11", host.macs, mac_owners_);
  if (!record.has("addresses") && !record.has("macs")) {
    record.complain(complaints_, "", fmt::format("host '{}' has neither 'addresses' nor 'macs'; give one", host.name));
  }
  if (std::string wrong = anothers_address(host.name, host.addresses); !wrong.empty()) {
    record.complain(complaints_, "name", std::move(wrong));
  }
  network_of(record, host);
  for (const IpAddress& address : host.addresses) {
    if (!host.network) break;
    const std::string whole = names_a_whole(estate_.networks[host.network->value], address);
    if (!whole.empty()) record.complain(complaints_, "addresses", whole + "; correct it");
  }
  host.is_protected = record.flag(complaints_, "protected", false);
  if (host.is_protected) count_protected(record, host);
  host.needs_account = record.flag(complaints_, "needs_account", false);
  if (host.needs_account) {
    needing_account_.emplace_back(HostIndex{static_cast<std::uint32_t>(estate_.hosts.size())}, &record);
  }
  const Record::Range harm{0, harm_max};
  host.harm_per_hour_blocked =
      record.number(complaints_, "harm_per_hour_blocked", harm, " of patient-hours").value_or(0);
  host.harm_if_lost = record.number(complaints_, "harm_if_lost", harm, " of patient-hours").value_or(0);
  host.criticality = choice(record, "criticality", criticality_words(), Criticality::normal);
  if (host.criticality != Criticality::normal) {
    critical_.emplace_back(HostIndex{static_cast<std::uint32_t>(estate_.hosts.size())}, &record);
  }
  host.administered_by = record.words(complaints_, "administered_by");
  host.attached_to = record.words(complaints_, "attached_to");
  host.grain = choice(record, "grain", grain_words(), Grain::spreading);
  host.origin = choice(record, "origin", origin_words(), Origin::declared);
  estate_.hosts.push_back(std::move(host));
}

// Beyond what the enforcer keeps apart it takes none of them, and then cuts nobody at all.
void Assembler::count_protected(const Record& record, const Host& host) {
  const auto add = [&](std::size_t& count, std::size_t more, std::string_view of_what) {
    const std::size_t most = limits_.protected_addresses;
    const bool fitted = count <= most;
    count += more;
    if (!fitted || count <= most) return;  // said once
    record.complain(complaints_, "protected",
                    fmt::format("with {} the protected hosts have {} {}; the enforcer keeps at most {} out of every "
                                "cut, and cuts nobody where there are more: declare fewer of each protected host, or "
                                "give each site an estate and a Cordon of its own",
                                host.name, count, of_what, most));
  };
  add(protected_ips_, host.addresses.size(), "addresses");
  add(protected_macs_, host.macs.size(), "MACs");
}

// What a criticality means in patient-hours stands in harm.h; a figure that somebody wrote is kept.
void Assembler::criticalities() {
  for (const auto& [index, record] : critical_) {
    Host& host = estate_.hosts[index.value];
    const bool figures = record->has("harm_per_hour_blocked") || record->has("harm_if_lost");
    if (figures) {
      record->complain(
          complaints_, "criticality",
          fmt::format("'criticality' of {} says in a word what its harm_… say in figures; keep one", host.name));
    } else if (!host.unit) {
      record->complain(
          complaints_, "criticality",
          fmt::format("{} is {} to a unit, but has none; give its 'unit'", host.name, word(host.criticality)));
    } else {
      const double hourly = harm_per_hour(estate_, host);
      host.harm_per_hour_blocked = hourly;
      host.harm_if_lost = hourly * estate_.weights.rebuild_hours;
    }
  }
}

void Assembler::unit_of(const Record& record, Host& host) {
  if (units_declared_) {
    host.unit = resolve<UnitIndex>(record, "unit", units_, Kind::unit, false);
    return;
  }
  const std::string name = record.text(complaints_, "unit");
  if (name.empty()) return;
  if (const auto known = units_.find(name)) {
    host.unit = UnitIndex{*known};
    return;
  }
  (void)units_.declare(name, record.place());
  host.unit = UnitIndex{static_cast<std::uint32_t>(estate_.units.size())};
  beds_declared_.push_back(false);
  if (!building_of_site_[0]) {
    building_of_site_[0] = BuildingIndex{static_cast<std::uint32_t>(estate_.buildings.size())};
    estate_.buildings.push_back({estate_.sites[0].name, {}});
  }
  estate_.units.push_back({name, UnitKind::administration, *building_of_site_[0], 0, -1});
}

template <class Address>
void Assembler::addresses_of(const Record& record, std::string_view key, std::string_view example,
                             std::vector<Address>& out, std::unordered_map<Address, std::uint32_t>& owners) {
  const auto self = static_cast<std::uint32_t>(estate_.hosts.size());
  const std::vector<std::string> list = record.list(complaints_, key);
  const std::size_t most = std::is_same_v<Address, Mac> ? limits_.macs_per_host : limits_.addresses_per_host;
  if (list.size() > most) {
    record.complain(complaints_, key,
                    fmt::format("{} in '{}'; a host has at most {}, so that a cut of it is one whole: declare what has "
                                "more as several hosts",
                                list.size(), key, most));
    return;
  }
  for (const std::string& text : list) {
    const auto address = Address::parse(text);
    if (!address || !usable(*address)) {
      record.complain(complaints_, key,
                      fmt::format("'{}' holds something that is no address of a host ('{}'); write it like \"{}\"", key,
                                  text, example));
      continue;
    }
    const auto [owner, fresh] = owners.emplace(*address, self);
    if (fresh) {
      out.push_back(*address);
    } else {
      record.complain(
          complaints_, "",
          fmt::format("the {} {} is already that of the host at {}; each belongs to one host", what(*address), text,
                      complaints_.where(hosts_.place(owner->second), record.place())));
    }
  }
}

void Assembler::network_of(const Record& record, Host& host) {
  if (record.has("network")) {
    host.network = resolve<NetworkIndex>(record, "network", networks_, Kind::network, false);
    if (!host.network) return;
    const Network& network = estate_.networks[host.network->value];
    for (const IpAddress& address : host.addresses) {
      bool family = false;
      bool inside = false;
      for (const Prefix& prefix : network.prefixes) {
        family = family || prefix.address.v6 == address.v6;
        inside = inside || prefix.contains(address);
      }
      if (!family || inside) continue;
      std::vector<std::string> prefixes;
      for (const Prefix& prefix : network.prefixes) prefixes.push_back(text_of(prefix));
      record.complain(complaints_, "addresses",
                      fmt::format("{} lies outside network {} ({}); correct one of them", address.text(), network.name,
                                  fmt::join(prefixes, ", ")));
    }
    return;
  }
  if (host.addresses.empty()) return;
  std::vector<NetworkIndex> found = network_table_->find(host.addresses.front());
  if (found.size() > 1 && host.unit) {
    const SiteIndex site = estate_.buildings[estate_.units[host.unit->value].building.value].site;
    std::erase_if(found, [&](NetworkIndex n) { return estate_.networks[n.value].site != site; });
  }
  if (found.size() == 1) {
    host.network = found.front();
  } else if (found.size() > 1) {
    record.complain(
        complaints_, "addresses",
        fmt::format("{} lies in network {} and in network {}; say which by 'network'", host.addresses.front().text(),
                    estate_.networks[found[0].value].name, estate_.networks[found[1].value].name));
  }
}

void Assembler::beds() {
  std::vector<std::string> stands_at(estate_.hosts.size());
  std::map<std::pair<std::uint32_t, std::string>, Place> names;
  std::vector<std::uint32_t> count(estate_.units.size());
  for (const Record& record : each(Kind::bed, limits_.beds)) {
    Bed bed;
    bed.name = record.required(complaints_, "name");
    const auto unit = resolve<UnitIndex>(record, "unit", units_, Kind::unit, true);
    if (unit) bed.unit = *unit;
    const std::vector<std::string> devices = record.list(complaints_, "devices");
    if (devices.size() > limits_.devices_per_bed) {
      record.complain(complaints_, "devices",
                      fmt::format("{} devices; a bed has at most {}", devices.size(), limits_.devices_per_bed));
    } else {
      for (const std::string& name : devices) device(record, name, unit.has_value(), bed, stands_at);
    }
    if (!unit) continue;
    const auto [at, fresh] = names.emplace(std::pair(unit->value, bed.name), record.place());
    if (!fresh) {
      record.complain(complaints_, "",
                      fmt::format("bed {} of unit {} stands already at {}; each has its own name", bed.name,
                                  estate_.units[unit->value].name, complaints_.where(at->second, record.place())));
    }
    const std::uint32_t most = estate_.units[unit->value].beds;
    if (++count[unit->value] == most + 1 && beds_declared_[unit->value]) {
      record.complain(complaints_, "",
                      fmt::format("unit {} declares {} beds, and this is one more; correct one of both",
                                  estate_.units[unit->value].name, most));
    }
    estate_.beds.push_back(std::move(bed));
  }
  for (std::size_t i = 0; i < estate_.units.size(); ++i) {
    Unit& unit = estate_.units[i];
    if (!beds_declared_[i]) unit.beds = count[i];
    if (unit.patients < 0) unit.patients = unit.beds;
  }
}

void Assembler::device(const Record& record, const std::string& name, bool unit_is_known, Bed& bed,
                       std::vector<std::string>& stands_at) {
  const auto index = resolve_name<HostIndex>(record, "devices", name, hosts_, Kind::host);
  if (!index || index->value >= estate_.hosts.size()) return;
  std::string& at = stands_at[index->value];
  if (!at.empty()) {
    record.complain(complaints_, "devices", fmt::format("{} stands at {} already; a device is at one bed", name, at));
    return;
  }
  at = fmt::format("bed {}", bed.name);
  if (!unit_is_known) return;
  at += fmt::format(" of unit {}", estate_.units[bed.unit.value].name);
  Host& host = estate_.hosts[index->value];
  if (!host.unit) host.unit = bed.unit;
  if (host.unit != bed.unit) {
    record.complain(complaints_, "devices",
                    fmt::format("{} is in unit {}, but bed {} is in unit {}; a host is in one unit", name,
                                estate_.units[host.unit->value].name, bed.name, estate_.units[bed.unit.value].name));
  }
  bed.devices.push_back(*index);
}

}  // namespace cordon::estate
