// SPDX-License-Identifier: Apache-2.0
#include "contain/proof.h"

#include <fmt/format.h>

#include <algorithm>

namespace cordon::contain {

using event::CutState;
using event::EnforcerStep;

void Proof::on_report(const event::EnforcerReport& report) {
  switch (report.step) {
    case EnforcerStep::applied:
      if (!applied_) applied_ = report.at;
      failed_ = missing_ = false;
      break;
    case EnforcerStep::read_back:
      if (!applied_) applied_ = report.at;
      read_back_ = true;
      failed_ = missing_ = blind_ = false;
      drops_ = std::max(drops_, report.drops);
      break;
    case EnforcerStep::missing:
      missing_ = true;
      read_back_ = false;
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

void Proof::on_progress(const event::FlowProgress& progress) {
  if (applied_ && progress.at > *applied_ + ack_grace) progress_ = progress;
}

Proof::Finding Proof::find(const Moment& moment) const {
  const auto& [now, deadline, watched] = moment;
  if (rehearsed_) {
    return {CutState::rehearsed,
            rehearsal_.empty() ? rehearsed_reason : fmt::format("{}: {}", rehearsed_reason, rehearsal_)};
  }
  if (failed_) return {CutState::failed, failure_, true};
  if (missing_) return {CutState::unproven, failure_, now > deadline};
  if (!applied_) {
    if (now > deadline) return {CutState::failed, "the enforcer did not answer before the deadline", true};
    return {CutState::decided, ""};
  }
  if (progress_ && now < progress_->at + contradiction_lasts) {
    return {CutState::unproven,
            fmt::format("{} acknowledged {} new bytes on port {} after the cut: another way round, or an impostor",
                        progress_->server.text(), progress_->bytes, progress_->port),
            true};
  }
  if (!read_back_) {
    if (now > deadline)
      return {CutState::unproven, blind_ ? blind_reason : "the enforcer has not read its rule back", true};
    return {CutState::applied, ""};
  }
  if (offer_.counts_drops && drops_ == 0) {
    if (now > deadline)
      return {CutState::unproven, "rule read back, but it has dropped nothing yet: the host may be idle"};
    return {CutState::applied, ""};
  }
  if (offer_.reach == event::Reach::file_service) {
    return {CutState::unproven,
            of_sessions_ ? "the file server refuses the user and he has no share open; elsewhere he is not stopped"
                         : "the file server turns the host away; what it does elsewhere is not stopped"};
  }
  if (!watched) {
    return {CutState::unproven,
            offer_.counts_drops
                ? "rule read back and it drops packets, but no live sensor watches for another way round"
                : "rule read back, but no live sensor watches for another way round"};
  }
  return {CutState::holds, offer_.counts_drops ? "rule read back, it drops packets, no server acknowledged new data"
                                               : "rule read back, no server acknowledged new data"};
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
  if (found.size() > 1 && rank(out.state) <= rank(CutState::unproven)) {
    out.detail.clear();
    for (const Named& n : found) {
      out.detail += fmt::format("{}{}: {}", out.detail.empty() ? "" : "; ", n.means, n.finding.detail);
    }
  }
  return out;
}

bool news(const Proof::Finding& found, CutState state, const std::string& detail) {
  if (found.state == CutState::decided) return false;  // nothing heard: what was recorded stands
  if (found.state == CutState::applied && state != CutState::decided) return false;
  if (found.state != state) return true;
  return found.detail != detail && (state == CutState::failed || state == CutState::unproven);
}

}  // namespace cordon::contain
