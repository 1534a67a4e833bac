// SPDX-License-Identifier: Apache-2.0
// NetworkBoard: hands who was seen from control to the web server, and answers there what the page "Network" reads. The
// whole estate is written anew only when it changed and somebody asks (engine/network_view.h).
#pragma once

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
  /// `declared` must outlive the board and never change.
  explicit NetworkBoard(const estate::Estate& declared) : declared_(declared) {}

  /// note hands over who has been seen, if that changed since and the server has taken the last list: so the estate is
  /// written at most as often as it is read. Gives the revision that can be read now. Control's thread.
  const std::string& note(const engine::State& state);

  /// read answers /api/network, /api/offers?host=NAME and /api/offers?network=NAME; nothing for another path, an
  /// unknown name, or before the first note. The web server's thread.
  std::optional<std::string> read(std::string_view path, std::string_view query);

 private:
  const estate::Estate& declared_;
  BoundedQueue<engine::SeenHosts> handed_{1};
  // Control's thread only.
  std::vector<event::HostKey> seen_;
  std::string revision_;
  std::uint64_t changes_ = 0;
  // The server's thread only.
  std::unique_ptr<const engine::NetworkView> view_;
};

}  // namespace cordon::app
