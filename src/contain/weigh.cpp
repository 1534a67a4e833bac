// SPDX-License-Identifier: Apache-2.0
#include "contain/weigh.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>

#include "contain/account.h"
#include "contain/firebreak.h"
#include "contain/own_way.h"
#include "contain/saving.h"

namespace cordon::contain {

using estate::HostIndex;

Approval approval_for(const Graph& graph, const Action& action) {
  return graph.harm_of(action) < patients_depend ? Approval::person : Approval::two_persons;
}

bool two_must_agree(const Graph& graph, const Line& line) {
  return line.beyond_one || approval_for(graph, line.action) == Approval::two_persons;
}

bool is_done_at_once(const Graph& graph, const Line& line) {
  if (line.approval == Approval::automatic) return true;
  return line.approval == Approval::ordered && !two_must_agree(graph, line);
}

namespace {

std::vector<Action> joined(std::span<const Action> one, std::span<const Action> other) {
  std::vector<Action> out(one.begin(), one.end());
  out.insert(out.end(), other.begin(), other.end());
  return out;
}

class Weighing {
 public:
  explicit Weighing(const WeighRequest& request) : request_(request), graph_(request.graph) {
    for (const Suspect& suspect : request.suspects) {
      const bool known = std::ranges::find(request.infected, suspect.host) != request.infected.end();
      if (!known && suspect.probability > 0 && suspect.host.value < graph_.hosts()) suspects_.push_back(suspect);
    }
    for (const HostIndex host : request.infected) {
      if (host.value >= graph_.hosts()) continue;
      // Whoever cannot be cut himself must not get others cut by what he seems to do: as sure as a verdict, yet a
      // person's to answer.
      const bool is_spared = spared(graph_.estate().hosts[host.value]);
      is_spared ? suspects_.push_back({host, 1}) : infected_.push_back(host);
    }
    std::ranges::sort(suspects_, [](const Suspect& x, const Suspect& y) {
      return std::tuple(-x.probability, x.host) < std::tuple(-y.probability, y.host);
    });
    if (suspects_.size() > suspects_max) {
      plan_.suspects_left_out = suspects_.size() - suspects_max;
      suspects_.resize(suspects_max);
    }
    for (const Overruling& word : request.overruled) {
      const auto is_among = [&](std::span<const Action> list) {
        return std::ranges::find(list, word.action) != list.end();
      };
      if (!word.force) {
        forbidden_.push_back(word.action);
      } else if (is_among(request.in_force) || is_among(request.refused)) {
        continue;  // done already, or asked for in vain
      } else if (graph_.offered(word.action)) {
        ordered_.push_back(word.action);
      } else {
        plan_.impossible.push_back(word);
      }
    }
    not_awaited_ = forbidden_;
    for (std::uint32_t host = 0; host < graph_.hosts(); ++host) {
      if (graph_.is_unplugged(host)) not_awaited_.push_back({ActionKind::isolate, host});
    }
    std::vector<HostIndex> sources = infected_;
    for (const Suspect& suspect : suspects_) sources.push_back(suspect.host);
    plan_.not_stolen = unexposed_accounts(graph_, sources);
    given_ = joined(request.in_force, plan_.not_stolen);
    base_ = joined(given_, ordered_);
    find_beyond_one();
  }

  CarePlan make() {
    find_automatic();
    find_rest();
    find_unplugged();
    for (const Action& action : ordered_) add(action, Approval::ordered);
    for (const Action& action : automatic_) add(action, Approval::automatic);
    for (const Action& action : unplugged_) add(action, Approval::by_hand);
    for (const Action& action : rest_) add(action, approval_for(graph_, action));
    find_firebreak();
    finish();
    plan_.infected = std::move(infected_);
    plan_.suspects = std::move(suspects_);
    return std::move(plan_);
  }

 private:
  bool is_by_hand(const Action& action) const { return request_.hands != nullptr && request_.hands->by_hand(action); }

  /// is_in_part_of_others: who is neither infected nor suspected is held by no part of a cut.
  bool is_in_part_of_others(const Action& action) const {
    if (request_.hands == nullptr || !touches_host(action) || is_of_the_infected(action)) return false;
    const bool is_suspect = std::ranges::find(suspects_, HostIndex{action.index}, &Suspect::host) != suspects_.end();
    return !is_suspect && request_.hands->in_part(action);
  }

  /// find_beyond_one: what one person orders is done as long as one may alone, in the order of the words. What is
  /// beyond waits for a second one, so nothing may count on it.
  void find_beyond_one() {
    lone_left_ = request_.lone_left;
    for (const Action& action : ordered_) {
      if (is_by_hand(action) || approval_for(graph_, action) == Approval::two_persons) continue;
      if (is_beyond_one(action)) {
        beyond_one_.push_back(action);
      } else {
        lone_left_ -= graph_.harm_of(action);
      }
    }
  }

  bool is_beyond_one(const Action& action) const {
    const double harm = graph_.harm_of(action);
    return harm > 0 && harm > lone_left_ && approval_for(graph_, action) == Approval::person;
  }

  void add(const Action& action, Approval approval) {
    const bool is_asked = approval == Approval::person || approval == Approval::two_persons;
    if (is_by_hand(action) || (is_asked && is_in_part_of_others(action))) approval = Approval::by_hand;
    Line& line = plan_.lines.emplace_back(Line{action, approval, graph_.harm_of(action), {}});
    line.beyond_one = approval == Approval::ordered ? std::ranges::find(beyond_one_, action) != beyond_one_.end()
                                                    : is_beyond_one(action);
    if (line.beyond_one && approval == Approval::person) line.approval = Approval::two_persons;
    const bool asks = approval == Approval::person || approval == Approval::two_persons;
    line.held_up = asks && std::ranges::binary_search(held_up_, action);
    plan_.harm_cut += graph_.harm_of(action);
    if (approval == Approval::automatic) plan_.harm_automatic += graph_.harm_of(action);
  }

  /// is_given: an order that comes true with the plan, and waits neither for a second person nor for a hand.
  bool is_given(const Action& ordered) const {
    const bool waits = std::ranges::find(beyond_one_, ordered) != beyond_one_.end();
    return !waits && !is_by_hand(ordered) && approval_for(graph_, ordered) != Approval::two_persons;
  }

  void find_automatic() {
    const bool certain = !infected_.empty() || !graph_.session_nodes().empty();
    if (!certain || !(request_.budget >= 0)) return;
    std::vector<Action> done = joined(given_, request_.doubted);
    std::ranges::copy_if(ordered_, std::back_inserter(done), [&](const Action& action) { return is_given(action); });
    Automatic found = contain::find_automatic({.graph = graph_,
                                               .infected = infected_,
                                               .done = done,
                                               .forbidden = not_awaited_,
                                               .refused = request_.refused,
                                               .hands = request_.hands,
                                               .budget = request_.budget,
                                               .cuts_left = request_.cuts_left});
    automatic_ = std::move(found.actions);
    const auto is_among = [](const auto& list, const Action& action) {
      return std::ranges::find(list, action) != list.end();
    };
    // What would wait for a second person only because of what one may alone is done by itself, if it may be.
    std::erase_if(ordered_, [&](const Action& a) { return is_among(beyond_one_, a) && is_among(automatic_, a); });
    std::erase_if(automatic_, [&](const Action& action) { return is_among(ordered_, action); });
    held_up_ = std::move(found.held_up);
    if (!found.whole) leave_out_vain(done);
    // Where others are touched too, the infected alone may be cheaper: their flows are lost with them.
    complete_ = found.whole && request_.doubted.empty() &&
                std::ranges::all_of(automatic_, [&](const Action& action) { return is_of_the_infected(action); });
  }

  bool is_of_the_infected(const Action& action) const {
    return touches_host(action) && std::ranges::find(infected_, HostIndex{action.index}) != infected_.end();
  }

  /// leave_out_vain takes away what spares nobody: part of a cut can save the end of a flow whose other end is lost,
  /// which the sum of the cut counts and the union does not. All that touches others goes first, then line by line;
  /// what the limit an hour has broken off is judged as the whole that it is a part of.
  void leave_out_vain(std::span<const Action> done) {
    const auto together = [&](std::span<const Action> automatic) {
      const std::vector<Action> all = joined(joined(done, automatic), held_up_);
      return harm_together(graph_, all, spread_under(graph_, infected_, all));
    };
    const auto others =
        std::ranges::stable_partition(automatic_, [&](const Action& action) { return is_of_the_infected(action); });
    if (others.empty()) return;
    const std::span<const Action> ours(automatic_.begin(), others.begin());
    if (together(ours) <= together(automatic_) + graph_.effort_of(others.front())) {
      automatic_.erase(others.begin(), others.end());
      return;
    }
    std::vector<Action> tried(others.begin(), others.end());
    tried.resize(std::min(tried.size(), vain_tries_max(graph_.edges().size())));
    for (const Action& action : tried) {
      std::vector<Action> without = automatic_;
      std::erase(without, action);
      if (together(without) <= together(automatic_) + graph_.effort_of(action)) automatic_ = std::move(without);
    }
  }

  void find_rest() {
    done_ = joined(base_, automatic_);
    if (suspects_.empty() && complete_) {  // the automatic part is the whole cut
      plan_.sources.assign(infected_.begin(), infected_.end());
      plan_.reached = spread_under(graph_, plan_.sources, done_);
      plan_.harm_left = expected_loss(graph_, infected_, suspects_, done_);
    } else {
      try_prefixes();
    }
    std::ranges::sort(plan_.sources);
  }

  /// find_unplugged: somebody has to walk there, and until he is there the infected host goes on. So the rest is cut as
  /// if he did not, and is needed no more when he says that he did.
  void find_unplugged() {
    const auto is_among = [](const auto& list, const Action& action) {
      return std::ranges::find(list, action) != list.end();
    };
    for (const HostIndex host : infected_) {
      const Action action{ActionKind::isolate, host.value};
      if (!graph_.is_unplugged(host.value) || !graph_.offered(action) || is_among(unplugged_, action)) continue;
      if (is_among(base_, action) || is_among(forbidden_, action) || is_among(request_.refused, action)) continue;
      unplugged_.push_back(action);
    }
    if (unplugged_.empty()) return;
    const std::vector<Action> all = joined(joined(done_, rest_), unplugged_);
    plan_.reached = spread_under(graph_, plan_.sources, all);
    plan_.harm_left = expected_loss(graph_, infected_, suspects_, all);
  }

  /// try_prefixes tries every one, where that is not too much work. Else first those each of which is four times as
  /// long as the one before, so that no crowd of improbable suspects coarsens the steps among the probable ones; then
  /// one between the best and its neighbours, until they are next to it.
  void try_prefixes() {
    const std::size_t all = suspects_.size();
    const std::size_t tries = prefixes_max(graph_.edges().size());
    if (all < tries) {
      for (std::size_t k = 0; k <= all; ++k) try_prefix(k);
    } else {
      try_prefix(0);
      for (std::size_t k = 1; k < all; k *= 4) try_prefix(k);
      try_prefix(all);
      for (auto next = next_prefix(); next && tried_.size() < tries; next = next_prefix()) try_prefix(*next);
    }
    plan_.prefixes_left_out = all + 1 - tried_.size();
  }

  /// next_prefix is in the middle of the wider of the two gaps beside the best, those with the same cost included.
  std::optional<std::size_t> next_prefix() const {
    const auto less = [](const auto& x, const auto& y) { return x.second < y.second; };
    const auto first = std::min_element(tried_.begin(), tried_.end(), less);
    const auto last = std::find_if(first, tried_.end(), [&](const auto& one) { return one.second > first->second; });
    const std::size_t before = first == tried_.begin() ? first->first : std::prev(first)->first;
    const std::size_t end = std::prev(last)->first;
    const std::size_t after = last == tried_.end() ? end : last->first;
    const std::size_t widest = std::max(first->first - before, after - end);
    if (widest < 2) return std::nullopt;
    return first->first - before == widest ? before + widest / 2 : end + widest / 2;
  }

  void try_prefix(std::size_t k) {
    std::vector<HostIndex> sources(infected_.begin(), infected_.end());
    std::vector<Sparing> sparings;
    for (const Suspect& suspect : std::span(suspects_).first(k)) {
      sources.push_back(suspect.host);
      const double lost = graph_.harm(suspect.host.value).lost;
      sparings.push_back({suspect.host, suspect.probability * isolation_spares * lost});
    }
    Cut cut = minimum_cut(graph_, {.infected = sources,
                                   .done = done_,
                                   .forbidden = not_awaited_,
                                   .refused = request_.refused,
                                   .sparings = sparings,
                                   .sunk = infected_});
    const auto [known, is_new] = left_.try_emplace(cut.actions, 0);
    if (is_new) known->second = expected_loss(graph_, infected_, suspects_, joined(done_, cut.actions));
    const double left = known->second;
    const double cost = cut.harm_cut - cut.harm_sunk + cut.effort + left;
    const bool is_best = std::ranges::all_of(tried_, [&](const auto& one) { return cost < one.second; });
    tried_.emplace(k, cost);
    if (!is_best) return;
    plan_.gap = cut.gap;
    rest_ = std::move(cut.actions);
    plan_.sources = std::move(sources);
    plan_.reached = std::move(cut.reached);
    plan_.harm_left = left;
  }

  /// find_firebreak: a verdict begins it, no suspicion does.
  void find_firebreak() {
    constexpr Action action{ActionKind::firebreak};
    const bool certain = !infected_.empty() || !graph_.session_nodes().empty();
    const auto is_among = [&](const auto& list) { return std::ranges::find(list, action) != list.end(); };
    if (!certain || is_among(forbidden_) || is_among(request_.refused)) return;
    std::vector<Action> done = given_;
    for (const Line& line : plan_.lines) {
      if (line.action != action) done.push_back(line.action);
    }
    const bool is_ordered = is_among(ordered_);
    auto& advice = is_ordered ? plan_.firebreak_ordered : plan_.firebreak;
    advice = advise_firebreak({.graph = graph_, .infected = infected_, .done = done});
    if (!advice || is_ordered) return;
    if (is_by_hand(action)) plan_.firebreak->line.approval = Approval::by_hand;
    plan_.firebreak->line.beyond_one = is_beyond_one(action);
  }

  void finish() {
    std::vector<Action> at_once = given_;
    for (const Line& line : plan_.lines) {
      if (is_done_at_once(graph_, line)) at_once.push_back(line.action);
    }
    const bool is_all = at_once.size() == given_.size() + plan_.lines.size();
    plan_.harm_left_automatic = is_all ? plan_.harm_left : expected_loss(graph_, infected_, suspects_, at_once);
    if (automatic_.empty() && ordered_.empty() && forbidden_.empty()) {
      plan_.least = plan_.harm_cut + plan_.harm_left;
    } else {
      const Cut free = minimum_cut(graph_, {.infected = plan_.sources, .done = given_, .refused = request_.refused});
      plan_.least = free.harm_cut + expected_loss(graph_, infected_, suspects_, joined(given_, free.actions));
    }
    if (!request_.with_saves) return;
    find_savings();
    sort_what_waits();
  }

  /// sort_what_waits puts first what saves most: people take one line after the other, and the attack goes on
  /// meanwhile.
  void sort_what_waits() {
    const auto waits = plan_.lines.end() - static_cast<std::ptrdiff_t>(rest_.size());
    const auto saves = [](const Line& line) { return line.saves ? line.saves->harm : -1; };
    std::stable_sort(waits, plan_.lines.end(), [&](const Line& x, const Line& y) { return saves(x) > saves(y); });
  }

  /// find_savings: what waits for somebody's way there is not counted on by the others, and itself beside what is done
  /// at once.
  void find_savings() {
    const auto is_unplugged = [&](const Line& line) {
      return std::ranges::find(unplugged_, line.action) != unplugged_.end();
    };
    std::vector<Action> others = given_;
    std::vector<Action> at_once = joined(given_, unplugged_);
    for (const Line& line : plan_.lines) {
      if (!is_unplugged(line)) others.push_back(line.action);
      if (is_done_at_once(graph_, line)) at_once.push_back(line.action);
    }
    const auto find = [&](std::span<const Action> done, bool unplugged) {
      with_flood(graph_, infected_, suspects_, done, [&](auto& flood) {
        for (Line& line : plan_.lines) {
          if (is_unplugged(line) != unplugged) continue;
          if (flood.steps() >= saving_steps_max(graph_.edges().size())) break;
          line.saves = flood.without(line.action);
        }
      });
    };
    if (!unplugged_.empty()) find(at_once, true);
    find(others, false);
  }

  const WeighRequest& request_;
  const Graph& graph_;
  std::vector<HostIndex> infected_;
  std::vector<Suspect> suspects_;
  std::vector<Action> not_awaited_;  // forbidden, or to be unplugged by somebody who has to walk there
  std::vector<Action> unplugged_;    // of these, the infected
  std::vector<Action> given_;        // in force, and accounts that cannot have been stolen
  std::vector<Action> ordered_, forbidden_, base_, automatic_, held_up_, rest_;
  std::vector<Action> beyond_one_;              // of what is ordered, what one person alone may not have done
  double lone_left_ = 0;                        // patient-hours, once the other orders are carried out
  bool complete_ = false;                       // nothing is left for a person
  std::vector<Action> done_;                    // what the rest is computed around
  std::map<std::size_t, double> tried_;         // what each prefix costs
  std::map<std::vector<Action>, double> left_;  // what is expected to be lost by each different cut
  CarePlan plan_;
};

}  // namespace

CarePlan weigh(const WeighRequest& request) {
  return Weighing(request).make();
}

}  // namespace cordon::contain
