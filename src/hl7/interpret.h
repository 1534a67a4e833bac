// SPDX-License-Identifier: Apache-2.0
// From a Message to what it says of a bed. Nothing here fails: what cannot be read is an oddity or a value with its
// reason.
#pragma once

#include <vector>

#include "base/result.h"
#include "hl7/message.h"
#include "hl7/report.h"

namespace cordon::hl7 {

constexpr std::size_t patients_max = 64;  // of one message

/// interpret reads IHE DEC (PCD-01), ACM (PCD-04), the Monitored Communication heartbeat, waves as Mindray's gateway
/// sends them, and what is publicly known of Mindray PDS. A message of another kind gives a report of kind `other`.
/// Source: IHE DEV TF Revision 10, volume 2; docs/PEERS.md for what was seen of senders.
/// Of a message about several patients it reads the first one's group alone.
Report interpret(const Message& message);

/// interpret_all gives a report for each patient of a message (HL7's PATIENT_RESULT: from one PID, or a PV1 without
/// one, to the next). Groups in which nothing is observed are left out as long as another remains. Returns `limit`
/// above patients_max.
Result<std::vector<Report>> interpret_all(const Message& message);

}  // namespace cordon::hl7
