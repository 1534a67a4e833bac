// SPDX-License-Identifier: Apache-2.0
// The link from the sensors: what they say becomes inputs of the engine. A sensor reads hostile bytes, so it is
// believed about packets only: it cannot speak for people, and its clock ends nothing.
#pragma once

#include <stop_token>

#include "app/incoming.h"
#include "app/station_clock.h"
#include "event/messages.h"
#include "io/message_socket.h"

namespace cordon::app {

/// time_ahead_max: how far a sensor's time may lie ahead of ours. What lies further is taken for now: only control's
/// own clock ends a cut or an approval.
constexpr Micros time_ahead_max = std::chrono::seconds(2);

/// from_sensor says whether a sensor may say this.
bool from_sensor(const event::Input& input);

/// not_ahead gives `input` with a time that is at most time_ahead_max after `now`.
event::Input not_ahead(event::Input input, WallTime now);

/// listen_to_sensors turns messages into inputs until stopped. A full queue holds the sensors up, not the engine; they
/// count what they drop. One thread.
/// Inputs are in the time of `clock`, which must outlive this.
void listen_to_sensors(const std::stop_token& stop, io::MessageServer& server, InputQueue& inputs,
                       const StationClock& clock);

}  // namespace cordon::app
