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
      failed_ = missing_ = false;
      drops_ = std::max(drops_, report.drops);
      break;
    case EnforcerStep::missing:
      missing_ = true;
      read_back_ = false;
      failure_ = report.detail;
      break;
    case EnforcerStep::failed:
      failed_ = true;
      failure_ = report.detail;
      break;
    case EnforcerStep::rehearsed:
      rehearsed_ = true;
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
  if (rehearsed_) return {CutState::rehearsed, "dry run: nothing was enforced"};
  if (failed_) return {CutState::failed, failure_};
  if (missing_) return {CutState::unproven, failure_};
  if (!applied_) {
    if (now > deadline) return {CutState::failed, "the enforcer did not answer before the deadline"};
    return {CutState::decided, ""};
  }
  if (progress_ && now < progress_->at + contradiction_lasts) {
    return {CutState::unproven,
            fmt::format("{} acknowledged {} new bytes on port {} after the cut: another way round, or an impostor",
                        progress_->server.text(), progress_->bytes, progress_->port)};
  }
  if (!read_back_) {
    if (now > deadline) return {CutState::unproven, "the enforcer has not read its rule back"};
    return {CutState::applied, ""};
  }
  if (drops_ == 0) {
    if (now > deadline)
      return {CutState::unproven, "rule read back, but it has dropped nothing yet: the host may be idle"};
    return {CutState::applied, ""};
  }
  if (!watched) {
    return {CutState::unproven,
            "rule read back and it drops packets, but no live sensor watches for another way round"};
  }
  return {CutState::holds, "rule read back, it drops packets, no server acknowledged new data"};
}

std::optional<Proof::Finding> Proof::judge(const Moment& moment) {
  Finding found = find(moment);
  if (found.state == CutState::decided) return std::nullopt;  // nothing heard: what was recorded stands
  if (found.state == CutState::applied && state_ != CutState::decided) return std::nullopt;
  if (found.state == state_ && found.detail == detail_) return std::nullopt;
  const bool only_words = found.state == state_;
  state_ = found.state;
  detail_ = found.detail;
  if (only_words && state_ != CutState::failed && state_ != CutState::unproven) return std::nullopt;
  return found;
}

}  // namespace cordon::contain
