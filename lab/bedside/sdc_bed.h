// SPDX-License-Identifier: Apache-2.0
// SdcBed: what an SDC device at a bed is and says, as sdc::Provider has it. It has no socket: sdc_line.cpp has.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bed.h"
#include "sdc/provider.h"
#include "sdc_line.h"

namespace cordon::lab {

class SdcBed final : public SdcDevice {
 public:
  /// url: where the device is reached.
  SdcBed(Bed& bed, std::string url, const Now& now);

  sdc::Provider& provider() override { return *provider_; }
  bool off() const override { return bed_.faults.disconnected; }

  /// sample takes the body's samples; turn gives what is owed to subscribers since the last turn.
  void sample(const Now& now);
  std::vector<sdc::Notification> turn(const Now& now);
  /// began tells, once, that the device was switched on or is another one now, which it announces.
  bool began() { return std::exchange(began_, false); }

 private:
  WallTime clock(const Now& now);
  void begin(const Now& now);
  void say_waves(const Now& now);
  void say_numerics(const Now& now);
  void say_alarms(const Now& now);
  void say(std::vector<sdc::Notification> owed);

  Bed& bed_;
  std::string url_;
  std::string serial_;  // that the device was made with
  std::optional<sdc::Provider> provider_;
  std::vector<sdc::Samples> block_;
  std::vector<sdc::Samples> last_block_;
  WallTime block_begin_{};
  WallTime last_begin_{};
  std::uint64_t ticks_ = 0;  // of the body, since the start
  MonoTime numerics_at_{};
  std::vector<Alarm> told_;
  std::optional<Person> patient_;
  std::vector<sdc::Notification> owed_;
  bool began_ = false;
};

}  // namespace cordon::lab
