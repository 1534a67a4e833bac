// SPDX-License-Identifier: Apache-2.0
// Seen: what a person had on the screen when asking for something, so that nobody confirms one device or patient and
// the station records another. The view gives each device and each bed a token of its facts; a wish says it back.
#pragma once

#include <sodium.h>

#include <array>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "bedside/station.h"

namespace cordon::app {

constexpr std::size_t seen_bytes_max = 64;  // of a token

/// SeenKey is of one run, and of chance: a token tells nothing of a name that the screens may not show.
using SeenKey = std::array<std::uint8_t, crypto_generichash_KEYBYTES>;

class Seen {
 public:
  explicit Seen(SeenKey key) : key_(key) {}

  /// of_device stands for what a device says of itself and of its patient, and where it stands; of_bed for who was
  /// placed in a bed.
  std::string of_device(const bedside::Station& station, const std::string& name) const;
  std::string of_bed(const bedside::Station& station, const std::string& name) const;
  /// add puts them into a view (bedside/view.h): devices[].seen and beds[].seen.
  void add(const bedside::Station& station, nlohmann::json& view) const;
  /// changed says whether what a wish is about is not any more what its person saw. One that does not say means what
  /// is there now.
  bool changed(const bedside::Station& station, const event::BedsideInput& wish) const;

 private:
  SeenKey key_;
};

}  // namespace cordon::app
