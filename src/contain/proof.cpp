// SPDX-License-Identifier: Apache-2.0
#include "contain/proof.h"

#include <fmt/format.h>

#include <algorithm>

namespace cordon::contain {

using event::CountsAs;
using event::CutState;
using event::EnforcerStep;

void Proof::on_report(const event::EnforcerReport& report) {
  switch (report.step) {
    case EnforcerStep::applied:
      if (!applied_) applied_ = report.at;
      failed_ = missing_ = false;
      break;
    case EnforcerStep::read_back:
      if (!applied_ || gone_since_) put_in_force(report.at);
      read_back_ = true;
      failed_ = missing_ = blind_ = false;
      drops_ = std::max(drops_, report.drops);
      break;
    case EnforcerStep::missing:
      missing_ = true;
      read_back_ = false;
      if (!gone_since_) gone_since_ = report.at;
      failure_ = report.detail;
      break;
    case EnforcerStep::blind:
      blind_ = true;
      read_back_ = false;
      break;
    case EnforcerStep::failed:
      failed_ = true;
      failure_ = report.detail;
      break;
    case EnforcerStep::rehearsed:
      rehearsed_ = true;
      rehearsal_ = report.detail;
      break;
    case EnforcerStep::lifted:
      break;
  }
}

void Proof::put_in_force(WallTime at) {
  applied_ = at;
  if (gone_since_) doubt_.reset();  // what a server acknowledged is explained: the rule was gone
  gone_since_.reset();
}

void Proof::on_progress(const event::FlowProgress& progress) {
  if (!applied_ || progress.at <= *applied_ + ack_grace) return;
  doubt_ = Doubt{progress.at,
                 fmt::format("{} acknowledged {} new bytes on port {} after the cut: another way round, or an impostor",
                             progress.server.text(), progress.bytes, progress.port)};
}

void Proof::doubted_before(WallTime at) {
  doubt_ = Doubt{at, "before Cordon was started a server acknowledged new data after the cut"};
}

CountsAs Proof::counts_for_whole() const {
  return does_whole_ ? CountsAs::done : CountsAs::not_done;
}

CountsAs Proof::counts_if_put_back(WallTime now) const {
  return gone_since_ && now <= *gone_since_ + put_back_max ? counts_for_whole() : CountsAs::not_done;
}

Proof::Finding Proof::find(const Moment& moment) const {
  const WallTime now = moment.now;
  const bool late = now > moment.deadline;
  if (rehearsed_) {
    return {CutState::rehearsed,
            rehearsal_.empty() ? rehearsed_reason : fmt::format("{}: {}", rehearsed_reason, rehearsal_)};
  }
  if (failed_) return {CutState::failed, failure_, true, CountsAs::not_done};
  if (missing_) return {CutState::unproven, failure_, late, counts_if_put_back(now)};
  if (!applied_) {
    if (late) {
      return {CutState::failed, "the enforcer did not answer before the deadline", true, CountsAs::not_done};
    }
    return {CutState::decided, "", false, counts_for_whole()};
  }
  if (doubt_ && now < doubt_->at + contradiction_lasts) {
    return {CutState::unproven, doubt_->words, true, CountsAs::contradicted};
  }
  if (!read_back_) {
    if (late) {
      return {CutState::unproven, blind_ ? blind_reason : "the enforcer has not read its rule back", true,
              counts_if_put_back(now)};
    }
    return {CutState::applied, "", false, counts_for_whole()};
  }
  return read_back_finding(moment);
}

Proof::Finding Proof::read_back_finding(const Moment& moment) const {
  const CountsAs counts = counts_for_whole();
  const auto unproven = [&](std::string why) { return Finding{CutState::unproven, std::move(why), false, counts}; };
  const Finding applied{CutState::applied, "", false, counts};
  if (offer_.reach == event::Reach::file_service) {
    return unproven(of_sessions_
                        ? "the file server refuses the user and he has no share open; elsewhere he is not stopped"
                        : "the file server turns the host away; what it does elsewhere is not stopped");
  }
  if (!offer_.counts_drops) return unproven("rule read back; nothing counts or tries what it stops");
  if (drops_ == 0) {
    if (moment.now <= moment.deadline) return applied;
    return unproven("rule read back, but it has dropped nothing yet: the host may be idle");
  }
  const std::string rule = "rule read back, it drops packets";
  if (followed_ == Followed::none) {
    return unproven(rule + "; no sensor follows this port, so another way round would not be seen");
  }
  if (!moment.watched) {
    return unproven("rule read back and it drops packets, but no live sensor watches for another way round");
  }
  if (moment.now <= *applied_ + ack_grace) return applied;
  const char* nobody = followed_ == Followed::all
                           ? ", no server acknowledged new data"
                           : ", no server acknowledged new data on a spreading protocol; no sensor follows the others";
  return {CutState::holds, rule + nobody, false, counts};
}

namespace {

/// From the worst; what is not here is no finding.
constexpr CutState ranks[] = {CutState::failed,    CutState::unproven, CutState::decided,
                              CutState::rehearsed, CutState::applied,  CutState::holds};

std::ptrdiff_t rank(CutState state) {
  return std::ranges::find(ranks, state) - std::begin(ranks);
}

}  // namespace

Proof::Finding together(std::span<const Named> found) {
  Proof::Finding out{CutState::decided, "", !found.empty()};
  if (found.empty()) return out;
  const auto best = std::ranges::max_element(found, {}, [](const Named& n) { return rank(n.finding.state); });
  out.state = best->finding.state;
  out.detail = best->finding.detail;
  out.wants_help = std::ranges::all_of(found, [](const Named& n) { return n.finding.wants_help; });
  const auto any_counts = [&](CountsAs as) {
    return std::ranges::any_of(found, [&](const Named& n) { return n.finding.counts_as == as; });
  };
  out.counts_as = any_counts(CountsAs::done)           ? CountsAs::done
                  : any_counts(CountsAs::contradicted) ? CountsAs::contradicted
                                                       : CountsAs::not_done;
  if (found.size() > 1 && rank(out.state) <= rank(CutState::unproven)) {
    out.detail.clear();
    for (const Named& n : found) {
      out.detail += fmt::format("{}{}: {}", out.detail.empty() ? "" : "; ", n.means, n.finding.detail);
    }
  }
  return out;
}

bool news(const Proof::Finding& found, const Proof::Finding& last) {
  if (found.state == CutState::decided) return false;  // nothing heard: what was recorded stands
  if (found.state == CutState::applied && last.state != CutState::decided) return false;
  if (found.state != last.state || found.counts_as != last.counts_as) return true;
  return found.detail != last.detail && (found.state == CutState::failed || found.state == CutState::unproven);
}

}  // namespace cordon::contain
