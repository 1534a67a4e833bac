// SPDX-License-Identifier: Apache-2.0
// UnitList: all beds of a unit on paper: patients, devices, latest values with their times, alarms, limits. For the
// night when the next thing to fail is the screen.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "event/bedside.h"
#include "report/paper.h"

namespace cordon::report {

// What is printed of one bed; what is beyond is counted on the paper. A row is never higher than a sheet.
constexpr std::size_t list_values_max = 24;
constexpr std::size_t list_alarms_max = 8;
constexpr std::size_t list_limits_max = 8;
constexpr std::size_t list_devices_max = 4;

struct UnitList {
  struct Device {
    std::string name;
    std::string label;  // the bed that it names of itself; empty: none, or this one
    bool live = true;
    bool doubted = false;  // another one than a person put at this bed, or maybe
  };
  /// Value is one number, or what stands for it, as it is to be read: "122/68 (86)", "–", "98 ?".
  struct Value {
    std::string label;
    std::string text;
    std::string unit;
    WallTime at;         // when it was measured
    std::string mark{};  // in words, what keeps it from being believed as it stands; empty: nothing
  };
  struct Alarm {
    event::AlarmPriority priority = event::AlarmPriority::low;
    std::string text;
    WallTime raised;
    bool present = true;
    std::string answered_by;  // empty: by nobody
  };
  struct Bed {
    std::string bed;
    event::PatientOffer patient;
    std::vector<Device> devices;
    std::vector<Value> values;
    std::vector<Alarm> alarms;
    std::vector<std::string> limits;
  };

  std::string hospital;
  std::string unit;
  Made made;
  std::vector<Bed> beds;
  std::size_t unplaced = 0;  // alarms of devices at none of them
};

/// unit_list_pdf gives the bytes of the PDF. A bed is never torn between two sheets; each sheet has the heads of the
/// columns, its number and how many there are. A name that does not fit its column goes on in the next line.
/// Fails with `io` when the drawing library does.
Result<std::string> unit_list_pdf(const UnitList& list);

}  // namespace cordon::report
