// SPDX-License-Identifier: Apache-2.0
// Gateway: one family of bedside devices on its sockets, turned into what the station takes in. A family is one codec
// folder and one gateway_<family>.cpp, which declares its opening function in gateway_<family>.h. Every gateway runs on
// the station's one Asio thread: it never blocks, and bounds what a device may make it keep.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "event/bedside.h"

namespace cordon::gateway {

/// device_text_bytes_max bounds every text of a device (base/text.h: shown).
constexpr std::size_t device_text_bytes_max = 96;

/// KnownDevice is a device as the logbook had it when the station began; `bed` is empty where it stood at none.
struct KnownDevice {
  event::DeviceIdentity identity;
  std::string bed;
  event::DeviceIdentity confirmed{};  // as a person put it there, where anybody did
};

/// GatewaySink is where a gateway speaks to, on the Asio thread. It must outlive the gateway.
struct GatewaySink {
  /// say hands an input over, without waiting. False: the station has no room for more of it, and it is lost; whoever
  /// can tell the device so that it sends it again, does.
  std::function<bool(event::BedsideInput)> say;
  std::function<std::uint64_t()> new_link;  // numbers a new connection to one device
  std::function<WallTime()> now;            // the station's own time, which never jumps
  /// Who was known when the station began, whoever was known first standing first. Names that devices were given are
  /// theirs in every run. A device that was held by a station that was killed may announce itself only when it has let
  /// go of that one.
  std::vector<KnownDevice> known{};
  /// bed_of gives where a device stands now, as a person placed it; empty: at none.
  std::function<std::string(const std::string& device)> bed_of = [](const std::string&) { return std::string(); };
  /// kept gives a mark that becomes true when all that was said before is in the logbook and durable. Null, or none:
  /// nobody can tell.
  std::function<std::shared_ptr<const std::atomic<bool>>()> kept{};
  /// failed counts and tells that a part of a gateway ended by a mistake of ours.
  std::function<void()> failed = [] {};
};

/// Gateway closes its sockets when it is destroyed, on the Asio thread or after its io_context has ended.
class Gateway {
 public:
  Gateway() = default;
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;
  virtual ~Gateway() = default;
};

}  // namespace cordon::gateway
