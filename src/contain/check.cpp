// SPDX-License-Identifier: Apache-2.0
#include "contain/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "estate/harm.h"
#include "event/login.h"
#include "event/spreading.h"

namespace cordon::contain {

using estate::Border;
using estate::Estate;
using estate::Flow;
using estate::Grain;
using estate::Host;
using estate::HostIndex;

namespace {

/// in_firebreak: the firebreak closes this border.
bool in_firebreak(const Estate& estate, std::uint32_t index) {
  const Border& border = estate.borders[index];
  if (!border.reach.spreading || border.from == border.to) return false;
  bool is_named = false;
  for (const estate::Prefix& from : estate.networks[border.from.value].prefixes) {
    for (const estate::Prefix& to : estate.networks[border.to.value].prefixes) {
      is_named = is_named || from.address.v6 == to.address.v6;
    }
  }
  return is_named && rule_broken_by(estate, {ActionKind::close_border, index}).empty();
}

}  // namespace

std::vector<Way> ways_between(const Estate& estate, HostIndex from, HostIndex to) {
  std::vector<Way> ways;
  const auto here = estate.hosts[from.value].network;
  const auto there = estate.hosts[to.value].network;
  const Action isolated_here{ActionKind::isolate, from.value};
  const Action isolated_there{ActionKind::isolate, to.value};
  const std::vector<Action> whole{isolated_here, isolated_there};
  const std::vector<Action> spreading{
      isolated_here, isolated_there, {ActionKind::block_out, from.value}, {ActionKind::shield, to.value}};
  const auto add = [&](std::vector<Action> closers) -> Way& { return ways.emplace_back(Way{std::move(closers)}); };

  bool spreading_permitted = false;
  if (!here) {
    add(spreading);
    spreading_permitted = true;
  }
  if (here && there && here == there) {
    if (estate.networks[here->value].inside.spreading) {
      add(spreading);
      spreading_permitted = true;
    }
    if (estate.networks[here->value].inside.other) add(whole);
  }
  for (std::uint32_t i = 0; i < estate.borders.size(); ++i) {
    const Border& border = estate.borders[i];
    if (!here || !there || border.from != *here || border.to != *there) continue;
    if (border.reach.spreading) {
      Way& way = add(spreading);
      way.closers.push_back({ActionKind::close_border, i, false});
      if (in_firebreak(estate, i)) way.closers.push_back({ActionKind::firebreak});
      spreading_permitted = true;
    }
    if (border.reach.other) add(whole).closers.push_back({ActionKind::close_border, i, true});
  }
  for (std::uint32_t i = 0; i < estate.passages.size(); ++i) {
    const estate::Passage& passage = estate.passages[i];
    if (passage.from != from || passage.to != to) continue;
    add(passage.spreading ? spreading : whole).closers.push_back({ActionKind::close_passage, i});
    if (passage.spreading) spreading_permitted = true;
  }
  for (std::uint32_t i = 0; i < estate.flows.size(); ++i) {
    const Flow& flow = estate.flows[i];
    if (flow.client != from || flow.server != to || !estate::spreads(flow)) continue;
    if (flow.care) {
      add({});
    } else if (!spreading_permitted) {
      add(spreading).closers.push_back({ActionKind::cut_flow, i});
    }
  }
  if (!estate.hosts[to.value].needs_account) return ways;
  std::vector<Way> with_accounts;
  for (const Way& way : ways) {
    for (std::uint32_t a = 0; a < estate.accounts.size(); ++a) {
      if (std::ranges::find(estate.accounts[a].signs_in_on, to) == estate.accounts[a].signs_in_on.end()) continue;
      with_accounts.push_back(way);
      with_accounts.back().closers.push_back({ActionKind::disable_account, a});
    }
  }
  return with_accounts;
}

Way way_of_session(const Estate& estate, std::uint32_t session) {
  Way way{{{ActionKind::end_sessions, session}}};
  if (const auto account = estate.sessions[session].account) {
    way.closers.push_back({ActionKind::disable_account, *account});
  }
  return way;
}

double harm_of_one(const Estate& estate, const Action& action) {
  const double hours = estate.weights.incident_hours;
  const std::uint32_t i = action.index;
  double harm = 0;
  const auto add_flows = [&](auto&& wanted) {
    for (const Flow& flow : estate.flows) {
      if (!flow.care && wanted(flow)) harm += estate::harm_of_flow(estate, flow, hours);
    }
  };
  switch (action.kind) {
    case ActionKind::block_out:
      add_flows([&](const Flow& f) { return f.client.value == i && estate::ends_with_spreading(f); });
      if (!estate::serves(estate.hosts[i].role)) harm += estate.hosts[i].harm_per_hour_blocked * hours;
      break;
    case ActionKind::shield:
      add_flows([&](const Flow& f) { return f.server.value == i && estate::ends_with_spreading(f); });
      if (estate::serves(estate.hosts[i].role)) harm += estate.hosts[i].harm_per_hour_blocked * hours;
      break;
    case ActionKind::isolate:
      add_flows([&](const Flow& f) { return f.client.value == i; });
      add_flows([&](const Flow& f) { return f.server.value == i; });
      harm += estate.hosts[i].harm_per_hour_blocked * hours;
      break;
    case ActionKind::cut_flow:
      harm = estate::harm_of_flow(estate, estate.flows[i], hours);
      break;
    case ActionKind::close_passage: {
      const estate::Passage& p = estate.passages[i];
      add_flows(
          [&](const Flow& f) { return f.client == p.from && f.server == p.to && estate::spreads(f) == p.spreading; });
      break;
    }
    case ActionKind::close_border: {
      const Border& border = estate.borders[i];
      if (border.from == border.to) break;
      add_flows([&](const Flow& f) {
        return estate.hosts[f.client.value].network == border.from &&
               estate.hosts[f.server.value].network == border.to &&
               estate::ends_with_spreading(f) != action.plane_other;
      });
      break;
    }
    case ActionKind::firebreak:
      for (std::uint32_t b = 0; b < estate.borders.size(); ++b) {
        if (in_firebreak(estate, b)) harm += harm_of_one(estate, {ActionKind::close_border, b});
      }
      break;
    case ActionKind::disable_account:
      harm = estate::harm_of_account(estate, estate.accounts[i], hours);
      break;
    case ActionKind::end_sessions: {
      const estate::Session& session = estate.sessions[i];
      if (session.account) return harm_of_one(estate, {ActionKind::disable_account, *session.account});
      harm = harm_of_one(estate, {ActionKind::block_out, session.host.value}) / std::max(1U, session.users);
      break;
    }
  }
  return harm;
}

namespace {

/// between_own says whether the two hosts are the ends of one of Cordon's own ways, tried for every host that can be
/// its beginning. A way with a beginning of its own is one whatever passes there; else `same` says what is meant.
template <class Same>
bool between_own(const Estate& estate, HostIndex client, HostIndex server, Same&& same) {
  for (const estate::OwnWay& way : estate.own_ways) {
    for (std::uint32_t h = 0; h < estate.hosts.size(); ++h) {
      if (way.from && way.from->value != h) continue;
      const bool there = client.value == h && server == way.to;
      const bool back = way.from && client == way.to && server.value == h;
      if ((there || back) && (way.from || same(way))) return true;
    }
  }
  return false;
}

bool way_spreads(const estate::OwnWay& way) {
  return way.udp ? event::is_spreading_udp(way.port)
                 : event::is_spreading_tcp(way.port) || event::is_given_out(way.port);
}

/// cuts_own_way gives a sentence where an action would cut Cordon off from its box, from whoever carries cuts out, or
/// from the browsers.
std::string cuts_own_way(const Estate& estate, const Action& action) {
  const std::uint32_t i = action.index;
  if (touches_host(action)) {
    if (i >= estate.hosts.size() || estate.hosts[i].own == estate::Own::no) return {};
    return fmt::format("{} is Cordon's own", estate.hosts[i].name);
  }
  bool cuts = false;
  if (action.kind == ActionKind::cut_flow && i < estate.flows.size()) {
    const Flow& flow = estate.flows[i];
    cuts = between_own(estate, flow.client, flow.server, [&](const estate::OwnWay& way) {
      return way.udp == flow.udp && (flow.port == 0 || way.port == flow.port);
    });
  }
  if (action.kind == ActionKind::close_passage && i < estate.passages.size()) {
    const estate::Passage& p = estate.passages[i];
    cuts = between_own(estate, p.from, p.to, [&](const auto& way) { return way_spreads(way) == p.spreading; });
  }
  if (action.kind == ActionKind::close_border && i < estate.borders.size()) {
    const Border& border = estate.borders[i];
    for (const estate::OwnWay& way : estate.own_ways) {
      const auto there = estate.hosts[way.to.value].network;
      if (!way.from) {
        cuts = cuts || (border.to == there && way_spreads(way) != action.plane_other);
        continue;
      }
      const auto here = estate.hosts[way.from->value].network;
      for (const auto& [from, to] : {std::pair(border.from, border.to), std::pair(border.to, border.from)}) {
        cuts = cuts || (from == here && to == there);
      }
    }
  }
  return cuts ? "Cordon's own way would be cut" : "";
}

/// stops_nameless_care: among the meant flows of a plane is a care flow without a port or without a server's address.
template <class Meant>
bool stops_nameless_care(const Estate& estate, bool plane_other, Meant&& meant) {
  return std::ranges::any_of(estate.flows, [&](const Flow& f) {
    const bool named = f.port != 0 && !estate.hosts[f.server.value].addresses.empty();
    return f.care && !named && meant(f) && estate::ends_with_spreading(f) != plane_other;
  });
}

}  // namespace

std::string rule_broken_by(const Estate& estate, const Action& action) {
  if (std::string own = cuts_own_way(estate, action); !own.empty()) return own;
  const std::uint32_t i = action.index;
  const auto has_care = [&](bool nameless) {
    return std::ranges::any_of(estate.flows, [&](const Flow& f) {
      const bool named = f.port != 0 && !estate.hosts.at(f.server.value).addresses.empty();
      return f.care && (f.client.value == i || f.server.value == i) && !(nameless && named);
    });
  };
  if (touches_host(action)) {
    if (i >= estate.hosts.size()) return "no such host";
    const Host& host = estate.hosts[i];
    if (host.grain == Grain::none && (host.role == estate::Role::network || host.role == estate::Role::nat)) {
      return fmt::format("{}: others would be unplugged with it", host.name);
    }
    const bool whole = host.grain == Grain::isolate || host.grain == Grain::none;
    if (action.kind == ActionKind::isolate) {
      if (host.is_protected) return fmt::format("{} is protected and would be isolated", host.name);
      if (has_care(!whole)) return fmt::format("{}: its care flows would be cut", host.name);
      return {};
    }
    if (whole) return fmt::format("{} can only be isolated, not blocked", host.name);
    const bool stops_care = stops_nameless_care(estate, false, [&](const Flow& f) {
      return action.kind == ActionKind::shield ? f.server.value == i : f.client.value == i;
    });
    return stops_care ? fmt::format("{}: a care flow that nobody can name would be blocked", host.name) : "";
  }
  if (action.kind == ActionKind::cut_flow) {
    if (i >= estate.flows.size()) return "no such flow";
    const Flow& flow = estate.flows[i];
    const bool care = std::ranges::any_of(estate.flows, [&](const Flow& f) {
      return f.care && f.client == flow.client && f.server == flow.server && f.port == flow.port && f.udp == flow.udp;
    });
    if (care) return "a care flow would be cut";
    const bool single =
        estate.hosts[flow.client.value].grain == Grain::flow || estate.hosts[flow.server.value].grain == Grain::flow;
    return single ? std::string{} : "nothing can cut this flow alone";
  }
  if (action.kind == ActionKind::close_passage) {
    if (i >= estate.passages.size()) return "no such passage";
    const estate::Passage& p = estate.passages[i];
    if (!p.can_close) return "the passage cannot be closed";
    const bool care = std::ranges::any_of(estate.flows, [&](const Flow& f) {
      return f.care && f.client == p.from && f.server == p.to && estate::spreads(f) == p.spreading;
    });
    return care ? "a care flow goes through the passage" : std::string{};
  }
  if (action.kind == ActionKind::disable_account) {
    return i < estate.accounts.size() ? std::string{} : "no such account";
  }
  if (action.kind == ActionKind::end_sessions) {
    if (i >= estate.sessions.size()) return "no such session";
    const estate::Session& session = estate.sessions[i];
    if (session.account && estate.accounts[*session.account].is_protected) return "a protected account is refused";
    if (estate.hosts[session.host.value].is_protected) return "somebody on a protected host is refused";
    if (!event::is_plain(session.login)) return "a name that cannot be written down safely";
    return session.can_end ? std::string{} : "nobody can end this session";
  }
  if (action.kind == ActionKind::firebreak) return {};  // it closes what may be closed, each border by itself
  if (i >= estate.borders.size()) return "no such border";
  if (!estate.borders[i].can_close) return "no enforcer stands at the border";
  const bool stops_care = stops_nameless_care(estate, action.plane_other, [&](const Flow& f) {
    return estate.hosts[f.client.value].network == estate.borders[i].from &&
           estate.hosts[f.server.value].network == estate.borders[i].to;
  });
  return stops_care ? "a care flow that nobody can name goes over the border" : "";
}

Checked check(const Estate& estate, std::span<const HostIndex> infected, std::span<const Action> actions) {
  Checked out;
  const std::set<Action> done(actions.begin(), actions.end());
  if (done.size() != actions.size()) out.broken.emplace_back("an action stands there twice");
  for (const Action& action : actions) {
    if (std::string why = rule_broken_by(estate, action); !why.empty()) out.broken.push_back(std::move(why));
    out.harm_cut += harm_of_one(estate, action);
  }
  std::set<std::uint32_t> reached;
  std::vector<std::uint32_t> open;
  for (const HostIndex host : infected) {
    if (reached.insert(host.value).second) open.push_back(host.value);
  }
  for (std::uint32_t i = 0; i < estate.sessions.size(); ++i) {
    const Way way = way_of_session(estate, i);
    if (std::ranges::any_of(way.closers, [&](const Action& a) { return done.contains(a); })) continue;
    const std::uint32_t host = estate.sessions[i].host.value;
    if (reached.insert(host).second) open.push_back(host);
  }
  while (!open.empty()) {
    const std::uint32_t from = open.back();
    open.pop_back();
    for (std::uint32_t to = 0; to < estate.hosts.size(); ++to) {
      if (reached.contains(to)) continue;
      for (const Way& way : ways_between(estate, {from}, {to})) {
        if (std::ranges::any_of(way.closers, [&](const Action& a) { return done.contains(a); })) continue;
        reached.insert(to);
        open.push_back(to);
        break;
      }
    }
  }
  for (const std::uint32_t host : reached) {
    out.reached.push_back({host});
    out.harm_left += estate::harm_of_host(estate, {host}).lost;
  }
  return out;
}

}  // namespace cordon::contain
