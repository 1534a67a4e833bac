// SPDX-License-Identifier: Apache-2.0
#include "engine/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "contain/care_plan.h"
#include "contain/firebreak.h"
#include "contain/identity.h"
#include "contain/lines.h"
#include "contain/means.h"
#include "contain/session.h"
#include "engine/seen.h"
#include "event/login.h"
#include "logbook/entry.h"

namespace cordon::engine {

using event::Disposition;

namespace {

constexpr std::string_view declined_reason = "declined by ";
/// What is forbidden so under one name of a host is so under each of them.
constexpr std::array cut_off_verbs{"block_out ", "isolate "};

/// named_by_people gives the addresses among the subjects of people's words: a host that nobody declared has no other
/// name.
std::set<IpAddress> named_by_people(const State& state) {
  std::set<IpAddress> out;
  const auto add = [&](const std::string& key) {
    const std::string subject = key.substr(key.find(' ') + 1);
    const auto address = IpAddress::parse(subject);
    if (address && address->text() == subject) out.insert(*address);
  };
  for (const auto& [key, line] : state.overruled) add(key);
  for (const auto& [key, hand] : state.by_hand) add(key);
  return out;
}

}  // namespace

std::string digest_of(const event::PlannedAction& line) {
  const std::string text = contain::exact_text(line);
  std::string out;
  for (const std::uint8_t byte : logbook::sha256(as_bytes(text))) out += fmt::format("{:02x}", byte);
  return out;
}

std::string key_in_lines(const estate::Estate& estate, const event::CutDecided& cut) {
  if (!cut.key.empty()) return cut.key;
  const auto host = contain::host_of(estate, cut.host);
  return "block_out " + (host ? estate.hosts[host->value].name : cut.host.ip.text());
}

std::string declined_by(const std::string& name) {
  return fmt::format("{}{}: an order or a new verdict asks anew", declined_reason, name);
}

bool is_declined(const event::PlannedAction& line) {
  return line.why.starts_with(declined_reason);
}

std::string Words::why_may_not(const std::string& by, const std::string& session, people::Action action) const {
  const people::Person* person = state_.roster.find(by);
  if (person == nullptr || !state_.roster.speaks_for(session, by)) return "no open session of this person";
  return people::may(person->roles, action) ? "" : "this person's roles do not permit it";
}

std::string Words::why_refused(const event::LineDecided& order) const {
  if (std::string why = why_may_not(order.by, order.session, people::Action::decide_line); !why.empty()) return why;
  if (order.wish == event::LineWish::free) return "";
  if (order.wish == event::LineWish::force) {
    if (std::string why = why_never(contain::action_of(estate_, order.key)); !why.empty()) return why;
  }
  const auto ordered = [](const auto& word) { return !word.second.session.empty(); };  // not taken back
  const auto standing = state_.overruled.find(order.key);
  if (standing != state_.overruled.end() && ordered(*standing)) return "";
  if (!knows_line(order.key)) return "nothing of this name is declared or was seen: choose it on the page Network";
  if (static_cast<std::size_t>(std::ranges::count_if(state_.overruled, ordered)) >= orders_max) {
    return fmt::format("{} orders stand already, which is the limit: leave some of them to Cordon first", orders_max);
  }
  return "";
}

std::string Words::why_refused(const event::HandDone& order) const {
  if (std::string why = why_may_not(order.by, order.session, people::Action::decide_line); !why.empty()) return why;
  if (!order.done || state_.by_hand.contains(order.key)) return "";
  if (!waits_for_a_hand(order.key)) return "this line waits for nobody's hand any more: look at the plan again";
  if (state_.by_hand.size() < by_hand_max) return "";
  return fmt::format("{} lines done by hand are kept already, which is the limit: take some of them back first",
                     by_hand_max);
}

std::string Words::why_refused(const event::RollBack& order) const {
  if (std::string why = why_may_not(order.by, order.session, people::Action::roll_back); !why.empty()) return why;
  const auto found = state_.cuts.find(order.id);
  if (found == state_.cuts.end()) return "there is no such cut";
  return found->second.in_force() ? "" : "this cut is not in force any more, or is being lifted already";
}

std::string Words::why_never(const std::optional<contain::Action>& action) const {
  if (!action) return "";
  if (contain::cuts_off_protected(estate_, *action)) {
    const std::string& name = estate_.hosts[action->index].name;
    if (action->kind == contain::ActionKind::isolate)
      return fmt::format("{} is protected: it is never cut; go and see it", name);
    return fmt::format("{} is protected: it is never cut, but may be shielded; go and see it", name);
  }
  const bool closes_nothing =
      action->kind == contain::ActionKind::firebreak && contain::firebreak_borders(estate_).empty();
  return closes_nothing ? "no border between networks can be closed by a rule" : "";
}

bool Words::knows_line(const std::string& key) const {
  if (state_.overruled.contains(key) || contain::action_of(estate_, key)) return true;
  const event::PlanMade* plan = state_.last_plan();
  if (plan != nullptr && std::ranges::find(plan->actions, key, &event::PlannedAction::key) != plan->actions.end()) {
    return true;
  }
  if (std::ranges::any_of(state_.cuts, [&](const auto& cut) { return cut.second.decision.key == key; })) return true;
  const std::size_t space = key.find(' ');
  const auto kind = contain::kind_of(std::string_view(key).substr(0, space));
  if (space == std::string::npos || !kind) return false;
  const std::string name = key.substr(space + 1);
  if (contain::touches_host({*kind, 0})) {  // the name of a host that nobody declared is its address
    const auto ip = IpAddress::parse(name);
    return ip && std::ranges::any_of(state_.hosts, [&](const auto& host) { return host.first.ip == *ip; });
  }
  return *kind == contain::ActionKind::end_sessions &&
         std::ranges::any_of(state_.hosts, [&](const auto& host) { return has_session(host.second, name); });
}

bool Words::has_session(const HostState& host, const std::string& name) const {
  return std::ranges::any_of(host.users, [&](const std::string& user) {
    const auto session = contain::session_of(estate_, host.key, event::login_of(user), 0);
    return session && contain::session_name(estate_, *session) == name;
  });
}

std::set<std::string> Words::names_in_lines(const event::HostKey& host) const {
  if (const auto known = contain::host_of(estate_, host)) return {estate_.hosts[known->value].name};
  std::set<std::string> out{host.ip.text()};
  if (!host.mac.known()) return out;
  const std::vector<event::HostKey> seen = seen_under(state_, host.mac, now_);
  if (contain::is_router(estate_, host.mac, seen)) return out;
  for (const event::HostKey& key : seen) {
    if (key.mac == host.mac && estate_.find(key.ip) == nullptr) out.insert(key.ip.text());
  }
  return out;
}

std::string Words::forbidden_by(const std::string& key) const {
  const auto word = state_.overruled.find(key);
  return word != state_.overruled.end() && word->second.wish == event::LineWish::forbid ? word->second.by : "";
}

std::string Words::forbidden_by(const std::string& verb, const event::HostKey& host) const {
  for (const std::string& name : names_in_lines(host)) {
    if (std::string by = forbidden_by(verb + name); !by.empty()) return by;
  }
  return "";
}

bool Words::is_ordered(const std::string& key) const {
  const auto word = state_.overruled.find(key);
  return word != state_.overruled.end() && word->second.wish == event::LineWish::force;
}

bool Words::is_forbidden(const std::string& key, const event::HostKey& host) const {
  if (state_.overruled.contains(key)) return !forbidden_by(key).empty();
  const std::string verb = key.empty() ? "block_out " : key.substr(0, key.find(' ') + 1);
  return std::ranges::find(cut_off_verbs, verb) != cut_off_verbs.end() && !forbidden_by(verb, host).empty();
}

bool Words::is_unwanted(const event::CutDecided& cut) const {
  if (is_forbidden(cut.key, cut.host)) return true;
  if (!cut.key.empty()) return is_declined_line(cut.key);
  return std::ranges::any_of(names_in_lines(cut.host),
                             [&](const auto& name) { return is_declined_line("block_out " + name); });
}

bool Words::is_declined_line(const std::string& key) const {
  const event::PlanMade* plan = state_.last_plan();
  return plan != nullptr && std::ranges::any_of(plan->actions, [&](const event::PlannedAction& line) {
           return line.key == key && is_declined(line);
         });
}

std::string Words::who_declined(const event::PlannedAction& line, WallTime since) const {
  since = std::max(since, now_ - approval_lasts);
  const auto order = state_.overruled.find(line.key);
  if (order != state_.overruled.end() && order->second.wish == event::LineWish::force)
    since = std::max(since, order->second.at);
  for (const auto& [id, approval] : state_.approvals.all()) {
    if (!approval.is_declined() || approval.asked.what != line.what) continue;
    if (approval.settled <= since || approval.settled > now_) continue;  // the clock was set back since
    event::PlannedAction asked = line;                                   // whoever had to agree
    asked.needs = approval.asked.needs;
    const auto is_it = [&](double harm) {
      asked.harm = harm;
      return approval.asked.digest == digest_of(asked);
    };
    // Whether the quick block of a verdict goes on was asked at its own price, which is that of both ways.
    const bool was_quick = std::ranges::any_of(state_.cuts, [&](const auto& cut) {
      const event::CutDecided& d = cut.second.decision;
      return d.key.empty() && key_in_lines(estate_, d) == line.key && is_it(d.harm);
    });
    if (was_quick || is_it(line.harm)) return approval.settled_by;
  }
  return "";
}

bool Words::is_unneeded(const std::string& cut) const {
  const event::PlanMade* plan = state_.last_plan();
  return plan != nullptr &&
         std::ranges::find(plan->no_longer_needed, cut, &event::Unneeded::cut) != plan->no_longer_needed.end();
}

bool Words::waits_for_a_hand(const std::string& key) const {
  const event::PlanMade* plan = state_.last_plan();
  return plan != nullptr && std::ranges::any_of(plan->actions, [&](const event::PlannedAction& line) {
           return line.key == key && line.disposition == Disposition::advised && line.why == contain::by_hand_reason;
         });
}

/// forbidden_besides: who is forbidden to be cut by one of its addresses is so by all.
std::vector<std::string> Words::forbidden_besides(const std::set<IpAddress>& named) const {
  std::vector<std::string> out;
  for (const auto& [key, host] : state_.hosts) {
    if (!named.contains(key.ip) || estate_.find(key.ip) != nullptr) continue;
    for (const std::string verb : cut_off_verbs) {
      if (forbidden_by(verb + key.ip.text()).empty()) continue;
      for (const std::string& name : names_in_lines(key)) {
        if (!state_.overruled.contains(verb + name)) out.push_back(verb + name);
      }
    }
  }
  return out;
}

void Words::gather(Grounds& out) const {
  const std::set<IpAddress> named = named_by_people(state_);
  for (const auto& [key, host] : state_.hosts) {
    if (named.empty()) break;
    if (named.contains(key.ip)) out.named.push_back(host.told_key());
  }
  for (const auto& [key, line] : state_.overruled) {
    const people::Person* author = state_.roster.find(line.by);
    const bool orders = line.wish == event::LineWish::force;
    if (orders && (author == nullptr || !author->active)) continue;  // nobody orders it any more
    out.overruled.push_back({key, orders});
  }
  for (std::string& also : forbidden_besides(named)) out.overruled.push_back({std::move(also), false});
  for (const auto& [key, hand] : state_.by_hand) out.by_hand.push_back({key, is_ordered(key)});
}

}  // namespace cordon::engine
