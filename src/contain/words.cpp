// SPDX-License-Identifier: Apache-2.0
// What actions are called, the care that stops without some flows, and what a line of a plan saves, in words.
#include "contain/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/french.h"
#include "contain/firebreak.h"

namespace cordon::contain {

using estate::Estate;
using estate::Flow;
using estate::HostIndex;

std::string host_name(const Estate& estate, HostIndex host) {
  return host.value < estate.hosts.size() ? estate.hosts[host.value].name : "?";
}

namespace {

std::string network_name(const Estate& estate, estate::NetworkIndex network) {
  return network.value < estate.networks.size() ? estate.networks[network.value].name : "?";
}

}  // namespace

Text words_of(const Estate& estate, const Action& action) {
  const std::uint32_t i = action.index;
  switch (action.kind) {
    case ActionKind::block_out:
      return {fmt::format("bloquer la propagation depuis {}", host_name(estate, {i})),
              fmt::format("block spreading from {}", host_name(estate, {i}))};
    case ActionKind::shield:
      return {fmt::format("protéger {} des protocoles de propagation", host_name(estate, {i})),
              fmt::format("shield {} from spreading protocols", host_name(estate, {i}))};
    case ActionKind::isolate:
      if (estate.hosts[i].grain == estate::Grain::none) {
        return {fmt::format("débrancher {}", host_name(estate, {i})), fmt::format("unplug {}", host_name(estate, {i}))};
      }
      return {fmt::format("isoler {}", host_name(estate, {i})), fmt::format("isolate {}", host_name(estate, {i}))};
    case ActionKind::cut_flow: {
      if (i >= estate.flows.size()) break;
      const Flow& flow = estate.flows[i];
      const std::string ends =
          fmt::format("{} → {} ({})", host_name(estate, flow.client), host_name(estate, flow.server), flow.port);
      return {"couper le flux " + ends, "cut the flow " + ends};
    }
    case ActionKind::close_passage: {
      if (i >= estate.passages.size()) break;
      const estate::Passage& passage = estate.passages[i];
      const std::string ends = fmt::format("{} → {}", host_name(estate, passage.from), host_name(estate, passage.to));
      if (!passage.spreading) {
        return {fmt::format("fermer l'exception {} aux autres protocoles", ends),
                fmt::format("close the exception {} to other protocols", ends)};
      }
      return {fmt::format("fermer l'exception {} aux protocoles de propagation", ends),
              fmt::format("close the exception {} to spreading protocols", ends)};
    }
    case ActionKind::close_border: {
      if (i >= estate.borders.size()) break;
      const std::string ends = fmt::format("{} → {}", network_name(estate, estate.borders[i].from),
                                           network_name(estate, estate.borders[i].to));
      if (action.plane_other) {
        return {fmt::format("fermer la frontière {} aux autres protocoles", ends),
                fmt::format("close the border {} to other protocols", ends)};
      }
      return {fmt::format("fermer la frontière {} aux protocoles de propagation", ends),
              fmt::format("close the border {} to spreading protocols", ends)};
    }
    case ActionKind::disable_account: {
      if (i >= estate.accounts.size()) break;
      const std::string& name = estate.accounts[i].name;
      return {fmt::format("désactiver le compte {} et fermer ses sessions", name),
              fmt::format("disable the account {} and end its sessions", name)};
    }
    case ActionKind::firebreak: {
      const std::size_t borders = firebreak_borders(estate).size();
      return {fmt::format("coupe-feu : fermer {} frontières entre réseaux aux protocoles de propagation", borders),
              fmt::format("firebreak: close {} borders between networks to spreading protocols", borders)};
    }
    case ActionKind::end_sessions: {
      if (i >= estate.sessions.size()) break;
      const estate::Session& session = estate.sessions[i];
      const std::string host = host_name(estate, session.host);
      return {fmt::format("refuser {} depuis {} et mettre fin à ce qui y est ouvert", session.login, host),
              fmt::format("refuse {} at {} and end what is open there", session.login, host)};
    }
  }
  return {"action inconnue", "unknown action"};
}

void CareTouched::add(std::uint32_t index) {
  const Flow& flow = estate_.flows[index];
  const double harm = estate::harm_of_flow(estate_, flow, hours_);
  if (!(harm > 0)) return;
  const auto [at, fresh] = touches_.try_emplace({flow.service, flow.unit.value});
  Touch& touch = at->second;
  touch.harm += harm;
  touch.tolerance = fresh ? flow.tolerance_hours : std::min(touch.tolerance, flow.tolerance_hours);
  touch.none = touch.none || flow.fallback == estate::Fallback::none;
}

std::vector<Text> CareTouched::texts(std::size_t max) const {
  std::vector<std::pair<Where, Touch>> worst(touches_.begin(), touches_.end());
  std::ranges::stable_sort(worst, [](const auto& x, const auto& y) { return x.second.harm > y.second.harm; });
  std::vector<Text> out;
  for (const auto& [where, touch] : worst) {
    if (out.size() + 1 == max && worst.size() > max) {
      const std::size_t others = worst.size() - out.size();
      out.push_back({fmt::format("et {} autres", others), fmt::format("and {} others", others)});
      break;
    }
    out.push_back(text(where, touch));
  }
  return out;
}

Text CareTouched::text(const Where& where, const Touch& touch) const {
  const estate::Unit& unit = estate_.units[where.second];
  const bool known = where.first < estate_.services.size();
  const std::string service = known ? estate_.services[where.first].name : "service";
  Text out;
  if (known) out = {estate_.services[where.first].without, estate_.services[where.first].without_en};
  if (out.fr.empty()) out.fr = touch.none ? "rien ne le remplace" : "à la main";
  if (out.en.empty()) out.en = touch.none ? "nothing replaces it" : "by hand";
  out = {fmt::format("{}, {} : {}", service, unit.name, out.fr), fmt::format("{}, {}: {}", service, unit.name, out.en)};
  if (touch.tolerance > 0) {
    out.fr += fmt::format(french_numbers(), " après {:.3Lg} h", touch.tolerance);
    out.en += fmt::format(" after {:.3g} h", touch.tolerance);
  }
  if (unit.beds > 0) {
    out.fr += fmt::format(" ; {} lits", unit.beds);
    out.en += fmt::format("; {} beds", unit.beds);
  }
  return out;
}

std::vector<Text> savings_of(const Estate& estate, const Saving& saving) {
  if (saving.hosts == 0) {
    return {{"sans elle, rien de plus ne serait perdu : d'autres lignes tiennent ce qu'elle tient",
             "without it nothing more would be lost: other lines hold what it holds"}};
  }
  std::string names;
  CareTouched touched(estate, estate.weights.rebuild_hours);
  for (const HostIndex host : saving.first) {
    names += (names.empty() ? "" : ", ") + host_name(estate, host);
    for (const std::uint32_t flow : estate.flows_of(host)) touched.add(flow);
  }
  const bool one = saving.hosts == 1;
  const bool all = saving.hosts == saving.first.size();
  std::vector<Text> out{{fmt::format("sans elle, {} machine{} de plus peu{} être perdue{} : {}{}", saving.hosts,
                                     one ? "" : "s", one ? "t" : "vent", one ? "" : "s", all ? "" : "d'abord ", names),
                         fmt::format("without it {} more machine{} may be lost: {}{}", saving.hosts, one ? "" : "s",
                                     all ? "" : "first ", names)}};
  std::ranges::move(touched.texts(saving_care_max), std::back_inserter(out));
  return out;
}

std::vector<Text> savings_of(const Firebreak& advice) {
  const double assumed = std::round(1 / unseen_chance);
  const double worth_from = std::round(1 / std::max(advice.worth_from, 1e-6));
  return {
      {fmt::format("au cas où une machine de plus est infectée sans que personne l'ait vue : une chance sur {:.0f} est "
                   "supposée",
                   assumed),
       fmt::format("in case one more machine is infected and nobody has seen it: a chance of 1 in {:.0f} is assumed",
                   assumed)},
      {fmt::format("vaut son prix dès une chance sur {:.0f}", worth_from),
       fmt::format("worth its price from a chance of 1 in {:.0f} on", worth_from)},
      {"les flux de soins passent, et tout ce qui ne propage rien",
       "care flows pass, and everything else that spreads nothing"}};
}

std::optional<double> saves_of(const CarePlan& plan, const Line& line) {
  const bool is_against_the_unseen = line.action.kind == ActionKind::firebreak && plan.firebreak_ordered;
  if (is_against_the_unseen) return plan.firebreak_ordered->saves;
  return line.saves ? std::optional(line.saves->harm) : std::nullopt;
}

std::vector<Text> savings_of(const Estate& estate, const CarePlan& plan, const Line& line) {
  if (line.action.kind == ActionKind::firebreak && plan.firebreak_ordered) return savings_of(*plan.firebreak_ordered);
  return line.saves ? savings_of(estate, *line.saves) : std::vector<Text>{};
}

}  // namespace cordon::contain
