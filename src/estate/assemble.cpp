// SPDX-License-Identifier: Apache-2.0
#include "estate/assemble.h"

#include <fmt/format.h>

#include <algorithm>

namespace cordon::estate {

Estate assemble(const Records& records, const Limits& limits, Complaints& complaints) {
  return Assembler(records, limits, complaints).assemble();
}

Estate Assembler::assemble() {
  head();
  sites();
  buildings();
  units();
  networks();
  services();
  hosts();
  beds();
  criticalities();
  group_hosts();
  borders();
  passages();
  accounts();
  care_flows();
  flows();
  notices();
  return std::move(estate_);
}

std::span<const Record> Assembler::each(Kind kind, std::size_t max) {
  const std::vector<Record>& all = records_[kind];
  if (all.size() <= max) return all;
  all[max].complain(complaints_, "", fmt::format("{} of this kind; an estate holds at most {}", all.size(), max));
  return std::span(all).first(max);
}

std::string Assembler::name_of(const Record& record, Names& names) {
  const std::string name = record.required(complaints_, "name");
  if (const auto first = names.declare(name, record.place())) {
    record.complain(complaints_, "",
                    fmt::format("the name {} is already that of the {} at {}; each has its own", name, names.kind(),
                                complaints_.where(*first, record.place())));
  }
  return name;
}

void Assembler::one_end(const Record& record, const std::string& name) {
  if (name.find('>') == std::string::npos) return;
  record.complain(complaints_, "name",
                  fmt::format("the name {} holds a '>', by which a way from A to B is written; leave it out", name));
}

Reach Assembler::reach_of(const Record& record, std::string_view key, Reach fallback) {
  if (!record.has(key)) return fallback;
  Reach out;
  for (const std::string& word : record.list(complaints_, key)) {
    if (word == "spreading") {
      out.spreading = true;
    } else if (word == "other") {
      out.other = true;
    } else if (word != "none") {
      record.complain(complaints_, key,
                      fmt::format("'{}' holds '{}'; it can hold spreading, other or none", key, word));
    }
  }
  return out;
}

void Assembler::head() {
  const Record* named = nullptr;
  for (const Record& record : records_.heads) {
    if (!record.has("hospital")) continue;
    if (named != nullptr) {
      record.complain(complaints_, "hospital",
                      fmt::format("'hospital' stands already at {}; keep one",
                                  complaints_.where(named->place("hospital"), record.place())));
    }
    named = &record;
    estate_.hospital = record.words(complaints_, "hospital");
  }
  if (named == nullptr && !records_.incomplete[0]) {
    const Place at = records_.heads.empty() ? Place{} : records_.heads.front().place();
    complaints_.add(at, "the file has no 'hospital'; write hospital = \"its name\" at the top of hospital.toml");
  }
  for (const Record& record : records_.weights) {
    if (&record != &records_.weights.front()) {
      record.complain(complaints_, "", "[weights] stands already in another file; keep one");
    }
    weights(record);
  }
}

void Assembler::weights(const Record& record) {
  Weights& w = estate_.weights;
  constexpr double hours_max = 10.0 * 365 * 24;
  constexpr double incident_hours_min = 0.25;  // what lasts no time costs nothing, and everything would be cut
  for (const Field& field : record.fields) {
    const std::string_view key = field.key;
    if (key == "incident_hours") {
      w.incident_hours =
          record.number(complaints_, key, {incident_hours_min, hours_max}, " of hours").value_or(w.incident_hours);
    } else if (key == "rebuild_hours") {
      w.rebuild_hours = record.number(complaints_, key, {0, hours_max}, " of hours").value_or(w.rebuild_hours);
    } else if (key == "by_hand") {
      w.by_hand = record.number(complaints_, key, {0, 1}, "").value_or(w.by_hand);
    } else if (key == "high") {
      w.critical.high = record.number(complaints_, key, {0, 1}, "").value_or(w.critical.high);
    } else if (key == "vital") {
      w.critical.vital = record.number(complaints_, key, {0, 1}, "").value_or(w.critical.vital);
    } else if (const auto kind = kind_from_word(key)) {
      double& weight = w.of_kind[static_cast<std::size_t>(*kind)];
      weight = record.number(complaints_, key, {0, 1}, "").value_or(weight);
    } else {
      record.complain(
          complaints_, key,
          fmt::format(
              "unknown key '{}' in [weights]; known are: incident_hours, rebuild_hours, by_hand, high, vital, {}", key,
              fmt::join(kind_words(), ", ")));
    }
  }
}

void Assembler::sites() {
  for (const Record& record : each(Kind::site, limits_.sites)) {
    estate_.sites.emplace_back().name = name_of(record, sites_);
  }
  for (std::size_t i = 0; i < estate_.sites.size(); ++i) {
    estate_.sites[i].within = resolve<SiteIndex>(records_[Kind::site][i], "within", sites_, Kind::site, false);
  }
  cycles_of_sites();
  if (estate_.sites.empty()) {
    estate_.sites.push_back({estate_.hospital.empty() ? "hospital" : estate_.hospital, {}});
    (void)sites_.declare(estate_.sites[0].name, Place{});
  }
  building_of_site_.resize(estate_.sites.size());
}

void Assembler::cycles_of_sites() {
  std::vector<bool> said(estate_.sites.size());
  for (std::uint32_t start = 0; start < estate_.sites.size(); ++start) {
    std::string chain = estate_.sites[start].name;
    std::vector<std::uint32_t> way{start};
    std::optional<SiteIndex> at = estate_.sites[start].within;
    while (at && way.size() <= estate_.sites.size() && at->value != start) {
      chain += " in " + estate_.sites[at->value].name;
      way.push_back(at->value);
      at = estate_.sites[at->value].within;
    }
    if (!at || at->value != start || said[start]) continue;
    for (const std::uint32_t site : way) said[site] = true;
    records_[Kind::site][start].complain(
        complaints_, "within",
        fmt::format("a cycle of sites: {} in {}; one of them lies within none", chain, estate_.sites[start].name));
  }
}

void Assembler::buildings() {
  for (const Record& record : each(Kind::building, limits_.buildings)) {
    Building& building = estate_.buildings.emplace_back();
    building.name = name_of(record, buildings_);
    const bool several = estate_.sites.size() > 1;
    building.site = resolve<SiteIndex>(record, "site", sites_, Kind::site, several && !incomplete(Kind::site))
                        .value_or(SiteIndex{});
  }
}

BuildingIndex Assembler::building_of(const Record& record) {
  if (const auto building = resolve<BuildingIndex>(record, "building", buildings_, Kind::building, false)) {
    return *building;
  }
  const bool asked = !record.has("building") && estate_.sites.size() > 1 && !incomplete(Kind::site);
  const auto site = resolve<SiteIndex>(record, "site", sites_, Kind::site, asked).value_or(SiteIndex{});
  std::optional<BuildingIndex>& known = building_of_site_[site.value];
  if (!known) {
    known = BuildingIndex{static_cast<std::uint32_t>(estate_.buildings.size())};
    estate_.buildings.push_back({estate_.sites[site.value].name, site});
  }
  return *known;
}

void Assembler::units() {
  constexpr double beds_max = 100000;
  units_declared_ = !records_[Kind::unit].empty() || incomplete(Kind::unit);
  for (const Record& record : each(Kind::unit, limits_.units)) {
    Unit unit;
    unit.name = name_of(record, units_);
    unit.kind = choice(record, "kind", kind_words(), UnitKind::administration, true);
    unit.building = building_of(record);
    if (record.has("building") && record.has("site")) {
      const auto site = resolve<SiteIndex>(record, "site", sites_, Kind::site, false);
      if (site && estate_.buildings[unit.building.value].site != *site) {
        record.complain(complaints_, "site",
                        fmt::format("the building {} is not at this site; name one of both",
                                    estate_.buildings[unit.building.value].name));
      }
    }
    const auto beds = record.whole(complaints_, "beds", {0, beds_max}, " of beds");
    unit.beds = static_cast<std::uint32_t>(beds.value_or(0));
    unit.patients = record.number(complaints_, "patients", {0, beds_max}, " of patients").value_or(-1);
    beds_declared_.push_back(beds.has_value());
    estate_.units.push_back(std::move(unit));
  }
}

void Assembler::networks() {
  for (const Record& record : each(Kind::network, limits_.networks)) {
    Network& network = estate_.networks.emplace_back();
    network.name = name_of(record, networks_);
    one_end(record, network.name);
    const bool several = estate_.sites.size() > 1 && !incomplete(Kind::site);
    network.site = resolve<SiteIndex>(record, "site", sites_, Kind::site, several).value_or(SiteIndex{});
    if (const auto vlan = record.whole(complaints_, "vlan", {1, 4094}, "")) {
      network.vlan = static_cast<std::uint16_t>(*vlan);
    }
    network.inside = reach_of(record, "inside", network.inside);
    prefixes(record, network);
  }
  overlaps();
  network_table_.emplace(estate_.networks);
}

void Assembler::prefixes(const Record& record, Network& network) {
  for (const std::string& text : record.list(complaints_, "prefixes")) {
    if (const auto prefix = parse_prefix(text)) {
      network.prefixes.push_back(*prefix);
    } else {
      record.complain(complaints_, "prefixes",
                      fmt::format("'{}' is no prefix; write it like \"10.12.0.0/16\", without bits behind it", text));
    }
  }
}

void Assembler::overlaps() {
  const std::vector<Network>& all = estate_.networks;
  const auto complain = [&](std::size_t i, std::size_t j, std::string_view key, const std::string& what) {
    const Record& record = records_[Kind::network][i];
    record.complain(
        complaints_, key,
        fmt::format("{}, which network {} at {} has too at this site; each belongs to one network", what, all[j].name,
                    complaints_.where(networks_.place(static_cast<std::uint32_t>(j)), record.place())));
  };
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (all[i].site != all[j].site) continue;
      if (all[i].vlan && all[i].vlan == all[j].vlan) complain(i, j, "vlan", fmt::format("VLAN {}", *all[i].vlan));
      for (const Prefix& a : all[i].prefixes) {
        for (const Prefix& b : all[j].prefixes) {
          if (overlap(a, b)) complain(i, j, "prefixes", fmt::format("{} overlaps {}", text_of(a), text_of(b)));
        }
      }
    }
    for (std::size_t a = 0; a < all[i].prefixes.size(); ++a) {
      for (std::size_t b = 0; b < a; ++b) {
        if (!overlap(all[i].prefixes[a], all[i].prefixes[b])) continue;
        records_[Kind::network][i].complain(complaints_, "prefixes",
                                            fmt::format("{} overlaps {} of the same network; keep one",
                                                        text_of(all[i].prefixes[a]), text_of(all[i].prefixes[b])));
      }
    }
  }
}

void Assembler::services() {
  for (const Record& record : each(Kind::service, limits_.services)) {
    Service& service = estate_.services.emplace_back();
    service.name = name_of(record, services_);
    service.without = record.words(complaints_, "without");
    service.without_en = record.words(complaints_, "without_en");
  }
}

}  // namespace cordon::estate
