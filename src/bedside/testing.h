// SPDX-License-Identifier: Apache-2.0
// What the tests of this folder share: a bed with a monitor, said in a line.
#pragma once

#include "bedside/station.h"

namespace cordon::bedside::testing {

constexpr std::uint32_t heart_rate = 147842;  // MDC_ECG_HEART_RATE

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;

inline constexpr WallTime night{std::chrono::seconds(1670101200)};  // 3 December 2022, 21:00 UTC

inline event::DeviceHeard heard(WallTime at, std::uint64_t link, const std::string& device,
                                const std::string& address = "10.0.0.1", Micros period = 1s) {
  return {at, link, {device, event::Protocol::sdc, address, "Maker", "Model", "S" + device, ""}, {}, period};
}
inline event::NumericsHeard numeric(WallTime at, std::uint64_t link, std::uint32_t code, double value,
                                    const std::string& unit, event::Validity validity = event::Validity::valid) {
  return {at, link, std::nullopt, {{{"n" + std::to_string(code), code, "HR", unit}, value, validity}}};
}
inline event::AlarmsHeard alarms(WallTime at, std::uint64_t link, std::vector<event::DeviceAlarm> list,
                                 bool complete = false) {
  return {at, link, complete, std::move(list)};
}
inline event::DeviceAlarm alarm(const std::string& condition, event::AlarmPriority priority, bool present = true) {
  return {.condition = condition, .priority = priority, .text = condition, .present = present};
}

/// Unit is a station with beds R1 to R8 that was started at `night`.
struct Unit {
  Station station{{{"R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8"}}, State{}};
  WallTime now = night;
  Events events;  // all of them

  Unit() { say(event::StationStarted{night, "test", ""}); }
  Events say(const event::BedsideInput& input) {
    Events out = station.step(input);
    events.insert(events.end(), out.begin(), out.end());
    return out;
  }
  /// pass lets time go by, ticking four times a second.
  void pass(Micros span) {
    for (const WallTime end = now + span; now < end;) {
      now += 250ms;
      say(event::StationTick{now});
    }
  }
  /// have says whether a condition is present, as conditions() has it.
  bool have(const std::string& line) const;
  void assign(const std::string& device, const std::string& bed) {
    say(event::DeviceAssigned{now, device, bed, "a.durand", ""});
  }
  /// conditions lists what is present, as "R1 origin condition priority".
  std::vector<std::string> conditions() const;
};

}  // namespace cordon::bedside::testing
