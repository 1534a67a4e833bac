// SPDX-License-Identifier: Apache-2.0
// SimulatedUnit: bedside devices that a seed makes, for tests and benchmarks of the station; never part of the product.
// Each device gives an ECG (250 Hz), a pleth and a respiration trace (125 Hz) every 40 ms and its numerics each second.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "base/queue.h"
#include "gateway/gateway.h"

namespace cordon::testing {

struct SimulatedOptions {
  std::size_t devices = 4;
  std::uint32_t seed = 1;
};

/// SimulatedWish changes what a device does.
struct SimulatedWish {
  std::size_t device = 0;  // from 1
  std::string what;        // alarm, clear, unplug, plug, freeze, thaw
  std::string condition;   // of alarm and clear
  event::AlarmPriority priority = event::AlarmPriority::high;
};
using SimulatedWishes = BoundedQueue<SimulatedWish>;

class SimulatedUnit : public gateway::Gateway {
 public:
  SimulatedUnit(boost::asio::io_context& context, const gateway::GatewaySink& sink, const SimulatedOptions& options,
                SimulatedWishes& wishes);

  /// device_name gives "sim:1" …
  static std::string device_name(std::size_t device) { return "sim:" + std::to_string(device); }

 private:
  struct Device {
    std::uint64_t link = 0;
    bool plugged = true;
    bool frozen = false;
    double heart_rate = 70;
    double phase = 0;         // of the heart, 0 to 1
    double breath_phase = 0;  // of the lungs
    std::uint64_t ecg_samples = 0;
    std::uint64_t slow_samples = 0;
  };

  void plug(std::size_t number);
  void obey(const SimulatedWish& wish);
  void beat();
  void say_waves(Device& device, WallTime at);
  void say_numerics(Device& device, WallTime at);
  void wait();

  const gateway::GatewaySink& sink_;
  SimulatedWishes& wishes_;
  std::mt19937 chance_;
  std::vector<Device> devices_;
  boost::asio::steady_timer timer_;
  std::uint64_t beats_ = 0;
};

}  // namespace cordon::testing
