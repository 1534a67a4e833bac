// SPDX-License-Identifier: Apache-2.0
// The three ways in which a LoadBed speaks.
#pragma once

#include <memory>

#include "load_bed.h"
#include "sdc_line.h"

namespace cordon::bench {

struct LoadPorts {
  std::uint16_t data = 24105;    // UDP, of every simulated monitor
  std::uint16_t beacon = 24005;  // UDP, of the station
  std::uint16_t hl7 = 2575;      // TCP, of the station
};

/// intellivue_bed is a monitor on 127.0.77.<number>; null where that address cannot be had.
std::unique_ptr<LoadBed> intellivue_bed(unsigned number, Log& log, const LoadPorts& ports, MonoTime now);

/// hl7_bed connects from 127.0.78.<number>, and connects again.
std::unique_ptr<LoadBed> hl7_bed(unsigned number, Log& log, const LoadPorts& ports, MonoTime now);

/// sdc_bed is a device on 127.0.79.<number>; null where that address cannot be had.
std::unique_ptr<LoadBed> sdc_bed(unsigned number, Log& log, lab::SdcWard& ward, MonoTime now);

}  // namespace cordon::bench
