// SPDX-License-Identifier: Apache-2.0
// What the sensor gives up before it reads hostile bytes.
#pragma once

#include "base/result.h"

namespace cordon::app {

/// confine_sensor drops every capability, forbids gaining any, and lets only the system calls pass that capturing,
/// computing and one Unix connection need; any other fails with EPERM. For the whole process; call it before threads
/// start.
Result<void> confine_sensor();

}  // namespace cordon::app
