// SPDX-License-Identifier: Apache-2.0
// Import: hosts from the export of an inventory (GLPI and its like: CSV with a line a machine), by a mapping that a
// person writes once. What a line leaves open is reported and not guessed. docs/ESTATE.md has an example of both files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "estate/load.h"

namespace cordon::estate {

/// Imported is what the export gave. With problems (mistakes in the mapping, or a file that is no CSV) hosts is empty.
/// Ambiguous lines are left out of hosts and named, each with what it lacks.
struct Imported {
  std::vector<Host> hosts;  // Origin::imported; unit and network are indexes into the known estate
  std::vector<Problem> problems;
  std::vector<Problem> ambiguous;
  std::size_t skipped = 0;  // lines whose type the mapping says to leave out

  /// lines_left_out counts the lines that `ambiguous` names, each once whatever it lacks.
  std::size_t lines_left_out() const;
};

/// import_inventory reads an export by a mapping. `known` gives units, networks and the hosts that are declared
/// already; an inventory line of such a host (by name, address or MAC) is ambiguous when it says something else, and
/// left out without a word when it says the same.
Imported import_inventory(const NamedText& exported, const NamedText& mapping, const Estate& known,
                          const Limits& limits = {});

/// hosts_csv writes hosts as hosts.csv, header included; load() reads the same hosts back.
std::string hosts_csv(const Estate& estate, std::span<const Host> hosts);

/// flow_csv_head and flow_csv_row write flows.csv. load() reads a row back once its hosts, its service and a unit are
/// declared; the unit is left empty where none is known.
std::string flow_csv_head();
std::string flow_csv_row(const Estate& estate, const Flow& flow);

}  // namespace cordon::estate
