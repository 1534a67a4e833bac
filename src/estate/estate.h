// SPDX-License-Identifier: Apache-2.0
// Estate: what the hospital has declared of itself: sites, units, networks, hosts, and which care depends on which
// flow. Values only; load.h reads them from files, harm.h says what a loss costs, seen.h adds what nobody declared.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "estate/criticality.h"
#include "estate/own.h"

namespace cordon::estate {

/// Prefix is a range of addresses, such as 10.12.0.0/16.
struct Prefix {
  IpAddress address;
  std::uint8_t bits = 0;
  bool contains(const IpAddress& other) const;
  friend bool operator==(const Prefix&, const Prefix&) = default;
};

struct Site {
  std::string name;
  std::optional<SiteIndex> within;  // an annex of another site; never a cycle
};

struct Building {
  std::string name;
  SiteIndex site;
};

/// UnitKind is the field's own list; it sets the weight of an hour without care (Weights).
enum class UnitKind : std::uint8_t {
  reanimation,
  usip,  // unité de soins intensifs polyvalents
  bloc,
  urgences,
  smur,
  maternite,
  neonatologie,
  pediatrie,
  medecine,
  chirurgie,
  dialyse,
  oncologie,
  geriatrie,
  ehpad,
  psychiatrie,
  imagerie,
  laboratoire,
  pharmacie,
  sterilisation,
  consultations,
  telephonie,
  technique,
  informatique,
  administration,
};
constexpr std::size_t unit_kinds = 24;

struct Unit {
  std::string name;
  UnitKind kind = UnitKind::administration;
  BuildingIndex building;
  std::uint32_t beds = 0;
  double patients = 0;  // present, or served in a usual hour; beds when not declared
};

struct Bed {
  std::string name;
  UnitIndex unit;
  std::vector<HostIndex> devices;
};

/// Reach says which connections are permitted.
struct Reach {
  bool spreading = false;  // the protocols attacks spread by: SMB, RPC, RDP, WinRM, SSH
  bool other = false;      // what else is open there and can be attacked
  friend bool operator==(const Reach&, const Reach&) = default;
};

struct Network {
  std::string name;
  SiteIndex site;
  std::optional<std::uint16_t> vlan;
  std::vector<Prefix> prefixes;
  Reach inside{true, false};  // between two hosts of this network
};

/// Border: what hosts of one network may open towards hosts of another. What no border names is not permitted.
struct Border {
  NetworkIndex from;
  NetworkIndex to;
  Reach reach;
  bool can_close = false;  // an enforcer stands there
};

/// Role says what kind of machine a host is; it decides what may be cut without a person.
enum class Role : std::uint8_t {
  workstation,
  server,
  domain_controller,
  hypervisor,
  backup,
  medical_device,   // ventilator, monitor, infusion, modality, analyser …
  bedside_gateway,  // carries the readings of several beds
  telephony,        // exchange, nurse call
  printer,
  building,         // doors, refrigerators, heating
  terminal_server,  // many people behind one address: never cut automatically
  nat,              // many hosts behind one address: never cut automatically
  network,          // switch, router, firewall, access point
  unknown,          // seen, not declared
};
constexpr std::size_t roles = 14;

/// Grain is the finest cut that an enforcer offers for a host where it is attached.
enum class Grain : std::uint8_t {
  none,       // nothing reaches it: a person unplugs it
  isolate,    // the port or nothing (RADIUS, SNMP)
  spreading,  // spreading protocols alone, or isolation (nftables)
  flow,       // single flows too
};

/// Origin says how Cordon came to know of something.
enum class Origin : std::uint8_t { declared, imported, seen };

struct Host {
  std::string name;
  Role role = Role::workstation;
  std::optional<UnitIndex> unit;
  std::optional<NetworkIndex> network;
  std::vector<IpAddress> addresses;
  std::vector<Mac> macs;
  bool is_protected = false;         // never isolated, its care flows never cut
  bool needs_account = false;        // hardened: who has no account that signs in there cannot break in
  double harm_per_hour_blocked = 0;  // patient-hours lost in an hour without its file shares and remote desktop, and
  double harm_if_lost = 0;           // over the rebuild, beside what flows say; both follow from
  Criticality criticality = Criticality::normal;  // where that is given
  std::string administered_by;                    // internal, a supplier, biomedical …
  std::string attached_to;                        // switch and port, or access point: "sw-rea-1/12"
  Grain grain = Grain::spreading;
  Origin origin = Origin::declared;
  Own own = Own::no;                              // nobody declares it: it follows from Cordon's configuration
  std::vector<std::uint16_t> serves, serves_udp;  // ports it was seen to answer on; empty for what was declared
};

/// Fallback is what a unit does without a flow once it can wait no longer.
enum class Fallback : std::uint8_t {
  by_hand,  // paper, telephone, a runner: slower, a quarter of the care is lost (Weights::by_hand)
  none,     // it is not done at all
};

/// Flow: one host needs another. When it is cut, `unit` loses `dependence` of its care after `tolerance_hours`.
struct Flow {
  HostIndex client;
  HostIndex server;
  std::uint16_t port = 0;  // as the server listens; 0: any
  bool udp = false;
  UnitIndex unit;              // whose patients
  double dependence = 0;       // 0..1 of the unit's patient-hours in an hour; shares of one service add up to at most 1
  double tolerance_hours = 0;  // how long the unit can do without
  Fallback fallback = Fallback::none;
  bool care = false;          // a protected care flow: never cut, for whatever reason
  std::uint32_t service = 0;  // into Estate::services: what it is, in words
  Origin origin = Origin::declared;
  friend auto operator<=>(const Flow&, const Flow&) = default;
};

/// Service is what flows are for, in words a nurse uses.
struct Service {
  std::string name;     // "résultats de laboratoire"
  std::string without;  // what is done without it: "par téléphone"; shown in every plan's account
  std::string without_en;
};

/// Passage: two hosts may connect although no border says so (a firewall's exception).
struct Passage {
  HostIndex from;
  HostIndex to;
  bool spreading = false;  // else other
  bool can_close = false;
};

/// Account: a user who can sign in on many hosts (a domain administrator, a service account). Of a host that needs an
/// account every account that may sign in is to be declared.
struct Account {
  std::string name;
  std::vector<HostIndex> signs_in_on;
  bool shared = false;  // used by several people, or by machines
  UnitIndex unit;       // whose work stops when it is disabled
  double dependence = 0;
  bool is_protected = false;  // never refused by Cordon: an administrator's, Cordon's own
};

/// Session is one user of a host that stands for several people, under a verdict of his own (contain/session.h).
struct Session {
  HostIndex host;
  std::string login;                     // as event::login_of names him
  std::optional<std::uint32_t> account;  // into Estate::accounts, where he is declared
  std::uint32_t users = 0;               // seen on that host
  bool can_end = false;                  // somebody can refuse him there alone
  std::vector<IpAddress> also_at{};      // addresses that nobody declared, under which he was seen on that host
  friend bool operator==(const Session&, const Session&) = default;
};

/// CareFlow is a service whose traffic always passes, whoever is cut.
struct CareFlow {
  IpAddress server;
  std::uint16_t port = 0;
  std::string what;
  bool udp = false;       // else TCP
  bool of_flows = false;  // it follows from flows with `care`, which name who needs it; else anybody may
};

/// Weights turn hours without a service into patient-hours. They belong to clinicians: every one can be set.
struct Weights {
  double incident_hours = 12;      // how long a cut is expected to last
  double rebuild_hours = 21 * 24;  // how long a lost host is missing
  double by_hand = 0.25;           // share of care lost when it is done by hand
  CriticalShares critical;
  std::vector<double> of_kind;  // one a UnitKind, 0..1; see default_weights()
};
Weights default_weights();

struct Estate {
  std::string hospital;
  Weights weights = default_weights();
  std::vector<Site> sites;
  std::vector<Building> buildings;
  std::vector<Unit> units;
  std::vector<Bed> beds;
  std::vector<Network> networks;
  std::vector<Border> borders;
  std::vector<Host> hosts;
  std::vector<Service> services;
  std::vector<Flow> flows;
  std::vector<CareFlow> care_flows;
  std::vector<Passage> passages;
  std::vector<Account> accounts;
  std::vector<Session> sessions;
  std::vector<OwnWay> own_ways;

  /// find gives the first host that has this address or MAC, or null. Constant time after index(), which load() calls;
  /// linear without it, or when hosts were added since.
  const Host* find(const IpAddress& address) const;
  const Host* find(const Mac& mac) const;
  /// flows_of gives the flows that a host opens and that others open to it, in order. As find, it is linear in the
  /// flows without index() or when flows were added since.
  std::vector<std::uint32_t> flows_of(HostIndex host) const;
  /// index is to be called again when addresses or MACs of hosts, or ends of flows, were changed. Copies share it.
  void index();
  std::shared_ptr<const struct Lookup> lookup;
};

std::string_view word(Role role);
std::string_view word(UnitKind kind);
std::string_view word(Grain grain);
std::string_view word(Origin origin);
std::string_view word(Fallback fallback);
std::span<const std::string_view> role_words();
std::optional<Role> role_from_word(std::string_view text);
std::span<const std::string_view> kind_words();
std::optional<UnitKind> kind_from_word(std::string_view text);
std::span<const std::string_view> grain_words();
std::span<const std::string_view> origin_words();
std::span<const std::string_view> fallback_words();

/// Problem is one mistake in a file a person wrote: where, what, and what to do.
struct Problem {
  std::string file;
  std::uint32_t line = 0;
  std::string text;
};

/// Loaded is an estate, or every problem found; then the estate is empty. Notices are what a person should look at.
struct Loaded {
  Estate estate;
  std::vector<Problem> problems;
  std::vector<Problem> notices;
};

/// load reads an estate from one TOML text; load.h reads a folder's. `file` is only for the problems' sake.
Loaded load(std::string_view toml, std::string_view file);

}  // namespace cordon::estate
