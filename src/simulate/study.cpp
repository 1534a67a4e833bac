// SPDX-License-Identifier: Apache-2.0
#include "simulate/study.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "contain/account.h"
#include "contain/care_plan.h"

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
    orders.by_people = contain::isolate_only(graph, suspects);
    return orders;
  };
}

Answer cordon_answer(const contain::Graph& graph, double budget, std::uint32_t cuts_per_hour) {
  struct Spent {
    double left;
    std::vector<double> cuts_at;  // automatic ones of the last hour
  };
  return [&graph, cuts_per_hour, spent = std::make_shared<Spent>(Spent{budget, {}})](const Sight& sight) {
    const contain::CarePlan plan = contain::weigh({.graph = graph,
                                                   .infected = sight.infected,
                                                   .suspects = sight.suspects,
                                                   .in_force = sight.in_force,
                                                   .budget = spent->left,
                                                   .with_saves = false});
    Orders orders;
    spent->left -= plan.harm_automatic;
    std::erase_if(spent->cuts_at, [&](double at) { return at <= sight.minutes - 60; });
    for (const contain::Line& line : plan.lines) {
      const bool automatic = line.approval == contain::Approval::automatic;
      if (automatic && spent->cuts_at.size() < cuts_per_hour) {
        spent->cuts_at.push_back(sight.minutes);
        orders.now.push_back(line.action);
      } else {
        if (automatic) spent->left += line.harm;
        orders.by_people.push_back(line.action);
      }
    }
    return orders;
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

Study study(const StudyRequest& request) {
  const auto graph = contain::Graph::build(request.estate);
  const Terrain terrain(request.estate);
  const std::array<std::string, 5> names{"cordon", "nothing", "infected_only", "suspects_too", "pull_everything"};
  Study out;
  out.harms.resize(names.size());
  if (!graph || request.attacks == 0) return out;
  std::vector<std::vector<Outcome>> outcomes(names.size());
  for (std::uint32_t i = 0; i < request.attacks; ++i) {
    const Attack attack = draw(request.estate, request.ranges, request.seed * 1'000'003 + i);
    const std::array<Answer, 5> answers{cordon_answer(*graph, request.budget, request.cuts_per_hour), nothing_answer(),
                                        infected_only_answer(*graph), suspects_too_answer(*graph), pull_answer()};
    for (std::size_t p = 0; p < names.size(); ++p) {
      outcomes[p].push_back(run(terrain, attack, answers[p]));
      out.harms[p].push_back(outcomes[p].back().harm);
    }
  }
  const std::size_t n = request.attacks;
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
      s.lost_hosts += static_cast<double>(outcomes[p][i].hosts_lost) / static_cast<double>(n);
      s.harm_cuts += outcomes[p][i].harm_cuts / static_cast<double>(n);
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

std::vector<Variation> variations(const Ranges& base, double budget) {
  std::vector<Variation> out{{"as it is", base, budget}};
  const auto vary = [&](std::string name, auto&& change) {
    Variation v{std::move(name), base, budget};
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
  // As `cordon serve` has it: what it takes a suspicion for, and how many cuts an hour it makes by itself
  // (engine::Policy::automatic_cuts_per_hour_max).
  vary("a suspicion counts as served", [](Variation& v) { v.ranges.suspicion = contain::suspect_probability; });
  vary("20 automatic cuts an hour", [](Variation& v) { v.cuts_per_hour = 20; });
  vary("pulled within a minute", [](Variation& v) { v.ranges.pull_minutes = {1, 1}; });
  vary("incident of 4 h", [](Variation& v) { v.ranges.incident_hours = {3, 5}; });
  vary("incident of a week", [](Variation& v) { v.ranges.incident_hours = {140, 196}; });
  vary("rebuilt in two days", [](Variation& v) { v.ranges.rebuild_hours = {40, 56}; });
  vary("rebuilt in three months", [](Variation& v) { v.ranges.rebuild_hours = {1800, 2500}; });
  return out;
}

}  // namespace cordon::simulate
