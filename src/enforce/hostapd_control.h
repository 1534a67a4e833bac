// SPDX-License-Identifier: Apache-2.0
// HostapdControl reads, over hostapd's control socket, whether the port of a station is authorised: what proves a
// disconnect where the switch is a box with hostapd. It asks two questions, PING and STA, and changes nothing.
//
// Blocking, each call within its bound; for one thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/address.h"
#include "base/result.h"

namespace cordon::enforce {

constexpr std::size_t hostapd_reply_bytes_max = 8192;  // hostapd's own buffer is 4096
constexpr std::chrono::milliseconds hostapd_patience{500};

/// PortState of one station. `absent`: the authenticator knows no such station, so it grants it nothing.
enum class PortState : std::uint8_t { absent, unauthorised, authorised };

/// port_state reads the reply to `STA <mac>`: "FAIL", or the MAC and then key=value lines of which flags=[…] counts.
/// Fails with `malformed` for anything else, another station's MAC included.
Result<PortState> port_state(std::string_view reply, const Mac& mac);

class HostapdControl {
 public:
  /// open binds a socket of our own in `own_folder`, which hostapd must be able to reach, and connects to `path`, the
  /// socket named after the interface. Fails with `limit` (a path too long) or `io`.
  static Result<HostapdControl> open(const std::string& path, const std::string& own_folder);
  ~HostapdControl();
  HostapdControl(HostapdControl&& other) noexcept;
  HostapdControl& operator=(HostapdControl&& other) noexcept;

  /// state fails with `timeout` when nobody answers, `io`, `malformed`.
  Result<PortState> state(const Mac& mac);

 private:
  HostapdControl(int descriptor, std::string own_path) : descriptor_(descriptor), own_path_(std::move(own_path)) {}
  Result<std::string> ask(std::string_view command);

  int descriptor_ = -1;
  std::string own_path_;
};

}  // namespace cordon::enforce
