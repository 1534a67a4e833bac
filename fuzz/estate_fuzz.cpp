// SPDX-License-Identifier: Apache-2.0
// The files of an estate, as people and inventories write them. A line "=== hosts.csv" begins the file of that name;
// what stands before the first is hospital.toml. Two names are the importer's: export.csv and mapping.toml.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "estate/harm.h"
#include "estate/import.h"
#include "estate/seen.h"

using namespace cordon::estate;

namespace {

void must(bool held) {
  if (!held) std::abort();
}

std::vector<NamedText> files_of(std::string_view text) {
  std::vector<NamedText> out{{"hospital.toml", ""}};
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1);
    const std::string_view line = text.substr(0, end + 1);
    text.remove_prefix(end + 1);
    if (line.starts_with("=== ")) {
      std::string_view name = line.substr(4);
      while (!name.empty() && name.back() <= ' ') name.remove_suffix(1);
      out.push_back({std::string(name), ""});
    } else {
      out.back().bytes += line;
    }
  }
  return out;
}

// What was loaded without a problem hangs together.
void check(const Estate& e) {
  for (const Host& host : e.hosts) {
    must(!host.unit || host.unit->value < e.units.size());
    must(!host.network || host.network->value < e.networks.size());
    for (const auto& address : host.addresses) must(e.find(address) == &host);
    for (const auto& mac : host.macs) must(e.find(mac) == &host);
  }
  for (const Unit& unit : e.units) must(unit.building.value < e.buildings.size() && unit.patients >= 0);
  for (const Building& building : e.buildings) must(building.site.value < e.sites.size());
  for (const Border& border : e.borders)
    must(border.from.value < e.networks.size() && border.to.value < e.networks.size());
  for (const Flow& flow : e.flows) {
    must(flow.client.value < e.hosts.size() && flow.server.value < e.hosts.size() && flow.client != flow.server);
    must(flow.unit.value < e.units.size() && flow.service < e.services.size());
    must(flow.dependence >= 0 && flow.dependence <= 1);
  }
  for (const HostHarm& harm : harm_of_hosts(e)) {
    must(harm.block_out <= harm.isolate_out && harm.block_in <= harm.isolate_in && harm.lost >= 0);
  }
  must(diff(e, e).none());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<NamedText> files = files_of({reinterpret_cast<const char*>(data), size});
  NamedText exported{"export.csv", ""};
  NamedText mapping{"mapping.toml", ""};
  std::erase_if(files, [&](NamedText& file) {
    NamedText* const place = file.name == exported.name ? &exported : file.name == mapping.name ? &mapping : nullptr;
    if (place != nullptr) *place = std::move(file);
    return place != nullptr;
  });
  Limits limits;
  limits.flows = 4096;
  limits.borders = 4096;
  const Loaded loaded = load(files, limits);
  if (loaded.problems.empty()) {
    check(loaded.estate);
  } else {
    must(loaded.estate.hosts.empty() && loaded.estate.units.empty() && loaded.problems.size() <= limits.problems + 1);
  }
  const Imported imported = import_inventory(exported, mapping, loaded.estate, limits);
  if (imported.problems.empty() && !imported.hosts.empty()) {
    // What was imported is written so that it is read again.
    std::vector<Host> hosts = imported.hosts;
    for (Host& host : hosts) {
      host.unit.reset();
      host.network.reset();
    }
    const std::vector<NamedText> again{{"hospital.toml", "hospital = \"h\"\n"},
                                       {"hosts.csv", hosts_csv(loaded.estate, hosts)}};
    const Loaded reread = load(again);
    must(reread.problems.empty() && reread.estate.hosts.size() == hosts.size());
  }
  return 0;
}
