// SPDX-License-Identifier: Apache-2.0
// Goes on: whether what a sensor saw go on is something that a cut should have stopped, and how much of what it stops a
// sensor would see at all. What follows from that is proof.h. Pure.
#pragma once

#include "contain/proof.h"
#include "estate/estate.h"
#include "event/containment.h"

namespace cordon::contain {

/// goes_on says whether this progress is of a flow that the cut stops: of what the host opens where it is blocked, of
/// what others open to it where it is shielded, of either where it is isolated or both are blocked; of the very client,
/// server and port of a blocked flow; of a client and a server on the two sides of a closed border. Care flows are
/// none, for every cut lets them pass, nor what is said where sessions are ended, for others work there. Linear in the
/// flows of the estate where all else fits.
bool goes_on(const estate::Estate& estate, const event::CutDecided& cut, const event::FlowProgress& seen);

/// followed says how much of what a cut stops is on the ports whose progress a sensor reports (event::spreading_tcp).
/// Of spreading protocols these are all but the dynamic ports and UDP.
Followed followed(const event::CutDecided& cut);

}  // namespace cordon::contain
