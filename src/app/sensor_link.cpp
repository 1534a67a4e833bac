// SPDX-License-Identifier: Apache-2.0
#include "app/sensor_link.h"

#include <fmt/format.h>

#include <map>
#include <thread>

#include "app/clock.h"
#include "app/own_time.h"
#include "app/say.h"
#include "event/json.h"

namespace cordon::app {

bool from_sensor(const event::Input& input) {
  return std::holds_alternative<event::Observation>(input) || std::holds_alternative<event::HostSeen>(input) ||
         std::holds_alternative<event::FlowSeen>(input) || std::holds_alternative<event::FlowProgress>(input) ||
         std::holds_alternative<event::SensorReport>(input);
}

event::Input not_ahead(event::Input input, WallTime now) {
  std::visit([&](auto& i) { i.at = i.at > now + time_ahead_max ? now : i.at; }, input);
  return input;
}

void listen_to_sensors(const std::stop_token& stop, io::MessageServer& server, InputQueue& inputs,
                       const StationClock& clock) {
  std::map<int, std::string> names;
  const auto push = [&](event::Input input) {
    while (!stop.stop_requested() && !inputs.push(input)) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  };
  const io::MessageServer::Callbacks callbacks{
      [&](int client) { names[client] = ""; },
      [&](int client, std::string_view message) {
        auto input = event::input_from_text(message);
        if (!input || !from_sensor(*input)) {
          log_line(fmt::format("component=control event=bad_message client={}", client));
          return false;
        }
        if (const auto* report = std::get_if<event::SensorReport>(&*input);
            report != nullptr && names[client].empty()) {
          names[client] = report->sensor;
          push(event::ProcessChanged{clock.now(), "sensor " + report->sensor, true, ""});
        }
        push(in_own_time(not_ahead(std::move(*input), wall_now()), clock));
        return true;
      },
      [&](int client) {
        if (!names[client].empty()) push(event::ProcessChanged{clock.now(), "sensor " + names[client], false, ""});
        names.erase(client);
      }};
  while (!stop.stop_requested()) server.poll(std::chrono::milliseconds(100), callbacks);
}

}  // namespace cordon::app
