// SPDX-License-Identifier: Apache-2.0
// Records: all that stands in the files of an estate, sorted by what it is, and nothing understood yet. Internal to
// estate.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "estate/load.h"
#include "estate/record.h"

namespace cordon::estate {

enum class Kind : std::uint8_t {
  site,
  building,
  unit,
  network,
  border,
  service,
  host,
  bed,
  passage,
  account,
  care_flow,
  flow,
};
constexpr std::size_t kinds = 12;

struct Records {
  std::array<std::vector<Record>, kinds> of;
  std::array<bool, kinds> incomplete{};  // some could not be read: that a name is unknown may be no mistake
  std::vector<Record> heads;             // the top of each TOML file: hospital
  std::vector<Record> weights;           // each [weights]

  std::vector<Record>& operator[](Kind kind) { return of[static_cast<std::size_t>(kind)]; }
  const std::vector<Record>& operator[](Kind kind) const { return of[static_cast<std::size_t>(kind)]; }
};

/// read_records takes the texts apart; keys and columns that nobody knows are complained of here.
Records read_records(std::span<const NamedText> texts, const Limits& limits, Complaints& complaints);

/// assemble makes an estate of records, complaining of all that does not fit together.
Estate assemble(const Records& records, const Limits& limits, Complaints& complaints);

}  // namespace cordon::estate
