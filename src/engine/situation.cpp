// SPDX-License-Identifier: Apache-2.0
#include "engine/situation.h"

#include "contain/care_plan.h"

#include <algorithm>
#include <array>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "contain/lines.h"
#include "engine/doubt.h"
#include "engine/network_marks.h"
#include "event/json.h"

namespace cordon::engine {

namespace {

using event::Level;
using nlohmann::json;

constexpr std::size_t verdicts_shown_max = 50;
constexpr std::size_t hosts_shown_max = 500;
constexpr std::size_t cuts_shown_max = 100;
constexpr std::size_t lines_shown_max = 200;

template <class Addresses>
json texts(const Addresses& addresses) {
  json out = json::array();
  for (const auto& a : addresses) out.push_back(a.text());
  return out;
}

const estate::Host* declared(const Engine& engine, const event::HostKey& key) {
  const estate::Host* host = engine.estate().find(key.ip);
  return host != nullptr ? host : engine.estate().find(key.mac);
}

/// put_names adds what people call this host by: name, role and unit as declared, empty where nobody declared it.
void put_names(const Engine& engine, const event::HostKey& key, json& out) {
  const auto index = contain::host_of(engine.estate(), key);
  const estate::Host* host = index ? &engine.estate().hosts[index->value] : nullptr;
  out["name"] = host == nullptr ? "" : host->name;
  out["role"] = host == nullptr ? "" : estate::word(host->role);
  out["unit"] = host != nullptr && host->unit ? engine.estate().units[host->unit->value].name : "";
}

json evidence_json(const State& state, Sequence entry) {
  const auto found = state.evidence.find(entry);
  if (found == state.evidence.end()) return {{"sequence", entry.value}};
  const event::Observation& o = found->second;
  json looks = json::array();
  for (const event::LookFinding& look : o.looks) {
    looks.push_back({{"look", look.look}, {"finding", look.finding}, {"detail", look.detail}});
  }
  return {{"sequence", entry.value},
          {"ts", seconds_of(o.at)},
          {"kind", o.kind},
          {"path", o.path},
          {"new_path", o.new_path},
          {"llr", o.llr},
          {"score", state.score_after.at(entry)},
          {"confirmed", o.confirmed},
          {"user", o.user},
          {"looks", looks}};
}

json verdicts_json(const Engine& engine) {
  json out = json::array();
  const auto& verdicts = engine.state().verdicts;
  const std::size_t shown = std::min(verdicts.size(), verdicts_shown_max);
  for (std::size_t i = 0; i < shown; ++i) {
    const VerdictRecord& v = verdicts[verdicts.size() - 1 - i];
    json evidence = json::array();
    for (const Sequence entry : v.verdict.why) evidence.push_back(evidence_json(engine.state(), entry));
    out.push_back({{"sequence", v.entry.value},
                   {"ts", seconds_of(v.verdict.at)},
                   {"subject", event::word(v.verdict.subject)},
                   {"name", v.verdict.name},
                   {"host", v.verdict.host.ip.text()},
                   {"level", event::word(v.verdict.level)},
                   {"score", v.verdict.score},
                   {"threshold", v.verdict.threshold},
                   {"files_touched", v.verdict.files_touched},
                   {"rule", v.verdict.rule},
                   {"evidence", evidence}});
  }
  return out;
}

json hosts_json(const Engine& engine) {
  const State& state = engine.state();
  std::array<std::vector<const HostState*>, 3> of_level;  // of tens of thousands only these few are shown
  for (const auto& [key, host] : state.hosts) {
    auto& same = of_level.at(2 - static_cast<std::size_t>(host.level));
    if (same.size() < hosts_shown_max) same.push_back(&host);
  }
  std::vector<const HostState*> order;
  for (const auto& same : of_level) order.insert(order.end(), same.begin(), same.end());
  json out = json::array();
  for (const HostState* host : order) {
    if (out.size() >= hosts_shown_max) break;
    const estate::Host* known = declared(engine, host->key);
    const detect::Sum* sum = state.tally.host(host->key);
    out.push_back({{"host", host->key.ip.text()},
                   {"name", known == nullptr ? "" : known->name},
                   {"unit", known != nullptr && known->unit ? engine.estate().units[known->unit->value].name : ""},
                   {"mac", host->key.mac.text()},
                   {"role", known != nullptr ? std::string(estate::word(known->role))
                            : host->server   ? "server"
                                             : ""},
                   {"declared", known != nullptr},
                   {"protected", known != nullptr && known->is_protected},
                   {"level", event::word(host->level)},
                   {"users", host->users},
                   {"score", sum == nullptr ? 0.0 : sum->all.score},
                   {"files_touched", sum == nullptr ? 0U : sum->files_touched},
                   {"first_seen", seconds_of(host->first_seen)},
                   {"last_seen", seconds_of(sum == nullptr ? host->last_seen : std::max(sum->last, host->last_seen))}});
  }
  return out;
}

/// users_of gives each once, however many addresses he comes from.
std::set<std::string> users_of(const std::vector<event::SessionTarget>& sessions) {
  std::set<std::string> out;
  for (const event::SessionTarget& s : sessions) out.insert(s.user);
  return out;
}

json cuts_json(const Engine& engine) {
  std::vector<const CutRecord*> order;
  for (const auto& [id, cut] : engine.state().cuts) order.push_back(&cut);
  std::ranges::sort(order, [](const CutRecord* a, const CutRecord* b) { return a->entry > b->entry; });
  json out = json::array();
  for (const CutRecord* cut : order) {
    if (out.size() >= cuts_shown_max) break;
    const event::CutDecided& d = cut->decision;
    out.push_back({{"id", d.id},
                   {"sequence", cut->entry.value},
                   {"verdict", d.why.empty() ? 0U : d.why.front().value},
                   {"host", d.host.ip.text()},
                   {"key", d.key},
                   {"action", d.action},
                   {"means", engine.carried_by(*cut)},
                   {"macs", texts(d.macs)},
                   {"ips", texts(d.ips)},
                   {"users", users_of(d.sessions)},
                   {"decided", seconds_of(d.at)},
                   {"until", seconds_of(d.until)},
                   {"changed", seconds_of(cut->changed)},
                   {"state", event::word(cut->state)},
                   {"by", cut->by},
                   {"detail", {{"fr", in_french(cut->detail)}, {"en", cut->detail}}},
                   {"drops", cut->drops},
                   {"can_roll_back", cut->in_force()}});
    put_names(engine, d.host, out.back());
  }
  // What the first answer to a verdict left undone is shown beside the cuts; what the whole plan asks for is plan_json.
  for (auto plan = engine.state().plans.rbegin(); plan != engine.state().plans.rend() && out.size() < cuts_shown_max;
       ++plan) {
    if (plan->rule == contain::care_rule) continue;
    for (const event::PlannedAction& a : plan->actions) {
      if (a.disposition == event::Disposition::cut) continue;
      out.push_back({{"id", ""},
                     {"sequence", plan->why.empty() ? 0U : plan->why.front().value},
                     {"verdict", plan->why.empty() ? 0U : plan->why.front().value},
                     {"host", a.host.ip.text()},
                     {"key", a.key},
                     {"action", a.action},
                     {"means", json::array()},
                     {"macs", texts(a.macs)},
                     {"ips", texts(a.ips)},
                     {"users", users_of(a.sessions)},
                     {"decided", seconds_of(plan->at)},
                     {"until", 0},
                     {"state", "withheld"},
                     {"detail", {{"fr", in_french(a.why)}, {"en", a.why}}},
                     {"drops", 0},
                     {"can_roll_back", false}});
      put_names(engine, a.host, out.back());
    }
  }
  return out;
}

json approval_json(const State& state, const std::string& id) {
  const people::Approval* approval = state.approvals.find(id);
  if (approval == nullptr) return nullptr;
  json given = json::array();
  for (const auto& [name, session] : approval->given) given.push_back(name);
  return {{"id", id},
          {"digest", approval->asked.digest},
          {"given", given},
          {"open", approval->open()},
          {"until", seconds_of(approval->asked.until)}};
}

/// put_subject adds who it is that a line is about, where that is one host.
void put_subject(const Engine& engine, const event::PlannedAction& line, json& out) {
  const bool is_host =
      line.key.starts_with("block_out ") || line.key.starts_with("shield ") || line.key.starts_with("isolate ");
  if (is_host) put_names(engine, line.host, out);
}

json line_json(const State& state, const event::PlannedAction& a) {
  json needs = json::array();
  for (const event::Role role : a.needs) needs.push_back(event::word(role));
  return {{"key", a.key},
          {"action", a.action},
          {"subject", a.key.substr(std::min(a.key.size(), a.key.find(' ') + 1))},
          {"state", event::word(a.disposition)},
          {"harm", a.harm},
          {"saves", a.saves ? json(*a.saves) : json(nullptr)},
          {"saved", {{"fr", a.saved_fr}, {"en", a.saved}}},
          {"by_hand", a.disposition == event::Disposition::advised && a.why == contain::by_hand_reason},
          {"needs", needs},
          {"care", {{"fr", a.care_fr}, {"en", a.care}}},
          {"why", {{"fr", in_french(a.why)}, {"en", a.why}}},
          {"approval", approval_json(state, a.approval)}};
}

// What saves nothing any more, and whether it can be lifted from here: what was done by hand is taken back by hand.
json unneeded_json(const Engine& engine, const event::PlanMade& plan) {
  const State& state = engine.state();
  json out = json::array();
  for (const event::Unneeded& one : plan.no_longer_needed) {
    const auto cut = state.cuts.find(one.cut);
    const bool stands =
        one.cut.empty() ? state.by_hand.contains(one.key) : cut != state.cuts.end() && cut->second.in_force();
    if (!stands) continue;
    json shown = {{"cut", one.cut}, {"key", one.key}, {"harm", one.harm}};
    if (!one.cut.empty()) put_names(engine, cut->second.decision.host, shown);
    if (one.key.empty()) {  // the first answer to a verdict has none
      const event::CutDecided& d = cut->second.decision;
      const std::string name = shown["name"];
      shown["key"] = d.action + ' ' + (name.empty() ? d.host.ip.text() : name);
    }
    out.push_back(std::move(shown));
  }
  return out;
}

/// by_hand_json: nobody but who did it can end what was done by hand, so he is asked when a cut would end.
json by_hand_json(const Engine& engine) {
  json out = json::array();
  for (const auto& [key, hand] : engine.state().by_hand) {
    if (out.size() >= lines_shown_max) break;
    out.push_back({{"key", key},
                   {"by", hand.by},
                   {"at", seconds_of(hand.at)},
                   {"until", seconds_of(hand.at + engine.policy().cut_lasts)},
                   {"remark", hand.remark}});
  }
  return out;
}

// What a plan costs: line by line, and together where that is known, which is what compares with the other ways out.
json harm_json(const event::PlanMade& plan) {
  json out = {{"cut", plan.harm_cut}, {"left", plan.harm_left}, {"together", nullptr}};
  if (plan.harm_together) out["together"] = *plan.harm_together;
  return out;
}

/// is_done: it was cut and is in force as far as is known, or a person said that it was done by hand.
bool is_done(const State& state, const std::string& key) {
  const auto of_key = [&](const auto& cut) {
    const CutRecord& record = cut.second;
    return record.decision.key == key && record.in_force() && record.counts_as != event::CountsAs::not_done;
  };
  return state.by_hand.contains(key) || std::ranges::any_of(state.cuts, of_key);
}

/// keys_missing gives the keys of `from` that `in` has not.
std::vector<std::string> keys_missing(const event::PlanMade& from, const event::PlanMade& in) {
  std::set<std::string_view> has;
  for (const event::PlannedAction& a : in.actions) has.insert(a.key);
  std::vector<std::string> out;
  for (const event::PlannedAction& a : from.actions) {
    if (!has.contains(a.key)) out.push_back(a.key);
  }
  return out;
}

json keys_json(const std::vector<std::string>& keys) {
  return std::vector(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(std::min(keys.size(), lines_shown_max)));
}

// What the plan says now that the one before it did not, and the reverse: after a person's word, what came of it.
json changes_json(const State& state, const event::PlanMade& before, const event::PlanMade& now) {
  std::vector<std::string> done = keys_missing(before, now);
  const auto dropped = std::ranges::stable_partition(done, [&](const std::string& key) { return is_done(state, key); });
  const std::vector<std::string> gone(dropped.begin(), dropped.end());
  done.erase(dropped.begin(), dropped.end());
  return {{"at", seconds_of(before.at)},
          {"harm", harm_json(before)},
          {"added", keys_json(keys_missing(now, before))},
          {"done", keys_json(done)},
          {"gone", keys_json(gone)}};
}

/// in_order puts what is not done yet first, what saves most at its head, whoever does it: a cut that only a person can
/// make at a firewall may be worth more than all that waits for a click. What Cordon cuts itself comes last.
std::vector<const event::PlannedAction*> in_order(const event::PlanMade& plan) {
  std::vector<const event::PlannedAction*> out;
  for (const event::PlannedAction& a : plan.actions) out.push_back(&a);
  const auto weight = [](const event::PlannedAction* a) {
    return std::pair(a->disposition != event::Disposition::cut, a->saves.value_or(-1));
  };
  std::ranges::stable_sort(out, std::greater{}, weight);
  return out;
}

// The last plan that weighed the whole estate, with what waits for whom, and what people have overruled.
json plan_json(const Engine& engine) {
  const State& state = engine.state();
  json overruled = json::array();
  for (const auto& [key, line] : state.overruled) {
    overruled.push_back({{"key", key}, {"wish", event::word(line.wish)}, {"by", line.by}, {"reason", line.reason}});
  }
  json out = {{"id", ""},
              {"frozen", state.freeze.frozen},
              {"frozen_by", state.freeze.by},
              {"budget", engine.policy().harm_budget},
              {"budget_left", engine.budget_left()},
              {"lone_left", engine.lone_left()},
              {"overruled", overruled},
              {"by_hand", by_hand_json(engine)},
              {"no_longer_needed", json::array()},
              {"lines", json::array()}};
  const auto plan =
      std::ranges::find(state.plans.rbegin(), state.plans.rend(), contain::care_rule, &event::PlanMade::rule);
  if (plan == state.plans.rend()) return out;
  out["id"] = plan->id;
  out["at"] = seconds_of(plan->at);
  out["harm"] = harm_json(*plan);
  out["harm"]["nothing"] = plan->harm_nothing;
  out["harm"]["infected"] = plan->harm_infected;
  out["harm"]["all"] = plan->harm_all;
  out["no_longer_needed"] = unneeded_json(engine, *plan);
  const auto before =
      std::ranges::find(std::next(plan), state.plans.rend(), contain::care_rule, &event::PlanMade::rule);
  if (before != state.plans.rend()) out["before"] = changes_json(state, *before, *plan);
  const Doubt doubt = doubt_of(engine);
  for (const event::PlannedAction* a : in_order(*plan)) {
    if (out["lines"].size() >= lines_shown_max) break;
    json line = line_json(state, *a);
    line["one_sided"] = is_one_sided(engine, doubt, *a);
    put_subject(engine, *a, line);
    out["lines"].push_back(std::move(line));
  }
  out["lines_more"] = plan->actions.size() - out["lines"].size();
  return out;
}

json headline_json(const State& state) {
  const VerdictRecord* worst = nullptr;
  bool contained = false;
  for (const VerdictRecord& v : state.verdicts) {
    if (v.verdict.subject == event::Subject::session) {
      // Held against him still, and refused or not.
      const detect::Sum* sum = state.tally.session(v.verdict.host, v.verdict.name);
      if (sum == nullptr || sum->level < Level::infected) continue;
      const CutRecord* cut = state.in_force_cut(v.verdict.host, v.verdict.name);
      const bool is_contained = cut != nullptr && cut->state == event::CutState::holds;
      if (worst != nullptr && worst->verdict.level == Level::infected && !contained && is_contained) continue;
      worst = &v;
      contained = is_contained;
      continue;
    }
    if (v.verdict.subject != event::Subject::host) continue;
    const auto host = state.hosts.find(v.verdict.host);
    if (host == state.hosts.end() || host->second.level == Level::quiet) continue;
    if (v.verdict.level > host->second.level) continue;  // its cut has ended; what is left is suspicion
    const CutRecord* cut = state.in_force_cut(v.verdict.host);
    const bool is_contained = cut != nullptr && cut->state == event::CutState::holds;
    const bool heavier = worst == nullptr || v.verdict.level > worst->verdict.level ||
                         (v.verdict.level == worst->verdict.level && (contained || !is_contained));
    if (!heavier) continue;
    worst = &v;
    contained = is_contained;
  }
  if (worst == nullptr) return {{"level", "calm"}, {"host", ""}, {"share", ""}, {"files", 0}};
  const bool infected = worst->verdict.level == Level::infected;
  std::string share;
  if (!worst->verdict.why.empty()) {
    if (const auto e = state.evidence.find(worst->verdict.why.back()); e != state.evidence.end())
      share = e->second.share;
  }
  return {{"level", !infected   ? "suspect"
                    : contained ? "contained"
                                : "attack"},
          {"host", worst->verdict.host.ip.text()},
          {"share", share},
          {"files", worst->verdict.files_touched}};
}

/// mode_json: who chose the mode, when and why; nobody, where it is the configuration's, since Cordon was started.
json mode_json(const State& state) {
  if (!state.mode_chosen) return {{"by", ""}, {"at", seconds_of(state.started.at)}, {"reason", ""}};
  const event::ModeChosen& chosen = *state.mode_chosen;
  return {{"by", chosen.by}, {"at", seconds_of(chosen.at)}, {"reason", chosen.reason}};
}

json source_json(const State& state) {
  if (state.sensors.empty()) return {{"kind", "none"}, {"name", ""}, {"packets", 0}, {"drops", 0}, {"gaps", 0}};
  const event::SensorReport* latest = nullptr;
  for (const auto& [name, report] : state.sensors) {
    if (latest == nullptr || report.at > latest->at) latest = &report;
  }
  return {{"kind", latest->source_kind}, {"name", latest->source_name}, {"packets", latest->packets},
          {"drops", latest->drops},      {"gaps", latest->gaps},        {"finished", latest->finished}};
}

}  // namespace

std::string situation_json(const Engine& engine, const SituationFrame& frame) {
  const State& state = engine.state();
  json processes = json::array();
  for (const auto& [name, p] : state.processes) {
    processes.push_back({{"name", name},
                         {"state", p.up ? "up" : "down"},
                         {"since", seconds_of(p.at)},
                         {"detail", {{"fr", in_french(p.detail)}, {"en", p.detail}}}});
  }
  const json out = {{"type", "situation"},
                    {"box", frame.box},
                    {"version", frame.version},
                    {"hospital", engine.estate().hospital},
                    {"sequence", state.last.value},
                    {"at", seconds_of(frame.now)},
                    {"mode", event::word(engine.mode())},
                    {"mode_chosen", mode_json(state)},
                    {"plan", plan_json(engine)},
                    {"network", network_marks(engine, frame.network)},
                    {"trouble", frame.trouble},
                    {"clock_ahead_s", state.clock_ahead_s},
                    {"clock_was_behind_s", seconds_of(WallTime{state.was_behind})},
                    {"refused", frame.refused},
                    {"source", source_json(state)},
                    {"processes", processes},
                    {"headline", headline_json(state)},
                    {"hosts", hosts_json(engine)},
                    {"verdicts", verdicts_json(engine)},
                    {"cuts", cuts_json(engine)}};
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string entry_json(Sequence sequence, std::uint64_t epoch, const event::Event& event) {
  const Sentence sentence = sentence_of(event);
  const json out = {{"type", "entry"},
                    {"sequence", sequence.value},
                    {"epoch", epoch},
                    {"ts", seconds_of(event::time_of(event))},
                    {"kind", std::string(event::type_of(event))},
                    {"text", {{"fr", sentence.fr}, {"en", sentence.en}}},
                    {"body", event::to_json_value(event)}};
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace cordon::engine
