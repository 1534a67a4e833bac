// SPDX-License-Identifier: Apache-2.0
#include "engine/state.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "contain/care_plan.h"
#include "event/json.h"

namespace cordon::engine {

using event::CutState;
using event::Level;

namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

}  // namespace

bool CutRecord::covers(const event::HostKey& key) const {
  return std::ranges::find(decision.ips, key.ip) != decision.ips.end() ||
         std::ranges::find(decision.macs, key.mac) != decision.macs.end();
}

bool CutRecord::covers(const event::HostKey& key, const std::string& login) const {
  return std::ranges::find(decision.sessions, event::SessionTarget{key.ip, login}) != decision.sessions.end();
}

const CutRecord* State::in_force_cut(const event::HostKey& key, const std::string& login) const {
  for (const auto& [id, cut] : cuts) {
    if (cut.in_force() && cut.covers(key, login)) return &cut;
  }
  return nullptr;
}

const CutRecord* State::in_force_cut(const event::HostKey& key) const {
  for (const auto& [id, cut] : cuts) {
    if (cut.in_force() && cut.stops_host() && cut.covers(key)) return &cut;
  }
  return nullptr;
}

void State::note_host(const event::HostKey& key, WallTime at, const std::string& user, bool server) {
  if (hosts.size() >= hosts_max && !hosts.contains(key)) let_hosts_go();
  if (hosts.size() >= hosts_max && !hosts.contains(key)) return;
  const auto [at_key, fresh] = hosts.try_emplace(key);
  HostState& host = at_key->second;
  if (fresh) {
    host.key = key;
    host.told = std::min(key.since, at);
    host.first_seen = host.last_seen = at;
  }
  host.last_seen = std::max(host.last_seen, at);
  host.server = host.server || server;
  if (!user.empty() && host.users.size() < users_per_host_max) host.users.insert(user);
}

/// let_hosts_go forgets those silent for longest; never who is suspected or infected, nor who is under a cut.
void State::let_hosts_go() {
  std::set<IpAddress> under_a_cut;
  std::set<Mac> macs_under_a_cut;
  for (const auto& [id, cut] : cuts) {
    if (!cut.awaited()) continue;
    under_a_cut.insert(cut.decision.host.ip);
    under_a_cut.insert(cut.decision.ips.begin(), cut.decision.ips.end());
    for (const event::SessionTarget& s : cut.decision.sessions) under_a_cut.insert(s.client);
    macs_under_a_cut.insert(cut.decision.macs.begin(), cut.decision.macs.end());
  }
  std::vector<std::pair<WallTime, event::HostKey>> quiet;
  for (const auto& [key, host] : hosts) {
    if (host.level != Level::quiet || under_a_cut.contains(key.ip) || macs_under_a_cut.contains(key.mac)) continue;
    quiet.emplace_back(host.last_seen, key);
  }
  const std::size_t count = std::min(hosts_let_go, quiet.size());
  std::ranges::nth_element(quiet, quiet.begin() + static_cast<std::ptrdiff_t>(count));
  for (std::size_t i = 0; i < count; ++i) hosts.erase(quiet[i].second);
}

/// take_the_boxs_time: from a start on times are the box's again. What is in force keeps the time that is left of it,
/// what people said stands as long, and all else that is compared with later times is as old as it was. No time of
/// before lies ahead of the start: a box whose battery was empty goes on where its logbook ends. `since` of a HostKey
/// stays: it is part of a name.
void State::take_the_boxs_time(WallTime start) {
  Micros ahead = wall_time_of(clock_ahead_s).time_since_epoch();
  was_behind = std::max(latest + ahead - start, Micros{});
  ahead -= was_behind;
  clock_ahead_s = 0;
  for (auto& [key, host] : hosts) {
    for (WallTime* time : {&host.first_seen, &host.told, &host.last_seen}) *time += ahead;
  }
  for (auto& [name, report] : sensors) report.at += ahead;
  for (auto& [name, process] : processes) process.at += ahead;
  flows.shift(ahead);
  tally.shift(ahead);
  for (auto& [id, cut] : cuts) {
    event::CutDecided& d = cut.decision;
    for (WallTime* time : {&d.at, &d.until, &d.deadline, &cut.changed}) *time += ahead;
  }
  for (auto& [key, word] : overruled) word.at += ahead;
  for (auto& [key, hand] : by_hand) hand.at += ahead;
  for (event::PlanMade& plan : plans) plan.at += ahead;
  approvals.shift(ahead);
}

void State::overrule(const event::LineDecided& word) {
  if (word.wish == event::LineWish::free) {
    overruled.erase(word.key);
    return;
  }
  const bool taken_back = word.session.empty();  // RollBack records it so
  if (!overruled.contains(word.key) && overruled.size() >= overruled_max) {
    auto oldest = overruled.end();
    for (auto it = overruled.begin(); taken_back && it != overruled.end(); ++it) {
      if (!it->second.session.empty()) continue;
      if (oldest == overruled.end() || it->second.at < oldest->second.at) oldest = it;
    }
    if (oldest == overruled.end()) return;
    overruled.erase(oldest);
  }
  overruled[word.key] = word;
}

void State::apply(Sequence entry, const event::Event& any) {
  last = entry;
  const bool is_start = std::holds_alternative<event::Started>(any);
  const auto still_there = [&](const event::HostKey& key, WallTime at) {
    const auto host = hosts.find(key);
    if (host != hosts.end()) host->second.last_seen = std::max(host->second.last_seen, at);
  };
  std::visit(Overloaded{
                 [&](const event::Started& e) {
                   started = e;
                   take_the_boxs_time(e.at);
                   // Who was up then may be gone: nobody counts as up until he is heard again.
                   for (auto& [name, process] : processes) {
                     if (process.up) process = {e.at, name, false, "not heard since the start"};
                   }
                 },
                 [&](const event::ProcessChanged& e) {
                   if (processes.contains(e.name) || processes.size() < processes_max) processes[e.name] = e;
                 },
                 [&](const event::SensorReport& e) {
                   if (sensors.contains(e.sensor) || sensors.size() < processes_max) sensors[e.sensor] = e;
                 },
                 [&](const event::HostSeen& e) {
                   note_host(e.host, e.at, e.user, e.server);
                   if (const auto host = hosts.find(e.host); host != hosts.end()) host->second.told = e.at;
                 },
                 [&](const event::FlowsSeen& e) {
                   flows.apply(e);
                   still_there(e.host, e.to);
                 },
                 [&](const event::Observation& e) {
                   note_host(e.host, e.at, e.user, false);
                   tally.apply(entry, e);
                   evidence[entry] = e;
                   const detect::Sum* sum = tally.host(e.host);
                   score_after[entry] = sum == nullptr ? 0 : sum->all.score;
                 },
                 [&](const event::WorkSummed& e) {
                   tally.apply(e);
                   work_files += e.files;
                   still_there(e.host, e.to);
                 },
                 [&](const event::Verdict& e) {
                   tally.apply(e);
                   verdicts.push_back({entry, e});
                   approvals.forget_declined();
                   if (e.subject != event::Subject::host) return;
                   note_host(e.host, e.at, "", false);
                   if (const auto host = hosts.find(e.host); host != hosts.end()) {
                     host->second.level = std::max(host->second.level, e.level);
                   }
                 },
                 [&](const event::PlanMade& e) { plans.push_back(e); },
                 [&](const event::CutDecided& e) {
                   CutRecord& cut = cuts[e.id];
                   cut = CutRecord{};
                   cut.decision = e;
                   cut.entry = entry;
                   cut.changed = e.at;
                   if (!e.means.empty()) cut.means.push_back(e.means);
                 },
                 [&](const event::CutHandedOn& e) {
                   const auto found = cuts.find(e.id);
                   if (found == cuts.end()) return;
                   std::vector<std::string>& means = found->second.means;
                   if (means.size() < means_max && std::ranges::find(means, e.means) == means.end()) {
                     means.push_back(e.means);
                   }
                 },
                 [&](const event::CutProlonged& e) {
                   const auto found = cuts.find(e.id);
                   if (found == cuts.end()) return;
                   found->second.decision.until = e.until;
                   if (!e.by.empty()) found->second.decision.by = e.by;
                 },
                 [&](const event::CutNarrowed& e) {
                   const auto found = cuts.find(e.id);
                   if (found != cuts.end()) std::erase(found->second.decision.ips, e.ip);
                 },
                 [&](const event::CutChanged& e) {
                   const auto found = cuts.find(e.id);
                   if (found == cuts.end()) return;
                   CutRecord& cut = found->second;
                   const bool was_ending = cut.state == CutState::lifting;
                   cut.state = e.state;
                   cut.changed = e.at;
                   cut.by = e.by;
                   cut.detail = e.detail;
                   cut.drops = std::max(cut.drops, e.drops);
                   cut.counts_as = e.counts_as;
                   // The end of a cut is no word on whoever was cut: only a person acquits.
                   const bool taken_back = e.state == CutState::lifting && e.by != ended_by;
                   if (was_ending || !taken_back) return;
                   for (const auto& [key, host] : hosts) {
                     for (const event::SessionTarget& s : cut.decision.sessions) {
                       if (s.client == key.ip) tally.acquit(key, s.user);
                     }
                   }
                   if (cut.stops_host()) {
                     // What the host does from now on counts from zero, so that it can be cut again.
                     for (auto& [key, host] : hosts) {
                       if (!cut.covers(key)) continue;
                       tally.acquit(key);
                       host.level = host.level == Level::quiet ? Level::quiet : Level::suspect;
                     }
                     tally.acquit(cut.decision.host);
                   }
                 },
                 [&](const event::PersonChanged& e) { roster.apply(e); },
                 [&](const event::SessionChanged& e) { roster.apply(e); },
                 [&](const event::ApprovalAsked& e) { approvals.apply(e); },
                 [&](const event::ApprovalChanged& e) { approvals.apply(e); },
                 [&](const event::CertificateChanged& e) { certificate = e; },
                 [&](const event::LineDecided& e) { overrule(e); },
                 [&](const event::HandDone& e) {
                   if (!e.done) {
                     by_hand.erase(e.key);
                   } else if (by_hand.contains(e.key) || by_hand.size() < by_hand_max) {
                     by_hand[e.key] = e;
                   }
                 },
                 [](const event::OrderRefused&) {},
                 [&](const event::Freeze& e) { freeze = e; },
                 [&](const event::ModeChosen& e) { mode_chosen = e; },
                 [&](const event::ClockSet& e) { clock_ahead_s = e.ahead_s; },
             },
             any);
  latest = is_start ? event::time_of(any) : std::max(latest, event::time_of(any));
  trim();
}

void State::trim() {
  const auto keep_last = [](auto& list) {
    if (list.size() > verdicts_max) list.erase(list.begin(), list.end() - verdicts_max);
  };
  keep_last(verdicts);
  keep_last(plans);
  if (evidence.size() > evidence_max) {
    std::set<Sequence> needed;
    for (const VerdictRecord& v : verdicts) needed.insert(v.verdict.why.begin(), v.verdict.why.end());
    for (auto it = evidence.begin(); it != evidence.end() && evidence.size() > evidence_max / 2;) {
      if (needed.contains(it->first)) {
        ++it;
      } else {
        score_after.erase(it->first);
        it = evidence.erase(it);
      }
    }
    while (evidence.size() > evidence_max) {
      score_after.erase(evidence.begin()->first);
      evidence.erase(evidence.begin());
    }
  }
  while (cuts.size() > cuts_max) {
    auto oldest = cuts.end();
    for (auto it = cuts.begin(); it != cuts.end(); ++it) {
      if (!it->second.awaited() && (oldest == cuts.end() || it->second.entry < oldest->second.entry)) oldest = it;
    }
    if (oldest == cuts.end()) break;
    cuts.erase(oldest);
  }
}

nlohmann::json to_json(const State& s) {
  using nlohmann::json;
  json out;
  out["last"] = s.last.value;
  out["started"] = event::to_text(event::Event{s.started});
  out["tally"] = s.tally;
  out["work_files"] = s.work_files;
  for (const auto& [key, host] : s.hosts) {
    out["hosts"].push_back(
        {{"seen", event::to_text(event::Event{event::HostSeen{host.first_seen, key, "", host.server}})},
         {"last_seen", seconds_of(host.last_seen)},
         {"told", seconds_of(host.told)},
         {"users", host.users},
         {"level", event::word(host.level)}});
  }
  for (const KnownFlow& f : s.flows.list()) {
    out["flows"].push_back({f.client.text(), f.server.text(), f.port, seconds_of(f.first), seconds_of(f.last)});
  }
  out["flows_beyond"] = s.flows.beyond();
  for (const auto& [entry, e] : s.evidence) {
    out["evidence"].push_back({entry.value, event::to_text(event::Event{e}), s.score_after.at(entry)});
  }
  for (const VerdictRecord& v : s.verdicts) {
    out["verdicts"].push_back({v.entry.value, event::to_text(event::Event{v.verdict})});
  }
  for (const event::PlanMade& p : s.plans) out["plans"].push_back(event::to_text(event::Event{p}));
  for (const auto& [id, cut] : s.cuts) {
    out["cuts"].push_back({{"entry", cut.entry.value},
                           {"decision", event::to_text(event::Event{cut.decision})},
                           {"state", event::word(cut.state)},
                           {"changed", seconds_of(cut.changed)},
                           {"by", cut.by},
                           {"detail", cut.detail},
                           {"drops", cut.drops},
                           {"counts_as", event::word(cut.counts_as)},
                           {"means", cut.means}});
  }
  for (const auto& [name, p] : s.processes) out["processes"].push_back(event::to_text(event::Event{p}));
  for (const auto& [name, r] : s.sensors) out["sensors"].push_back(event::to_text(event::Event{r}));
  for (const auto& [name, p] : s.roster.persons()) {
    out["people"].push_back(
        {{"person", event::to_text(event::Event{event::PersonChanged{{}, name, {}, p.roles.list(), ""}})},
         {"active", p.active},
         {"sessions", p.sessions}});
  }
  for (const auto& [id, a] : s.approvals.all()) {
    out["approvals"].push_back({{"asked", event::to_text(event::Event{a.asked})},
                                {"given", a.given},
                                {"state", event::word(a.state)},
                                {"settled", a.settled.time_since_epoch().count()},
                                {"settled_by", a.settled_by}});
  }
  for (const auto& [key, line] : s.overruled) out["overruled"].push_back(event::to_text(event::Event{line}));
  for (const auto& [key, hand] : s.by_hand) out["by_hand"].push_back(event::to_text(event::Event{hand}));
  out["freeze"] = event::to_text(event::Event{s.freeze});
  if (s.mode_chosen) out["mode_chosen"] = event::to_text(event::Event{*s.mode_chosen});
  out["clock_ahead_s"] = s.clock_ahead_s;
  out["latest"] = seconds_of(s.latest);
  out["was_behind_s"] = seconds_of(WallTime{s.was_behind});
  out["certificate"] = event::to_text(event::Event{s.certificate});
  return out;
}

const event::PlanMade* State::last_plan() const {
  const auto latest = std::ranges::find(plans.rbegin(), plans.rend(), contain::care_rule, &event::PlanMade::rule);
  return latest == plans.rend() ? nullptr : &*latest;
}

}  // namespace cordon::engine
