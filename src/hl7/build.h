// SPDX-License-Identifier: Apache-2.0
// The way back: a Report as the message that a device or gateway would send. The lab's bedside speaks by it, and the
// tests hold the reading against it.
#pragma once

#include "hl7/message.h"
#include "hl7/report.h"

namespace cordon::hl7 {

/// build writes PCD-01 (numerics, findings, waves) for a report of observations, PCD-04 with one order an alarm for
/// one of alarms, and the Monitored Communication heartbeat. Its kind decides; `answer` and `other` give the header
/// alone. Dialect and oddities are not written: the form is IHE's. Samples are written as whole steps of the resolution
/// where there is one; a missing one as the invalid marker, or empty (one that is alone and missing, without a marker,
/// is no sample).
Message build(const Report& report);

}  // namespace cordon::hl7
