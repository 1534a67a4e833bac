// SPDX-License-Identifier: Apache-2.0
#include "app/stop_signal.h"

#include <csignal>

namespace cordon::app {

namespace {

volatile std::sig_atomic_t signalled = 0;
void on_signal(int) {
  signalled = 1;
}

}  // namespace

void catch_stop_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGINT, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

bool stop_asked() {
  return signalled != 0;
}

}  // namespace cordon::app
