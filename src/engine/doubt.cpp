// SPDX-License-Identifier: Apache-2.0
#include "engine/doubt.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "contain/lines.h"
#include "engine/engine.h"

namespace cordon::engine {

using event::Level;

namespace {

/// Ground is the worst that speaks against one host, under whichever of its addresses.
struct Ground {
  bool infected = false;
  bool confirmed = false;
};

/// has_guilty_session: a user is held to be infected where he comes from, whatever the host.
bool has_guilty_session(const State& state) {
  return std::ranges::any_of(state.verdicts, [&](const VerdictRecord& v) {
    if (v.verdict.subject != event::Subject::session) return false;
    const detect::Sum* sum = state.tally.session(v.verdict.host, v.verdict.name);
    return sum != nullptr && sum->level == Level::infected;
  });
}

/// stopped_in gives whose doings a line stops, by its key; empty where that is no one host.
std::string_view stopped_in(std::string_view key) {
  for (const std::string_view verb : {"block_out ", "isolate "}) {
    if (key.starts_with(verb)) return key.substr(verb.size());
  }
  for (const std::string_view verb : {"block_flow ", "close_passage "}) {
    if (key.starts_with(verb)) return key.substr(verb.size(), key.find('>') - verb.size());
  }
  return {};
}

}  // namespace

Doubt doubt_of(const Engine& engine) {
  const State& state = engine.state();
  std::map<std::string, Ground> grounds;
  for (const auto& [key, host] : state.hosts) {
    if (host.level == Level::quiet) continue;
    const auto index = contain::host_of(engine.estate(), key);
    Ground& ground = grounds[index ? engine.estate().hosts[index->value].name : key.ip.text()];
    const detect::Sum* sum = state.tally.host(key);
    ground.infected = ground.infected || host.level == Level::infected;
    ground.confirmed = ground.confirmed || (sum != nullptr && sum->confirmed.score >= state.tally.threshold_suspect());
  }
  Doubt out;
  out.is_all = !grounds.empty() && !has_guilty_session(state);
  for (const auto& [name, ground] : grounds) {
    if (ground.infected || ground.confirmed) {
      out.is_all = false;
    } else {
      out.one_sided.insert(name);
    }
  }
  return out;
}

bool is_one_sided(const Engine& engine, const Doubt& doubt, const event::PlannedAction& line) {
  const auto word = engine.state().overruled.find(line.key);
  if (word != engine.state().overruled.end() && word->second.wish == event::LineWish::force) return false;
  return doubt.is_all || doubt.one_sided.contains(stopped_in(line.key));
}

}  // namespace cordon::engine
