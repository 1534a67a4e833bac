// SPDX-License-Identifier: Apache-2.0
// Examiner: from what happened to a file to what it says. It runs every look, judges their findings jointly
// (likelihood.h) and remembers what it said of each file, so that a later report adds only the difference. It sums
// nothing up over files: that is tally.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "event/activity.h"
#include "event/detection.h"

namespace cordon::detect {

/// ExaminerOptions bounds the memory. With the defaults at most 2^17 files (about 10 MB) and 4096 clients (about 20
/// MB).
struct ExaminerOptions {
  std::size_t clients_max = 4096;           // beyond it the client silent for longest is forgotten, harmless ones first
  std::size_t files_per_client_max = 2048;  // beyond it the client's own oldest file is forgotten
  std::size_t files_max = 131072;           // over all clients; the client silent for longest gives way
};

/// Examiner is used by one thread. Same activities in the same order give the same observations.
class Examiner {
 public:
  explicit Examiner(ExaminerOptions options = {});
  ~Examiner();
  Examiner(Examiner&&) noexcept;
  Examiner& operator=(Examiner&&) noexcept;

  /// examine judges one report. `llr` of the observation is finite, a multiple of 1/1024 (so that sums are exact in any
  /// order) and carries only the difference to what was said of the same (client, file) before (a file that looked like
  /// work and still does is never judged worse work: that difference would count as evidence); the judgement of a
  /// file lies within llr_min and llr_max of likelihood.h. `new_file` is false once an observation of that file with
  /// the same `altered` has been given.
  /// Returns nullopt when the report adds nothing: judgement and `altered` unchanged, or a file that lost nothing (only
  /// a note and a decoy weigh without a loss). A file that was forgotten (see the bounds) counts as new.
  std::optional<event::Observation> examine(const event::FileActivity& activity);

  std::size_t clients() const;
  std::size_t files() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cordon::detect
