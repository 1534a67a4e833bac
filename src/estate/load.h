// SPDX-License-Identifier: Apache-2.0
// Loading: the files of an estate, as texts, to an Estate or the list of every mistake in them. docs/ESTATE.md is the
// manual of the format. No file is opened here: app/estate_files.h does that.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "estate/estate.h"

namespace cordon::estate {

/// NamedText is one file: its name as a person should see it, and its bytes in whatever encoding.
/// A name that ends in .toml may hold anything; hosts.csv holds hosts, flows.csv flows, and so on.
struct NamedText {
  std::string name;
  std::string bytes;
  std::string unread{};  // why there are no bytes, and what to do: a mistake like any other
};

/// Limits are what one estate may hold; beyond, a problem names the limit. The largest French hospital group has about
/// 60,000 workstations and 20,000 beds.
struct Limits {
  std::size_t files = 64;
  std::size_t file_bytes = 16U << 20U;
  std::size_t sites = 256;
  std::size_t buildings = 1024;
  std::size_t units = 4096;
  std::size_t networks = 4096;
  std::size_t borders = 1U << 18U;  // pairs, after lists are expanded
  std::size_t services = 1024;
  std::size_t hosts = 1U << 17U;
  std::size_t addresses_per_host = 16;  // so that one request to an enforcer names them all (grammar/request.h)
  std::size_t macs_per_host = 4;        // likewise
  std::size_t beds = 1U << 16U;
  std::size_t devices_per_bed = 64;
  std::size_t passages = 1U << 16U;
  std::size_t accounts = 4096;
  std::size_t care_flows = 1024;  // what cordon-nft takes
  // Of protected hosts, and as many MACs: what cordon-nft takes (grammar/request.h), less 768 for Cordon's own hosts.
  std::size_t protected_addresses = 32'000;
  std::size_t flows = 1U << 20U;  // after groups are expanded
  std::size_t problems = 100;     // that are named, and as many notices; a last one counts the others
};

/// load reads all texts as one estate. Every mistake is reported at once; with one, nothing is loaded.
Loaded load(std::span<const NamedText> texts, const Limits& limits = {});

/// is_estate_file says whether load() takes a file of this name (without folder): .toml or .csv, in small letters.
/// What programs leave behind, by a name such as .hosts.csv or ~$hosts.csv, is none.
bool is_estate_file(std::string_view name);

/// why_not_taken says why a file of this name, which looks like one of an estate, is not taken, and what to do; empty
/// for those that are taken and for what is clearly something else. The rules stand in docs/ESTATE.md, "The files".
std::string why_not_taken(std::string_view name);

}  // namespace cordon::estate
