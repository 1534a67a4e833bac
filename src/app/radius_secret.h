// SPDX-License-Identifier: Apache-2.0
// The shared secrets of the switches, as the process that runs control reads them; and, for check-config, what keeps it
// from reading them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/config.h"
#include "enforce/radius_client.h"

namespace cordon::app {

/// read_secret reads the secret of one switch as the user of this process. Empty with a sentence in `why` otherwise:
/// the file, what is wrong with it, what to do.
std::optional<enforce::RadiusSecret> read_secret(const Config& config, const RadiusConfig& one, std::string& why);

/// SecretsFound: `problems` keep a switch from being asked, `remarks` do not.
struct SecretsFound {
  std::vector<estate::Problem> problems;
  std::vector<std::string> remarks;
};

/// check_secrets reads the secret of every switch that a configuration asks. Started by root it first becomes the user
/// of control, for good: only so is what it finds what control will find, the folders on the way included.
SecretsFound check_secrets(const Config& config, const std::string& file);

}  // namespace cordon::app
