// SPDX-License-Identifier: Apache-2.0
#include "contain/relief.h"

#include <algorithm>

#include "contain/account.h"

namespace cordon::contain {

using estate::HostIndex;

namespace {

/// same_harm: less than half a unit of Price, which is rounding.
constexpr double same_harm = 0.5 / price_units_per_hour;

class Relieving {
 public:
  Relieving(const Graph& graph, std::span<const HostIndex> infected, std::span<const Suspect> suspects,
            std::span<const Standing> standing)
      : graph_(graph), infected_(infected), suspects_(suspects), standing_(standing), lifted_(standing.size(), false) {
    sources_.assign(infected.begin(), infected.end());
    for (const Suspect& suspect : suspects) sources_.push_back(suspect.host);
    std::ranges::sort(sources_);
    not_stolen_ = unexposed_accounts(graph, sources_);
  }

  std::vector<event::Unneeded> find() {
    std::vector<event::Unneeded> out;
    loss_ = loss_of(false, standing_.size());
    double harm = -1;
    for (const std::size_t at : candidates()) {
      if (saves(at)) continue;
      if (harm < 0) harm = harm_now();
      event::Unneeded found = standing_[at].name;
      lifted_[at] = true;
      const double without = harm_now();
      found.harm = std::max(0.0, harm - without);
      harm = without;
      out.push_back(std::move(found));
    }
    return out;
  }

 private:
  bool stops_a_source(const Standing& one) const {
    return std::ranges::any_of(one.actions, [&](const Action& action) {
      if (action.kind == ActionKind::end_sessions) return true;
      const bool stops = action.kind == ActionKind::block_out || action.kind == ActionKind::isolate;
      return stops && std::ranges::binary_search(sources_, HostIndex{action.index});
    });
  }

  /// is_against_the_unseen: a firebreak is needed as long as anybody is under a verdict.
  bool is_against_the_unseen(const Standing& one) const {
    const bool is_firebreak = std::ranges::find(one.actions, ActionKind::firebreak, &Action::kind) != one.actions.end();
    return is_firebreak && !(infected_.empty() && graph_.session_nodes().empty());
  }

  std::vector<std::size_t> candidates() const {
    std::vector<std::pair<double, std::size_t>> order;
    for (std::size_t i = 0; i < standing_.size(); ++i) {
      const Standing& one = standing_[i];
      if (one.ordered || one.actions.empty() || stops_a_source(one) || is_against_the_unseen(one)) continue;
      double harm = 0;
      for (const Action& action : one.actions) harm += graph_.harm_of(action);
      order.emplace_back(-harm, i);
    }
    std::ranges::sort(order);
    const std::size_t affordable = relief_edges_max / std::max<std::size_t>(1, graph_.edges().size());
    order.resize(std::min({order.size(), relief_tried_max, std::max<std::size_t>(1, affordable)}));
    std::vector<std::size_t> out;
    for (const auto& [harm, i] : order) out.push_back(i);
    return out;
  }

  /// actions_of gives what is left in force; of the others than `kept` only what is proven, when that is asked.
  std::vector<Action> actions_of(bool proven_only, std::size_t kept) const {
    std::vector<Action> out = not_stolen_;
    for (std::size_t i = 0; i < standing_.size(); ++i) {
      if (lifted_[i] || (i != kept && proven_only && !standing_[i].proven)) continue;
      out.insert(out.end(), standing_[i].actions.begin(), standing_[i].actions.end());
    }
    return out;
  }

  double loss_of(bool proven_only, std::size_t kept) const {
    return expected_loss(graph_, infected_, suspects_, actions_of(proven_only, kept));
  }

  bool all_proven_without(std::size_t at) const {
    for (std::size_t i = 0; i < standing_.size(); ++i) {
      if (i != at && !lifted_[i] && !standing_[i].proven) return false;
    }
    return true;
  }

  /// saves asks with all that stays in force, and with what of it is proven; that is one question where all is.
  bool saves(std::size_t at) {
    lifted_[at] = true;
    const double without = loss_of(false, at);
    bool more = without > loss_ + same_harm;
    if (!more && !all_proven_without(at)) {
      const double without_proven = loss_of(true, at);
      lifted_[at] = false;
      more = without_proven > loss_of(true, at) + same_harm;
    }
    lifted_[at] = false;
    if (!more) loss_ = without;
    return more;
  }

  double harm_now() const {
    const std::vector<Action> actions = actions_of(false, standing_.size());
    const std::vector<HostIndex> lost = spread_under(graph_, infected_, actions);
    std::vector<Action> done;
    for (std::size_t i = 0; i < standing_.size(); ++i) {
      if (!lifted_[i]) done.insert(done.end(), standing_[i].actions.begin(), standing_[i].actions.end());
    }
    return harm_together(graph_, done, lost);
  }

  const Graph& graph_;
  std::span<const HostIndex> infected_;
  std::span<const Suspect> suspects_;
  std::span<const Standing> standing_;
  std::vector<bool> lifted_;
  double loss_ = 0;  // expected, with all that is not lifted
  std::vector<HostIndex> sources_;
  std::vector<Action> not_stolen_;
};

}  // namespace

std::vector<event::Unneeded> no_longer_needed(const Graph& graph, std::span<const HostIndex> infected,
                                              std::span<const Suspect> suspects, std::span<const Standing> standing) {
  return Relieving(graph, infected, suspects, standing).find();
}

}  // namespace cordon::contain
