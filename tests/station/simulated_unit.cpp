// SPDX-License-Identifier: Apache-2.0
#include "simulated_unit.h"

#include <cmath>
#include <numbers>

namespace cordon::testing {

namespace {

constexpr std::chrono::milliseconds beat_period{40};
constexpr std::uint64_t beats_a_second = 25;
constexpr double ecg_hz = 250;
constexpr double slow_hz = 125;
constexpr std::size_t ecg_a_beat = 10;
constexpr std::size_t slow_a_beat = 5;

const event::Channel ecg{"ecg2", 131330, "II", "mV"};
const event::Channel pleth{"pleth", 150452, "Pleth", ""};
const event::Channel respiration{"resp", 151562, "Resp", "Ohm"};

double bump(double phase, double at, double width) {
  const double away = (phase - at) / width;
  return std::exp(-away * away / 2);
}

/// ecg_at gives one cycle of a lead II, in mV, at a phase of the heart.
float ecg_at(double phase) {
  return static_cast<float>(0.12 * bump(phase, 0.18, 0.03) - 0.1 * bump(phase, 0.36, 0.008) +
                            1.1 * bump(phase, 0.38, 0.01) - 0.2 * bump(phase, 0.41, 0.01) +
                            0.3 * bump(phase, 0.65, 0.05));
}

}  // namespace

SimulatedUnit::SimulatedUnit(boost::asio::io_context& context, const gateway::GatewaySink& sink,
                             const SimulatedOptions& options, SimulatedWishes& wishes)
    : sink_(sink), wishes_(wishes), chance_(options.seed), devices_(options.devices), timer_(context) {
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    devices_[i].heart_rate = std::uniform_real_distribution(55.0, 110.0)(chance_);
    devices_[i].phase = std::uniform_real_distribution(0.0, 1.0)(chance_);
    plug(i + 1);
  }
  wait();
}

void SimulatedUnit::plug(std::size_t number) {
  Device& device = devices_[number - 1];
  device.link = sink_.new_link();
  device.plugged = true;
  const std::string name = device_name(number);
  sink_.say(event::DeviceHeard{sink_.now(),
                               device.link,
                               {name, event::Protocol::sdc, "10.0.0." + std::to_string(number), "Simulated", "Monitor",
                                "S" + std::to_string(number), "Bed " + std::to_string(number)},
                               {},
                               std::chrono::seconds(1)});
}

void SimulatedUnit::obey(const SimulatedWish& wish) {
  if (wish.device == 0 || wish.device > devices_.size()) return;
  Device& device = devices_[wish.device - 1];
  const WallTime at = sink_.now();
  if (wish.what == "alarm" || wish.what == "clear") {
    event::DeviceAlarm alarm;
    alarm.condition = wish.condition;
    alarm.priority = wish.priority;
    alarm.text = wish.condition;
    alarm.present = wish.what == "alarm";
    sink_.say(event::AlarmsHeard{at, device.link, false, {alarm}});
  } else if (wish.what == "unplug") {
    device.plugged = false;
    sink_.say(event::DeviceGone{at, device.link, "unplugged"});
  } else if (wish.what == "plug") {
    plug(wish.device);
  } else if (wish.what == "freeze" || wish.what == "thaw") {
    device.frozen = wish.what == "freeze";
  }
}

void SimulatedUnit::say_waves(Device& device, WallTime at) {
  event::WaveHeard fast{at, device.link, at, ecg, ecg_hz, device.ecg_samples, {}, event::Validity::valid};
  event::WaveHeard light{at, device.link, at, pleth, slow_hz, device.slow_samples, {}, event::Validity::valid};
  event::WaveHeard breath{at, device.link, at, respiration, slow_hz, device.slow_samples, {}, event::Validity::valid};
  double phase = device.phase;
  double breath_phase = device.breath_phase;
  for (std::size_t i = 0; i < ecg_a_beat; ++i) {
    phase = std::fmod(phase + device.heart_rate / 60 / ecg_hz, 1);
    fast.samples.push_back(ecg_at(phase));
    if (i % 2 != 0) continue;
    breath_phase = std::fmod(breath_phase + 0.25 / slow_hz, 1);
    light.samples.push_back(static_cast<float>(std::exp(-3 * phase) * phase * 8));
    breath.samples.push_back(static_cast<float>(std::sin(2 * std::numbers::pi * breath_phase)));
  }
  if (!device.frozen) {
    device.phase = phase;
    device.breath_phase = breath_phase;
    device.ecg_samples += ecg_a_beat;
    device.slow_samples += slow_a_beat;
  }
  sink_.say(std::move(fast));
  sink_.say(std::move(light));
  sink_.say(std::move(breath));
}

void SimulatedUnit::say_numerics(Device& device, WallTime at) {
  device.heart_rate += std::normal_distribution(0.0, 0.5)(chance_);
  const double saturation = 97 + std::normal_distribution(0.0, 0.4)(chance_);
  event::NumericsHeard heard{at, device.link, at, {}};
  heard.numerics.push_back({{"hr", 147842, "HR", "/min"}, std::round(device.heart_rate), event::Validity::valid});
  heard.numerics.push_back({{"spo2", 150456, "SpO2", "%"}, std::round(saturation), event::Validity::valid});
  heard.numerics.push_back({{"rr", 151562, "RR", "/min"}, 15, event::Validity::valid});
  heard.numerics.push_back({{"temp", 150344, "T", "Cel"}, 0, event::Validity::missing});
  sink_.say(std::move(heard));
}

void SimulatedUnit::beat() {
  for (const SimulatedWish& wish : wishes_.pop_batch(64, std::chrono::milliseconds(0))) obey(wish);
  const WallTime at = sink_.now();
  for (Device& device : devices_) {
    if (!device.plugged) continue;
    say_waves(device, at);
    if (beats_ % beats_a_second == 0) say_numerics(device, at);
  }
  ++beats_;
  wait();
}

void SimulatedUnit::wait() {
  timer_.expires_at(timer_.expiry() + beat_period);
  if (beats_ == 0) timer_.expires_after(beat_period);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) beat();
  });
}

}  // namespace cordon::testing
