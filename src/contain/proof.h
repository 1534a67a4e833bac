// SPDX-License-Identifier: Apache-2.0
// Proof: whether one cut is seen to hold. A cut holds when the enforcer reads its rule back, the rule's drop counter
// grows, and a sensor that watches sees no server acknowledge new data of a cut flow after the deadline; anything less
// is unproven and says so.
// Pure; time comes in with the reports.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "event/containment.h"

namespace cordon::contain {

/// ack_grace: a server's acknowledgement this long after the cut was applied may still be of data that passed before
/// it.
constexpr Micros ack_grace = std::chrono::milliseconds(500);

/// contradiction_lasts: an acknowledgement after the cut counts against it for this long.
constexpr Micros contradiction_lasts = std::chrono::seconds(10);

class Proof {
 public:
  struct Finding {
    event::CutState state;
    std::string detail;
  };

  explicit Proof(event::CutState state) : state_(state) {}

  void on_report(const event::EnforcerReport& report);
  void on_progress(const event::FlowProgress& progress);

  /// Moment is what a judgement looks at beside the reports: `deadline` is the enforcer's, `watched` says whether a
  /// live sensor would see an acknowledgement.
  struct Moment {
    WallTime now;
    WallTime deadline;
    bool watched = false;
  };

  /// judge gives the state the cut is in now, when that differs from what was last told.
  std::optional<Finding> judge(const Moment& moment);

  std::uint64_t drops() const { return drops_; }

 private:
  Finding find(const Moment& moment) const;

  event::CutState state_;
  std::string detail_;
  std::optional<WallTime> applied_;
  bool read_back_ = false;
  bool failed_ = false;
  bool rehearsed_ = false;
  bool missing_ = false;
  std::string failure_;
  std::uint64_t drops_ = 0;
  std::optional<event::FlowProgress> progress_;
};

}  // namespace cordon::contain
