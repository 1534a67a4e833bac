// SPDX-License-Identifier: Apache-2.0
// A simulated bed by IntelliVue Data Export: a monitor on a UDP address of its own, which announces itself by beacons.
#pragma once

#include <array>
#include <memory>

#include "base/result.h"
#include "bed.h"

namespace cordon::lab {

struct IntellivuePlace {
  std::array<std::uint8_t, 4> address{};  // of the monitor
  std::uint16_t port = 24105;
  std::array<std::uint8_t, 4> beacon_to{};
  std::uint16_t beacon_port = 24005;
  std::uint8_t number = 1;  // the last octet of its system id
};

/// intellivue_speaker listens. Returns `io` with errno where it cannot.
Result<std::unique_ptr<Speaker>> intellivue_speaker(Bed& bed, const IntellivuePlace& place);

}  // namespace cordon::lab
