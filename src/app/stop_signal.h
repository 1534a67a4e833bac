// SPDX-License-Identifier: Apache-2.0
// How a subcommand that runs until it is told learns that it was: by SIGTERM, or by SIGINT from the keyboard.
#pragma once

namespace cordon::app {

/// catch_stop_signals notes them instead of ending, and ignores SIGPIPE. Before any thread begins.
void catch_stop_signals();

/// stop_asked says whether one came.
bool stop_asked();

}  // namespace cordon::app
