// SPDX-License-Identifier: Apache-2.0
// Sealing has the newest head of a logbook signed by cordon-seal, from a thread of its own: a signature is flushed to
// disk by another process, and neither a cut nor an alarm waits for that.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "base/queue.h"
#include "logbook/seal_client.h"

namespace cordon::app {

/// seal_period: a head is signed at most this often, unless asked to hurry.
constexpr std::chrono::seconds seal_period{5};
/// heads_max: heads not looked at yet; only the newest counts.
constexpr std::size_t heads_max = 256;

class Sealing {
 public:
  /// Tell is called when heads come to be signed, or are not any more: with a sentence then. On the sealing thread.
  using Tell = std::function<void(bool works, const std::string& why)>;

  Sealing(std::string socket, Tell tell);

  /// note tells the head as it is now. False when the queue is full: note it again.
  bool note(logbook::Head head, bool now_please) { return heads_.push({std::move(head), now_please}); }

  /// run seals until stopped or closed.
  void run(const std::stop_token& stop);

  /// close lets run seal the last head and end.
  void close() { heads_.close(); }

 private:
  struct Noted {
    logbook::Head head;
    bool now_please = false;
  };

  void tend();

  logbook::SealClient client_;
  Tell tell_;
  BoundedQueue<Noted> heads_{heads_max};
  logbook::Head newest_;
  bool hurry_ = false;
  Sequence sealed_;
  std::chrono::steady_clock::time_point next_;
  std::optional<std::string> told_;
  int misses_ = 0;
};

}  // namespace cordon::app
