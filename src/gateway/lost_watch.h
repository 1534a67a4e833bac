// SPDX-License-Identifier: Apache-2.0
// LostWatch: announcements that never came to the program, because the buffer that their senders share was full.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

#include "base/time.h"
#include "gateway/gateway.h"

namespace cordon::gateway {

class LostWatch {
 public:
  /// family: "sdc", say; the alarm is gateway_lost:sdc.
  explicit LostWatch(const std::string& family) : condition_("gateway_lost:" + family) {}

  /// look tells as the station's own alarm when the kernel has dropped datagrams of these sockets, always the same
  /// ones, and when none was for a minute. Whose they were nobody knows. What finds no room is said at the next look.
  void look(std::initializer_list<int> sockets, MonoTime now, const GatewaySink& sink);

 private:
  std::string condition_;
  std::uint32_t lost_ = 0;
  MonoTime lost_at_{};
  bool told_ = false;
};

}  // namespace cordon::gateway
