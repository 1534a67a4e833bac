// SPDX-License-Identifier: Apache-2.0
// HostTable: which MAC stands behind which address, and since when. Only hosts that took part in a coherent TCP
// exchange enter the table proper; forged addresses have a small one of their own to push each other out of.
#pragma once

#include <string>

#include "event/host.h"
#include "observe/owned_table.h"

namespace cordon::observe {

class HostTable {
 public:
  static constexpr std::size_t hosts_max = 65'536;
  static constexpr std::size_t unproven_hosts_max = 8'192;

  struct Binding {
    std::uint16_t vlan = 0;
    IpAddress ip;
    Mac mac;
    friend bool operator==(const Binding&, const Binding&) = default;
  };

  explicit HostTable(std::string sensor, std::size_t hosts_limit = hosts_max,
                     std::size_t unproven_limit = unproven_hosts_max);

  /// host gives the key of whoever has this binding. `now` becomes its `since` when the binding is new: an address
  /// under another MAC is another host. One that returns to an earlier MAC is the earlier host again, since then, and
  /// to be announced once more.
  event::HostKey host(const Binding& binding, bool proven, WallTime now);

  /// first_time says, once for each proven binding and role, that it was not announced yet.
  bool first_time(const Binding& binding, bool server);
  /// new_user says whether another user than before is named at a proven binding.
  bool new_user(const Binding& binding, const std::string& user);

  std::size_t size() const { return proven_.size(); }
  std::uint64_t evicted() const { return proven_.evicted(); }
  std::uint64_t rebound() const { return rebound_; }  // bindings whose address had stood under another MAC

 private:
  struct Hash {
    std::size_t operator()(const Binding& b) const noexcept;
  };
  struct AddressHash {
    std::size_t operator()(const std::pair<std::uint16_t, IpAddress>& a) const noexcept;
  };
  struct Entry {
    WallTime since;
    bool announced = false;
    bool announced_server = false;
    std::uint64_t user = 0;  // hash of the one last named
  };
  using Table = OwnedTable<Binding, Entry, Hash>;

  void bind_anew(const Binding& binding, Entry& known, WallTime now);

  const std::string sensor_;
  Table proven_;
  Table unproven_;
  OwnedTable<std::pair<std::uint16_t, IpAddress>, Mac, AddressHash> latest_;
  std::uint64_t rebound_ = 0;
};

}  // namespace cordon::observe
