// SPDX-License-Identifier: Apache-2.0
// From a Message to what it says of a bed. Nothing here fails: what cannot be read is an oddity or a value with its
// reason.
#pragma once

#include "hl7/message.h"
#include "hl7/report.h"

namespace cordon::hl7 {

/// interpret reads IHE DEC (PCD-01), ACM (PCD-04), the Monitored Communication heartbeat, waves as Mindray's gateway
/// sends them, and what is publicly known of Mindray PDS. A message of another kind gives a report of kind `other`.
/// Source: IHE DEV TF Revision 10, volume 2; docs/PEERS.md for what was seen of senders.
Report interpret(const Message& message);

}  // namespace cordon::hl7
