// SPDX-License-Identifier: Apache-2.0
#include "contain/automatic.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "contain/saving.h"

namespace cordon::contain {

using estate::Role;

bool automatic_is_allowed(const estate::Estate& estate, const Action& action) {
  if (action.kind == ActionKind::disable_account) return false;
  if (!touches_host(action)) return true;
  if (action.index >= estate.hosts.size()) return false;
  const estate::Host& host = estate.hosts[action.index];
  if (host.role == Role::terminal_server || host.role == Role::nat || host.role == Role::network) return false;
  if (action.kind == ActionKind::shield) return true;  // its price says what that costs whom
  return !host.is_protected && (!estate::serves(host.role) || host.role == Role::printer);
}

bool isolates_the_blocked(const Action& action, std::span<const Action> done) {
  if (action.kind != ActionKind::isolate) return false;
  return std::ranges::find(done, Action{ActionKind::block_out, action.index}) != done.end();
}

namespace {

class AutomaticSearch {
 public:
  explicit AutomaticSearch(const AutomaticRequest& request)
      : request_(request),
        graph_(request.graph),
        done_(request.done.begin(), request.done.end()),
        forbidden_(request.forbidden.begin(), request.forbidden.end()),
        refused_(request.refused.begin(), request.refused.end()) {}

  Automatic find() {
    Automatic out;
    // Often nothing in the whole optimum needs a person: then one cut is enough.
    Cut cut = ask({});
    out.whole = std::ranges::all_of(cut.actions, [&](const Action& a) { return may_be_automatic(a); }) &&
                within_budget(cut) && cut.actions.size() <= request_.cuts_left;
    if (!out.whole) {
      leave_to_people();
      cut = ask_for_hands({});
    }
    double scale = 1;
    if (!within_budget(cut)) {
      Nested found = within_the_budget(std::move(cut));
      cut = std::move(found.cut);
      scale = found.scale;
    }
    if (cut.actions.size() <= request_.cuts_left) {
      out.actions = std::move(cut.actions);
      return out;
    }
    if (request_.cuts_left > 0) out.actions = within_the_limit(cut, scale);
    std::ranges::set_difference(cut.actions, out.actions, std::back_inserter(out.held_up));
    return out;
  }

 private:
  struct Prices {
    double scale = 1;
    double line = 0;
  };
  /// Between two nested cuts lies what is asked for.
  struct Between {
    std::span<const std::uint32_t> at_least;
    std::span<const std::uint32_t> at_most;
  };

  bool is_by_hand(const Action& action) const { return request_.hands != nullptr && request_.hands->by_hand(action); }
  /// is_left_to_people: nobody here can carry it out; or it touches others than who has a verdict, and no means does it
  /// whole and answers now: then it would cost their work and save nothing, now or when the means is back.
  bool is_left_to_people(const Action& action) const {
    const bool is_infected =
        touches_host(action) &&
        std::ranges::find(request_.infected, estate::HostIndex{action.index}) != request_.infected.end();
    const bool is_of_others = !is_infected && action.kind != ActionKind::end_sessions;
    if (!is_of_others || request_.hands == nullptr) return is_by_hand(action);
    return !request_.hands->has_whole() || !request_.hands->is_sure(action);
  }
  bool may_be_automatic(const Action& action) const {
    return automatic_is_allowed(graph_.estate(), action) && !is_left_to_people(action) &&
           !isolates_the_blocked(action, request_.done);
  }
  bool within_budget(const Cut& cut) const { return cut.harm_cut <= request_.budget; }

  Cut ask(const Prices& prices, const Between& between = {}) const {
    return minimum_cut(graph_, {.infected = request_.infected,
                                .done = done_,
                                .forbidden = forbidden_,
                                .refused = refused_,
                                .loss_scale = prices.scale,
                                .action_price = prices.line,
                                .side_at_least = between.at_least,
                                .side_at_most = between.at_most});
  }

  /// ask_for_hands refuses what a cut would leave to hands, and asks again: whoever cannot be blocked may be isolated.
  Cut ask_for_hands(const Prices& prices, const Between& between = {}) {
    for (int round = 0;; ++round) {
      Cut cut = ask(prices, between);
      const auto by_hand = [&](const Action& action) { return is_left_to_people(action); };
      const std::size_t before = refused_.size();
      std::ranges::copy_if(cut.actions, std::back_inserter(refused_), by_hand);
      if (refused_.size() == before) return cut;
      if (round < by_hand_rounds_max) continue;
      std::erase_if(cut.actions, [&](const Action& action) {
        if (!by_hand(action)) return false;
        cut.harm_cut -= graph_.harm_of(action);
        cut.effort -= graph_.effort_of(action);
        return true;
      });
      return cut;
    }
  }

  /// leave_to_people: the rest is sought without what a person decides. The block of a host is taken for enough, so
  /// nothing is done either because the host is not isolated.
  void leave_to_people() {
    for (const Action& action : request_.done) {
      if (action.kind == ActionKind::block_out) done_.push_back({ActionKind::isolate, action.index});
    }
    for (std::uint32_t h = 0; h < graph_.hosts(); ++h) {
      for (const ActionKind kind : {ActionKind::block_out, ActionKind::shield, ActionKind::isolate}) {
        if (!automatic_is_allowed(graph_.estate(), {kind, h})) forbidden_.push_back({kind, h});
      }
    }
    if (request_.hands != nullptr && !request_.hands->has_whole()) refuse_all_others();
    for (std::uint32_t a = 0; a < graph_.estate().accounts.size(); ++a) {
      forbidden_.push_back({ActionKind::disable_account, a});
    }
    for (std::uint32_t b = 0; b < graph_.estate().borders.size(); ++b) {
      for (const bool other : {false, true}) {
        const Action close{ActionKind::close_border, b, other};
        if (is_by_hand(close)) refused_.push_back(close);
      }
    }
  }

  /// refuse_all_others: in one go what ask_for_hands would find round by round.
  void refuse_all_others() {
    const auto refuse = [&](const Action& action) {
      if (is_left_to_people(action)) refused_.push_back(action);
    };
    for (std::uint32_t h = 0; h < graph_.hosts(); ++h) {
      for (const ActionKind kind : {ActionKind::block_out, ActionKind::shield, ActionKind::isolate}) refuse({kind, h});
    }
    for (std::uint32_t b = 0; b < graph_.estate().borders.size(); ++b) refuse({ActionKind::close_border, b});
    for (std::uint32_t p = 0; p < graph_.estate().passages.size(); ++p) refuse({ActionKind::close_passage, p});
  }

  /// Nested is one of the nested cuts, and a scale at which it is the best.
  struct Nested {
    Cut cut;
    double scale = 0;
    double cost() const { return cut.harm_cut + cut.effort; }
    double at(double other_scale) const { return cost() + other_scale * cut.harm_left; }
  };

  /// nothing_done is the smallest of the nested cuts: what is lost weighs nothing. Its side is not told.
  Nested nothing_done() const {
    Nested out;
    for (const estate::HostIndex host : spread_under(graph_, request_.infected, done_)) {
      out.cut.harm_left += graph_.harm(host.value).lost;
    }
    return out;
  }

  /// within_the_budget gives the largest of the nested cuts that fits; `most` does not.
  Nested within_the_budget(Cut most) {
    // The cuts are nested in the scale (Gallo, Grigoriadis, Tarjan 1989), and cost against left they are the corners of
    // a convex chain. Asked is where two of them are equally good: either a third is better there, and lies between, or
    // they are neighbours (Eisner, Severance 1976).
    Nested low = nothing_done();
    Nested high{std::move(most), 1};
    for (int step = 0; step < budget_steps_max; ++step) {
      const double more = high.cost() - low.cost();
      const double spares = low.cut.harm_left - high.cut.harm_left;
      if (!(more > 0 && spares > 0)) break;
      const double scale = std::min(more / spares, 1.0);
      Nested middle{ask_for_hands({.scale = scale}, {high.cut.side, low.cut.side}), scale};
      const bool lies_between = low.cost() < middle.cost() && middle.cost() < high.cost();
      if (!lies_between || middle.at(scale) >= low.at(scale)) break;
      (within_budget(middle.cut) ? low : high) = std::move(middle);
    }
    return low;
  }

  /// within_the_limit: `wished` fits the budget and has too many lines.
  std::vector<Action> within_the_limit(const Cut& wished, double scale) {
    double low = line_price_exponent_min;
    double high = line_price_exponent_max;
    Cut best;
    Cut fewest = wished;  // of those with too many lines
    for (int step = 0; step < line_price_steps; ++step) {
      const double middle = (low + high) / 2;
      Cut cut = ask_for_hands({.scale = scale, .line = std::exp2(middle)});
      const bool is_affordable = within_budget(cut);
      const bool is_short = cut.actions.size() <= request_.cuts_left;
      if (is_affordable && is_short) {
        high = middle;
        best = std::move(cut);
      } else {
        low = middle;
        if (is_affordable && cut.actions.size() < fewest.actions.size()) fewest = std::move(cut);
      }
    }
    return best.actions.empty() ? first_of(fewest) : std::move(best.actions);
  }

  /// first_of gives as many lines of a cut as are left, those first without which most would be lost.
  std::vector<Action> first_of(const Cut& cut) const {
    std::vector<Action> all = done_;
    all.insert(all.end(), cut.actions.begin(), cut.actions.end());
    std::vector<std::pair<double, Action>> order;
    with_flood(graph_, request_.infected, {}, all, [&](auto& flood) {
      for (const Action& action : cut.actions) {
        const bool is_told = flood.steps() < saving_steps_max(graph_.edges().size());
        order.emplace_back(is_told ? -flood.without(action).harm : 0, action);
      }
    });
    std::ranges::sort(order);
    order.resize(std::min<std::size_t>(order.size(), request_.cuts_left));
    std::vector<Action> out;
    for (const auto& [saves, action] : order) out.push_back(action);
    std::ranges::sort(out);
    return out;
  }

  const AutomaticRequest& request_;
  const Graph& graph_;
  std::vector<Action> done_, forbidden_, refused_;
};

}  // namespace

Automatic find_automatic(const AutomaticRequest& request) {
  return AutomaticSearch(request).find();
}

}  // namespace cordon::contain
