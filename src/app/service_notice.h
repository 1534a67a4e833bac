// SPDX-License-Identifier: Apache-2.0
// ServiceNotice tells whoever started this process that it serves and that it still lives: a datagram to
// $NOTIFY_SOCKET, as systemd's services of Type=notify do. Where nobody asked for it nothing is sent. One thread.
// Source: sd_notify(3), "Notes": the protocol is stable and may be spoken without the library.
#pragma once

#include <chrono>
#include <string>

namespace cordon::app {

/// alive_period: a sign of life is sent this often at most; the unit's WatchdogSec is several times that.
constexpr std::chrono::milliseconds alive_period{500};

class ServiceNotice {
 public:
  /// Reads $NOTIFY_SOCKET: a path, or @name for one without a file.
  ServiceNotice();
  ~ServiceNotice();
  ServiceNotice(const ServiceNotice&) = delete;
  ServiceNotice& operator=(const ServiceNotice&) = delete;

  /// serving says that everything runs.
  void serving() { say("READY=1"); }
  /// alive is called each turn of the thread that must not hang. Never waits.
  void alive();
  /// stopping says that the end was asked for.
  void stopping() { say("STOPPING=1"); }

 private:
  void say(const char* what) const;

  std::string address_;
  int fd_ = -1;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace cordon::app
