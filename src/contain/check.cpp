// SPDX-License-Identifier: Apache-2.0
#include "contain/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "event/login.h"

namespace cordon::contain {

using estate::Border;
using estate::Estate;
using estate::Flow;
using estate::Grain;
using estate::Host;
using estate::HostIndex;

bool firebreak_closes(const Estate& estate, std::uint32_t index) {
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

namespace {

/// WaysFrom is one host, and what may lead on from it, whoever to.
class WaysFrom {
 public:
  WaysFrom(const Estate& estate, HostIndex from)
      : estate_(estate), from_(from), here_(estate.hosts[from.value].network) {
    for (std::uint32_t i = 0; i < estate.borders.size(); ++i) {
      if (!here_ || estate.borders[i].from != *here_) continue;
      borders_.push_back({i, {{ActionKind::close_border, i}}});
      if (firebreak_closes(estate, i)) borders_.back().spreading_closers.push_back({ActionKind::firebreak});
    }
    for (std::uint32_t i = 0; i < estate.passages.size(); ++i) {
      if (estate.passages[i].from == from) passages_.push_back(i);
    }
    for (std::uint32_t i = 0; i < estate.flows.size(); ++i) {
      if (estate.flows[i].client == from && is_way_of_spread(estate.flows[i].port, estate.flows[i].udp)) {
        flows_.push_back(i);
      }
    }
  }

  /// to calls with the closers of every way to another host.
  template <class Take>
  void to(HostIndex to, Take&& take) {
    const auto there = estate_.hosts[to.value].network;
    const Action isolated_here{ActionKind::isolate, from_.value};
    const Action isolated_there{ActionKind::isolate, to.value};
    const auto add = [&](bool spreading, const std::vector<Action>& more) {
      closers_.assign({isolated_here, isolated_there});
      if (spreading) {
        closers_.push_back({ActionKind::block_out, from_.value});
        closers_.push_back({ActionKind::shield, to.value});
      }
      closers_.insert(closers_.end(), more.begin(), more.end());
      give(to, take);
    };

    bool spreading_permitted = false;
    if (!here_) {
      add(true, {});
      spreading_permitted = true;
    }
    if (here_ && there && here_ == there) {
      const estate::Reach& inside = estate_.networks[here_->value].inside;
      if (inside.spreading) {
        add(true, {});
        spreading_permitted = true;
      }
      if (inside.other) add(false, {});
    }
    for (const auto& [i, spreading_closers] : borders_) {
      const Border& border = estate_.borders[i];
      if (!there || border.to != *there) continue;
      if (border.reach.spreading) {
        add(true, spreading_closers);
        spreading_permitted = true;
      }
      if (border.reach.other) add(false, {{ActionKind::close_border, i, true}});
    }
    for (const std::uint32_t i : passages_) {
      const estate::Passage& passage = estate_.passages[i];
      if (passage.to != to) continue;
      add(passage.spreading, {{ActionKind::close_passage, i}});
      if (passage.spreading) spreading_permitted = true;
    }
    for (const std::uint32_t i : flows_) {
      const Flow& flow = estate_.flows[i];
      if (flow.server != to) continue;
      if (flow.care) {
        closers_.clear();
        give(to, take);
      } else if (!spreading_permitted) {
        add(true, {{ActionKind::cut_flow, i}});
      }
    }
  }

 private:
  // give: into a host that needs an account there is one way for each.
  template <class Take>
  void give(HostIndex to, Take&& take) {
    if (!estate_.hosts[to.value].needs_account) return take(closers_);
    for (std::uint32_t a = 0; a < estate_.accounts.size(); ++a) {
      if (std::ranges::find(estate_.accounts[a].signs_in_on, to) == estate_.accounts[a].signs_in_on.end()) continue;
      closers_.push_back({ActionKind::disable_account, a});
      take(closers_);
      closers_.pop_back();
    }
  }

  const Estate& estate_;
  HostIndex from_;
  std::optional<estate::NetworkIndex> here_;
  struct OutOver {
    std::uint32_t border;
    std::vector<Action> spreading_closers;
  };
  std::vector<OutOver> borders_;
  std::vector<std::uint32_t> passages_, flows_;
  std::vector<Action> closers_;
};

}  // namespace

std::vector<Way> ways_between(const Estate& estate, HostIndex from, HostIndex to) {
  std::vector<Way> ways;
  WaysFrom(estate, from).to(to, [&](const std::vector<Action>& closers) { ways.push_back({closers}); });
  return ways;
}

Way way_of_session(const Estate& estate, std::uint32_t session) {
  Way way{{{ActionKind::end_sessions, session}}};
  if (const auto account = estate.sessions[session].account) {
    way.closers.push_back({ActionKind::disable_account, *account});
  }
  return way;
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
  return ends_where_blocked(way.port, way.udp);
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
    return f.care && !named && meant(f) && ends_where_blocked(f.port, f.udp) != plane_other;
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
      return f.care && f.client == p.from && f.server == p.to && is_way_of_spread(f.port, f.udp) == p.spreading;
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
  const auto is_open = [&](const std::vector<Action>& closers) {
    return std::ranges::none_of(closers, [&](const Action& action) { return done.contains(action); });
  };
  std::vector<bool> reached(estate.hosts.size(), false);
  std::vector<std::uint32_t> open;
  const auto take = [&](std::uint32_t host) {
    if (!reached[host]) open.push_back(host);
    reached[host] = true;
  };
  for (const HostIndex host : infected) take(host.value);
  for (std::uint32_t i = 0; i < estate.sessions.size(); ++i) {
    if (is_open(way_of_session(estate, i).closers)) take(estate.sessions[i].host.value);
  }
  while (!open.empty()) {
    WaysFrom ways(estate, {open.back()});
    open.pop_back();
    for (std::uint32_t to = 0; to < estate.hosts.size(); ++to) {
      if (reached[to]) continue;
      ways.to({to}, [&](const std::vector<Action>& closers) {
        if (is_open(closers)) take(to);
      });
    }
  }
  for (std::uint32_t host = 0; host < estate.hosts.size(); ++host) {
    if (reached[host]) out.reached.push_back({host});
  }
  out.harm_left = harm_of_losing(estate, out.reached);
  return out;
}

}  // namespace cordon::contain
