// SPDX-License-Identifier: Apache-2.0
// A simulated bed by IEEE 11073 SDC: SdcBed on a line of its own.
#pragma once

#include <memory>

#include "base/result.h"
#include "bed.h"
#include "sdc_line.h"

namespace cordon::lab {

/// sdc_speaker makes a bed at an address of this machine. `io` with errno where it cannot listen there.
Result<std::unique_ptr<Speaker>> sdc_speaker(SdcWard& ward, Bed& bed, const SdcWard::Address& address);

}  // namespace cordon::lab
