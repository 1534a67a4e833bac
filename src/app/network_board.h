// SPDX-License-Identifier: Apache-2.0
// NetworkBoard: hands who was seen from control to the web server, and answers there what the page "Network" reads. The
// whole estate is written anew only when it changed and somebody asks (engine/network_view.h).
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/queue.h"
#include "engine/network_view.h"
#include "engine/state.h"

namespace cordon::app {

class NetworkBoard {
 public:
  /// `declared` must outlive the board and never change. Flows are handed over at most once in `flows_wait`: a list of
  /// 65,536 takes some milliseconds.
  explicit NetworkBoard(const estate::Estate& declared,
                        std::chrono::milliseconds flows_wait = std::chrono::milliseconds(2000))
      : declared_(declared), flows_wait_(flows_wait) {}

  /// note hands over the flows that were seen, and who has been seen, if that changed since and the server has taken
  /// the last list: so the estate is written at most as often as it is read. Flows alone make no new revision: they are
  /// read with one host's offers, as they were last handed over. Gives the revision that can be read now. Control's
  /// thread.
  const std::string& note(const engine::State& state);

  /// read answers /api/network, /api/offers?host=NAME and /api/offers?network=NAME; nothing for another path, an
  /// unknown name, or before the first note. The web server's thread.
  std::optional<std::string> read(std::string_view path, std::string_view query);

 private:
  void hand_flows(const engine::FlowMemory& flows);

  const estate::Estate& declared_;
  const std::chrono::milliseconds flows_wait_;
  BoundedQueue<engine::SeenHosts> handed_{1};
  BoundedQueue<std::vector<engine::KnownFlow>> handed_flows_{1};
  // Control's thread only.
  std::vector<event::HostKey> seen_;
  std::string revision_;
  std::uint64_t changes_ = 0;
  std::uint64_t flow_changes_ = 0;  // of those handed over
  std::optional<std::chrono::steady_clock::time_point> flows_handed_;
  // The server's thread only.
  std::unique_ptr<const engine::NetworkView> view_;
  std::vector<engine::KnownFlow> flows_;
};

}  // namespace cordon::app
