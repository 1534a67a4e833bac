// SPDX-License-Identifier: Apache-2.0
// Orders: what people may have done through the page. A new one is a line here: its path, the right it needs, and what
// input of the engine it becomes.
#pragma once

#include "app/door.h"
#include "app/incoming.h"
#include "app/station_clock.h"

namespace cordon::app {

/// add_orders registers all of them at the door, before the server starts; all must outlive it. Orders are in the time
/// of `clock`. Each is answered when it was judged and that is durable: 202, or 409 and why not, in both languages.
void add_orders(Door& door, InputQueue& inputs, const StationClock& clock);

}  // namespace cordon::app
