// SPDX-License-Identifier: Apache-2.0
// Live: what each link has said lately: values, traces, clocks. Nothing of it is recorded, and all of it is gone with
// the process. Bounded for each link, so that a device that invents channels fills its own place only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/time.h"
#include "event/bedside.h"

namespace cordon::bedside {

constexpr std::size_t links_max = 512;
constexpr std::size_t numerics_per_link_max = 128;
constexpr std::size_t waves_per_link_max = 32;

struct LiveNumeric {
  event::Numeric value;
  WallTime heard;
  std::optional<WallTime> device_time;
};

/// LiveWave is where a trace stands; the samples themselves pass through to screens and recorder.
struct LiveWave {
  std::uint32_t id = 0;  // by which the screens' samples name it; one for each trace of each link, never used again
  event::Channel channel;
  double rate_hz = 0;
  std::uint64_t next = 0;  // the index after the last sample
  WallTime advanced;       // when `next` last grew
  event::Validity validity = event::Validity::valid;
};

/// DeviceClock follows a device's own time beside ours.
struct DeviceClock {
  std::optional<WallTime> last;
  WallTime advanced;  // when it last moved
  Micros ahead{};     // of ours, at that moment
};

/// AlarmRate bounds how many changes of alarms one link may have recorded, so that a device that floods fills neither
/// the logbook nor anybody's screen. What is over it waits for the next tick (WaitingAlarm).
struct AlarmRate {
  static constexpr double a_second = 20;
  static constexpr double at_once = 64;
  double left = at_once;
  WallTime counted;
  bool take(WallTime now);
};

/// WaitingAlarm is the last word on a condition, and whether it was present at any time since the last record.
struct WaitingAlarm {
  event::DeviceAlarm last;
  bool was_present = false;
};

constexpr std::size_t alarms_per_link_max = 256;  // conditions present or waiting

struct Link {
  event::DeviceHeard heard;
  WallTime last;  // of any message
  bool open = true;
  std::map<std::string, LiveNumeric> numerics;  // by handle
  std::map<std::string, LiveWave> waves;
  DeviceClock clock;
  event::TroubleHeard trouble;  // empty code: none
  std::uint64_t beyond = 0;     // channels and alarms over the bounds
  bool claims = false;          // says it is a device whose own link lives elsewhere: nothing it says is taken
  AlarmRate rate;
  std::map<std::string, WaitingAlarm> waiting;  // conditions over the rate, by name
};

/// note_numerics and note_wave take in what was said. A wave that does not go on where it stood is taken as it is: gaps
/// are drawn as gaps. A new one takes the next number after `last_id`. They give nothing back: judging is watch.h.
void note_numerics(Link& link, const event::NumericsHeard& heard);
void note_wave(Link& link, const event::WaveHeard& heard, std::uint32_t& last_id);
void note_clock(DeviceClock& clock, WallTime device_time, WallTime at);

}  // namespace cordon::bedside
