// SPDX-License-Identifier: Apache-2.0
// EstateFiles: the files of an estate from disk, one TOML file or a folder of TOML and CSV. Not here: what they say
// (estate/load.h).
#pragma once

#include <string>
#include <vector>

#include "estate/load.h"

namespace cordon::app {

struct EstateFiles {
  std::vector<estate::NamedText> texts;  // in order of their names
  std::string unreadable;                // empty, or why nothing could be read, and what to do
};

/// read_estate_files reads a TOML file, or every .toml and .csv of a folder (not of folders in it). What looks like a
/// file of an estate there and cannot be read as one is among the texts, NamedText::unread, and load() complains of it.
EstateFiles read_estate_files(const std::string& path);

/// read_estate reads and loads; a file that cannot be read is a problem too.
estate::Loaded read_estate(const std::string& path);

}  // namespace cordon::app
