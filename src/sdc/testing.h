// SPDX-License-Identifier: Apache-2.0
// What the tests of sdc share: recorded messages and a small bed.
#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include "sdc/provider.h"
#include "sdc/soap.h"

namespace cordon::sdc::testing {

/// recorded reads a file of tests/captures/sdc; tests run at the project's root.
inline std::string recorded(const std::string& name) {
  std::ifstream file("tests/captures/sdc/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
inline Envelope recorded_envelope(const std::string& name) {
  return parse_envelope(as_bytes(recorded(name))).value();
}

inline MonoTime at(double seconds) {
  return MonoTime{std::chrono::nanoseconds{static_cast<std::int64_t>(seconds * 1e9)}};
}
inline WallTime wall(std::int64_t ms) {
  return WallTime{std::chrono::milliseconds{ms}};
}

inline BedPlan small_bed() {
  BedPlan out;
  out.address = "urn:uuid:00000000-0000-0000-0000-000000000012";
  out.url = "http://10.9.0.12:6464/bed";
  out.sequence = "urn:uuid:00000000-0000-0000-0000-0000000000aa";
  out.manufacturer = "Cordon";
  out.model = "Lab bed";
  out.serial_number = "12";
  out.location.facility = "Hôpital A/B";
  out.location.point_of_care = "RÉA";
  out.location.bed = "12 é&=";
  out.numerics = {{"hr", 147842, "Heart rate", 264864, 1}, {"spo2", 150456, "SpO2", 262688, 1}};
  out.waves = {{"ecg", 131329, "ECG II", 266418, Nanos{4'000'000}, 0.001}};
  Range limits;
  limits.lower = 50;
  limits.upper = 120;
  out.alarms = {{"hr.limits",
                 196648,
                 "HR limits",
                 Priority::high,
                 ConditionKind::physiological,
                 "hr",
                 limits,
                 {Manifestation::audible, Manifestation::visible}},
                {"leads",
                 196802,
                 "Leads off",
                 Priority::low,
                 ConditionKind::technical,
                 "mds",
                 std::nullopt,
                 {Manifestation::visible}}};
  return out;
}

}  // namespace cordon::sdc::testing
