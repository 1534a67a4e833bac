// SPDX-License-Identifier: Apache-2.0
#include "enforce/enforcer.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

namespace cordon::enforce {

using event::EnforcerStep;

namespace {

constexpr std::size_t refused_named_max = 3;  // in one note; the others are tried all the same

/// take_off takes what `kept` names off `cut`; gives whether that was anything.
bool take_off(event::LiftCut& cut, const event::ApplyCut& kept) {
  const auto both = [](auto& from, const auto& names) {
    return std::erase_if(from, [&](const auto& target) { return std::ranges::find(names, target) != names.end(); });
  };
  return both(cut.macs, kept.macs) + both(cut.ips, kept.ips) + both(cut.flows, kept.flows) +
             both(cut.borders, kept.borders) + both(cut.sessions, kept.sessions) >
         0;
}

}  // namespace

void Enforcer::take(event::Effect effect) {
  if (run_ == Run::dry) return take_dry(effect);
  if (auto* apply = std::get_if<event::ApplyCut>(&effect)) {
    if (wanted_.size() == enforcer_cuts_max && !wanted_.contains(apply->id)) {
      tell(apply->id, EnforcerStep::failed, 0, "too many cuts at once for " + means_->name());
      return;
    }
    Wanted& wanted = wanted_[apply->id];
    wanted = {.cut = std::move(*apply), .seen = wanted.seen};
    if (connected_) apply_one(wanted);
  } else if (auto* lift = std::get_if<event::LiftCut>(&effect)) {
    wanted_.erase(lift->id);
    const auto same = std::ranges::find_if(
        lifts_, [&](const Lift& waiting) { return waiting.cut.id == lift->id && waiting.cut.action == lift->action; });
    if (same == lifts_.end()) {
      lifts_.push_back({std::move(*lift)});
    } else {
      *same = {std::move(*lift), true, std::move(same->refused)};
    }
    if (connected_) lift_new();
  }
}

void Enforcer::take_dry(const event::Effect& effect) {
  if (const auto* apply = std::get_if<event::ApplyCut>(&effect)) {
    const Outcome outcome = means_->rehearse(*apply, clock_());
    const bool refused = outcome.kind == Outcome::Kind::refused;
    tell(apply->id, EnforcerStep::rehearsed, 0, (refused ? "would be refused: " : "") + outcome.detail);
  } else if (const auto* lift = std::get_if<event::LiftCut>(&effect)) {
    if (lift->id != stray_cut_id) tell(lift->id, EnforcerStep::lifted, 0, "");
  }
}

void Enforcer::tend() {
  if (run_ == Run::dry) return;
  end_what_ended();
  if (!connected_ && !connect()) {
    for (auto& [id, wanted] : wanted_) fail_if_late(wanted, loss_);
    return;
  }
  lift_new();  // first: an old wish about an address must not undo a newer one
  for (auto& [id, wanted] : wanted_) {
    if (connected_ && !wanted.applied) apply_one(wanted);
  }
  if (connected_) read_back();
  if (connected_) survey();
  lift_refused();  // last: a switch that is silent takes its time to be so
}

bool Enforcer::connect() {
  Result<event::InForce> in_force = means_->connect(clock_());
  if (!in_force) {
    const std::string note = means_->note();
    lose(note.empty() ? means_->process() + " does not answer" : note);
    return false;
  }
  connected_ = true;
  loss_.clear();
  told_ = note();
  report_(event::ProcessChanged{clock_(), means_->process(), true, told_});
  tell_in_force(std::move(*in_force));
  return true;
}

void Enforcer::tell_in_force(event::InForce in_force) {
  surveyed_ = in_force.at;
  in_force.means = means_->name();
  report_(std::move(in_force));
}

void Enforcer::lose(const std::string& why) {
  connected_ = false;
  for (auto& [id, wanted] : wanted_) wanted.applied = false;
  if (loss_ == why) return;
  loss_ = why;
  report_(event::ProcessChanged{clock_(), means_->process(), false, why});
}

void Enforcer::apply_one(Wanted& wanted) {
  const WallTime now = clock_();
  if (wanted.cut.until <= now) return;
  Outcome outcome = means_->apply(wanted.cut, now);
  switch (outcome.kind) {
    case Outcome::Kind::done:
      wanted.applied = true;
      wanted.failure_told = false;
      return tell(wanted.cut.id, EnforcerStep::applied, 0, std::move(outcome.detail));
    case Outcome::Kind::lost:
      lose(outcome.detail);
      return fail_if_late(wanted, outcome.detail);
    case Outcome::Kind::refused:
      if (wanted.failure_told) return;
      wanted.failure_told = true;
      return tell(wanted.cut.id, EnforcerStep::failed, 0, means_->process() + " refused: " + outcome.detail);
  }
}

void Enforcer::fail_if_late(Wanted& wanted, const std::string& why) {
  if (wanted.failure_told || wanted.applied || clock_() < wanted.cut.deadline) return;
  wanted.failure_told = true;
  tell(wanted.cut.id, EnforcerStep::failed, 0, why);
}

void Enforcer::lift_new() {
  for (std::size_t i = 0; connected_ && i < lifts_.size();) {
    if (!lifts_[i].refused.empty() || !lift_one(i)) ++i;
  }
}

/// lift_refused tries again what was refused, until one is refused once more: that one comes last at the next turn.
void Enforcer::lift_refused() {
  for (std::size_t i = 0; connected_ && i < lifts_.size();) {
    if (lifts_[i].refused.empty()) {
      ++i;
    } else if (!lift_one(i)) {
      const auto tried = lifts_.begin() + static_cast<std::ptrdiff_t>(i);
      std::rotate(tried, tried + 1, lifts_.end());
      return;
    }
  }
}

/// lift_one says whether this one is done, told and forgotten.
bool Enforcer::lift_one(std::size_t place) {
  event::LiftCut cut = lifts_[place].cut;
  if (!keep_for_others(cut)) return false;
  Outcome outcome = means_->lift(cut, clock_());
  if (outcome.kind == Outcome::Kind::lost) {
    lose(outcome.detail);
    return false;
  }
  if (outcome.kind == Outcome::Kind::refused) {
    note_refused(lifts_[place], outcome.detail.empty() ? "refused" : std::move(outcome.detail));
    return false;
  }
  const Lift lift = std::move(lifts_[place]);
  lifts_.erase(lifts_.begin() + static_cast<std::ptrdiff_t>(place));
  tell_note();
  if (lift.told && lift.cut.id != stray_cut_id) tell(lift.cut.id, EnforcerStep::lifted, 0, outcome.detail);
  return true;
}

void Enforcer::note_refused(Lift& lift, std::string why) {
  if (lift.refused == why) return;
  lift.refused = std::move(why);
  tell_note();
}

void Enforcer::tell_note() {
  std::string says = note();
  if (says == told_) return;
  told_ = std::move(says);
  report_(event::ProcessChanged{clock_(), means_->process(), true, told_});
}

/// note is what a person should know of whoever is asked: his own, and what he does not take back.
std::string Enforcer::note() const {
  std::map<std::string, std::string> kept;
  for (const Lift& lift : lifts_) {
    if (!lift.refused.empty()) kept.emplace(lift.cut.id, lift.refused);
  }
  std::string out = means_->note();
  std::size_t named = 0;
  for (const auto& [id, why] : kept) {
    if (++named > refused_named_max) return out + ", …";
    const std::string_view before = named > 1 ? ", " : out.empty() ? "not lifted yet: " : "; not lifted yet: ";
    out.append(before).append(id).append(" (").append(why).append(")");
  }
  return out;
}

/// keep_for_others leaves in force what other wanted cuts of the kind name too; false when the means was lost over it.
bool Enforcer::keep_for_others(event::LiftCut& cut) {
  const WallTime now = clock_();
  for (const auto& [id, wanted] : wanted_) {
    if (wanted.cut.until <= now || (!cut.action.empty() && wanted.cut.action != cut.action)) continue;
    if (!take_off(cut, wanted.cut) || cut.id == stray_cut_id || !means_->owned_by_last()) continue;
    const Outcome outcome = means_->apply(wanted.cut, now);
    if (outcome.kind != Outcome::Kind::lost) continue;
    lose(outcome.detail);
    return false;
  }
  return true;
}

void Enforcer::end_what_ended() {
  const WallTime now = clock_();
  std::erase_if(wanted_, [&](const auto& item) {
    const event::ApplyCut& cut = item.second.cut;
    if (cut.until > now) return false;
    lifts_.push_back({{cut.id, cut.macs, cut.ips, cut.flows, cut.borders, cut.means, cut.sessions, cut.action}, false});
    return true;
  });
}

void Enforcer::read_back() {
  std::vector<event::ApplyCut> cuts;
  for (const auto& [id, wanted] : wanted_) {
    if (wanted.applied) cuts.push_back(wanted.cut);
  }
  if (cuts.empty()) return;
  const Result<std::vector<Reading>> readings = means_->read_back(cuts, clock_());
  if (!readings || readings->size() != cuts.size()) return lose(means_->process() + " does not answer");
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    const Reading& reading = (*readings)[i];
    Wanted& wanted = wanted_.at(cuts[i].id);
    if (reading.kind == Reading::Kind::blind) {
      if (wanted.seen && clock_() - *wanted.seen >= blind_after) {
        wanted.seen.reset();
        tell(cuts[i].id, EnforcerStep::blind, 0, reading.detail);
      }
      continue;
    }
    const bool in_force = reading.kind == Reading::Kind::in_force;
    wanted.seen = in_force ? std::optional(clock_()) : std::nullopt;
    if (!in_force) wanted.applied = false;  // asked for again at the next turn
    tell(cuts[i].id, in_force ? EnforcerStep::read_back : EnforcerStep::missing, reading.drops, reading.detail);
  }
}

void Enforcer::survey() {
  const WallTime now = clock_();
  if (now >= surveyed_ && now < surveyed_ + survey_period) return;
  Result<std::optional<event::InForce>> all = means_->survey(now);
  if (!all) return lose(means_->process() + " does not answer");
  surveyed_ = now;
  if (*all) tell_in_force(std::move(**all));
  tell_note();
}

void Enforcer::tell(const std::string& id, EnforcerStep step, std::uint64_t drops, std::string detail) {
  report_(event::EnforcerReport{clock_(), id, step, drops, std::move(detail), means_->name()});
}

}  // namespace cordon::enforce
