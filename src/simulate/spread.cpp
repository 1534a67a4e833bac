// SPDX-License-Identifier: Apache-2.0
#include "simulate/spread.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <set>

#include "contain/firebreak.h"
#include "estate/harm.h"
#include "simulate/dice.h"

namespace cordon::simulate {

using contain::Action;
using contain::ActionKind;
using estate::Estate;
using estate::Flow;
using estate::HostIndex;
using estate::Role;

Terrain::Terrain(const Estate& estate)
    : estate_(&estate),
      members_(estate.networks.size()),
      targets_(estate.networks.size(), 0),
      shares_(estate.hosts.size()),
      accounts_(estate.hosts.size()),
      firebreak_(contain::firebreak_borders(estate)) {
  for (std::uint32_t h = 0; h < estate.hosts.size(); ++h) {
    if (estate.hosts[h].network) members_[estate.hosts[h].network->value].push_back(h);
  }
  const auto link = [&](std::uint32_t from, std::uint32_t to, std::uint32_t border, const estate::Reach& reach) {
    if (reach.spreading) {
      links_.push_back({from, to, border, true});
      targets_[from] += static_cast<double>(members_[to].size());
    }
    if (reach.other) links_.push_back({from, to, border, false});
  };
  for (std::uint32_t n = 0; n < estate.networks.size(); ++n) link(n, n, no_border, estate.networks[n].inside);
  for (std::uint32_t b = 0; b < estate.borders.size(); ++b) {
    link(estate.borders[b].from.value, estate.borders[b].to.value, b, estate.borders[b].reach);
  }
  for (std::uint32_t f = 0; f < estate.flows.size(); ++f) {
    if (estate::spreads(estate.flows[f])) shares_[estate.flows[f].client.value].push_back(f);
  }
  for (std::uint32_t a = 0; a < estate.accounts.size(); ++a) {
    for (const HostIndex host : estate.accounts[a].signs_in_on) accounts_[host.value].push_back(a);
  }
}

namespace {

constexpr double never = std::numeric_limits<double>::infinity();

// What is drawn once an attack, by name.
enum Draw : std::uint64_t {
  can_break = 1,
  can_break_other,
  theft,
  local,
  share,
  covered,
  seen,
  called,
  fails,
  agrees,
  timer,
  hit
};

// How much easier or harder a machine of this role falls than a workstation. Estimates.
double ease(Role role) {
  switch (role) {
    case Role::workstation:
    case Role::terminal_server:
    case Role::unknown:
    case Role::medical_device:  // old systems, patched late
      return 1;
    case Role::server:
    case Role::domain_controller:
    case Role::backup:
    case Role::bedside_gateway:
      return 0.6;
    case Role::hypervisor:
    case Role::telephony:
      return 0.3;
    case Role::printer:
    case Role::building:
    case Role::nat:
    case Role::network:
      return 0.05;
  }
  return 1;
}

// What is left of that for a host that is said to fall only by an account: somebody was wrong. An estimate.
constexpr double hardened = 0.1;

std::uint64_t key_of(const Action& action) {
  return static_cast<std::uint64_t>(action.kind) << 40U | static_cast<std::uint64_t>(action.plane_other) << 39U |
         action.index;
}

}  // namespace

// Night is one run. Times are minutes since the entry.
class Night {
 public:
  Night(const Terrain& terrain, const Attack& attack, const Answer& answer)
      : terrain_(terrain), estate_(terrain.estate()), attack_(attack), answer_(answer), hosts_(estate_.hosts.size()) {
    border_closed_[0].assign(estate_.borders.size(), never);
    border_closed_[1] = border_closed_[0];
    passage_closed_.assign(estate_.passages.size(), never);
    flow_cut_.assign(estate_.flows.size(), never);
    exposure_.assign(hosts_.size(), 0);
    stolen_.assign(estate_.accounts.size(), false);
    account_off_.assign(estate_.accounts.size(), never);
  }

  Outcome play() {
    if (hosts_.empty()) return {};
    for (std::uint32_t h = 0; h < hosts_.size(); ++h) {
      const double e = ease(estate_.hosts[h].role) * (estate_.hosts[h].needs_account ? hardened : 1);
      hosts_[h].weak = draw(can_break, h) < attack_.exploit * e;
      hosts_[h].weak_other = draw(can_break_other, h) < attack_.exploit_other * e;
    }
    break_into(attack_.entry.value);
    const double order = attack_.worm ? 0 : attack_.dwell_minutes;
    while (now_ < end_) {
      const double active = now_ - order;
      step_ = active < -30 ? 15 : active < 300 ? 2 : 10;
      spread();
      encrypt(order);
      look();
      obey();
      now_ += step_;
      // Nobody noticed for a week: the attack has run out.
      if (end_ == never && now_ > order + 7 * 24 * 60) break;
    }
    return count();
  }

 private:
  struct Host {
    double broken = never;
    double encrypts = never;
    double lost = never;
    double blocked = never, shielded = never, isolated = never;
    bool known = false, suspect = false;
    bool weak = false, weak_other = false;
    int keys = 0;  // stolen accounts that sign in here
  };

  double draw(Draw what, std::uint64_t which) const { return drawn(attack_.seed, what, which); }
  bool pulled() const { return now_ >= pulled_; }
  bool sends(const Host& h, bool spreading) const {
    return h.isolated > now_ && !pulled() && (!spreading || h.blocked > now_);
  }
  bool hears(const Host& h, bool spreading) const {
    return h.isolated > now_ && !pulled() && (!spreading || h.shielded > now_);
  }

  // open says whether a declared flow on a spreading port still carries anything.
  bool open(std::uint32_t index) const {
    const Flow& flow = estate_.flows[index];
    if (pulled()) return false;
    if (flow.care) return true;
    if (flow_cut_[index] <= now_) return false;
    if (!sends(hosts_[flow.client.value], true) || !hears(hosts_[flow.server.value], true)) return false;
    return !behind_closed_border(flow);
  }

  bool behind_closed_border(const Flow& flow) const {
    if (closed_pairs_.empty()) return false;
    const auto here = estate_.hosts[flow.client.value].network;
    const auto there = estate_.hosts[flow.server.value].network;
    return here && there && closed_pairs_.contains({here->value, there->value, !estate::spreads(flow)});
  }

  // falls: the host can be exploited at all, or a stolen account may sign in there.
  bool falls(std::uint32_t host, bool spreading) const {
    return spreading ? hosts_[host].weak || hosts_[host].keys > 0 : hosts_[host].weak_other;
  }

  void break_into(std::uint32_t host) {
    Host& h = hosts_[host];
    if (h.broken <= now_) return;
    h.broken = now_;
    broken_.push_back(host);
    for (const std::uint32_t a : terrain_.accounts_[host]) {
      if (stolen_[a] || draw(theft, static_cast<std::uint64_t>(a) << 32U | host) >= attack_.theft) continue;
      stolen_[a] = true;
      if (account_off_[a] > now_) hand_keys(a, 1);
    }
  }

  // hand_keys counts for each host the stolen accounts that still sign in there.
  void hand_keys(std::uint32_t account, int by) {
    for (const HostIndex there : estate_.accounts[account].signs_in_on) hosts_[there.value].keys += by;
  }

  void spread() {
    if (pulled()) return;
    const double tries = attack_.tries_per_minute * step_;
    const std::size_t networks = estate_.networks.size();
    std::vector<double> senders(networks, 0), senders_other(networks, 0);
    std::vector<double> reach(hosts_.size(), 0);  // expected tries that arrive at a host by its own ways
    std::vector<std::uint32_t> reached;
    const auto arrive = [&](std::uint32_t host, double amount) {
      if (hosts_[host].broken <= now_ || !falls(host, true) || !hears(hosts_[host], true)) return;
      if (reach[host] == 0) reached.push_back(host);
      reach[host] += amount;
    };
    for (const std::uint32_t u : broken_) {
      const auto network = estate_.hosts[u].network;
      if (network && sends(hosts_[u], true)) senders[network->value] += 1;
      if (network && sends(hosts_[u], false)) senders_other[network->value] += 1;
      const auto& shares = terrain_.shares_[u];
      for (const std::uint32_t f : shares) {
        if (open(f)) arrive(estate_.flows[f].server.value, tries / 2 / static_cast<double>(shares.size()));
      }
      if (sends(hosts_[u], true) && !hosts_[u].suspect && draw(covered, u) < attack_.coverage) {
        const double p = 1 - std::exp(-attack_.seen_per_try * tries);
        if (drawn(attack_.seed, seen, static_cast<std::uint64_t>(now_) << 32U | u) < p) suspect(u);
      }
    }
    for (std::uint32_t p = 0; p < estate_.passages.size(); ++p) {
      const estate::Passage& passage = estate_.passages[p];
      if (passage_closed_[p] <= now_ || hosts_[passage.from.value].broken > now_) continue;
      if (sends(hosts_[passage.from.value], passage.spreading)) arrive(passage.to.value, tries / 20);
    }
    std::vector<double> into(networks, 0), into_other(networks, 0);  // tries for each host of a network
    for (const Terrain::Link& link : terrain_.links_) {
      const double from = (link.spreading ? senders : senders_other)[link.from];
      if (from == 0) continue;
      if (link.border != Terrain::no_border && border_closed_[link.spreading ? 0 : 1][link.border] <= now_) continue;
      const double targets = std::max(1.0, terrain_.targets_[link.from]);
      (link.spreading ? into : into_other)[link.to] += from * tries / 2 / targets;
    }
    const auto fate = [&](std::uint32_t host) {
      return drawn(attack_.seed, hit, static_cast<std::uint64_t>(now_) << 32U | host);
    };
    std::vector<std::uint32_t> fallen;
    for (std::uint32_t n = 0; n < networks; ++n) {
      if (into[n] == 0 && into_other[n] == 0) continue;
      for (const std::uint32_t v : terrain_.members_[n]) {
        if (hosts_[v].broken <= now_) continue;
        if (into[n] > 0) arrive(v, into[n]);
        if (into_other[n] > 0 && reach[v] == 0 && hears(hosts_[v], false) && fate(v) < 1 - std::exp(-into_other[n]) &&
            falls(v, false)) {
          fallen.push_back(v);
        }
      }
    }
    for (const std::uint32_t v : reached) {
      if (fate(v) < 1 - std::exp(-reach[v])) fallen.push_back(v);
    }
    for (const std::uint32_t v : fallen) break_into(v);
  }

  void encrypt(double order) {
    if (now_ < order) return;
    for (const std::uint32_t u : broken_) {
      Host& h = hosts_[u];
      if (h.encrypts == never) {
        // Who is off the network when the order comes begins only if a timer was set.
        const bool hears_order = (h.isolated > now_ && !pulled()) || attack_.worm || draw(timer, u) < 0.3;
        if (!hears_order) continue;
        h.encrypts = std::max(order, h.broken + 5);
      }
      if (h.encrypts > now_) continue;
      if (h.lost == never) h.lost = h.encrypts + attack_.local_minutes * (0.5 + draw(local, u));
      for (const std::uint32_t f : terrain_.shares_[u]) {
        const std::uint32_t server = estate_.flows[f].server.value;
        if (hosts_[server].lost <= now_ || !open(f)) continue;
        touches_shares_.insert(u);
        exposure_[server] += step_;
        if (exposure_[server] > attack_.share_minutes * (0.5 + draw(share, server))) hosts_[server].lost = now_;
      }
    }
  }

  void suspect(std::uint32_t host) {
    if (hosts_[host].suspect || hosts_[host].known) return;
    hosts_[host].suspect = true;
    suspects_.push_back({{host}, attack_.suspicion});
    news_ = true;
  }

  void verdict(std::uint32_t host) {
    hosts_[host].known = true;
    infected_.push_back({host});
    std::erase_if(suspects_, [&](const contain::Suspect& s) { return s.host.value == host; });
    news_ = verdicts_ = true;
    if (infected_.size() > 1) return;
    first_verdict_ = now_;
    end_ = now_ + attack_.incident_hours * 60;
    for (std::uint32_t i = 0; i < attack_.false_suspects; ++i) {
      suspect(static_cast<std::uint32_t>(drawn(attack_.seed, 99, i) * static_cast<double>(hosts_.size())));
    }
  }

  void look() {
    for (std::size_t i = 0; i < broken_.size(); ++i) {
      const std::uint32_t u = broken_[i];
      const Host& h = hosts_[u];
      if (h.known || h.encrypts > now_) continue;
      const bool by_sensor = touches_shares_.contains(u) && draw(covered, u) < attack_.coverage &&
                             now_ + step_ >= h.encrypts + attack_.verdict_minutes;
      const bool by_people = now_ >= h.lost + attack_.people_minutes * (0.5 + draw(called, u));
      if (by_sensor || by_people) verdict(u);
    }
    for (std::uint32_t s = 0; s < hosts_.size(); ++s) {  // a server whose shares are gone is missed by all
      if (!hosts_[s].known && exposure_[s] > 0 && now_ >= hosts_[s].lost + attack_.people_minutes) verdict(s);
    }
  }

  void obey() {
    // Verdicts are answered at once, suspicions within ten minutes.
    if (verdicts_ || (news_ && now_ >= answered_ + 10)) {
      news_ = verdicts_ = false;
      answered_ = now_;
      const Orders orders = answer_({infected_, suspects_, in_force_, now_});
      for (const Action& action : orders.now) put_in_force(action);
      ask_people(orders.by_people);
      if (orders.pull && pulled_ == never) pulled_ = now_ + attack_.pull_minutes;
    }
    decide();
  }

  void ask_people(std::span<const Task> tasks) {
    std::optional<Action> under_way;
    if (!waiting_.empty() && begins_ < now_) under_way = waiting_.front().action;
    waiting_.clear();
    std::ranges::copy_if(tasks, std::back_inserter(waiting_), [&](const Task& task) {
      return !asked_for_.contains(task.action) && !declined_.contains(task.action);
    });
    if (waiting_.empty()) return;
    if (begins_ == never) begins_ = now_ + attack_.person_minutes;
    const auto same = under_way ? std::ranges::find(waiting_, *under_way, &Task::action) : waiting_.end();
    if (same == waiting_.end()) {
      begins_ = std::max(begins_, now_);
    } else {
      std::rotate(waiting_.begin(), same, same + 1);  // what was begun is finished first
    }
  }

  double minutes_of(Task::Work work) const {
    if (work == Task::Work::by_hand) return attack_.hand_minutes;
    return work == Task::Work::two_persons ? 2 * attack_.approve_minutes : attack_.approve_minutes;
  }

  // decide goes on through what waits as far as the time has come.
  void decide() {
    std::size_t done = 0;
    for (; done < waiting_.size(); ++done) {
      const Task& task = waiting_[done];
      const double ends = begins_ + minutes_of(task.work);
      if (ends > now_) break;
      begins_ = ends;
      if (draw(agrees, key_of(task.action)) < attack_.person_agrees) {
        put_in_force(task.action);
      } else {
        declined_.insert(task.action);
      }
    }
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(done));
  }

  void close_border(std::uint32_t index, bool other, double at) {
    double& closed = border_closed_[other ? 1 : 0][index];
    closed = std::min(closed, at);
    const estate::Border& border = estate_.borders[index];
    if (border.from != border.to) closed_pairs_.insert({border.from.value, border.to.value, other});
  }

  void put_in_force(const Action& action) {
    if (!asked_for_.insert(action).second) return;
    in_force_.push_back(action);
    applied_.push_back(now_);
    if (draw(fails, key_of(action)) < attack_.action_fails) return;  // believed, not in force
    const double at = now_ + 0.01;
    switch (action.kind) {
      case ActionKind::block_out:
        hosts_[action.index].blocked = std::min(hosts_[action.index].blocked, at);
        break;
      case ActionKind::shield:
        hosts_[action.index].shielded = std::min(hosts_[action.index].shielded, at);
        break;
      case ActionKind::isolate:
        hosts_[action.index].isolated = std::min(hosts_[action.index].isolated, at);
        break;
      case ActionKind::cut_flow:
        flow_cut_[action.index] = std::min(flow_cut_[action.index], at);
        break;
      case ActionKind::close_passage:
        passage_closed_[action.index] = std::min(passage_closed_[action.index], at);
        break;
      case ActionKind::close_border:
        close_border(action.index, action.plane_other, at);
        break;
      case ActionKind::firebreak:
        for (const std::uint32_t border : terrain_.firebreak_) close_border(border, false, at);
        break;
      case ActionKind::disable_account:
        if (stolen_[action.index]) hand_keys(action.index, -1);
        account_off_[action.index] = now_;
        break;
      case ActionKind::end_sessions:
        break;  // the simulated attacker is on hosts; nobody here has a session
    }
  }

  // count sums the union harm. A cut costs from when it was asked for, in force or not.
  Outcome count() const {
    const double end = end_ == never ? now_ : end_;
    const auto hours_since = [&](double at) { return std::max(0.0, end - at) / 60; };
    std::vector<double> blocked(hosts_.size(), 0), shielded(hosts_.size(), 0), isolated(hosts_.size(), 0);
    std::vector<double> cut(estate_.flows.size(), 0);
    double accounts = 0;
    std::map<std::tuple<std::uint32_t, std::uint32_t, bool>, double> pairs;     // networks
    std::map<std::tuple<std::uint32_t, std::uint32_t, bool>, double> passages;  // hosts
    for (std::size_t i = 0; i < in_force_.size(); ++i) {
      const Action& a = in_force_[i];
      const double hours = hours_since(applied_[i]);
      const auto keep = [&](double& longest) { longest = std::max(longest, hours); };
      switch (a.kind) {
        case ActionKind::block_out:
          keep(blocked[a.index]);
          break;
        case ActionKind::shield:
          keep(shielded[a.index]);
          break;
        case ActionKind::isolate:
          keep(isolated[a.index]);
          break;
        case ActionKind::cut_flow:
          keep(cut[a.index]);
          break;
        case ActionKind::close_passage: {
          const estate::Passage& p = estate_.passages[a.index];
          keep(passages[{p.from.value, p.to.value, !p.spreading}]);
          break;
        }
        case ActionKind::close_border: {
          const estate::Border& b = estate_.borders[a.index];
          if (b.from != b.to) keep(pairs[{b.from.value, b.to.value, a.plane_other}]);
          break;
        }
        case ActionKind::firebreak:
          for (const std::uint32_t border : terrain_.firebreak_) {
            const estate::Border& b = estate_.borders[border];
            keep(pairs[{b.from.value, b.to.value, false}]);
          }
          break;
        case ActionKind::disable_account:
          accounts += estate::harm_of_account(estate_, estate_.accounts[a.index], hours);
          break;
        case ActionKind::end_sessions:
          break;
      }
    }
    const double pulled = hours_since(pulled_);
    std::vector<estate::Outage> outages, cuts;
    for (std::uint32_t f = 0; f < estate_.flows.size(); ++f) {
      const Flow& flow = estate_.flows[f];
      const std::uint32_t c = flow.client.value;
      const std::uint32_t s = flow.server.value;
      double hours = pulled;
      if (!flow.care) {
        const bool other = !estate::ends_with_spreading(flow);
        hours = std::max({hours, isolated[c], isolated[s], cut[f], other ? 0 : blocked[c], other ? 0 : shielded[s]});
        const auto passage = passages.find({c, s, !estate::spreads(flow)});
        if (passage != passages.end()) hours = std::max(hours, passage->second);
        const auto here = estate_.hosts[c].network;
        const auto there = estate_.hosts[s].network;
        if (here && there && !pairs.empty()) {
          if (const auto at = pairs.find({here->value, there->value, other}); at != pairs.end()) {
            hours = std::max(hours, at->second);
          }
        }
      }
      if (hours > 0) cuts.push_back({f, hours});
      if (lost(c, end) || lost(s, end)) hours = std::max(hours, attack_.rebuild_hours);
      if (hours > 0) outages.push_back({f, hours});
    }
    Outcome out;
    out.harm = accounts + estate::harm_together(estate_, outages);
    out.harm_cuts = accounts + estate::harm_together(estate_, cuts);
    const double rebuild_share = attack_.rebuild_hours / std::max(1.0, estate_.weights.rebuild_hours);
    for (std::uint32_t h = 0; h < hosts_.size(); ++h) {
      const estate::Host& host = estate_.hosts[h];
      const double out_of_use = std::max({pulled, isolated[h], estate::serves(host.role) ? shielded[h] : blocked[h]});
      out.harm_cuts += host.harm_per_hour_blocked * out_of_use;
      out.harm += host.harm_per_hour_blocked * out_of_use;
      if (!lost(h, end)) continue;
      ++out.hosts_lost;
      out.harm += host.harm_if_lost * rebuild_share;
    }
    out.hosts_broken = broken_.size();
    out.actions = in_force_.size();
    out.hours_to_verdict = first_verdict_ / 60;
    return out;
  }

  bool lost(std::uint32_t host, double end) const { return hosts_[host].lost <= end; }

  const Terrain& terrain_;
  const Estate& estate_;
  const Attack& attack_;
  const Answer& answer_;
  double now_ = 0, step_ = 1, end_ = never, pulled_ = never, first_verdict_ = 0;
  std::vector<Host> hosts_;
  std::vector<std::uint32_t> broken_;
  std::vector<bool> stolen_;
  std::vector<double> account_off_;
  std::vector<double> exposure_;
  std::set<std::uint32_t> touches_shares_;
  std::vector<double> border_closed_[2], passage_closed_, flow_cut_;
  std::set<std::tuple<std::uint32_t, std::uint32_t, bool>> closed_pairs_;
  std::vector<HostIndex> infected_;
  std::vector<contain::Suspect> suspects_;
  std::vector<Action> in_force_;
  std::vector<double> applied_;
  std::set<Action> asked_for_;  // those of in_force_
  std::vector<Task> waiting_;   // for a person
  double begins_ = never;       // when the person begins the first of them
  std::set<Action> declined_;
  bool news_ = false, verdicts_ = false;
  double answered_ = -never;
};

Outcome run(const Terrain& terrain, const Attack& attack, const Answer& answer) {
  return Night(terrain, attack, answer).play();
}

}  // namespace cordon::simulate
