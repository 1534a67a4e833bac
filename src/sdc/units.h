// SPDX-License-Identifier: Apache-2.0
// The units of bedside channels: codes of IEEE 11073-10101 (partition 4, dimensions) and UCUM, both ways. A unit that
// is not in the table stays as the device names it; none is guessed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sdc/values.h"

namespace cordon::sdc {

/// Unit: `mdc` is the code where one is known; `ucum` the UCUM text, "" where only the device's label is known ("1": no
/// dimension).
struct Unit {
  std::optional<std::uint32_t> mdc;
  std::string ucum;
  std::string label;  // as the device says it
  friend bool operator==(const Unit&, const Unit&) = default;
};

/// ucum_of gives the UCUM text of a code, "" for one that is not in the table; mdc_of is its inverse and takes the
/// device's own way to write a unit too ("mbar", "°C", "cmH2O").
std::string_view ucum_of(std::uint32_t mdc);
std::optional<std::uint32_t> mdc_of(std::string_view text);

/// unit_of reads pm:Unit: its MDC code, else its UCUM code (system http://unitsofmeasure.org or
/// urn:oid:2.16.840.1.113883.6.8), else nothing but the label.
Unit unit_of(const CodedValue& coded);

}  // namespace cordon::sdc
