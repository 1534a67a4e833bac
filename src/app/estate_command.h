// SPDX-License-Identifier: Apache-2.0
// cordon estate: checks what the hospital has declared of itself, imports an inventory, and shows what was seen or has
// changed. Not here: the format (docs/ESTATE.md), plans (cordon plan).
#pragma once

namespace CLI {
class App;
}

namespace cordon::app {

/// add_estate_command adds the subcommand to `app`. When it runs, `status` becomes the exit status.
void add_estate_command(CLI::App& app, int& status);

}  // namespace cordon::app
