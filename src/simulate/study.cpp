// SPDX-License-Identifier: Apache-2.0
#include "simulate/study.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <set>

#include "contain/account.h"
#include "contain/care_plan.h"
#include "contain/plan.h"

namespace cordon::simulate {

Answer nothing_answer() {
  return [](const Sight&) { return Orders{}; };
}

Answer pull_answer() {
  return [](const Sight& sight) {
    Orders orders;
    orders.pull = !sight.infected.empty();
    return orders;
  };
}

Answer infected_only_answer(const contain::Graph& graph) {
  return [&graph](const Sight& sight) {
    Orders orders;
    orders.now = contain::isolate_only(graph, sight.infected);
    return orders;
  };
}

Answer suspects_too_answer(const contain::Graph& graph) {
  return [&graph](const Sight& sight) {
    Orders orders;
    orders.now = contain::isolate_only(graph, sight.infected);
    std::vector<estate::HostIndex> suspects;
    for (const contain::Suspect& suspect : sight.suspects) suspects.push_back(suspect.host);
    for (const contain::Action& action : contain::isolate_only(graph, suspects)) orders.by_people.push_back({action});
    return orders;
  };
}

namespace {

// ServedCordon is what `cordon serve` keeps in mind between two answers.
class ServedCordon {
 public:
  ServedCordon(const contain::Graph& graph, double budget, std::uint32_t cuts_per_hour)
      : graph_(graph), hands_(graph.estate()), budget_(budget), cuts_per_hour_(cuts_per_hour) {}

  Orders answer(const Sight& sight) {
    std::erase_if(cuts_at_, [&](double at) { return at <= sight.minutes - 60; });
    Orders orders;
    std::vector<contain::Action> in_force(sight.in_force.begin(), sight.in_force.end());
    for (const estate::HostIndex host : sight.infected) answer_quickly(host, sight.minutes, in_force, orders);
    const contain::CarePlan plan = contain::weigh({.graph = graph_,
                                                   .infected = sight.infected,
                                                   .suspects = sight.suspects,
                                                   .in_force = in_force,
                                                   .hands = &hands_,
                                                   .budget = budget_,
                                                   .cuts_left = contain::cuts_for_plan(cuts_left(), cuts_per_hour_)});
    for (const contain::Line& line : plan.lines) {
      using enum event::Disposition;
      const auto disposition = contain::disposition_of(graph_, line, event::Mode::guard, false);
      if (disposition == cut) {
        spend(line.harm, sight.minutes);
        orders.now.push_back(line.action);
      } else {
        orders.by_people.push_back({line.action, work_of(line, disposition)});
      }
    }
    if (plan.firebreak) {  // saves most, so it stands first
      const contain::Line& line = plan.firebreak->line;
      const auto disposition = contain::disposition_of(graph_, line, event::Mode::guard, false);
      orders.by_people.insert(orders.by_people.begin(), {line.action, work_of(line, disposition)});
    }
    // An approval is a click, so whoever sits there gives those first and then goes to the firewall.
    std::ranges::stable_partition(orders.by_people, [](const Task& task) { return task.work != Task::Work::by_hand; });
    return orders;
  }

 private:
  std::uint32_t cuts_left() const {
    return cuts_per_hour_ - std::min(cuts_per_hour_, static_cast<std::uint32_t>(cuts_at_.size()));
  }

  void spend(double harm, double minutes) {
    budget_ = std::max(0.0, budget_ - harm);
    cuts_at_.push_back(minutes);
  }

  static Task::Work work_of(const contain::Line& line, event::Disposition disposition) {
    if (disposition == event::Disposition::advised) return Task::Work::by_hand;
    return line.approval == contain::Approval::two_persons ? Task::Work::two_persons : Task::Work::one_person;
  }

  /// answer_quickly blocks whoever has a new verdict, both ways, before the estate is weighed: one cut, also where no
  /// enforcer reaches the host and nothing comes of it.
  void answer_quickly(estate::HostIndex host, double minutes, std::vector<contain::Action>& in_force, Orders& orders) {
    if (!answered_.insert(host).second) return;
    const estate::Host& machine = graph_.estate().hosts[host.value];
    const bool is_cut = std::ranges::any_of(in_force, [&](const contain::Action& action) {
      return contain::touches_host(action) && action.index == host.value && action.kind != contain::ActionKind::shield;
    });
    if (is_cut || (machine.addresses.empty() && machine.macs.empty())) return;
    event::Verdict verdict;
    verdict.level = event::Level::infected;
    if (!machine.addresses.empty()) verdict.host.ip = machine.addresses.front();
    if (!machine.macs.empty()) verdict.host.mac = machine.macs.front();
    const event::PlanMade plan = contain::make_plan({.verdict = verdict,
                                                     .verdict_entry = {},
                                                     .seen = {},
                                                     .infected = {},
                                                     .estate = graph_.estate(),
                                                     .automatic_cuts_last_hour = cuts_per_hour_ - cuts_left(),
                                                     .automatic_cuts_per_hour_max = cuts_per_hour_,
                                                     .harm_budget_left = budget_});
    if (plan.actions.front().disposition != event::Disposition::cut) return;
    spend(plan.actions.front().harm, minutes);
    for (const auto kind : {contain::ActionKind::block_out, contain::ActionKind::shield}) {
      const contain::Action block{kind, host.value};
      if (!graph_.offered(block)) continue;
      in_force.push_back(block);
      orders.now.push_back(block);
    }
  }

  const contain::Graph& graph_;
  contain::Hands hands_;
  double budget_;
  std::uint32_t cuts_per_hour_;
  std::vector<double> cuts_at_;  // automatic ones of the last hour
  std::set<estate::HostIndex> answered_;
};

}  // namespace

Answer cordon_answer(const contain::Graph& graph, double budget, std::uint32_t cuts_per_hour) {
  return [cordon = std::make_shared<ServedCordon>(graph, budget, cuts_per_hour)](const Sight& sight) {
    return cordon->answer(sight);
  };
}

namespace {

double mean_of(std::span<const double> values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

// Student's t at 97.5 % by degrees of freedom; between the table's rows the larger value, beyond it the normal's.
double t_975(std::size_t freedom) {
  constexpr std::array<std::pair<std::size_t, double>, 10> table{{{1, 12.706},
                                                                  {2, 4.303},
                                                                  {4, 2.776},
                                                                  {9, 2.262},
                                                                  {19, 2.093},
                                                                  {29, 2.045},
                                                                  {49, 2.010},
                                                                  {99, 1.984},
                                                                  {199, 1.972},
                                                                  {999, 1.962}}};
  double t = table[0].second;
  for (const auto& [at, value] : table) {
    if (freedom >= at) t = value;
  }
  return t;
}

}  // namespace

Play::Play(const contain::Graph& graph, const StudyRequest& request)
    : graph_(graph), request_(request), terrain_(graph.estate()) {}

Played Play::attack(std::uint32_t number) const {
  const Attack attack = draw(graph_.estate(), request_.ranges, request_.seed * 1'000'003 + number);
  const auto under = [&](const Answer& answer) { return run(terrain_, attack, answer); };
  return {under(cordon_answer(graph_, request_.budget, request_.cuts_per_hour)), under(nothing_answer()),
          under(infected_only_answer(graph_)), under(suspects_too_answer(graph_)), under(pull_answer())};
}

Study compare(std::span<const Played> played) {
  const std::array<std::string, policies_played> names{"cordon", "nothing", "infected_only", "suspects_too",
                                                       "pull_everything"};
  Study out;
  out.harms.resize(names.size());
  if (played.empty()) return out;
  for (const Played& attack : played) {
    for (std::size_t p = 0; p < names.size(); ++p) out.harms[p].push_back(attack[p].harm);
  }
  const std::size_t n = played.size();
  for (std::size_t p = 0; p < names.size(); ++p) {
    Standing s;
    s.policy = names[p];
    s.mean = mean_of(out.harms[p]);
    std::vector<double> sorted = out.harms[p];
    std::ranges::sort(sorted, std::greater<>{});
    sorted.resize(std::max<std::size_t>(1, n / 10));
    s.worst_decile = mean_of(sorted);
    std::vector<double> differences, regrets;
    for (std::size_t i = 0; i < n; ++i) {
      double best = out.harms[0][i];
      for (const auto& harms : out.harms) best = std::min(best, harms[i]);
      regrets.push_back(out.harms[p][i] - best);
      differences.push_back(out.harms[p][i] - out.harms[0][i]);
      s.won_by_cordon += differences.back() > 0 ? 1.0 / static_cast<double>(n) : 0;
      s.lost_hosts += static_cast<double>(played[i][p].hosts_lost) / static_cast<double>(n);
      s.harm_cuts += played[i][p].harm_cuts / static_cast<double>(n);
    }
    s.regret = mean_of(regrets);
    s.regret_worst = *std::ranges::max_element(regrets);
    s.difference = mean_of(differences);
    double squares = 0;
    for (const double d : differences) squares += (d - s.difference) * (d - s.difference);
    const double error = n > 1 ? std::sqrt(squares / static_cast<double>(n - 1) / static_cast<double>(n)) : 0;
    s.low = s.difference - t_975(n - 1) * error;
    s.high = s.difference + t_975(n - 1) * error;
    out.standings.push_back(std::move(s));
  }
  return out;
}

std::vector<Variation> variations(const Ranges& base, double budget, std::uint32_t cuts_per_hour) {
  std::vector<Variation> out{{"as it is", base, budget, cuts_per_hour}};
  const auto vary = [&](std::string name, auto&& change) {
    Variation v{std::move(name), base, budget, cuts_per_hour};
    change(v);
    out.push_back(std::move(v));
  };
  const auto scale = [](Range& range, double by) { range = {range.low * by, range.high * by}; };
  vary("all worms", [](Variation& v) { v.ranges.worm = 1; });
  vary("all by hand", [](Variation& v) { v.ranges.worm = 0; });
  vary("by hand without dwell", [](Variation& v) { v.ranges.worm = 0, v.ranges.dwell_hours = {0, 0.5}; });
  vary("dwell of a week", [](Variation& v) { v.ranges.worm = 0, v.ranges.dwell_hours = {120, 168}; });
  vary("tries tenfold", [&](Variation& v) {
    scale(v.ranges.worm_tries_per_minute, 10);
    scale(v.ranges.human_tries_per_hour, 10);
  });
  vary("few hosts fall", [](Variation& v) { v.ranges.exploit = {0, 0.03}, v.ranges.theft = {0.001, 0.02}; });
  vary("most hosts fall", [](Variation& v) { v.ranges.exploit = {0.6, 0.95}, v.ranges.theft = {0.5, 1}; });
  // Then Cordon and suspects_too know little more than the policy that isolates the infected: innocent suspects.
  vary("movement is never suspected", [](Variation& v) { v.ranges.movement_seen_per_try = {1e-12, 1e-12}; });
  vary("sensor half blind", [](Variation& v) { v.ranges.coverage = {0.1, 0.5}; });
  vary("sensor blind", [](Variation& v) { v.ranges.coverage = {0, 0}; });
  vary("verdict after half an hour", [](Variation& v) { v.ranges.verdict_minutes = {20, 40}; });
  vary("20 innocent suspects", [](Variation& v) { v.ranges.false_suspects = {20, 20}; });
  vary("a third of actions fail", [](Variation& v) { v.ranges.action_fails = 0.33; });
  vary("people decide after 3 h", [](Variation& v) { v.ranges.person_minutes = {150, 210}; });
  vary("people never agree", [](Variation& v) { v.ranges.person_agrees = 0; });
  vary("no budget, people decide all", [](Variation& v) { v.budget = 0; });
  vary("people decide all at once", [](Variation& v) { v.ranges.approve_minutes = v.ranges.hand_minutes = {0, 0}; });
  vary("what is done by hand takes no time", [](Variation& v) { v.ranges.hand_minutes = {0, 0}; });
  vary("a suspicion counts one half", [](Variation& v) { v.ranges.suspicion = 0.5; });
  vary("no limit of cuts an hour", [](Variation& v) { v.cuts_per_hour = contain::cuts_unlimited; });
  vary("a budget of 60 patient-hours", [](Variation& v) { v.budget = 60; });
  vary("pulled within a minute", [](Variation& v) { v.ranges.pull_minutes = {1, 1}; });
  vary("incident of 4 h", [](Variation& v) { v.ranges.incident_hours = {3, 5}; });
  vary("incident of a week", [](Variation& v) { v.ranges.incident_hours = {140, 196}; });
  vary("rebuilt in two days", [](Variation& v) { v.ranges.rebuild_hours = {40, 56}; });
  vary("rebuilt in three months", [](Variation& v) { v.ranges.rebuild_hours = {1800, 2500}; });
  return out;
}

}  // namespace cordon::simulate
