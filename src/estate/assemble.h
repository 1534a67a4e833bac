// SPDX-License-Identifier: Apache-2.0
// Assembler: records to an Estate, one kind after the other, each name resolved against those before. Every check of
// docs/ESTATE.md stands in one of its functions. Internal to estate.
#pragma once

#include <fmt/format.h>

#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "estate/names.h"
#include "estate/networks.h"
#include "estate/records.h"

namespace cordon::estate {

class Assembler {
 public:
  Assembler(const Records& records, const Limits& limits, Complaints& complaints)
      : records_(records), limits_(limits), complaints_(complaints) {}

  Estate assemble();

 private:
  // assemble.cpp: where things are
  void head();
  void weights(const Record& record);
  void sites();
  void cycles_of_sites();
  void buildings();
  void units();
  BuildingIndex building_of(const Record& record);
  void networks();
  void prefixes(const Record& record, Network& network);
  void overlaps();
  void services();
  // assemble_hosts.cpp: what stands there
  void hosts();
  void host(const Record& record);
  void unit_of(const Record& record, Host& host);
  template <class Address>
  void addresses_of(const Record& record, std::string_view key, std::string_view example, std::vector<Address>& out,
                    std::unordered_map<Address, std::uint32_t>& owners);
  void network_of(const Record& record, Host& host);
  void beds();
  void count_protected(const Record& record, const Host& host);
  void criticalities();
  // device puts one at a bed; `stands_at` says of each host where it stands already, or nothing.
  void device(const Record& record, const std::string& name, bool unit_is_known, Bed& bed,
              std::vector<std::string>& stands_at);
  // assemble_flows.cpp: what depends on what
  void group_hosts();
  std::optional<std::vector<HostIndex>> hosts_in(const Record& record, std::string_view key, const std::string& text);
  void borders();
  void passages();
  void accounts();
  void care_flows();
  void flows();
  void flow(const Record& record);
  void share_out(const Record& record, const Flow& pattern, const std::vector<HostIndex>& clients, bool own_units);
  void add_flow(const Record& record, const Flow& flow);
  void shares_of_services();
  void care_flows_of_flows();
  void notices();

  // each gives the records of one kind, at most so many.
  std::span<const Record> each(Kind kind, std::size_t max);
  // resolve gives the thing that `key` names, or nothing after complaining.
  template <class Index>
  std::optional<Index> resolve(const Record& record, std::string_view key, const Names& names, Kind kind,
                               bool required);
  template <class Index>
  std::optional<Index> resolve_name(const Record& record, std::string_view key, const std::string& name,
                                    const Names& names, Kind kind);
  // name_of reads the name of a new thing and declares it.
  std::string name_of(const Record& record, Names& names);
  // one_end: the keys of lines write A>B, so that the names of hosts and networks hold no '>'.
  void one_end(const Record& record, const std::string& name);
  // choice reads one of several words.
  template <class T>
  T choice(const Record& record, std::string_view key, std::span<const std::string_view> words, T fallback,
           bool required = false);
  // reach_of reads ["spreading", "other"], ["none"].
  Reach reach_of(const Record& record, std::string_view key, Reach fallback);
  bool incomplete(Kind kind) const { return records_.incomplete[static_cast<std::size_t>(kind)]; }

  const Records& records_;
  const Limits& limits_;
  Complaints& complaints_;
  Estate estate_;

  Names sites_{"site"};
  Names buildings_{"building"};
  Names units_{"unit"};
  Names networks_{"network"};
  Names services_{"service"};
  Names hosts_{"host"};
  std::vector<std::pair<HostIndex, const Record*>> needing_account_;
  std::vector<std::pair<HostIndex, const Record*>> critical_;
  std::size_t protected_ips_ = 0;
  std::size_t protected_macs_ = 0;
  bool units_declared_ = false;  // else a host's unit comes into being by its name
  std::vector<bool> beds_declared_;
  std::vector<std::optional<BuildingIndex>> building_of_site_;  // for units that name none
  std::optional<NetworkTable> network_table_;
  std::unordered_map<IpAddress, std::uint32_t> address_owners_;
  std::unordered_map<Mac, std::uint32_t> mac_owners_;
  std::vector<std::vector<HostIndex>> hosts_of_unit_;
  std::vector<std::vector<HostIndex>> hosts_of_network_;
  std::vector<std::vector<HostIndex>> hosts_of_role_;
  std::vector<HostIndex> all_hosts_;
  struct Share {
    double sum = 0;
    Place place;
  };
  std::map<std::pair<std::uint32_t, std::uint32_t>, Share> shares_;  // of a unit on a service
  bool flows_full_ = false;
  struct FlowLine {
    std::vector<std::string> clients;  // a host, or the parts of a group in order
    bool names_unit = false;
    Flow pattern;
    friend auto operator<=>(const FlowLine&, const FlowLine&) = default;
  };
  std::map<FlowLine, Place> flow_lines_;
};

template <class Index>
std::optional<Index> Assembler::resolve_name(const Record& record, std::string_view key, const std::string& name,
                                             const Names& names, Kind kind) {
  if (const auto found = names.find(name)) return Index{*found};
  if (!incomplete(kind)) record.complain(complaints_, key, names.unknown(name));
  return std::nullopt;
}

template <class Index>
std::optional<Index> Assembler::resolve(const Record& record, std::string_view key, const Names& names, Kind kind,
                                        bool required) {
  const std::string name = required ? record.required(complaints_, key) : record.text(complaints_, key);
  if (name.empty()) return std::nullopt;
  return resolve_name<Index>(record, key, name, names, kind);
}

template <class T>
T Assembler::choice(const Record& record, std::string_view key, std::span<const std::string_view> words, T fallback,
                    bool required) {
  if (record.has(key) && !record.is_text(key)) {
    record.complain(complaints_, key, fmt::format("'{}' must be one text: {}", key, fmt::join(words, ", ")));
    return fallback;
  }
  const std::string text = required ? record.required(complaints_, key) : record.text(complaints_, key);
  if (text.empty()) return fallback;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == text) return static_cast<T>(i);
  }
  record.complain(complaints_, key, fmt::format("unknown {} '{}'; known are {}", key, text, fmt::join(words, ", ")));
  return fallback;
}

}  // namespace cordon::estate
