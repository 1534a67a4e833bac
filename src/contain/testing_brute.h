// SPDX-License-Identifier: Apache-2.0
// Every choice of actions on a small estate, by the checker's ways, rules and prices: what the cuts of this folder are
// held against. Nothing of the graph is in it, nor of estate/harm.h.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "contain/check.h"
#include "contain/cut.h"

namespace cordon::contain::testing {

/// every_action lists what could be done at all, offered or not.
inline std::vector<Action> every_action(const estate::Estate& estate) {
  std::vector<Action> out;
  for (std::uint32_t h = 0; h < estate.hosts.size(); ++h) {
    for (const ActionKind kind : {ActionKind::block_out, ActionKind::shield, ActionKind::isolate})
      out.push_back({kind, h});
  }
  for (std::uint32_t f = 0; f < estate.flows.size(); ++f) out.push_back({ActionKind::cut_flow, f});
  for (std::uint32_t p = 0; p < estate.passages.size(); ++p) out.push_back({ActionKind::close_passage, p});
  for (std::uint32_t b = 0; b < estate.borders.size(); ++b) {
    out.push_back({ActionKind::close_border, b, false});
    out.push_back({ActionKind::close_border, b, true});
  }
  for (std::uint32_t a = 0; a < estate.accounts.size(); ++a) out.push_back({ActionKind::disable_account, a});
  for (std::uint32_t s = 0; s < estate.sessions.size(); ++s) out.push_back({ActionKind::end_sessions, s});
  return out;
}

/// lost_with is what losing one host costs, by the checker's prices.
inline double lost_with(const estate::Estate& estate, estate::HostIndex host) {
  return harm_of_losing(estate, std::span(&host, 1));
}

/// Brute tries every subset of what the checker says may be done, at most actions_max of it.
class Brute {
 public:
  static constexpr std::size_t actions_max = 10;

  Brute(const estate::Estate& estate, std::span<const estate::HostIndex> infected, std::span<const Sparing> sparings,
        std::span<const Action> refused, std::span<const estate::HostIndex> sunk = {})
      : hosts_(static_cast<std::uint32_t>(estate.hosts.size())), sparings_(sparings) {
    std::vector<Action> all;
    for (const Action& action : every_action(estate)) {
      const bool is_refused = std::ranges::find(refused, action) != refused.end();
      if (!is_refused && rule_broken_by(estate, action).empty()) all.push_back(action);
    }
    for (const estate::HostIndex host : infected) start_ |= 1U << host.value;
    for (std::uint32_t h = 0; h < hosts_; ++h) losses_.push_back(lost_with(estate, {h}));
    // Only what closes some way matters.
    const auto mask_of = [&](const Way& way) {
      std::uint32_t mask = 0;
      for (const Action& action : way.closers) {
        if (std::ranges::find(all, action) == all.end()) continue;
        const std::uint32_t place = place_of(action);
        if (place < 31) mask |= 1U << place;
      }
      return mask;
    };
    for (std::uint32_t from = 0; from < hosts_; ++from) {
      for (std::uint32_t to = 0; to < hosts_; ++to) {
        if (from == to) continue;
        for (const Way& way : ways_between(estate, {from}, {to})) ways_.push_back({from, to, mask_of(way)});
      }
    }
    for (std::uint32_t s = 0; s < estate.sessions.size(); ++s) {
      sessions_.push_back({s, estate.sessions[s].host.value, mask_of(way_of_session(estate, s))});
    }
    for (const Sparing& sparing : sparings_) {
      const Action isolate{ActionKind::isolate, sparing.host.value};
      if (std::ranges::find(all, isolate) != all.end()) place_of(isolate);
    }
    for (const Action& action : actions_) {
      efforts_.push_back(effort_of_one(estate, action));
      const bool is_sunk =
          touches_host(action) && std::ranges::find(sunk, estate::HostIndex{action.index}) != sunk.end();
      prices_.push_back((is_sunk ? 0 : harm_of_one(estate, action)) + efforts_.back());
    }
  }

  bool small_enough() const { return actions_.size() <= actions_max; }
  std::uint32_t choices() const { return 1U << actions_.size(); }

  /// effort is the part of cost that is nobody's harm.
  double effort(std::uint32_t done) const { return sum(efforts_, done); }
  double cost(std::uint32_t done) const { return sum(prices_, done); }

  double left(std::uint32_t done) const {
    std::uint32_t reached = start_;
    for (const Open& session : sessions_) {
      if ((session.closers & done) == 0) reached |= 1U << session.to;
    }
    for (std::uint32_t before = 0; before != reached;) {
      before = reached;
      for (const Open& way : ways_) {
        if ((reached >> way.from & 1U) != 0 && (way.closers & done) == 0) reached |= 1U << way.to;
      }
    }
    double left = sum(losses_, reached);
    for (const Sparing& sparing : sparings_) {
      const auto at = std::ranges::find(actions_, Action{ActionKind::isolate, sparing.host.value});
      if (at != actions_.end() && (done >> (at - actions_.begin()) & 1U) != 0) left -= sparing.harm;
    }
    return left;
  }

  double best() const {
    double least = std::numeric_limits<double>::infinity();
    for (std::uint32_t done = 0; done < choices(); ++done) {
      if (cost(done) < least) least = std::min(least, cost(done) + left(done));
    }
    return least;
  }

 private:
  static double sum(const std::vector<double>& each, std::uint32_t of) {
    double out = 0;
    for (std::size_t i = 0; i < each.size(); ++i) {
      if ((of >> i & 1U) != 0) out += each[i];
    }
    return out;
  }

  std::uint32_t place_of(const Action& action) {
    auto at = std::ranges::find(actions_, action);
    if (at == actions_.end()) at = actions_.insert(actions_.end(), action);
    return static_cast<std::uint32_t>(at - actions_.begin());
  }

  struct Open {
    std::uint32_t from;
    std::uint32_t to;
    std::uint32_t closers;
  };
  std::uint32_t hosts_;
  std::span<const Sparing> sparings_;
  std::uint32_t start_ = 0;
  std::vector<Action> actions_;
  std::vector<double> prices_;
  std::vector<double> efforts_;
  std::vector<double> losses_;
  std::vector<Open> ways_;
  std::vector<Open> sessions_;
};

}  // namespace cordon::contain::testing
