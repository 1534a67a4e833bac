// SPDX-License-Identifier: Apache-2.0
// State: everything Cordon knows, as the fold of the logbook's events and of nothing else. Replaying the logbook gives
// the same state.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/id.h"
#include "detect/tally.h"
#include "engine/flow_memory.h"
#include "event/messages.h"
#include "people/approval.h"
#include "people/roster.h"

namespace cordon::engine {

/// hosts_max: pairs of MAC and address, three each of 20,000 machines (IPv4 and two of IPv6), at some 320 bytes: 21 MB
/// (measured, half of them with a user). At the bound a sixteenth gives way at once, so that a flood of new ones does
/// not cost a search each.
constexpr std::size_t hosts_max = 65'536;
constexpr std::size_t hosts_let_go = hosts_max / 16;
constexpr std::size_t users_per_host_max = 8;
constexpr std::size_t verdicts_max = 1024;  // the oldest give way
constexpr std::size_t evidence_max = 8192;  // the oldest that no kept verdict rests on give way
constexpr std::size_t cuts_max = 4096;      // ended cuts give way, never a cut in force
constexpr std::size_t processes_max = 64;
constexpr std::size_t means_max = 16;        // asked for one cut
constexpr std::size_t orders_max = 1024;     // a person's words on lines; further ones are refused
constexpr std::size_t overruled_max = 2048;  // with what was taken back; of that the oldest gives way
constexpr const char* ended_by = "timer";    // of a cut whose time is over
constexpr std::size_t by_hand_max = 1024;    // what people say they did; further ones are refused

struct HostState {
  event::HostKey key;
  WallTime first_seen;
  WallTime told;       // when a sensor last told that it has this address
  WallTime last_seen;  // as far as the logbook says: what goes on quietly is recorded once a day
  std::set<std::string> users;
  bool server = false;
  event::Level level = event::Level::quiet;
  /// told_key says since when the address is this host's, or is so again. The state knows nobody by it (known_key).
  event::HostKey told_key() const {
    event::HostKey out = key;
    out.since = told;
    return out;
  }
  friend bool operator==(const HostState&, const HostState&) = default;
};

struct CutRecord {
  event::CutDecided decision;
  Sequence entry;
  event::CutState state = event::CutState::decided;
  WallTime changed;
  std::string by;
  std::string detail;
  std::uint64_t drops = 0;
  event::CountsAs counts_as = event::CountsAs::done;  // while it is in force
  std::vector<std::string> means;                     // who was asked, in order

  /// in_force: the enforcer is expected to have it, whether or not it does what it is for (counts_as).
  bool in_force() const {
    using enum event::CutState;
    return state == decided || state == applied || state == holds || state == unproven || state == failed ||
           state == rehearsed;
  }
  /// awaited: in force, or on its way out.
  bool awaited() const { return in_force() || state == event::CutState::lifting; }
  bool covers(const event::HostKey& key) const;
  bool covers(const event::HostKey& key, const std::string& login) const;
  /// stops_host: this kind of cut is about what a host does to others.
  bool stops_host() const {
    return decision.action == "block_spread" || decision.action == "block_out" || decision.action == "isolate";
  }
};

struct VerdictRecord {
  Sequence entry;
  event::Verdict verdict;
};

struct State {
  explicit State(detect::TallyOptions tally_options = {}) : tally(tally_options) {}

  Sequence last;
  event::Started started;
  std::map<event::HostKey, HostState> hosts;
  FlowMemory flows;
  detect::Tally tally;
  std::map<Sequence, event::Observation> evidence;
  std::map<Sequence, double> score_after;  // the host's sum when that evidence had been added
  std::vector<VerdictRecord> verdicts;
  std::vector<event::PlanMade> plans;  // one for each verdict on a host, same bound
  /// last_plan is the last one that weighed the whole estate, or null.
  const event::PlanMade* last_plan() const;
  std::map<std::string, CutRecord> cuts;
  std::map<std::string, event::ProcessChanged> processes;
  std::map<std::string, event::SensorReport> sensors;
  std::uint64_t work_files = 0;
  std::map<std::string, event::LineDecided> overruled;  // by key; at most overruled_max
  std::map<std::string, event::HandDone> by_hand;       // what people say they did, by key; at most by_hand_max
  event::Freeze freeze{{}, false, "", "", ""};
  std::optional<event::ModeChosen> mode_chosen;
  people::Roster roster;
  people::Approvals approvals;
  event::CertificateChanged certificate;
  double clock_ahead_s = 0;  // as ClockSet; 0 after a start
  WallTime latest;           // of all events, by the box's clock since its last start
  Micros was_behind{};       // by how much the box's clock stood behind the logbook at the last start

  /// apply folds one event in. Total: any event of any order gives a state.
  void apply(Sequence entry, const event::Event& event);

  /// in_force_cut gives the cut that stops what a host spreads now, or null.
  const CutRecord* in_force_cut(const event::HostKey& key) const;
  /// and the one that refuses this user (event::login_of) where he comes from.
  const CutRecord* in_force_cut(const event::HostKey& key, const std::string& login) const;

 private:
  void note_host(const event::HostKey& key, WallTime at, const std::string& user, bool server);
  void let_hosts_go();
  void take_the_boxs_time(WallTime start);
  void overrule(const event::LineDecided& word);
  void trim();
};

/// to_json is the whole state in one fixed form: two states are the same when these are.
nlohmann::json to_json(const State& state);

}  // namespace cordon::engine
