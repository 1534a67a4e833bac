// SPDX-License-Identifier: Apache-2.0
#include "engine/network_marks.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "contain/care_plan.h"
#include "contain/firebreak.h"
#include "contain/lines.h"
#include "engine/doubt.h"
#include "event/json.h"

namespace cordon::engine {

namespace {

using event::CutState;
using event::Disposition;
using event::Level;
using nlohmann::json;

struct Mark {
  Level level = Level::quiet;
  bool one_sided = false;  // suspected on frames that no server confirmed
  Sequence verdict;        // its entry; 0 when it is not kept any more
  std::vector<const CutRecord*> cuts;
  std::vector<const event::HandDone*> by_hand;
  std::vector<const event::PlannedAction*> lines;
};

struct Place {
  bool is_network = false;
  std::string name;
  friend auto operator<=>(const Place&, const Place&) = default;
};

Place place_of(const Engine& engine, const event::HostKey& key) {
  const auto host = contain::host_of(engine.estate(), key);
  return {false, host ? engine.estate().hosts[host->value].name : key.ip.text()};
}

/// place_of gives what a line or cut is shown at: the host its key names, the client of a flow or passage, the network
/// from which a border leads, and no name for the firebreak, which is all over the map. Nothing for an account, which
/// signs in all over it. Keys are written by contain::key_of.
std::optional<Place> place_of(const Engine& engine, const std::string& key, const event::HostKey& host) {
  constexpr std::string_view border = "close_border ";
  if (key.starts_with(border)) {
    const std::string_view ends = std::string_view(key).substr(border.size());
    for (const estate::Network& network : engine.estate().networks) {
      if (ends.starts_with(network.name) && ends.substr(network.name.size()).starts_with('>'))
        return Place{true, network.name};
    }
  }
  if (key == contain::firebreak_key) return Place{};
  if (key.starts_with("disable_account ")) return std::nullopt;
  for (const std::string_view verb : {"block_out ", "shield ", "isolate "}) {
    if (key.starts_with(verb)) return Place{false, key.substr(verb.size())};
  }
  return place_of(engine, host);
}

/// place_by_hand is the same of what a person did, of which only the key is known.
std::optional<Place> place_by_hand(const Engine& engine, const std::string& key) {
  for (const std::string_view verb : {"block_flow ", "close_passage "}) {
    if (!key.starts_with(verb)) continue;
    const std::string_view ends = std::string_view(key).substr(verb.size());
    for (const estate::Host& host : engine.estate().hosts) {
      if (ends.starts_with(host.name) && ends.substr(host.name.size()).starts_with('>')) return Place{false, host.name};
    }
    return std::nullopt;
  }
  return place_of(engine, key, {});
}

bool waits(const event::PlannedAction* line) {
  return line->disposition == Disposition::waits;
}

bool unproven(CutState state) {
  return state == CutState::unproven || state == CutState::failed;
}

/// urgency orders what wants a person before what does not, as the page does.
int urgency(const Mark& mark) {
  const bool infected = mark.level == Level::infected;
  const bool held = std::ranges::any_of(
      mark.cuts, [](const CutRecord* cut) { return cut->stops_host() && cut->state == CutState::holds; });
  if (infected && !held) return 6;
  if (std::ranges::any_of(mark.cuts, [](const CutRecord* cut) { return unproven(cut->state); })) return 5;
  if (std::ranges::any_of(mark.lines, waits)) return infected ? 4 : 3;
  return infected ? 2 : mark.level == Level::suspect ? 1 : 0;
}

std::map<Place, Mark> marks_of(const Engine& engine) {
  const State& state = engine.state();
  std::map<Place, Mark> out;
  for (const auto& [key, host] : state.hosts) {
    if (host.level == Level::quiet) continue;
    Mark& mark = out[place_of(engine, key)];
    mark.level = std::max(mark.level, host.level);
  }
  for (const std::string& name : doubt_of(engine).one_sided) out[Place{false, name}].one_sided = true;
  for (const VerdictRecord& v : state.verdicts) {
    if (v.verdict.subject != event::Subject::host) continue;
    const auto found = out.find(place_of(engine, v.verdict.host));
    if (found != out.end() && v.verdict.level == found->second.level) found->second.verdict = v.entry;
  }
  for (const auto& [id, cut] : state.cuts) {
    if (!cut.awaited()) continue;
    if (const auto place = place_of(engine, cut.decision.key, cut.decision.host)) out[*place].cuts.push_back(&cut);
  }
  for (const auto& [key, hand] : state.by_hand) {
    if (const auto place = place_by_hand(engine, key)) out[*place].by_hand.push_back(&hand);
  }
  const event::PlanMade* plan = state.last_plan();
  if (plan == nullptr) return out;
  for (const event::PlannedAction& line : plan->actions) {
    if (line.disposition == Disposition::cut) continue;
    if (const auto place = place_of(engine, line.key, line.host)) out[*place].lines.push_back(&line);
  }
  return out;
}

json mark_json(const Place& place, const Mark& mark) {
  json out = {{place.is_network ? "network" : "host", place.name}};
  if (mark.level != Level::quiet) out["level"] = event::word(mark.level);
  if (mark.one_sided) out["one_sided"] = true;
  if (mark.verdict.value != 0) out["verdict"] = mark.verdict.value;
  for (const CutRecord* cut : mark.cuts) {
    out["cuts"].push_back({{"id", cut->decision.id},
                           {"state", event::word(cut->state)},
                           {"action", cut->decision.action},
                           {"key", cut->decision.key}});
  }
  for (const event::HandDone* hand : mark.by_hand) {
    const std::string& key = hand->key;
    out["cuts"].push_back({{"id", ""}, {"state", "by_hand"}, {"action", key.substr(0, key.find(' '))}, {"key", key}});
  }
  for (const event::PlannedAction* line : mark.lines) {
    out["lines"].push_back({{"key", line->key}, {"state", event::word(line->disposition)}});
  }
  return out;
}

// What was done by hand to an account stands nowhere on the map, nor does the firebreak; they are counted all the same.
json counts_json(const std::map<Place, Mark>& marks, std::size_t by_hand) {
  std::size_t infected = 0, suspect = 0, holds = 0, doubtful = 0, pending = 0, rehearsed = 0, waiting = 0, advised = 0;
  for (const auto& [place, mark] : marks) {
    infected += mark.level == Level::infected ? 1 : 0;
    suspect += mark.level == Level::suspect ? 1 : 0;
    for (const CutRecord* cut : mark.cuts) {
      std::size_t& counted = cut->state == CutState::holds       ? holds
                             : unproven(cut->state)              ? doubtful
                             : cut->state == CutState::rehearsed ? rehearsed
                                                                 : pending;
      ++counted;
    }
    for (const event::PlannedAction* line : mark.lines) ++(waits(line) ? waiting : advised);
  }
  return {{"infected", infected}, {"suspect", suspect}, {"holds", holds},
          {"unproven", doubtful}, {"pending", pending}, {"rehearsed", rehearsed},
          {"waits", waiting},     {"advised", advised}, {"by_hand", by_hand}};
}

}  // namespace

json network_marks(const Engine& engine, std::string_view revision) {
  const std::map<Place, Mark> marks = marks_of(engine);
  std::vector<const std::pair<const Place, Mark>*> order;
  order.reserve(marks.size());
  for (const auto& mark : marks) {
    if (!mark.first.name.empty()) order.push_back(&mark);
  }
  std::ranges::stable_sort(order, std::greater<>{}, [](const auto* mark) { return urgency(mark->second); });
  const std::size_t shown = std::min(order.size(), marks_max);
  json list = json::array();
  for (std::size_t i = 0; i < shown; ++i) list.push_back(mark_json(order[i]->first, order[i]->second));
  return {{"revision", revision},
          {"counts", counts_json(marks, engine.state().by_hand.size())},
          {"marks", std::move(list)},
          {"marks_more", order.size() - shown}};
}

}  // namespace cordon::engine
