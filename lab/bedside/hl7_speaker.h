// SPDX-License-Identifier: Apache-2.0
// A simulated bed by HL7: numerics, waves, alarms and a heartbeat over MLLP, on a connection of its own.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "bed.h"
#include "hl7/framing.h"
#include "hl7/report.h"

namespace cordon::lab {

struct Hl7Place {
  std::string address;
  std::uint16_t port = 2575;
  bool plain = false;       // no heartbeat, and it looks at no answer: a cut is left to its TCP
  std::uint8_t number = 1;  // on loopback the bed connects from 127.0.2.<number>, as each monitor has its own address
};

/// hl7_speaker connects, and connects again.
std::unique_ptr<Speaker> hl7_speaker(Bed& bed, Hl7Place place);

}  // namespace cordon::lab
