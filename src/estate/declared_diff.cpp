// SPDX-License-Identifier: Apache-2.0
#include "estate/declared_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "estate/networks.h"

namespace cordon::estate {

namespace {

constexpr std::size_t named_max = 5;

/// Said is what one key of a thing says; a list is a set.
struct Said {
  std::string_view key;
  std::vector<std::string> values;
  bool list = false;
};
using Thing = std::vector<Said>;
using Things = std::map<std::string, Thing>;  // by name

Said said(std::string_view key, std::string value) {
  return {key, {value.empty() ? "none" : std::move(value)}};
}
Said said(std::string_view key, double value) {
  return {key, {fmt::format("{}", value)}};
}
Said flag(std::string_view key, bool value) {
  return {key, {value ? "yes" : "no"}};
}
Said list(std::string_view key, std::vector<std::string> values) {
  std::ranges::sort(values);
  return {key, std::move(values), true};
}

std::string reach_text(const Reach& reach) {
  if (reach.spreading && reach.other) return "spreading other";
  return reach.spreading ? "spreading" : reach.other ? "other" : "none";
}

/// Side is one estate in words; a host has the name that it has in the first.
class Side {
 public:
  Side(const Estate& estate, std::vector<std::string> hosts) : e_(estate), hosts_(std::move(hosts)) {}

  Things head() const { return {{"", {said("name", e_.hospital)}}}; }

  Things weights() const {
    const Weights& w = e_.weights;
    Thing thing{said("incident_hours", w.incident_hours), said("rebuild_hours", w.rebuild_hours),
                said("by_hand", w.by_hand), said("high", w.critical.high), said("vital", w.critical.vital)};
    for (std::size_t i = 0; i < w.of_kind.size(); ++i) thing.push_back(said(kind_words()[i], w.of_kind[i]));
    return {{"", std::move(thing)}};
  }

  Things sites() const {
    return of(e_.sites, [&](const Site& s) {
      return Named{s.name, {said("within", s.within ? e_.sites[s.within->value].name : "")}};
    });
  }

  Things buildings() const {
    return of(e_.buildings, [&](const Building& b) { return Named{b.name, {said("site", site(b.site))}}; });
  }

  Things units() const {
    return of(e_.units, [&](const Unit& u) {
      return Named{u.name,
                   {said("kind", std::string(word(u.kind))), said("building", e_.buildings[u.building.value].name),
                    said("beds", u.beds), said("patients", u.patients)}};
    });
  }

  Things networks() const {
    return of(e_.networks, [&](const Network& n) {
      std::vector<std::string> prefixes;
      for (const Prefix& prefix : n.prefixes) prefixes.push_back(text_of(prefix));
      return Named{n.name,
                   {said("site", site(n.site)), said("vlan", n.vlan ? fmt::format("{}", *n.vlan) : ""),
                    list("prefixes", std::move(prefixes)), said("inside", reach_text(n.inside))}};
    });
  }

  Things borders() const {
    return of(e_.borders, [&](const Border& b) {
      return Named{fmt::format("{}>{}", e_.networks[b.from.value].name, e_.networks[b.to.value].name),
                   {said("permits", reach_text(b.reach)), flag("can_close", b.can_close)}};
    });
  }

  Things passages() const {
    return of(e_.passages, [&](const Passage& p) {
      return Named{
          fmt::format("{}>{} {}", hosts_[p.from.value], hosts_[p.to.value], p.spreading ? "spreading" : "other"),
          {flag("can_close", p.can_close)}};
    });
  }

  Things services() const {
    return of(e_.services, [](const Service& s) {
      return Named{s.name, {said("without", s.without), said("without_en", s.without_en)}};
    });
  }

  Things beds() const {
    return of(e_.beds, [&](const Bed& b) {
      return Named{fmt::format("{} {}", unit(b.unit), b.name), {list("devices", names_of(b.devices))}};
    });
  }

  Things accounts() const {
    return of(e_.accounts, [&](const Account& a) {
      return Named{a.name,
                   {list("signs_in_on", names_of(a.signs_in_on)), flag("shared", a.shared), said("unit", unit(a.unit)),
                    said("dependence", a.dependence), flag("protected", a.is_protected)}};
    });
  }

  Things care_flows() const {
    std::vector<CareFlow> declared;
    std::ranges::copy_if(e_.care_flows, std::back_inserter(declared), [](const CareFlow& f) { return !f.of_flows; });
    return of(declared, [](const CareFlow& f) {
      return Named{fmt::format("{} {}/{}", f.server.text(), f.port, f.udp ? "udp" : "tcp"), {said("what", f.what)}};
    });
  }

 private:
  struct Named {
    std::string name;
    Thing thing;
  };

  /// of keeps what stands twice apart.
  static Things of(const auto& all, auto&& told) {
    Things out;
    for (const auto& one : all) {
      Named named = told(one);
      while (out.contains(named.name)) named.name += " (again)";
      out.emplace(std::move(named.name), std::move(named.thing));
    }
    return out;
  }
  const std::string& site(SiteIndex index) const { return e_.sites[index.value].name; }
  const std::string& unit(UnitIndex index) const { return e_.units[index.value].name; }
  std::vector<std::string> names_of(const std::vector<HostIndex>& hosts) const {
    std::vector<std::string> out;
    for (const HostIndex host : hosts) out.push_back(hosts_[host.value]);
    return out;
  }

  const Estate& e_;
  std::vector<std::string> hosts_;
};

std::string all_of(const Thing& thing) {
  std::vector<std::string> out;
  for (const Said& one : thing) {
    out.push_back(fmt::format("{} {}", one.key, one.values.empty() ? "none" : some_of(one.values)));
  }
  return fmt::format("{}", fmt::join(out, "; "));
}

/// Both say the same keys in the same order: they come from the same function.
std::string what_changed(const Thing& before, const Thing& after) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const Said& a = before[i];
    const Said& b = after[i];
    if (a.values == b.values) continue;
    if (!a.list) {
      out.push_back(fmt::format("{} {} → {}", a.key, a.values[0], b.values[0]));
      continue;
    }
    std::vector<std::string> fresh;
    std::vector<std::string> gone;
    std::ranges::set_difference(b.values, a.values, std::back_inserter(fresh));
    std::ranges::set_difference(a.values, b.values, std::back_inserter(gone));
    if (!fresh.empty()) out.push_back(fmt::format("{} new {}", a.key, some_of(fresh)));
    if (!gone.empty()) out.push_back(fmt::format("{} gone {}", a.key, some_of(gone)));
  }
  return fmt::format("{}", fmt::join(out, "; "));
}

void compare(std::string_view table, const Things& before, const Things& after, std::vector<DeclaredChange>& out) {
  using Kind = DeclaredChange::Kind;
  for (const auto& [name, then] : before) {
    const auto now = after.find(name);
    if (now == after.end()) {
      out.push_back({Kind::gone, std::string(table), name, all_of(then)});
    } else if (std::string what = what_changed(then, now->second); !what.empty()) {
      out.push_back({Kind::changed, std::string(table), name, std::move(what)});
    }
  }
  for (const auto& [name, now] : after) {
    if (!before.contains(name)) out.push_back({Kind::fresh, std::string(table), name, all_of(now)});
  }
}

}  // namespace

std::vector<DeclaredChange> declared_changes(const Estate& before, const Estate& after,
                                             std::span<const std::optional<HostIndex>> match) {
  std::vector<std::string> names;
  for (const Host& host : before.hosts) names.push_back(host.name);
  std::vector<std::string> names_after;
  for (std::size_t i = 0; i < after.hosts.size(); ++i) {
    names_after.push_back(match[i] ? names[match[i]->value] : after.hosts[i].name);
  }
  const Side a(before, std::move(names));
  const Side b(after, std::move(names_after));
  std::vector<DeclaredChange> out;
  compare("hospital", a.head(), b.head(), out);
  compare("weights", a.weights(), b.weights(), out);
  compare("site", a.sites(), b.sites(), out);
  compare("building", a.buildings(), b.buildings(), out);
  compare("unit", a.units(), b.units(), out);
  compare("network", a.networks(), b.networks(), out);
  compare("border", a.borders(), b.borders(), out);
  compare("passage", a.passages(), b.passages(), out);
  compare("service", a.services(), b.services(), out);
  compare("bed", a.beds(), b.beds(), out);
  compare("account", a.accounts(), b.accounts(), out);
  compare("care_flow", a.care_flows(), b.care_flows(), out);
  return out;
}

std::string_view word(DeclaredChange::Kind kind) {
  return kind == DeclaredChange::Kind::fresh ? "new" : kind == DeclaredChange::Kind::gone ? "gone" : "changed";
}

std::string some_of(std::span<const std::string> names) {
  const std::size_t told = std::min(names.size(), named_max);
  std::string out = fmt::format("{}", fmt::join(names.first(told), ", "));
  if (told < names.size()) out += fmt::format(" and {} more", names.size() - told);
  return out;
}

}  // namespace cordon::estate
